/** Money without floats: minor units and text only (CAT-9). */

const exponents = new Map<string, number>();

/** How many decimal places the currency has after ISO 4217: USD 2, VND 0, XOF 0. */
export function exponentOf(currency: string): number {
  const known = exponents.get(currency);
  if (known !== undefined) return known;
  const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  const exponent = maximumFractionDigits ?? 2;
  exponents.set(currency, exponent);
  return exponent;
}

/** 7900 with exponent 2 is "79.00"; exact for every safe integer. */
export function minorToDecimal(amountMinor: number, exponent: number): string {
  const negative = amountMinor < 0;
  const digits = Math.abs(amountMinor)
    .toString()
    .padStart(exponent + 1, '0');
  const cut = digits.length - exponent;
  const text = exponent === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`;
  return negative ? `-${text}` : text;
}

/** "79.5" with exponent 2 is 7950; null when there are more decimals than the currency has, or too many digits. */
export function decimalToMinor(decimal: string, exponent: number): number | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal);
  if (!match) return null;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > exponent) return null;
  const minor = Number(`${sign}${whole}${significant.padEnd(exponent, '0')}`);
  return Number.isSafeInteger(minor) ? minor : null;
}
