/** A limit in words: an amount, unlimited, included or not. */
import { Check, Minus } from 'lucide-react';
import { useFormat, useMessages } from '@/i18n';
import type { Limit } from './plan';

export function LimitText({ limit }: { limit: Limit | undefined }) {
  const messages = useMessages();
  const format = useFormat();
  const missing = (
    <span className="text-ink-faint">
      <Minus aria-hidden className="inline size-3.5" />
      <span className="sr-only">{messages.plans.notIncluded}</span>
    </span>
  );
  if (!limit) return missing;
  if (limit.meter.kind === 'FLAG') {
    if (limit.limit === 0) return missing;
    return (
      <span className="text-normal-ink">
        <Check aria-hidden className="inline size-4" />
        <span className="sr-only">{messages.plans.included}</span>
      </span>
    );
  }
  if (limit.limit === null) return <span className="text-ink-soft">{messages.common.unlimited}</span>;
  return <>{format.quantity(limit.limit, limit.meter)}</>;
}
