/** The plan editor sends what changed and nothing else (CAT-2, CAT-3). */
import { describe, expect, it } from 'vitest';
import { formOf, placeUserErrors, readDraft } from '@/features/plans/draft-form';
import type { Version } from '@/features/plans/plan';

const meter = (key: string, scale = 0) => ({
  id: key,
  key,
  name: key,
  kind: 'GAUGE' as const,
  unit: key,
  scale,
  window: null,
});

const version: Version = {
  id: 'v1',
  number: 1,
  status: 'PUBLISHED',
  trialDays: 14,
  publishedAt: null,
  prices: [
    { currency: 'USD', interval: 'MONTHLY', price: { amountMinor: 7_900, currency: 'USD' } },
    { currency: 'VND', interval: 'MONTHLY', price: { amountMinor: 1_900_000, currency: 'VND' } },
  ],
  limits: [
    { limit: 100, policy: 'DENY', meter: meter('members') },
    { limit: 20.5, policy: 'WARN', meter: meter('cpu', 2) },
    { limit: null, policy: 'DENY', meter: meter('storage.bytes') },
  ],
};

const edit = (locale: string, change: (form: ReturnType<typeof formOf>) => void) => {
  const form = formOf(version, locale);
  change(form);
  return readDraft(form, version, locale);
};

describe('reading the form', () => {
  it.each(['en', 'fr', 'vi'])('finds no change in an untouched form (%s)', (locale) => {
    expect(edit(locale, () => undefined)).toEqual({ faults: {}, limits: [], prices: [] });
  });

  it('sends a changed amount with its policy', () => {
    const { limits } = edit('en', ({ limits: fields }) => Object.assign(fields.members ?? {}, { typed: '120' }));
    expect(limits).toEqual([{ meter: 'members', limit: 120, policy: 'DENY' }]);
  });

  it('sends a changed policy alone', () => {
    const { limits } = edit('en', ({ limits: fields }) => Object.assign(fields.cpu ?? {}, { policy: 'ALLOW' }));
    expect(limits).toEqual([{ meter: 'cpu', limit: 20.5, policy: 'ALLOW' }]);
  });

  it('says unlimited, and ends it', () => {
    const opened = edit('en', ({ limits: fields }) => Object.assign(fields.members ?? {}, { unlimited: true }));
    expect(opened.limits).toEqual([{ meter: 'members', unlimited: true, policy: 'DENY' }]);
    const closed = edit('en', ({ limits: fields }) =>
      Object.assign(fields['storage.bytes'] ?? {}, { unlimited: false, typed: '5000' }),
    );
    expect(closed.limits).toEqual([{ meter: 'storage.bytes', limit: 5_000, policy: 'DENY' }]);
  });

  it('reads prices in minor units of their own currency and the language of the form', () => {
    const { prices, faults } = edit('fr', ({ prices: typed }) => {
      typed['USD-MONTHLY'] = '89,50';
      typed['VND-MONTHLY'] = '2 000 000';
    });
    expect(faults).toEqual({});
    expect(prices).toEqual([
      { currency: 'USD', interval: 'MONTHLY', amountMinor: 8_950 },
      { currency: 'VND', interval: 'MONTHLY', amountMinor: 2_000_000 },
    ]);
  });

  it('finds what is no number or too exact, at its field', () => {
    const { faults, limits, prices } = edit('en', ({ limits: fields, prices: typed }) => {
      Object.assign(fields.members ?? {}, { typed: '10.5' });
      Object.assign(fields.cpu ?? {}, { typed: '' });
      typed['VND-MONTHLY'] = '10.5';
    });
    expect(faults).toEqual({
      'limits.members': { kind: 'decimals', allowed: 0 },
      'limits.cpu': { kind: 'number' },
      'prices.VND-MONTHLY': { kind: 'decimals', allowed: 0 },
    });
    expect([...limits, ...prices]).toEqual([]);
  });
});

describe("placing the server's errors", () => {
  const sent = {
    limits: [
      { meter: 'cpu', limit: 1 },
      { meter: 'members', limit: 2 },
    ],
    prices: [{ currency: 'USD', interval: 'MONTHLY' as const, amountMinor: 1 }],
  };

  it.each([
    [['input', 'limits', '1', 'limit'], 'limits.members'],
    [['limits', '0'], 'limits.cpu'],
    [['limits', 'members'], 'limits.members'],
    [['input', 'prices', '0', 'amountMinor'], 'prices.USD-MONTHLY'],
  ])('%j belongs to %s', (path, field) => {
    expect(placeUserErrors([{ message: 'Too much.', path }], sent)).toEqual({
      faults: { [field]: { kind: 'server', message: 'Too much.' } },
      general: [],
    });
  });

  it('leaves the rest for the summary', () => {
    const errors = [
      { message: 'Archived.', path: ['input', 'planKey'] },
      { message: 'Odd.', path: [] },
    ];
    expect(placeUserErrors(errors, sent)).toEqual({ faults: {}, general: ['Archived.', 'Odd.'] });
  });
});
