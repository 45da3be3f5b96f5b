/** Numbers, money, quantities and dates in the reader's language. */
import { exponentOf, minorToDecimal } from './money';

export interface MoneyValue {
  amountMinor: number;
  currency: string;
}

/** Units that are written behind the number; for the others the meter's name says it all. */
const WRITTEN_UNITS: Record<string, string> = {
  gb: 'GB',
  mb: 'MB',
  gib: 'GiB',
  mib: 'MiB',
  tb: 'TB',
  ms: 'ms',
  minutes: 'min',
};

/** The unit as it is written behind a number; empty where the meter's name says it. */
export function writtenUnit(unit: string): string {
  return WRITTEN_UNITS[unit.toLowerCase()] ?? '';
}

const BYTE_STEPS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

type DecimalText = `${number}`;

/** The formatters of one locale. */
export interface Format {
  locale: string;
  number(value: number, options?: Intl.NumberFormatOptions): string;
  percent(value: number): string;
  money(value: MoneyValue): string;
  /** Whole units and "12.4K" from ten thousand up, for axes and tight places. */
  moneyCompact(value: MoneyValue): string;
  /** With an explicit sign, for movements. */
  moneyChange(value: MoneyValue): string;
  quantity(value: number, meter: { unit: string; scale: number }): string;
  date(value: string): string;
  dateTime(value: string): string;
  time(value: string): string;
  month(value: string): string;
  monthLong(value: string): string;
  relative(value: string, now: number): string;
}

function bytes(value: number, number: Format['number']): string {
  let step = 0;
  let amount = value;
  while (Math.abs(amount) >= 1000 && step < BYTE_STEPS.length - 1) {
    amount /= 1000;
    step += 1;
  }
  return `${number(amount, { maximumFractionDigits: 1 })}\u00a0${BYTE_STEPS[step]}`;
}

const RELATIVE_STEPS: ReadonlyArray<[Intl.RelativeTimeFormatUnit, number]> = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

function memo<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

function moneyFormats(locale: string): Pick<Format, 'money' | 'moneyCompact' | 'moneyChange'> {
  const base = { style: 'currency', currencyDisplay: 'narrowSymbol' } as const;
  const plain = memo((currency) => new Intl.NumberFormat(locale, { ...base, currency }));
  const compact = memo(
    (currency) =>
      new Intl.NumberFormat(locale, {
        ...base,
        currency,
        notation: 'compact',
        minimumFractionDigits: 0,
        maximumFractionDigits: 1,
      }),
  );
  const signed = memo((currency) => new Intl.NumberFormat(locale, { ...base, currency, signDisplay: 'exceptZero' }));
  // Intl takes decimal text exactly, where a number would pass through a float.
  const text = ({ amountMinor, currency }: MoneyValue) =>
    minorToDecimal(amountMinor, exponentOf(currency)) as DecimalText;
  return {
    money: (value) => plain(value.currency).format(text(value)),
    moneyCompact: (value) => compact(value.currency).format(text(value)),
    moneyChange: (value) => signed(value.currency).format(text(value)),
  };
}

function dateFormats(locale: string): Pick<Format, 'date' | 'dateTime' | 'time' | 'month' | 'monthLong' | 'relative'> {
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const dayUtc = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const minute = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  // A series point is a calendar period, not an instant: it must not slide into the month before in the west.
  const month = new Intl.DateTimeFormat(locale, { month: 'short', timeZone: 'UTC' });
  const monthLong = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  return {
    date: (value) => (value.length === 10 ? dayUtc : day).format(new Date(value)),
    dateTime: (value) => minute.format(new Date(value)),
    time: (value) => clock.format(new Date(value)),
    month: (value) => month.format(new Date(value)),
    monthLong: (value) => monthLong.format(new Date(value)),
    relative(value, now) {
      const seconds = Math.min(0, Math.round((new Date(value).getTime() - now) / 1000));
      for (const [unit, size] of RELATIVE_STEPS) {
        if (seconds <= -size) return relative.format(Math.trunc(seconds / size), unit);
      }
      return relative.format(0, 'second');
    },
  };
}

/** Builds the formatters of a locale once. */
export function createFormat(locale: string): Format {
  const number: Format['number'] = (value, options) => new Intl.NumberFormat(locale, options).format(value);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  return {
    locale,
    number,
    percent: (value) => percent.format(value / 100),
    ...moneyFormats(locale),
    quantity(value, { unit, scale }) {
      if (unit.toLowerCase() === 'bytes' || unit.toLowerCase() === 'byte') return bytes(value, number);
      const amount = number(value, { maximumFractionDigits: scale });
      const written = writtenUnit(unit);
      return written ? `${amount}\u00a0${written}` : amount;
    },
    ...dateFormats(locale),
  };
}
