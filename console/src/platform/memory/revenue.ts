/** Twelve months of revenue that add up: each month's MRR is the one before plus its movements. */
import type { PlanRow } from './catalog';
import type { OrganizationRow } from './organizations';
import { seeded } from './random';

const CURRENCY = 'USD';

function usd(amountMinor: number) {
  return { amountMinor, currency: CURRENCY, formatted: `${amountMinor} ${CURRENCY}` };
}

function round(amountMinor: number): number {
  return Math.round(amountMinor / 100) * 100;
}

function seriesEndingAt(mrrMinor: number, now: Date) {
  const random = seeded(7);
  let mrr = mrrMinor;
  const points = [];
  for (let back = 0; back < 12; back += 1) {
    const start = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0));
    const fresh = round(mrr * (0.05 + random() * 0.05));
    const expansion = round(mrr * (0.01 + random() * 0.03));
    const contraction = round(mrr * random() * 0.015);
    const churn = round(mrr * (0.005 + random() * 0.02));
    const reactivation = round(mrr * random() * 0.008);
    points.unshift({
      start: start.toISOString().slice(0, 10),
      end: end.toISOString().slice(0, 10),
      mrr: usd(mrr),
      new: usd(fresh),
      expansion: usd(expansion),
      contraction: usd(contraction),
      churn: usd(churn),
      reactivation: usd(reactivation),
    });
    mrr -= fresh + expansion + reactivation - contraction - churn;
  }
  return points;
}

/** The report over the fixtures' subscriptions. */
export function revenueReport(plans: readonly PlanRow[], organizations: readonly OrganizationRow[], now: Date) {
  const paying = organizations.filter(
    ({ subscription }) => subscription.status !== 'TRIAL' && subscription.price.amountMinor > 0,
  );
  const byPlan = plans.flatMap((plan) => {
    const own = paying.filter(({ subscription }) => subscription.plan === plan);
    if (own.length === 0) return [];
    return [
      {
        plan,
        subscriptions: own.length,
        mrr: usd(own.reduce((sum, { subscription }) => sum + subscription.price.amountMinor, 0)),
      },
    ];
  });
  const mrr = byPlan.reduce((sum, row) => sum + row.mrr.amountMinor, 0);
  const series = organizations.length === 0 ? [] : seriesEndingAt(mrr, now);
  const last = series.at(-1);
  const net = last
    ? last.new.amountMinor +
      last.expansion.amountMinor +
      last.reactivation.amountMinor -
      last.contraction.amountMinor -
      last.churn.amountMinor
    : 0;
  return {
    currency: CURRENCY,
    mrr: usd(mrr),
    arr: usd(mrr * 12),
    netNewMrr: usd(net),
    activeSubscriptions: paying.length,
    trialSubscriptions: organizations.filter(({ subscription }) => subscription.status === 'TRIAL').length,
    series,
    byPlan,
  };
}
