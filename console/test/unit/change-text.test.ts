/** The preview's paths in the reader's words. */
import { describe, expect, it } from 'vitest';
import type { Plan } from '@/features/plans/plan';
import { describeChange } from '@/features/plans/use-change-text';
import { createFormat } from '@/i18n/format';
import { en } from '@/i18n/messages/en';
import { createPlans } from '@/platform/memory/catalog';

const plan = createPlans().find(({ key }) => key === 'professional') as unknown as Plan;
const say = (path: string, before: string | null, after: string | null) =>
  describeChange(plan, { path, before, after }, en, createFormat('en-US'));

describe('a change', () => {
  it('of a limit names the meter and formats the amounts', () => {
    expect(say('limits.ram_mb', '40960', 'unlimited')).toEqual({
      label: 'Memory',
      before: '40,960\u00a0MB',
      after: 'Unlimited',
    });
  });

  it('of a longer key is not taken for the shorter one', () => {
    expect(say('limits.cpu_per_env', '10', '12').label).toBe('CPU per environment');
  });

  it('of a policy says the policy', () => {
    expect(say('limits.members.policy', 'DENY', 'ALLOW')).toMatchObject({
      before: 'Refuse',
      after: 'Allow, bill overage',
    });
  });

  it('of a price is exact money', () => {
    expect(say('prices.USD.MONTHLY', '79.00 USD', '1089.50 USD')).toEqual({
      label: 'Monthly price in USD',
      before: '$79.00',
      after: '$1,089.50',
    });
  });

  it('that is new had nothing before', () => {
    expect(say('prices.USD.ANNUAL', null, '758.00 USD').before).toBe('—');
  });

  it('that we have no words for is shown as the server says it', () => {
    expect(say('trialDays', '14', '30')).toEqual({ label: 'Trial days', before: '14', after: '30' });
    expect(say('somethingNew', 'a', 'b')).toEqual({ label: 'somethingNew', before: 'a', after: 'b' });
  });
});
