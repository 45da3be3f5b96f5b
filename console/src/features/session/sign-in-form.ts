/** The rules of the sign-in form, and what the shell's refusals mean to the person typing. */
import { z } from 'zod';
import type { MessageCatalog } from '@/i18n';
import { PlatformError } from '@/platform';

// Zod compiles validators with `new Function` where it may; the content security policy forbids it.
z.config({ jitless: true });

function isHttpUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

/** What the form must hold, with the reader's messages. */
export function signInSchema({ errors }: MessageCatalog['signIn']) {
  return z.object({
    server: z.string().trim().refine(isHttpUrl, errors.serverInvalid),
    email: z
      .string()
      .trim()
      .regex(/^\S+@\S+$/, errors.emailInvalid),
    password: z.string().min(1, errors.passwordMissing),
    totpCode: z
      .string()
      .trim()
      .regex(/^(\d{6}|([a-z2-7]{4}[- ]?){3}[a-z2-7]{4})?$/i, errors.codeInvalid),
  });
}

export type SignInForm = z.infer<ReturnType<typeof signInSchema>>;

/** What to say about a failed sign-in: our sentence, and the shell's or the server's own reason below it. */
export interface SignInFailure {
  text: string;
  detail: string | null;
}

/** Explains a refused sign-in. The server never says which of email and password was wrong. */
export function signInFailure(cause: unknown, { errors }: MessageCatalog['signIn']): SignInFailure {
  const { code, message } = PlatformError.from(cause);
  const known: Record<string, string | undefined> = {
    OFFLINE: errors.offline,
    BAD_RESPONSE: errors.badResponse,
    INVALID_SERVER: errors.serverInvalid,
    UNAUTHENTICATED: errors.refused,
    FORBIDDEN: errors.notAdmin,
  };
  const text = known[code];
  return text ? { text, detail: message } : { text: message, detail: null };
}
