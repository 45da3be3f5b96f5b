/** The hosting catalog as fixtures: meters and five plans. */
import type { BillingInterval, MeterKind, OverQuotaPolicy, PlanVersionStatus, QuotaLevel } from '@/gql/graphql';

import { exponentOf, minorToDecimal } from '@/i18n/money';

export interface MeterRow {
  id: string;
  key: string;
  name: string;
  kind: MeterKind;
  unit: string;
  scale: number;
  window: null;
  thresholds: Array<{ level: QuotaLevel; percentage: number }>;
}

export interface PriceRow {
  currency: string;
  interval: BillingInterval;
  price: { amountMinor: number; currency: string; formatted: string };
}

export interface LimitRow {
  meter: MeterRow;
  limit: number | null;
  policy: OverQuotaPolicy;
}

export interface VersionRow {
  id: string;
  number: number;
  status: PlanVersionStatus;
  trialDays: number;
  publishedAt: string | null;
  createdAt: string;
  prices: PriceRow[];
  limits: LimitRow[];
}

export interface PlanRow {
  id: string;
  key: string;
  name: string;
  description: string;
  tier: number;
  isPublic: boolean;
  archivedAt: string | null;
  currentVersion: VersionRow | null;
  draft: VersionRow | null;
  versions: VersionRow[];
  subscriberCount: number;
}

const THRESHOLDS: MeterRow['thresholds'] = [
  { level: 'WARNING', percentage: 80 },
  { level: 'ALERT', percentage: 95 },
  { level: 'EXCEEDED', percentage: 100 },
];

function meter(key: string, name: string, kind: MeterKind, unit: string, scale = 0): MeterRow {
  return { id: `meter-${key}`, key, name, kind, unit, scale, window: null, thresholds: THRESHOLDS };
}

export const METERS: readonly MeterRow[] = [
  meter('projects', 'Projects', 'GAUGE', 'projects'),
  meter('environments', 'Environments', 'GAUGE', 'environments'),
  meter('servers', 'Servers', 'GAUGE', 'servers'),
  meter('members', 'Members', 'GAUGE', 'members'),
  meter('cpu', 'CPU', 'GAUGE', 'cores', 2),
  meter('ram_mb', 'Memory', 'GAUGE', 'MB'),
  meter('disk_gb', 'Disk', 'GAUGE', 'GB'),
  meter('cpu_per_env', 'CPU per environment', 'CAP', 'cores', 2),
  meter('ram_mb_per_env', 'Memory per environment', 'CAP', 'MB'),
  meter('disk_gb_per_env', 'Disk per environment', 'CAP', 'GB'),
];

const FREE_LIMITS = [10, 30, 5, 20, 20, 40_960, 200, 2, 4_096, 20] as const;

export function price(currency: string, interval: BillingInterval, amountMinor: number): PriceRow {
  return {
    currency,
    interval,
    price: { amountMinor, currency, formatted: `${minorToDecimal(amountMinor, exponentOf(currency))} ${currency}` },
  };
}

interface PlanSeed {
  key: string;
  name: string;
  description: string;
  /** Multiplies the free plan's limits; null is unlimited. */
  factor: number | null;
  monthlyMinor: number | null;
  version: number;
}

const SEEDS: readonly PlanSeed[] = [
  { key: 'free', name: 'Free', description: 'For trying things out.', factor: 1, monthlyMinor: 0, version: 1 },
  {
    key: 'starter',
    name: 'Starter',
    description: 'For a first product in production.',
    factor: 2,
    monthlyMinor: 2_900,
    version: 2,
  },
  {
    key: 'professional',
    name: 'Professional',
    description: 'For teams that run several products.',
    factor: 5,
    monthlyMinor: 7_900,
    version: 3,
  },
  {
    key: 'business',
    name: 'Business',
    description: 'For companies with many teams.',
    factor: 10,
    monthlyMinor: 19_900,
    version: 2,
  },
  {
    key: 'enterprise',
    name: 'Enterprise',
    description: 'Terms by agreement.',
    factor: null,
    monthlyMinor: null,
    version: 1,
  },
];

function limitsOf(factor: number | null): LimitRow[] {
  return METERS.map((of, index) => ({
    meter: of,
    limit: factor === null ? null : (FREE_LIMITS[index] ?? 0) * factor,
    policy: of.key === 'disk_gb' ? 'WARN' : 'DENY',
  }));
}

/** The five plans, freshly made, so that one test's edits do not reach the next. */
export function createPlans(): PlanRow[] {
  return SEEDS.map((seed, tier) => {
    const versions = Array.from({ length: seed.version }, (_, index): VersionRow => {
      const number = index + 1;
      const at = new Date(Date.UTC(2025, 9 + index * 4, 3, 9)).toISOString();
      const earlier = Math.round(((seed.monthlyMinor ?? 0) * (1 - (seed.version - number) * 0.1)) / 100) * 100;
      const prices =
        seed.monthlyMinor === null
          ? []
          : [price('USD', 'MONTHLY', earlier), price('USD', 'ANNUAL', Math.round((earlier * 12 * 0.8) / 100) * 100)];
      return {
        id: `version-${seed.key}-${number}`,
        number,
        status: number === seed.version ? 'PUBLISHED' : 'ARCHIVED',
        trialDays: seed.monthlyMinor ? 14 : 0,
        publishedAt: at,
        createdAt: at,
        prices,
        limits: limitsOf(seed.factor),
      };
    });
    return {
      id: `plan-${seed.key}`,
      key: seed.key,
      name: seed.name,
      description: seed.description,
      tier,
      isPublic: seed.key !== 'enterprise',
      archivedAt: null,
      currentVersion: versions.at(-1) ?? null,
      draft: null,
      versions,
      subscriberCount: 0,
    };
  });
}
