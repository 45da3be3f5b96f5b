/** Drafts, previews and publications over the fixtures, with the server's rules (CAT-3, CAT-4). */
import type { PlanLimitInput, PlanPriceInput, UpdatePlanInput } from '@/gql/graphql';
import { type LimitRow, METERS, type PlanRow, price, type VersionRow } from './catalog';

interface UserErrorRow {
  code: string;
  message: string;
  path: string[];
}

function draftOf(plan: PlanRow): VersionRow {
  if (plan.draft) return plan.draft;
  const base = plan.currentVersion;
  const number = Math.max(0, ...plan.versions.map((version) => version.number)) + 1;
  return {
    id: `version-${plan.key}-${number}`,
    number,
    status: 'DRAFT',
    trialDays: base?.trialDays ?? 14,
    publishedAt: null,
    createdAt: new Date().toISOString(),
    prices: [...(base?.prices ?? [])],
    limits: [...(base?.limits ?? [])],
  };
}

function validate(limits: readonly PlanLimitInput[]): UserErrorRow[] {
  return limits.flatMap(({ meter, limit }, index) => {
    const known = METERS.find(({ key }) => key === meter);
    const path = ['input', 'limits', String(index), 'limit'];
    if (!known) return [{ code: 'VALIDATION', message: `There is no meter "${meter}".`, path }];
    if ((limit ?? 0) > 1_000_000) return [{ code: 'VALIDATION', message: 'The largest limit is 1000000.', path }];
    return [];
  });
}

function withLimits(rows: readonly LimitRow[], inputs: readonly PlanLimitInput[]): LimitRow[] {
  return rows.map((row) => {
    const input = inputs.find(({ meter }) => meter === row.meter.key);
    if (!input) return row;
    return { ...row, limit: input.unlimited ? null : (input.limit ?? row.limit), policy: input.policy ?? row.policy };
  });
}

function withPrices(rows: VersionRow['prices'], inputs: readonly PlanPriceInput[]): VersionRow['prices'] {
  return rows.map((row) => {
    const input = inputs.find(({ currency, interval }) => currency === row.currency && interval === row.interval);
    return input ? price(row.currency, row.interval, input.amountMinor) : row;
  });
}

/** `updatePlan`: edits the draft, making one where there is none. */
export function updatePlan(plan: PlanRow | undefined, input: UpdatePlanInput) {
  if (!plan)
    return {
      plan: null,
      userErrors: [{ code: 'NOT_FOUND', message: 'There is no such plan.', path: ['input', 'planKey'] }],
    };
  const userErrors = validate(input.limits ?? []);
  if (userErrors.length > 0) return { plan: null, userErrors };
  const draft = draftOf(plan);
  const edited = {
    ...draft,
    limits: withLimits(draft.limits, input.limits ?? []),
    prices: withPrices(draft.prices, input.prices ?? []),
  };
  plan.draft = edited;
  plan.versions = [...plan.versions.filter(({ id }) => id !== edited.id), edited];
  return { plan, userErrors: [] };
}

function changesOf(plan: PlanRow) {
  const { draft, currentVersion } = plan;
  if (!draft) return [];
  const limits = draft.limits.flatMap((row) => {
    const before = currentVersion?.limits.find(({ meter }) => meter.key === row.meter.key);
    const path = `limits.${row.meter.key}`;
    const text = (limit: number | null | undefined) =>
      limit === undefined ? null : limit === null ? 'unlimited' : String(limit);
    return [
      ...(before?.limit === row.limit ? [] : [{ path, before: text(before?.limit), after: text(row.limit) }]),
      ...(before?.policy === row.policy
        ? []
        : [{ path: `${path}.policy`, before: before?.policy ?? null, after: row.policy as string }]),
    ];
  });
  const prices = draft.prices.flatMap((row) => {
    const before = currentVersion?.prices.find(
      (other) => other.currency === row.currency && other.interval === row.interval,
    );
    if (before?.price.amountMinor === row.price.amountMinor) return [];
    return [
      {
        path: `prices.${row.currency}.${row.interval}`,
        before: before ? before.price.formatted : null,
        after: row.price.formatted,
      },
    ];
  });
  return [...prices, ...limits];
}

/** `previewPlanPublication`; the hash covers everything that the preview shows. */
export function previewPublication(plan: PlanRow) {
  const changes = changesOf(plan);
  return {
    hash: `${plan.draft?.id ?? 'none'}:${JSON.stringify(changes)}`,
    planVersion: plan.draft ?? plan.currentVersion,
    subscribersOnEarlierVersions: plan.subscriberCount,
    changes,
  };
}

/** `publishPlan`; refused when the draft is not the one that was seen. */
export function publishPlan(plan: PlanRow | undefined, previewHash: string) {
  const draft = plan?.draft;
  if (!plan || !draft || previewPublication(plan).hash !== previewHash) {
    const error = {
      code: 'CONFLICT',
      message: 'The draft has changed since it was previewed.',
      path: ['input', 'previewHash'],
    };
    return { plan: plan ?? null, planVersion: null, userErrors: [error] };
  }
  const published: VersionRow = { ...draft, status: 'PUBLISHED', publishedAt: new Date().toISOString() };
  plan.versions = plan.versions.map((version) =>
    version.id === published.id
      ? published
      : version.status === 'PUBLISHED'
        ? { ...version, status: 'ARCHIVED' }
        : version,
  );
  plan.currentVersion = published;
  plan.draft = null;
  return { plan, planVersion: published, userErrors: [] };
}
