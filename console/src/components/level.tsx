/** Quota levels: a colour, a shape and a word each, so that none of them stands alone (QUO-6). */
import { CircleAlert, CircleCheck, OctagonX, TriangleAlert } from 'lucide-react';
import type { QuotaLevel } from '@/gql/graphql';
import { useMessages } from '@/i18n';
import { Badge, type Tone } from './badge';
import { cn } from './cn';

const TONES: Record<QuotaLevel, Tone> = { NORMAL: 'normal', WARNING: 'warning', ALERT: 'alert', EXCEEDED: 'exceeded' };

const ICONS = { NORMAL: CircleCheck, WARNING: TriangleAlert, ALERT: CircleAlert, EXCEEDED: OctagonX } as const;

const INKS: Record<QuotaLevel, string> = {
  NORMAL: 'text-normal-ink',
  WARNING: 'text-warning-ink',
  ALERT: 'text-alert-ink',
  EXCEEDED: 'text-exceeded-ink',
};

/** The shape of a level, in its colour. */
export function LevelIcon({ level, className }: { level: QuotaLevel; className?: string }) {
  const Icon = ICONS[level];
  return <Icon aria-hidden className={cn('size-3.5 shrink-0', INKS[level], className)} />;
}

/** Shape and word. */
export function LevelBadge({ level }: { level: QuotaLevel }) {
  const messages = useMessages();
  return (
    <Badge tone={TONES[level]} data-level={level}>
      <LevelIcon level={level} className="size-3" />
      {messages.level[level]}
    </Badge>
  );
}

const ORDER: readonly QuotaLevel[] = ['NORMAL', 'WARNING', 'ALERT', 'EXCEEDED'];

/** The most pressing of several levels. */
export function highestLevel(levels: readonly QuotaLevel[]): QuotaLevel {
  return levels.reduce<QuotaLevel>(
    (high, level) => (ORDER.indexOf(level) > ORDER.indexOf(high) ? level : high),
    'NORMAL',
  );
}
