/** Reads numbers as people type them in their language, refusing what could mean two things. */

/** The locale's decimal mark, "." or ",". */
export function decimalMark(locale: string): string {
  const part = new Intl.NumberFormat(locale).formatToParts(1.5).find(({ type }) => type === 'decimal');
  return part?.value ?? '.';
}

/**
 * The canonical decimal ("1234.5") of a typed number, or null. Spaces may group digits; either mark may separate
 * decimals, except where the foreign mark is followed by exactly three digits, which could as well be thousands.
 */
export function parseDecimal(typed: string, locale: string): string | null {
  const text = typed.replace(/[\s\u00a0\u202f]/g, '');
  const match = /^(\d+)(?:([.,])(\d+))?$/.exec(text);
  if (!match) return null;
  const [, whole = '', mark, fraction] = match;
  if (!mark || fraction === undefined) return stripZeros(whole);
  if (mark !== decimalMark(locale) && fraction.length === 3) return null;
  const decimals = fraction.replace(/0+$/, '');
  return decimals === '' ? stripZeros(whole) : `${stripZeros(whole)}.${decimals}`;
}

function stripZeros(digits: string): string {
  return digits.replace(/^0+(?=\d)/, '');
}

/** A canonical decimal as it is typed in the locale: own mark, no grouping. */
export function toTyped(decimal: string | number, locale: string): string {
  return String(decimal).replace('.', decimalMark(locale));
}

/** How many decimals a canonical decimal has. */
export function decimalsOf(decimal: string): number {
  return decimal.split('.')[1]?.length ?? 0;
}
