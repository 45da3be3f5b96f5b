/** Says a publication's change in the reader's words: the preview names paths such as `limits.members` and `prices.USD.MONTHLY`. */
import type { BillingInterval, OverQuotaPolicy, PlanPublicationQuery } from '@/gql/graphql';
import { type Format, type MessageCatalog, useFormat, useMessages } from '@/i18n';
import { decimalToMinor, exponentOf } from '@/i18n/money';
import type { Meter, Plan } from './plan';

type Change = PlanPublicationQuery['previewPlanPublication']['changes'][number];

export interface ChangeText {
  label: string;
  before: string;
  after: string;
}

function meterIn(plan: Plan, path: string): Meter | undefined {
  const limits = [...(plan.draft?.limits ?? []), ...(plan.currentVersion?.limits ?? [])];
  // Meter keys may hold dots themselves ("storage.bytes"): the longest that fits is meant.
  return limits
    .map(({ meter }) => meter)
    .filter(({ key }) => path === `limits.${key}` || path.startsWith(`limits.${key}.`))
    .sort((a, b) => b.key.length - a.key.length)[0];
}

function priceIn(plan: Plan, path: string) {
  const prices = [...(plan.draft?.prices ?? []), ...(plan.currentVersion?.prices ?? [])];
  const words = path.toUpperCase().split(/[.\-_/]/);
  return prices.find(({ currency, interval }) => words.includes(currency) && words.includes(interval));
}

function policyText(value: string, messages: MessageCatalog): string {
  const policies: Record<string, string | undefined> = messages.policy;
  return policies[value as OverQuotaPolicy] ?? value;
}

/** Amounts come as plain decimals; a text that is none is shown as it is. */
function limitText(value: string | null, meter: Meter, format: Format, messages: MessageCatalog): string {
  if (value === null || value === 'unlimited') return messages.common.unlimited;
  const amount = Number(value);
  return Number.isFinite(amount) ? format.quantity(amount, meter) : policyText(value, messages);
}

/** Prices come as "29.00 USD"; a text of another form is shown as it is. */
function priceText(value: string | null, format: Format): string {
  if (value === null) return '—';
  const [, decimal = '', currency = ''] = /^(-?\d+(?:\.\d+)?) ([A-Z]{3})$/.exec(value) ?? [];
  if (currency === '') return value;
  const amountMinor = decimalToMinor(decimal, exponentOf(currency));
  return amountMinor === null ? value : format.money({ amountMinor, currency });
}

/** The words for one change. */
export function describeChange(plan: Plan, change: Change, messages: MessageCatalog, format: Format): ChangeText {
  const { path, before, after } = change;
  const meter = path.startsWith('limits') ? meterIn(plan, path) : undefined;
  if (meter) {
    const isPolicy = path.endsWith('.policy');
    const say = (value: string | null) =>
      isPolicy ? (value === null ? '—' : policyText(value, messages)) : limitText(value, meter, format, messages);
    return {
      label: isPolicy ? messages.plans.policyOf(meter.name) : meter.name,
      before: say(before),
      after: say(after),
    };
  }
  const price = path.startsWith('prices') ? priceIn(plan, path) : undefined;
  if (price) {
    const interval: BillingInterval = price.interval;
    return {
      label: messages.plans.price(price.currency, messages.interval[interval]),
      before: priceText(before, format),
      after: priceText(after, format),
    };
  }
  const label = path === 'trialDays' ? messages.plans.trialLength : path;
  return { label, before: before ?? '—', after: after ?? '—' };
}

export function useChangeText(plan: Plan): (change: Change) => ChangeText {
  const messages = useMessages();
  const format = useFormat();
  return (change) => describeChange(plan, change, messages, format);
}
