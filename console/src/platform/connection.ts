/** Whether the server answers, and how each live stream is doing (CON-8: offline is shown and recovers). */
import { createStore, type Store } from './store';
import type { Platform, StreamStatus } from './types';

export interface StreamState {
  status: StreamStatus;
  retryInSeconds: number | null;
}

export interface Connection {
  /** False from the first request that cannot reach the server until one gets through. */
  online: Store<boolean>;
  /** By operation name. */
  streams: Store<Readonly<Record<string, StreamState>>>;
  setStream(operationName: string, state: StreamState): void;
  /** Tells the listeners that the server no longer takes the session. */
  unauthenticated(): void;
  /** Returns the function that stops listening. */
  onUnauthenticated(listener: () => void): () => void;
  stop(): void;
}

const PROBE_EVERY_MS = 3_000;

/** Watches the connection; while offline it asks the server every few seconds whether it is back. */
export function createConnection(platform: Platform, probeEveryMs = PROBE_EVERY_MS): Connection {
  const online = createStore(true);
  const streams = createStore<Readonly<Record<string, StreamState>>>({});
  const expelled = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const probe = () => {
    platform.graphql({ query: 'query Probe { __typename }', variables: {}, operationName: 'Probe' }).then(
      () => online.set(true),
      (cause: { code?: string }) => {
        // Any other refusal still proves that the server can be reached.
        if (cause.code !== 'OFFLINE') online.set(true);
      },
    );
  };

  const unwatch = online.watch(() => {
    clearInterval(timer);
    if (!online.get()) timer = setInterval(probe, probeEveryMs);
  });

  return {
    online,
    streams,
    setStream: (operationName, state) => streams.set({ ...streams.get(), [operationName]: state }),
    unauthenticated() {
      for (const listener of [...expelled]) listener();
    },
    onUnauthenticated(listener) {
      expelled.add(listener);
      return () => expelled.delete(listener);
    },
    stop() {
      clearInterval(timer);
      unwatch();
    },
  };
}
