/** Sorts what can go wrong with a request into what the reader can do about it. */
import type { CombinedError } from '@urql/core';
import { PlatformError } from './types';

export interface Failure {
  /** OFFLINE, BAD_RESPONSE or a code of the server's contract. */
  code: string;
  /** The server's own words, already in the reader's language where it has them. */
  message: string;
  /** For INTERNAL: what to quote to whoever runs the server. */
  requestId: string | null;
}

/** The failure inside an urql error. */
export function failureOf(error: CombinedError): Failure {
  if (error.networkError) {
    const { code, message } = PlatformError.from(error.networkError);
    return { code, message, requestId: null };
  }
  const [first] = error.graphQLErrors;
  const extensions = first?.extensions ?? {};
  return {
    code: typeof extensions.code === 'string' ? extensions.code : 'UNKNOWN',
    message: first?.message ?? error.message,
    requestId: typeof extensions.requestId === 'string' ? extensions.requestId : null,
  };
}
