/** Plans: read, edit, review, publish (CON-3, CAT-3, CAT-4). */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { openConsole } from './harness';

type Opened = ReturnType<typeof openConsole>;

async function type({ user }: Opened, testId: string, text: string) {
  const field = await screen.findByTestId(testId);
  await user.clear(field);
  if (text) await user.type(field, text);
}

async function startEditing(opened: Opened) {
  await opened.user.click(await screen.findByTestId('plan-edit'));
}

const sentOf = ({ platform }: Opened, name: string) =>
  platform.requests.filter(({ operationName }) => operationName === name).map(({ variables }) => variables);

describe('the list', () => {
  it('shows versions and prices by tier and compares limits', async () => {
    openConsole('/plans');
    const row = await screen.findByTestId('plan-row-professional');
    expect(within(row).getByTestId('plan-published-version').textContent).toBe('v3');
    expect(row.textContent).toContain('$79.00');
    expect(row.textContent).toContain('saves 20%');
    const rows = screen.getAllByTestId(/^plan-row-/).map((element) => element.dataset.testid);
    expect(rows[0]).toBe('plan-row-free');
    const comparison = screen.getByRole('table', { name: 'Limits compared' });
    expect(within(comparison).getByRole('row', { name: /^Members/ }).textContent).toBe('Members2040100200Unlimited');
  });

  it('opens a plan', async () => {
    const { user } = openConsole('/plans');
    const row = await screen.findByTestId('plan-row-starter');
    await user.click(within(row).getByRole('link', { name: 'Starter' }));
    expect(await screen.findByRole('heading', { level: 1, name: /Starter/ })).toBeDefined();
  });

  it('says that a plan does not exist', async () => {
    openConsole('/plans/platinum');
    expect((await screen.findByTestId('error-state')).textContent).toContain('There is no plan “platinum”.');
  });
});

describe('editing', () => {
  it('saves only what changed, as a draft', async () => {
    const opened = openConsole('/plans/professional');
    await startEditing(opened);
    expect(screen.getByTestId('plan-save-draft').hasAttribute('disabled')).toBe(true);
    await type(opened, 'plan-limit-input-members', '120');
    await type(opened, 'plan-price-input-USD-MONTHLY', '89.50');
    await opened.user.selectOptions(screen.getByTestId('plan-policy-input-members'), 'WARN');
    await opened.user.click(screen.getByTestId('plan-save-draft'));
    expect((await screen.findByTestId('plan-draft-version')).textContent).toBe('Draft v4');
    expect(screen.getByTestId('plan-published-version').textContent).toBe('v3');
    expect(sentOf(opened, 'SavePlanDraft')).toEqual([
      {
        input: {
          planKey: 'professional',
          limits: [{ meter: 'members', limit: 120, policy: 'WARN' }],
          prices: [{ currency: 'USD', interval: 'MONTHLY', amountMinor: 8_950 }],
        },
      },
    ]);
  });

  it('can lift a limit', async () => {
    const opened = openConsole('/plans/professional');
    await startEditing(opened);
    await opened.user.click(screen.getByTestId('plan-limit-unlimited-projects'));
    expect(screen.getByTestId('plan-limit-input-projects').hasAttribute('disabled')).toBe(true);
    await opened.user.click(screen.getByTestId('plan-save-draft'));
    const limit = await screen.findByTestId('plan-limit-projects');
    expect(limit.textContent).toContain('Unlimited');
  });

  it('asks nothing of the server while a field is wrong', async () => {
    const opened = openConsole('/plans/professional');
    await startEditing(opened);
    await type(opened, 'plan-limit-input-members', '10.5');
    await opened.user.click(screen.getByTestId('plan-save-draft'));
    expect(await screen.findByText('Give a whole number')).toBeDefined();
    expect(screen.getByTestId('plan-limit-input-members').getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(screen.getByTestId('plan-problems'));
    expect(sentOf(opened, 'SavePlanDraft')).toEqual([]);
  });

  it("shows the server's objection at the field it is about", async () => {
    const opened = openConsole('/plans/professional');
    await startEditing(opened);
    await type(opened, 'plan-price-input-USD-MONTHLY', '80');
    await type(opened, 'plan-limit-input-servers', '9000000');
    await opened.user.click(screen.getByTestId('plan-save-draft'));
    const message = await screen.findByText('The largest limit is 1000000.');
    const field = screen.getByTestId('plan-limit-input-servers');
    expect(field.getAttribute('aria-describedby')).toBe(message.id);
    await type(opened, 'plan-limit-input-servers', '30');
    expect(screen.queryByText('The largest limit is 1000000.')).toBeNull();
  });
});

describe('publishing', () => {
  async function draft(opened: Opened) {
    await startEditing(opened);
    await type(opened, 'plan-limit-input-members', '120');
    await opened.user.click(screen.getByTestId('plan-save-draft'));
    await opened.user.click(await screen.findByTestId('plan-review'));
    return screen.findByTestId('plan-changes');
  }

  it('shows what changes, quotes its hash, and ends in a new version', async () => {
    const opened = openConsole('/plans/professional');
    const changes = await draft(opened);
    expect(within(changes).getByRole('row', { name: /Members/ }).textContent).toBe('Members100120');
    await opened.user.click(screen.getByTestId('plan-publish'));
    await waitFor(() => expect(screen.getByTestId('plan-published-version').textContent).toBe('v4'));
    expect(screen.queryByTestId('plan-draft-version')).toBeNull();
    expect((await screen.findAllByTestId('toast')).at(-1)?.textContent).toContain('Professional v4 is published.');
    const [{ input }] = sentOf(opened, 'PublishPlan') as [{ input: { previewHash: string } }];
    expect(input.previewHash).toContain('version-professional-4');
  });

  it('refuses what nobody has looked at, and shows it', async () => {
    const opened = openConsole('/plans/professional');
    await draft(opened);
    const plan = opened.platform.world.plans.find(({ key }) => key === 'professional');
    if (plan?.draft)
      plan.draft = {
        ...plan.draft,
        limits: plan.draft.limits.map((row) => (row.meter.key === 'servers' ? { ...row, limit: 99 } : row)),
      };
    await opened.user.click(screen.getByTestId('plan-publish'));
    expect((await screen.findByTestId('publish-problems')).textContent).toContain('The draft has changed');
    expect(await screen.findByRole('row', { name: /Servers/ })).toBeDefined();
    expect(plan?.currentVersion?.number).toBe(3);
    await opened.user.click(screen.getByTestId('plan-publish'));
    await waitFor(() => expect(screen.getByTestId('plan-published-version').textContent).toBe('v4'));
  });
});
