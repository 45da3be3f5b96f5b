/** Pure arithmetic on the revenue series; minor units throughout (CAT-9). */
import type { RevenueQuery } from '@/gql/graphql';
import type { MoneyValue } from '@/i18n';

export type Report = RevenueQuery['revenue'];
export type Point = Report['series'][number];

/** The kinds of movement, those that add first. */
export const MOVEMENTS = ['new', 'expansion', 'reactivation', 'contraction', 'churn'] as const;

export type Movement = (typeof MOVEMENTS)[number];

const LOSSES: ReadonlySet<Movement> = new Set(['contraction', 'churn']);

/** The movement with its sign: losses count below zero whichever sign the server writes them with. */
export function signedMinor(point: Point, movement: Movement): number {
  const amount = Math.abs(point[movement].amountMinor);
  return LOSSES.has(movement) && amount !== 0 ? -amount : amount;
}

/** What the period added to MRR. */
export function netMinor(point: Point): number {
  return MOVEMENTS.reduce((sum, movement) => sum + signedMinor(point, movement), 0);
}

/** Growth of the last period over the one before, in percent; null where there is nothing to compare with. */
export function growth(series: readonly Point[]): number | null {
  const last = series.at(-1);
  const before = series.at(-2);
  if (!last || !before || before.mrr.amountMinor === 0) return null;
  return ((last.mrr.amountMinor - before.mrr.amountMinor) / before.mrr.amountMinor) * 100;
}

/** No subscription and no movement in the whole range. */
export function isEmpty(report: Report): boolean {
  return (
    report.activeSubscriptions === 0 &&
    report.trialSubscriptions === 0 &&
    report.series.every((point) => point.mrr.amountMinor === 0 && netMinor(point) === 0)
  );
}

/** The calendar range of the last twelve months, this one included, as dates in UTC. */
export function lastTwelveMonths(today: Date): { from: string; to: string } {
  const from = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 11, 1));
  return { from: from.toISOString().slice(0, 10), to: today.toISOString().slice(0, 10) };
}

export function money(report: Report, amountMinor: number): MoneyValue {
  return { amountMinor, currency: report.currency };
}
