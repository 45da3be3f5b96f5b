/** Keeps the live feed open for as long as someone is signed in, whichever screen is shown (CON-7). */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { useClient } from 'urql';
import { ThresholdFeedDocument } from '@/gql/graphql';
import type { StreamState } from '@/platform/connection';
import { useStreamState } from '@/platform/context';
import { type Failure, failureOf } from '@/platform/failure';
import { append, EMPTY_LOG, type FeedLog, seen } from './feed-log';

interface Feed extends FeedLog {
  stream: StreamState;
  /** Why the stream has ended for good; null while the shell keeps it up. */
  failure: Failure | null;
  reopen: () => void;
  clear: () => void;
  /** Says that the feed is on screen; returns the function that says it no longer is. */
  watch: () => () => void;
}

const FeedContext = createContext<Feed | null>(null);

export function FeedProvider({ children }: { children: ReactNode }) {
  const [log, setLog] = useState<FeedLog>(EMPTY_LOG);
  const watching = useRef(false);
  const stream = useStreamState('ThresholdFeed');
  const [failure, setFailure] = useState<Failure | null>(null);
  const [attempt, setAttempt] = useState(0);
  const client = useClient();

  // Subscribed by hand rather than by hook: a hook's state keeps only the last of several events in one tick.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the stream again
  useEffect(() => {
    setFailure(null);
    const { unsubscribe } = client.subscription(ThresholdFeedDocument, {}).subscribe((result) => {
      const event = result.data?.quotaThresholdCrossed;
      if (event) setLog((current) => append(current, event, watching.current));
      if (result.error) setFailure(failureOf(result.error));
    });
    return unsubscribe;
  }, [client, attempt]);

  const watch = useCallback(() => {
    watching.current = true;
    setLog(seen);
    return () => {
      watching.current = false;
    };
  }, []);

  const feed = useMemo<Feed>(
    () => ({
      ...log,
      stream,
      failure,
      reopen: () => setAttempt((count) => count + 1),
      clear: () => setLog(EMPTY_LOG),
      watch,
    }),
    [log, stream, failure, watch],
  );
  return <FeedContext value={feed}>{children}</FeedContext>;
}

export function useFeed(): Feed {
  const feed = useContext(FeedContext);
  if (!feed) throw new Error('FeedProvider is missing above this component');
  return feed;
}
