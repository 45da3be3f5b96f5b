/** Revenue arithmetic. */
import { describe, expect, it } from 'vitest';
import { growth, lastTwelveMonths, netMinor, type Point, signedMinor } from '@/features/revenue/series';

const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' });

function point(mrr: number, churn: number): Point {
  return {
    start: '2026-11-01',
    end: '2026-11-30',
    mrr: usd(mrr),
    new: usd(1_000),
    expansion: usd(200),
    contraction: usd(50),
    churn: usd(churn),
    reactivation: usd(0),
  };
}

describe('movements', () => {
  it('count losses below zero whichever sign they come with', () => {
    expect(signedMinor(point(0, 300), 'churn')).toBe(-300);
    expect(signedMinor(point(0, -300), 'churn')).toBe(-300);
    expect(signedMinor(point(0, 0), 'churn')).toBe(0);
    expect(netMinor(point(0, 300))).toBe(850);
  });
});

describe('growth', () => {
  it('compares the last two periods', () => {
    expect(growth([point(100, 0), point(110, 0)])).toBeCloseTo(10);
  });

  it('is unknown without something to compare with', () => {
    expect(growth([])).toBeNull();
    expect(growth([point(100, 0)])).toBeNull();
    expect(growth([point(0, 0), point(100, 0)])).toBeNull();
  });
});

describe('the range', () => {
  it('is this month and the eleven before', () => {
    expect(lastTwelveMonths(new Date('2026-11-20T23:30:00Z'))).toEqual({ from: '2025-12-01', to: '2026-11-20' });
    expect(lastTwelveMonths(new Date('2026-03-31T00:00:00Z'))).toEqual({ from: '2025-04-01', to: '2026-03-31' });
  });
});
