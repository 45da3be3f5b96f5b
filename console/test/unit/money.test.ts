/** Money stays exact between what is typed, sent and shown (CAT-9). */
import { describe, expect, it } from 'vitest';
import { createFormat } from '@/i18n/format';
import { decimalToMinor, exponentOf, minorToDecimal } from '@/i18n/money';

describe('exponents', () => {
  it.each([
    ['USD', 2],
    ['VND', 0],
    ['XOF', 0],
    ['KWD', 3],
  ])('%s has %i decimals', (currency, exponent) => {
    expect(exponentOf(currency)).toBe(exponent);
  });
});

describe('minor units and decimals', () => {
  it.each([
    [0, 2, '0.00'],
    [5, 2, '0.05'],
    [7_900, 2, '79.00'],
    [-1, 2, '-0.01'],
    [15_000, 0, '15000'],
    [9_007_199_254_740_991, 2, '90071992547409.91'],
  ])('%i with exponent %i is %s, and back', (minor, exponent, decimal) => {
    expect(minorToDecimal(minor, exponent)).toBe(decimal);
    expect(decimalToMinor(decimal, exponent)).toBe(minor);
  });

  it('refuses more decimals than the currency has, but not zeros behind them', () => {
    expect(decimalToMinor('79.005', 2)).toBeNull();
    expect(decimalToMinor('79.500', 2)).toBe(7_950);
    expect(decimalToMinor('15000.5', 0)).toBeNull();
  });

  it('refuses what no safe integer holds', () => {
    expect(decimalToMinor('99999999999999999', 2)).toBeNull();
    expect(decimalToMinor('', 2)).toBeNull();
    expect(decimalToMinor('1e3', 2)).toBeNull();
  });
});

describe('shown money', () => {
  const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

  it('follows language and currency', () => {
    expect(createFormat('en-US').money({ amountMinor: 2_349_000, currency: 'USD' })).toBe('$23,490.00');
    expect(plain(createFormat('fr').money({ amountMinor: 2_349_000, currency: 'USD' }))).toBe('23 490,00 $');
    expect(plain(createFormat('vi').money({ amountMinor: 1_500_000, currency: 'VND' }))).toBe('1.500.000 ₫');
    expect(plain(createFormat('fr').money({ amountMinor: 45_000, currency: 'XOF' }))).toMatch(/^45 000 F/);
  });

  it('keeps the last cent of the largest amount there is', () => {
    expect(createFormat('en-US').money({ amountMinor: Number.MAX_SAFE_INTEGER, currency: 'USD' })).toBe(
      '$90,071,992,547,409.91',
    );
  });

  it('signs a change, but not nothing', () => {
    const { moneyChange } = createFormat('en-US');
    expect(moneyChange({ amountMinor: 77_500, currency: 'USD' })).toBe('+$775.00');
    expect(moneyChange({ amountMinor: -77_500, currency: 'USD' })).toBe('-$775.00');
    expect(moneyChange({ amountMinor: 0, currency: 'USD' })).toBe('$0.00');
  });

  it('is short on an axis', () => {
    expect(createFormat('en-US').moneyCompact({ amountMinor: 1_240_000, currency: 'USD' })).toBe('$12.4K');
  });
});
