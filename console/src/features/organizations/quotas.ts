/** Which quotas are usage, and which are only the largest single request. */
import type { QuotaFieldsFragment } from '@/gql/graphql';

export type Quota = QuotaFieldsFragment;

/** What fills up: gauges and counters. */
export function countedQuotas(quotas: readonly Quota[]): Quota[] {
  return quotas.filter(({ meter }) => meter.kind === 'GAUGE' || meter.kind === 'COUNTER');
}

/** Caps on one request: they have a limit but no usage. */
export function caps(quotas: readonly Quota[]): Quota[] {
  return quotas.filter(({ meter }) => meter.kind === 'CAP');
}

/** Newer states by meter key. */
export type LiveQuotas = Readonly<Record<string, Quota>>;

/** The quotas as loaded, each replaced by what came live since. */
export function withLive(quotas: readonly Quota[], live: LiveQuotas): Quota[] {
  return quotas.map((quota) => live[quota.meter.key] ?? quota);
}
