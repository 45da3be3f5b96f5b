/** The revenue screen (CON-2). */
import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { createFormat } from '@/i18n/format';
import { revenueReport } from '@/platform/memory/revenue';
import { PlatformError } from '@/platform/types';
import { openConsole } from './harness';

describe('the revenue screen', () => {
  it('shows the headline figures of the server', async () => {
    const { platform } = openConsole('/');
    const report = revenueReport(platform.world.plans, platform.world.organizations, new Date());
    const { money } = createFormat('en-US');
    expect((await screen.findByTestId('card-mrr')).textContent).toBe(money(report.mrr));
    expect(screen.getByTestId('card-arr').textContent).toBe(money(report.arr));
    expect(screen.getByTestId('card-active').textContent).toBe(String(report.activeSubscriptions));
    expect(screen.getByTestId('card-trial').textContent).toBe(String(report.trialSubscriptions));
    expect(screen.getByTestId('net-new').textContent).toBe(createFormat('en-US').moneyChange(report.netNewMrr));
  });

  it('gives the chart as a table whose months add up', async () => {
    const { user } = openConsole('/revenue');
    await user.click(await screen.findByTestId('mrr-chart-as-table'));
    const table = await screen.findByRole('table', { name: 'Monthly recurring revenue' });
    expect(within(table).getAllByRole('row')).toHaveLength(13);
    expect(screen.queryByTestId('mrr-chart')).toBeNull();
  });

  it('splits MRR by plan', async () => {
    openConsole('/revenue');
    const row = await screen.findByTestId('revenue-plan-professional');
    expect(row.textContent).toMatch(/\d+ subscriptions/);
  });

  it('says when there is nothing yet', async () => {
    openConsole('/revenue', { empty: true });
    expect((await screen.findByTestId('empty-state')).textContent).toContain('No revenue yet');
  });

  it('says what failed, with the request to quote, and tries again', async () => {
    const { user, platform } = openConsole('/revenue', { failing: 'INTERNAL' });
    const state = await screen.findByTestId('error-state');
    expect(state.textContent).toContain('Request 0198c0de-7f3a');
    const before = platform.requests.length;
    await user.click(within(state).getByRole('button', { name: 'Try again' }));
    expect(platform.requests.length).toBeGreaterThan(before);
  });

  it('keeps what it has when a refresh fails', async () => {
    const { user, platform } = openConsole('/revenue');
    await screen.findByTestId('card-mrr');
    platform.failNext('Revenue', new PlatformError('BAD_RESPONSE', 'not GraphQL'));
    await user.click(screen.getByTestId('revenue-refresh'));
    expect(await screen.findByText(/not a Bursar answer/)).toBeDefined();
    expect(screen.getByTestId('card-mrr')).toBeDefined();
  });
});
