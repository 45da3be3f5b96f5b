/** One quota as a bar, marked where the levels begin (80, 95, 100 %). */
import type { QuotaLevel } from '@/gql/graphql';
import { useFormat, useMessages } from '@/i18n';
import { cn } from './cn';
import { LevelIcon } from './level';

export interface QuotaBarValue {
  used: number;
  limit: number | null;
  percentage: number | null;
  level: QuotaLevel;
  meter: { key: string; name: string; unit: string; scale: number };
}

const FILLS: Record<QuotaLevel, string> = {
  NORMAL: 'bg-normal',
  WARNING: 'bg-warning',
  ALERT: 'bg-alert',
  EXCEEDED: 'bg-exceeded',
};

/** The bar alone; its value is announced as a progress bar. */
export function QuotaTrack({ quota, className }: { quota: QuotaBarValue; className?: string }) {
  const messages = useMessages();
  const format = useFormat();
  const { meter, used, limit, level } = quota;
  const percentage = quota.percentage ?? 0;
  const spoken =
    limit === null
      ? `${format.quantity(used, meter)}, ${messages.common.unlimited}`
      : `${messages.feed.usage(format.quantity(used, meter), format.quantity(limit, meter))}, ${messages.level[level]}`;
  return (
    <div
      role="progressbar"
      aria-label={meter.name}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.min(100, Math.round(percentage))}
      aria-valuetext={spoken}
      className={cn('h-1.5 overflow-hidden rounded-full bg-line', className)}
    >
      <div className={cn('h-full rounded-full', FILLS[level])} style={{ width: `${Math.min(100, percentage)}%` }} />
    </div>
  );
}

/** A compact quota for list rows: name, percentage, shape of the level, bar. */
export function QuotaBar({ quota }: { quota: QuotaBarValue }) {
  const messages = useMessages();
  const format = useFormat();
  const { meter, percentage, level, limit, used } = quota;
  const amount = limit === null ? '∞' : format.percent(Math.floor(percentage ?? 0));
  const title = `${meter.name}: ${format.quantity(used, meter)} / ${limit === null ? messages.common.unlimited : format.quantity(limit, meter)}`;
  return (
    <div data-testid={`quota-bar-${meter.key}`} data-level={level} title={title} className="min-w-0">
      <div className="mb-0.5 flex items-center justify-between gap-1 text-2xs">
        <span className="truncate text-ink-faint">{meter.name}</span>
        <span className="flex items-center gap-0.5 font-medium text-ink-soft">
          {level !== 'NORMAL' && (
            <>
              <LevelIcon level={level} className="size-3" />
              <span className="sr-only">{messages.level[level]}</span>
            </>
          )}
          {amount}
        </span>
      </div>
      <QuotaTrack quota={quota} className="h-1" />
    </div>
  );
}
