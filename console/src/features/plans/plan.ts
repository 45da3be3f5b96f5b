/** What the plans screens read out of a plan; pure. */
import type { BillingInterval, MeterKind, PlanFieldsFragment, PlanVersionFieldsFragment } from '@/gql/graphql';
import type { MoneyValue } from '@/i18n';

export type Plan = PlanFieldsFragment;
export type Version = PlanVersionFieldsFragment;
export type Limit = Version['limits'][number];
export type Meter = Limit['meter'];

/** Plans by tier, the order in which customers climb them. */
export function byTier<Item extends { tier: number; name: string }>(plans: readonly Item[]): Item[] {
  return [...plans].sort((a, b) => a.tier - b.tier || a.name.localeCompare(b.name));
}

/** The version to show: the published one, else the first draft. */
export function shownVersion(plan: Plan): Version | null {
  return plan.currentVersion ?? plan.draft;
}

/** The price of an interval in a currency, if the plan has one. */
export function priceOf(version: Version, interval: BillingInterval, currency: string): MoneyValue | null {
  return version.prices.find((price) => price.interval === interval && price.currency === currency)?.price ?? null;
}

/** Every currency that any of the versions is priced in. */
export function currenciesOf(versions: readonly Version[]): string[] {
  return [...new Set(versions.flatMap((version) => version.prices.map((price) => price.currency)))].sort();
}

/** How much cheaper a year is than twelve months, in whole percent; null when it is not. */
export function annualSaving(monthly: MoneyValue | null, annual: MoneyValue | null): number | null {
  if (!monthly || !annual || monthly.amountMinor === 0) return null;
  const saving = Math.round((1 - annual.amountMinor / (monthly.amountMinor * 12)) * 100);
  return saving > 0 ? saving : null;
}

const KIND_ORDER: readonly MeterKind[] = ['GAUGE', 'COUNTER', 'CAP', 'FLAG'];

/** The meters of all versions, once each: what is counted first, then caps, then features. */
export function metersOf(versions: readonly Version[]): Meter[] {
  const meters = new Map<string, Meter>();
  for (const { meter } of versions.flatMap((version) => version.limits)) meters.set(meter.key, meter);
  return [...meters.values()].sort((a, b) => KIND_ORDER.indexOf(a.kind) - KIND_ORDER.indexOf(b.kind));
}
