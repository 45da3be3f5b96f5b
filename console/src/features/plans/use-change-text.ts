/** Says a publication's change in the reader's words: the preview names paths such as `limits.members.limit`. */
import type { BillingInterval, OverQuotaPolicy, PlanPublicationQuery } from '@/gql/graphql';
import { type Format, type MessageCatalog, useFormat, useMessages } from '@/i18n';
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

function priceText(value: string | null, currency: string, format: Format): string {
  if (value === null) return '—';
  const amountMinor = Number(value);
  return Number.isSafeInteger(amountMinor) ? format.money({ amountMinor, currency }) : value;
}

function describe(plan: Plan, change: Change, messages: MessageCatalog, format: Format): ChangeText {
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
      before: priceText(before, price.currency, format),
      after: priceText(after, price.currency, format),
    };
  }
  return { label: path, before: before ?? '—', after: after ?? '—' };
}

export function useChangeText(plan: Plan): (change: Change) => ChangeText {
  const messages = useMessages();
  const format = useFormat();
  return (change) => describe(plan, change, messages, format);
}
