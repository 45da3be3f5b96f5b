/** One crossing: which way, which level, who, how full. */
import { Link } from '@tanstack/react-router';
import { ArrowDownRight, ArrowUpRight } from 'lucide-react';
import { cn } from '@/components/cn';
import { LevelBadge } from '@/components/level';
import { QuotaTrack } from '@/components/quota-bar';
import { useFormat, useMessages } from '@/i18n';
import type { ThresholdEvent } from './feed-log';

function Direction({ event }: { event: ThresholdEvent }) {
  const messages = useMessages().feed;
  const up = event.direction === 'UP';
  const Icon = up ? ArrowUpRight : ArrowDownRight;
  return (
    <span
      data-testid="feed-direction"
      title={up ? messages.up : messages.down}
      className={cn(
        'grid size-8 shrink-0 place-items-center rounded-full',
        up ? 'bg-alert-soft text-alert-ink' : 'bg-normal-soft text-normal-ink',
      )}
    >
      <Icon aria-hidden className="size-4" />
      <span className="sr-only">{up ? messages.up : messages.down}</span>
    </span>
  );
}

export function FeedEvent({ event, now, fresh }: { event: ThresholdEvent; now: number; fresh: boolean }) {
  const messages = useMessages();
  const format = useFormat();
  const { meter, level, used, limit, organization } = event;
  const sentence = (event.direction === 'UP' ? messages.feed.reached : messages.feed.fell)(
    meter.name,
    messages.level[level],
  );
  const percentage = limit === null ? null : limit === 0 ? 100 : (used / limit) * 100;
  return (
    <li
      data-testid="feed-event"
      data-organization={organization.slug}
      data-meter={meter.key}
      data-level={level}
      data-direction={event.direction}
      className={cn(
        'flex items-center gap-4 border-b border-line px-5 py-3 last:border-b-0',
        fresh && 'animate-arrive',
      )}
    >
      <Direction event={event} />
      <div className="min-w-0 grow">
        <p className="text-sm text-pretty">
          <Link
            to="/organizations/$slug"
            params={{ slug: organization.slug }}
            className="font-semibold text-ink hover:underline"
          >
            {organization.name}
          </Link>
          <span className="text-ink-soft"> — {sentence}</span>
        </p>
        <p className="text-xs text-ink-faint">
          <time dateTime={event.occurredAt} title={format.dateTime(event.occurredAt)}>
            {format.relative(event.occurredAt, now)}
          </time>
          <span aria-hidden> · {format.time(event.occurredAt)}</span>
        </p>
      </div>
      <div className="w-40 shrink-0">
        <p className="mb-1 text-right text-xs text-ink-soft">
          {limit === null
            ? format.quantity(used, meter)
            : messages.feed.usage(format.quantity(used, meter), format.quantity(limit, meter))}
        </p>
        <QuotaTrack quota={{ used, limit, percentage, level, meter }} />
      </div>
      <div className="w-28 shrink-0 text-right">
        <LevelBadge level={level} />
      </div>
    </li>
  );
}
