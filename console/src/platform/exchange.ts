/** Lets urql speak through the platform instead of `fetch` and WebSocket, which the web view may not use. */
import {
  CombinedError,
  type Exchange,
  makeErrorResult,
  makeResult,
  type Operation,
  type OperationResult,
  stringifyDocument,
} from '@urql/core';
import { type DocumentNode, Kind } from 'graphql';
import { filter, make, merge, mergeMap, pipe, type Source, share, takeUntil } from 'wonka';
import type { Connection } from './connection';
import { type GraphRequest, type GraphResponse, type Platform, PlatformError } from './types';

/** The name of a document's operation, if it has one. */
export function operationNameOf(document: DocumentNode): string | null {
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) return definition.name?.value ?? null;
  }
  return null;
}

function requestOf(operation: Operation): GraphRequest {
  return {
    query: stringifyDocument(operation.query),
    variables: (operation.variables ?? {}) as Record<string, unknown>,
    operationName: operationNameOf(operation.query as DocumentNode),
  };
}

function resultOf(operation: Operation, response: GraphResponse): OperationResult {
  return makeResult(operation, {
    data: response.data as Record<string, unknown> | null | undefined,
    errors: response.errors,
    extensions: response.extensions,
  });
}

async function ask(platform: Platform, connection: Connection, operation: Operation): Promise<OperationResult> {
  try {
    const response = await platform.graphql(requestOf(operation));
    connection.online.set(true);
    return resultOf(operation, response);
  } catch (cause) {
    const failure = PlatformError.from(cause);
    connection.online.set(failure.code !== 'OFFLINE');
    if (failure.code === 'UNAUTHENTICATED') connection.unauthenticated();
    return makeErrorResult(operation, failure);
  }
}

function answerOnce(platform: Platform, connection: Connection, operation: Operation): Source<OperationResult> {
  return make(({ next, complete }) => {
    let open = true;
    // A tick later: a component that looks while it renders subscribes and leaves at once, and must not ask twice.
    queueMicrotask(async () => {
      if (!open) return;
      const result = await ask(platform, connection, operation);
      if (!open) return;
      next(result);
      complete();
    });
    return () => {
      open = false;
    };
  });
}

function answerLive(platform: Platform, connection: Connection, operation: Operation): Source<OperationResult> {
  return make(({ next, complete }) => {
    const request = requestOf(operation);
    const name = request.operationName ?? 'anonymous';
    connection.setStream(name, { status: 'connecting', retryInSeconds: null });
    const close = platform.subscribe(request, (message) => {
      switch (message.type) {
        case 'next':
          next(resultOf(operation, message.payload));
          break;
        case 'status':
          connection.setStream(name, { status: message.status, retryInSeconds: message.retryInSeconds ?? null });
          if (message.status === 'live') connection.online.set(true);
          break;
        case 'error':
          connection.setStream(name, { status: 'offline', retryInSeconds: null });
          next({
            operation,
            data: undefined,
            error: new CombinedError({ graphQLErrors: message.errors }),
            stale: false,
            hasNext: false,
          });
          complete();
          break;
        case 'complete':
          connection.setStream(name, { status: 'offline', retryInSeconds: null });
          complete();
      }
    });
    return close;
  });
}

/** The last exchange of the chain. */
export function platformExchange(platform: Platform, connection: Connection): Exchange {
  return ({ forward }) =>
    (operations$) => {
      const shared$ = share(operations$);
      const answered$ = pipe(
        shared$,
        filter((operation) => operation.kind !== 'teardown'),
        mergeMap((operation) => {
          const torndown$ = pipe(
            shared$,
            filter((other) => other.kind === 'teardown' && other.key === operation.key),
          );
          const answer = operation.kind === 'subscription' ? answerLive : answerOnce;
          return pipe(answer(platform, connection, operation), takeUntil(torndown$));
        }),
      );
      const rest$ = pipe(
        shared$,
        filter((operation) => operation.kind === 'teardown'),
        forward,
      );
      return merge([answered$, rest$]);
    };
}
