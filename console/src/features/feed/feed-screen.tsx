/** Live feed: every quota threshold as it is crossed (CON-7). */
import { Radio } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import { Segmented } from '@/components/segmented';
import { Empty, StaleNotice } from '@/components/states';
import { useMessages } from '@/i18n';
import { FeedEvent } from './feed-event';
import { useFeed } from './feed-provider';
import { FeedStatus } from './feed-status';

type Filter = 'all' | 'rising';

const TICK_MS = 10_000;

/** The time, often enough for "3 minutes ago". */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function FeedScreen() {
  const messages = useMessages().feed;
  const { events, stream, failure, reopen, clear, watch } = useFeed();
  const [filter, setFilter] = useState<Filter>('all');
  const now = useNow();
  const [before] = useState(() => new Set(events.map(({ id }) => id)));
  useEffect(watch, [watch]);

  const { status, retryInSeconds } = stream;
  const stopped = status === 'offline' && retryInSeconds === null;
  const ended = failure ?? (stopped ? { code: 'stopped', message: messages.failed, requestId: null } : null);
  const shown = filter === 'all' ? events : events.filter(({ direction }) => direction === 'UP');
  const options = [
    { value: 'all' as const, label: messages.all, testId: 'feed-all' },
    { value: 'rising' as const, label: messages.risingOnly, testId: 'feed-rising' },
  ];
  return (
    <Page title={messages.title} subtitle={messages.subtitle} actions={<FeedStatus stream={stream} />}>
      {ended && <StaleNotice failure={ended} onRetry={reopen} />}
      <Card
        flush
        title={messages.count(shown.length)}
        actions={
          <div className="flex items-center gap-2">
            <Segmented label={messages.filter} value={filter} onChange={setFilter} options={options} />
            <Button size="sm" variant="ghost" onClick={clear} disabled={events.length === 0}>
              {messages.clear}
            </Button>
          </div>
        }
      >
        {shown.length === 0 ? (
          <Empty
            icon={Radio}
            title={messages.emptyTitle}
            body={events.length > 0 ? messages.noneRising : messages.emptyBody}
          />
        ) : (
          <ol aria-label={messages.title} aria-live="polite" aria-relevant="additions" className="border-t border-line">
            {shown.map((event) => (
              <FeedEvent key={event.id} event={event} now={now} fresh={!before.has(event.id)} />
            ))}
          </ol>
        )}
      </Card>
    </Page>
  );
}
