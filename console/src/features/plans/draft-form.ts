/** From a plan's version to form fields and back to the smallest `updatePlan` that says what changed (CAT-2, CAT-3). */
import type { BillingInterval, OverQuotaPolicy, PlanLimitInput, PlanPriceInput } from '@/gql/graphql';
import { decimalsOf, parseDecimal, toTyped } from '@/i18n/decimal';
import { decimalToMinor, exponentOf, minorToDecimal } from '@/i18n/money';
import type { Limit, Version } from './plan';

/** A limit as it is being typed. */
export interface LimitField {
  typed: string;
  unlimited: boolean;
  policy: OverQuotaPolicy;
}

/** The editor's content; limits by meter key, prices by `currency-INTERVAL`. */
export interface DraftForm {
  limits: Record<string, LimitField>;
  prices: Record<string, string>;
}

/** What is wrong with a field; the screen has the words. */
export type Fault = { kind: 'number' } | { kind: 'decimals'; allowed: number } | { kind: 'server'; message: string };

/** Faults by field: `limits.<meter>` or `prices.<currency>-<INTERVAL>`. */
export type Faults = Readonly<Record<string, Fault>>;

export function priceKey(currency: string, interval: BillingInterval): string {
  return `${currency}-${interval}`;
}

function limitField({ limit, policy }: Limit, locale: string): LimitField {
  return { typed: limit === null ? '' : toTyped(limit, locale), unlimited: limit === null, policy };
}

/** The form that shows a version as it is. */
export function formOf(version: Version, locale: string): DraftForm {
  return {
    limits: Object.fromEntries(version.limits.map((limit) => [limit.meter.key, limitField(limit, locale)])),
    prices: Object.fromEntries(
      version.prices.map(({ currency, interval, price }) => [
        priceKey(currency, interval),
        toTyped(minorToDecimal(price.amountMinor, exponentOf(currency)), locale),
      ]),
    ),
  };
}

type Read<Value> = { value: Value } | { fault: Fault };

function readLimit(field: LimitField, scale: number, locale: string): Read<number | null> {
  if (field.unlimited) return { value: null };
  const decimal = parseDecimal(field.typed, locale);
  if (decimal === null) return { fault: { kind: 'number' } };
  if (decimalsOf(decimal) > scale) return { fault: { kind: 'decimals', allowed: scale } };
  const value = Number(decimal);
  return Number.isSafeInteger(Math.trunc(value)) ? { value } : { fault: { kind: 'number' } };
}

function readPrice(typed: string, currency: string, locale: string): Read<number> {
  const exponent = exponentOf(currency);
  const decimal = parseDecimal(typed, locale);
  if (decimal === null) return { fault: { kind: 'number' } };
  if (decimalsOf(decimal) > exponent) return { fault: { kind: 'decimals', allowed: exponent } };
  const value = decimalToMinor(decimal, exponent);
  return value === null ? { fault: { kind: 'number' } } : { value };
}

/** Either what is wrong, or the changes to send. */
export interface DraftReading {
  faults: Faults;
  limits: PlanLimitInput[];
  prices: PlanPriceInput[];
}

/** Compares the form with the version it started from; what did not change is not sent. */
export function readDraft(form: DraftForm, version: Version, locale: string): DraftReading {
  const faults: Record<string, Fault> = {};
  const limits: PlanLimitInput[] = [];
  const prices: PlanPriceInput[] = [];
  for (const before of version.limits) {
    const { key, scale } = before.meter;
    const field = form.limits[key];
    if (!field) continue;
    const read = readLimit(field, scale, locale);
    if ('fault' in read) faults[`limits.${key}`] = read.fault;
    else if (read.value !== before.limit || field.policy !== before.policy) {
      const amount = read.value === null ? { unlimited: true } : { limit: read.value };
      limits.push({ meter: key, ...amount, policy: field.policy });
    }
  }
  for (const { currency, interval, price } of version.prices) {
    const typed = form.prices[priceKey(currency, interval)];
    if (typed === undefined) continue;
    const read = readPrice(typed, currency, locale);
    if ('fault' in read) faults[`prices.${priceKey(currency, interval)}`] = read.fault;
    else if (read.value !== price.amountMinor) prices.push({ currency, interval, amountMinor: read.value });
  }
  return { faults, limits, prices };
}

/**
 * Places the server's user errors at their fields. Paths name the input ("limits", "0", "limit"), the index counting
 * what was sent; a path may also name the meter ("limits", "members"). What has no field is returned for the summary.
 */
export function placeUserErrors(
  errors: ReadonlyArray<{ message: string; path: readonly string[] }>,
  sent: Pick<DraftReading, 'limits' | 'prices'>,
): { faults: Faults; general: string[] } {
  const faults: Record<string, Fault> = {};
  const general: string[] = [];
  for (const { message, path } of errors) {
    const steps = path[0] === 'input' ? path.slice(1) : path;
    const field = fieldOf(steps, sent);
    if (field) faults[field] = { kind: 'server', message };
    else general.push(message);
  }
  return { faults, general };
}

function fieldOf([list, step]: readonly string[], sent: Pick<DraftReading, 'limits' | 'prices'>): string | null {
  if (step === undefined) return null;
  if (list === 'limits') {
    const limit = sent.limits[Number(step)] ?? sent.limits.find(({ meter }) => meter === step);
    return limit ? `limits.${limit.meter}` : null;
  }
  if (list === 'prices') {
    const price = sent.prices[Number(step)] ?? sent.prices.find(({ currency }) => currency === step);
    return price ? `prices.${priceKey(price.currency, price.interval)}` : null;
  }
  return null;
}
