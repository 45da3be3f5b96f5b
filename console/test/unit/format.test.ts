/** Quantities and dates. */
import { describe, expect, it } from 'vitest';
import { createFormat } from '@/i18n/format';

const english = createFormat('en-US');
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('quantities', () => {
  it('show as many decimals as the meter has, at most', () => {
    expect(english.quantity(14.8, { unit: 'cores', scale: 2 })).toBe('14.8');
    expect(english.quantity(14.866, { unit: 'cores', scale: 2 })).toBe('14.87');
  });

  it('name physical units and leave counted things to the meter', () => {
    expect(plain(english.quantity(40_960, { unit: 'MB', scale: 0 }))).toBe('40,960 MB');
    expect(english.quantity(12, { unit: 'projects', scale: 0 })).toBe('12');
  });

  it('scale bytes', () => {
    expect(plain(english.quantity(10_500_000_000, { unit: 'bytes', scale: 0 }))).toBe('10.5 GB');
    expect(plain(english.quantity(999, { unit: 'bytes', scale: 0 }))).toBe('999 B');
  });
});

describe('dates', () => {
  it('keep a period in its month wherever the reader is', () => {
    expect(english.monthLong('2026-11-01')).toBe('November 2026');
    expect(createFormat('fr').monthLong('2026-08-01')).toBe('août 2026');
  });

  it('count back in the largest unit that fits', () => {
    const now = Date.parse('2026-11-20T12:00:00Z');
    expect(english.relative('2026-11-20T11:57:10Z', now)).toBe('2 minutes ago');
    expect(english.relative('2026-11-20T09:00:00Z', now)).toBe('3 hours ago');
    expect(english.relative('2026-11-18T12:00:00Z', now)).toBe('2 days ago');
  });

  it('never speak of the future when two clocks disagree', () => {
    expect(english.relative('2026-11-20T12:00:30Z', Date.parse('2026-11-20T12:00:00Z'))).toBe('now');
  });
});
