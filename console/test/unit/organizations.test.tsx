/** Organizations: the server searches, sorts and pages; quotas show their level in words (CON-4, QUO-6). */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { openConsole } from './harness';

const rows = () => screen.findAllByTestId(/^organization-row-/);
const slugs = async () => (await rows()).map((row) => row.dataset.testid?.replace('organization-row-', ''));

describe('the list', () => {
  it('shows the quotas of every row', async () => {
    openConsole('/organizations');
    const [row] = await rows();
    expect(row && within(row).getAllByTestId(/^quota-bar-/)).toHaveLength(7);
    expect(row && within(row).getByTestId('quota-bar-members').textContent).toMatch(/Members\d+%/);
  });

  it('writes the level out, not only in colour', async () => {
    const { platform } = openConsole('/organizations');
    await platform.use('alder-analytics', 'members', 20);
    const row = await screen.findByTestId('organization-row-alder-analytics');
    const bar = within(row).getByTestId('quota-bar-members');
    await waitFor(() => expect(bar.dataset.level).toBe('EXCEEDED'));
    expect(bar.textContent).toContain('Exceeded');
    expect(within(bar).getByRole('progressbar').getAttribute('aria-valuetext')).toBe('20 of 20, Exceeded');
  });

  it('searches on the server once typing pauses, and keeps what is typed meanwhile', async () => {
    const { user, platform, history } = openConsole('/organizations');
    await rows();
    const field = screen.getByTestId<HTMLInputElement>('organization-search');
    const asked = () => platform.requests.filter(({ operationName }) => operationName === 'Organizations');
    await user.click(field);
    await user.paste('qua');
    await waitFor(() => expect(asked().at(-1)?.variables).toMatchObject({ filter: { text: 'qua' } }));
    await user.paste('rry');
    await waitFor(async () =>
      expect(await slugs()).toEqual(['quarry-analytics', 'quarry-foods', 'quarry-press', 'quarry-robotics']),
    );
    await waitFor(() => expect(history.location.search).toContain('text=quarry'));
    await waitFor(() => expect(asked()).toHaveLength(3));
    expect(field.value).toBe('quarry');
    expect(asked().map(({ variables }) => (variables.filter as { text?: string }).text)).toEqual([
      undefined,
      'qua',
      'quarry',
    ]);
  });

  it('pages forward and back by cursor', async () => {
    const { user } = openConsole('/organizations');
    const first = await slugs();
    expect(first).toHaveLength(12);
    await user.click(screen.getByTestId('page-next'));
    await waitFor(async () => expect((await slugs())[0]).not.toBe(first[0]));
    const second = await slugs();
    expect(second.filter((slug) => first.includes(slug))).toEqual([]);
    await user.click(screen.getByTestId('page-previous'));
    await waitFor(async () => expect(await slugs()).toEqual(first));
  });

  it('sorts on the server and starts over at the first page', async () => {
    const { user, platform } = openConsole('/organizations?after=organization-alder-press');
    await rows();
    await user.selectOptions(screen.getByTestId('organization-sort'), '-created');
    await waitFor(() =>
      expect(platform.requests.at(-1)?.variables).toMatchObject({
        orderBy: { field: 'CREATED_AT', direction: 'DESC' },
      }),
    );
    expect(platform.requests.at(-1)?.variables.after).toBeUndefined();
  });

  it('offers a way out when nothing matches', async () => {
    const { user } = openConsole('/organizations?text=nobody');
    await user.click(await screen.findByRole('button', { name: 'Clear filters' }));
    expect((await rows()).length).toBe(12);
    expect((screen.getByTestId('organization-search') as HTMLInputElement).value).toBe('');
  });
});

describe('one organization', () => {
  it('shows quotas, subscription, timeline and members', async () => {
    openConsole('/organizations/linden-press');
    const members = await screen.findByTestId('quota-bar-members');
    expect(members.textContent).toMatch(/Members\d+ \/ \d+/);
    expect(screen.getByRole('heading', { name: 'Subscription' })).toBeDefined();
    expect(screen.getByText('Started on Free')).toBeDefined();
    expect(await screen.findByText('Owner', { selector: 'td' })).toBeDefined();
  });

  it('follows its quotas live', async () => {
    const { platform } = openConsole('/organizations/linden-press');
    await screen.findByTestId('quota-bar-members');
    await waitFor(() => expect(platform.openStreams()).toContain('OrganizationQuotaChanges'));
    const quota = platform.world.organizations
      .find(({ slug }) => slug === 'linden-press')
      ?.quotas.find(({ meter }) => meter.key === 'projects');
    await platform.use('linden-press', 'projects', quota?.limit ?? 0);
    await waitFor(() => expect(screen.getByTestId('quota-bar-projects').dataset.level).toBe('EXCEEDED'));
  });

  it('says that there is none', async () => {
    openConsole('/organizations/nobody');
    expect((await screen.findByTestId('error-state')).textContent).toContain('There is no organization “nobody”.');
  });
});
