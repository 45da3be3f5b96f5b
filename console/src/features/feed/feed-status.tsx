/** Whether the feed is live, in a word and a dot. */
import { cn } from '@/components/cn';
import { useMessages } from '@/i18n';
import type { StreamStatus } from '@/platform';
import type { StreamState } from '@/platform/connection';

const LOOKS: Record<StreamStatus, { pill: string; dot: string }> = {
  live: { pill: 'bg-normal-soft text-normal-ink', dot: 'bg-normal' },
  connecting: { pill: 'bg-warning-soft text-warning-ink', dot: 'bg-warning animate-pulse' },
  offline: { pill: 'bg-exceeded-soft text-exceeded-ink', dot: 'bg-exceeded' },
};

export function FeedStatus({ stream }: { stream: StreamState }) {
  const messages = useMessages().feed;
  const { pill, dot } = LOOKS[stream.status];
  return (
    <span
      role="status"
      data-testid="feed-status"
      data-status={stream.status}
      className={cn('inline-flex h-7 items-center gap-2 rounded-full px-3 text-xs font-medium', pill)}
    >
      <span aria-hidden className={cn('size-2 rounded-full', dot)} />
      {messages.status[stream.status]}
      {stream.retryInSeconds !== null && stream.status !== 'live' && (
        <span>· {messages.retryIn(stream.retryInSeconds)}</span>
      )}
    </span>
  );
}
