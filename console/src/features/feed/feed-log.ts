/** The feed's memory: newest first, each event once, the last few hundred. */
import type { ThresholdFeedSubscription } from '@/gql/graphql';

export type ThresholdEvent = ThresholdFeedSubscription['quotaThresholdCrossed'];

export interface FeedLog {
  events: readonly ThresholdEvent[];
  /** Arrived since the feed was last looked at. */
  unread: number;
}

export const EMPTY_LOG: FeedLog = { events: [], unread: 0 };

const KEPT = 300;

/** Adds an event; one that a resumed stream repeats changes nothing. */
export function append(log: FeedLog, event: ThresholdEvent, watching: boolean): FeedLog {
  if (log.events.some(({ id }) => id === event.id)) return log;
  return { events: [event, ...log.events].slice(0, KEPT), unread: watching ? 0 : log.unread + 1 };
}

/** Marks everything as seen. */
export function seen(log: FeedLog): FeedLog {
  return log.unread === 0 ? log : { ...log, unread: 0 };
}
