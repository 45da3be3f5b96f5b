/** Sixty-four invented organizations with members, quotas and subscriptions. */
import type { QuotaLevel, SubscriptionChangeKind, SubscriptionStatus } from '@/gql/graphql';
import type { LimitRow, PlanRow } from './catalog';
import { seeded } from './random';

const FIRST = [
  'Northwind',
  'Harbour',
  'Linden',
  'Quarry',
  'Saffron',
  'Tideway',
  'Umbra',
  'Verdant',
  'Wexford',
  'Yarrow',
  'Zephyr',
  'Alder',
  'Bramble',
  'Cobalt',
  'Drift',
  'Ember',
] as const;
const SECOND = ['Analytics', 'Foods', 'Robotics', 'Press'] as const;
const PEOPLE = [
  'Ada Okafor',
  'Minh Trần',
  'Chloé Lefèvre',
  'Jonas Berg',
  'Priya Nair',
  'Luca Rossi',
  'Sara Haddad',
  'Tom Whitfield',
  'Awa Diop',
  'Mei Lin',
  'Noor Aziz',
  'Hugo Martin',
] as const;
const STATUSES: readonly SubscriptionStatus[] = [
  'ACTIVE',
  'ACTIVE',
  'ACTIVE',
  'TRIAL',
  'ACTIVE',
  'PAST_DUE',
  'ACTIVE',
  'CANCELLING',
];

const DAY_MS = 86_400_000;

export function levelOf(percentage: number | null): QuotaLevel {
  if (percentage === null || percentage < 80) return 'NORMAL';
  if (percentage < 95) return 'WARNING';
  return percentage < 100 ? 'ALERT' : 'EXCEEDED';
}

/** A quota row as the graph answers it. */
export function quotaRow({ meter, limit, policy }: LimitRow, used: number) {
  const counted = meter.kind !== 'CAP';
  const percentage = limit === null || !counted ? null : Math.round((used / limit) * 10_000) / 100;
  return {
    meter,
    used: counted ? used : 0,
    reserved: 0,
    limit,
    remaining: limit === null ? null : Math.max(0, limit - used),
    percentage,
    level: levelOf(percentage),
    policy,
    window: null,
    explanation: [{ source: 'PLAN', amount: limit, reference: null, expiresAt: null }],
  };
}

export type QuotaRow = ReturnType<typeof quotaRow>;

function quotasOf(limits: readonly LimitRow[], random: () => number): QuotaRow[] {
  return limits.map((limit) => {
    if (limit.meter.kind === 'CAP') return quotaRow(limit, 0);
    const share = random() ** 1.4 * (random() > 0.93 ? 1.04 : 0.99);
    const base = limit.limit ?? 400;
    const scale = 10 ** limit.meter.scale;
    return quotaRow(limit, Math.round(base * share * scale) / scale);
  });
}

function timelineOf(slug: string, plans: readonly PlanRow[], plan: PlanRow, status: SubscriptionStatus, start: number) {
  const free = plans[0] ?? plan;
  const change = (
    index: number,
    kind: SubscriptionChangeKind,
    days: number,
    from: PlanRow | null,
    to: PlanRow,
    toStatus: SubscriptionStatus,
    fromStatus: SubscriptionStatus | null,
  ) => ({
    id: `change-${slug}-${index}`,
    kind,
    fromPlan: from,
    toPlan: to,
    fromStatus,
    toStatus,
    occurredAt: new Date(start + days * DAY_MS).toISOString(),
  });
  const timeline = [change(0, 'STARTED', 0, null, free, 'ACTIVE', null)];
  if (plan !== free) {
    timeline.push(change(1, 'TRIAL_STARTED', 9, free, plan, 'TRIAL', 'ACTIVE'));
    if (status !== 'TRIAL') timeline.push(change(2, 'TRIAL_CONVERTED', 23, plan, plan, 'ACTIVE', 'TRIAL'));
    if (status === 'CANCELLING') timeline.push(change(3, 'CANCELLED', 80, plan, plan, 'CANCELLING', 'ACTIVE'));
  }
  return timeline;
}

function subscriptionOf(
  slug: string,
  plans: readonly PlanRow[],
  plan: PlanRow,
  status: SubscriptionStatus,
  now: number,
  start: number,
) {
  const version = plan.currentVersion;
  const monthly = version?.prices.find(({ interval }) => interval === 'MONTHLY');
  const inDays = (days: number) => new Date(now + days * DAY_MS).toISOString();
  return {
    id: `subscription-${slug}`,
    plan,
    planVersion: version,
    status,
    billingInterval: 'MONTHLY',
    currency: 'USD',
    price: monthly?.price ?? { amountMinor: 64_900, currency: 'USD', formatted: '' },
    currentPeriodStart: inDays(-12),
    currentPeriodEnd: inDays(18),
    trialEndsAt: status === 'TRIAL' ? inDays(5) : null,
    cancelAtPeriodEnd: status === 'CANCELLING',
    cancelAt: status === 'CANCELLING' ? inDays(18) : null,
    cancelledAt: null,
    timeline: timelineOf(slug, plans, plan, status, start),
  };
}

function person(index: number, slug: string) {
  const name = PEOPLE[index % PEOPLE.length] ?? 'Ada Okafor';
  const [first = 'ada'] = name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z ]/g, '')
    .split(' ');
  return { id: `user-${slug}-${index}`, name, email: `${first}@${slug}.example`, createdAt: '2025-11-20T08:00:00Z' };
}

function membersOf(slug: string, count: number, start: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: `member-${slug}-${index}`,
    user: person(index, slug),
    role:
      index === 0
        ? { key: 'org_owner', name: 'Owner', permissions: [] }
        : { key: 'org_member', name: 'Member', permissions: [] },
    createdAt: new Date(start + index * 6 * DAY_MS).toISOString(),
  }));
}

/** Makes the organizations and counts them on their plans. */
export function createOrganizations(plans: readonly PlanRow[], now: number) {
  const random = seeded(20_261_120);
  return Array.from({ length: FIRST.length * SECOND.length }, (_, index) => {
    const name = `${FIRST[index % FIRST.length]} ${SECOND[Math.floor(index / FIRST.length)]}`;
    const slug = name.toLowerCase().replaceAll(' ', '-');
    const plan = plans[Math.min(plans.length - 1, Math.floor(random() ** 1.25 * (plans.length - 0.55)))] as PlanRow;
    plan.subscriberCount += 1;
    const status: SubscriptionStatus = plan.tier === 0 ? 'ACTIVE' : (STATUSES[index % STATUSES.length] ?? 'ACTIVE');
    const start = now - (330 - index * 4) * DAY_MS;
    const members = membersOf(slug, 3 + Math.floor(random() * 14), start);
    const quotas = quotasOf(plan.currentVersion?.limits ?? [], random);
    const memberQuota = quotas.findIndex(({ meter }) => meter.key === 'members');
    const memberLimit = plan.currentVersion?.limits[memberQuota];
    if (memberLimit) quotas[memberQuota] = quotaRow(memberLimit, members.length);
    return {
      id: `organization-${slug}`,
      name,
      slug,
      description: null,
      website: `https://${slug}.example`,
      logoUrl: null,
      billingEmail: `billing@${slug}.example`,
      settings: {},
      isActive: index !== 41,
      accessMode: status === 'PAST_DUE' ? 'READ_ONLY' : 'FULL',
      version: 1,
      owner: person(0, slug),
      memberCount: members.length,
      createdAt: new Date(start).toISOString(),
      updatedAt: new Date(start).toISOString(),
      quotas,
      subscription: subscriptionOf(slug, plans, plan, status, now, start),
      memberRows: members,
    };
  });
}

export type OrganizationRow = ReturnType<typeof createOrganizations>[number];
