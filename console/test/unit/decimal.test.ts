/** Typed numbers: what each language means, and what is refused as ambiguous. */
import { describe, expect, it } from 'vitest';
import { decimalMark, parseDecimal, toTyped } from '@/i18n/decimal';

describe('reading what people type', () => {
  it.each([
    ['1234.5', 'en', '1234.5'],
    ['14.80', 'en', '14.8'],
    ['007', 'en', '7'],
    ['1 234', 'fr', '1234'],
    ['1\u202f234,5', 'fr', '1234.5'],
    ['14,8', 'fr', '14.8'],
    ['14.8', 'fr', '14.8'],
    ['14,8', 'en', '14.8'],
    ['20,000', 'vi', '20'],
    ['0', 'vi', '0'],
  ])('%j in %s is %s', (typed, locale, decimal) => {
    expect(parseDecimal(typed, locale)).toBe(decimal);
  });

  it.each([
    ['1,000', 'en'],
    ['1.000', 'fr'],
    ['1.000', 'vi'],
    ['1,000,000', 'en'],
    ['-5', 'en'],
    ['', 'en'],
    ['many', 'en'],
    ['5.', 'en'],
    ['1e6', 'en'],
  ])('%j in %s is refused', (typed, locale) => {
    expect(parseDecimal(typed, locale)).toBeNull();
  });

  it('writes numbers back the way they are read', () => {
    expect(decimalMark('fr')).toBe(',');
    expect(toTyped('14.8', 'fr')).toBe('14,8');
    expect(parseDecimal(toTyped(2048.25, 'vi'), 'vi')).toBe('2048.25');
  });
});
