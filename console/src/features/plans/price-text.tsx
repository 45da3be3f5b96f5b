/** A price, or the word for having none. */

import type { MoneyValue } from '@/i18n';
import { useFormat, useMessages } from '@/i18n';

export function PriceText({ price }: { price: MoneyValue | null }) {
  const messages = useMessages().plans;
  const format = useFormat();
  if (!price) return <span className="text-ink-faint">{messages.onRequest}</span>;
  if (price.amountMinor === 0) return <>{messages.free}</>;
  return <>{format.money(price)}</>;
}
