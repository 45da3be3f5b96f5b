/** The live feed, on its screen and in the rail (CON-7). */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { StreamMessage } from '@/platform/types';
import { openConsole } from './harness';

const events = () => screen.queryAllByTestId('feed-event');

async function openFeed() {
  const opened = openConsole('/feed');
  await waitFor(() => expect(opened.platform.openStreams()).toContain('ThresholdFeed'));
  return opened;
}

describe('the feed', () => {
  it('shows each crossing, newest first, up and down', async () => {
    const { platform } = await openFeed();
    await platform.use('alder-analytics', 'members', 16);
    await platform.use('alder-analytics', 'members', 19);
    await platform.use('alder-analytics', 'members', 5);
    await waitFor(() => expect(events()).toHaveLength(3));
    expect(events().map(({ dataset }) => [dataset.level, dataset.direction])).toEqual([
      ['NORMAL', 'DOWN'],
      ['ALERT', 'UP'],
      ['WARNING', 'UP'],
    ]);
    expect(events()[1]?.dataset).toMatchObject({ organization: 'alder-analytics', meter: 'members' });
    expect(events()[1]?.textContent).toContain('Members rose to Alert');
    expect(events()[1]?.textContent).toContain('19 of 20');
  });

  it('can show what rises only', async () => {
    const { platform, user } = await openFeed();
    await platform.use('alder-analytics', 'members', 16);
    await platform.use('alder-analytics', 'members', 5);
    await waitFor(() => expect(events()).toHaveLength(2));
    await user.click(screen.getByLabelText('Rising only'));
    expect(events()).toHaveLength(1);
  });

  it('says how it is connected', async () => {
    const { platform } = await openFeed();
    const status = await screen.findByTestId('feed-status');
    await waitFor(() => expect(status.dataset.status).toBe('live'));
    platform.setOffline(true);
    await waitFor(() => expect(screen.getByTestId('feed-status').textContent).toContain('next try in 4 s'));
    platform.setOffline(false);
    await waitFor(() => expect(screen.getByTestId('feed-status').dataset.status).toBe('live'));
  });

  const endings: Array<[string, StreamMessage, string]> = [
    ['for a reason', { type: 'error', errors: [{ message: 'The cursor is too old.' }] }, 'The cursor is too old.'],
    ['without a word', { type: 'complete' }, 'The feed has stopped.'],
  ];

  it.each(endings)('can be opened again when it ends %s', async (_how, message, shown) => {
    const { platform, user } = await openFeed();
    await platform.use('alder-analytics', 'members', 16);
    platform.endStreams(message);
    expect(await screen.findByText(shown)).toBeDefined();
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(screen.getByTestId('feed-status').dataset.status).toBe('live'));
    expect(screen.queryByText(shown)).toBeNull();
    await platform.use('alder-analytics', 'members', 20);
    await waitFor(() => expect(events()).toHaveLength(2));
  });

  it('leads to the organization', async () => {
    const { platform, user } = await openFeed();
    await platform.use('alder-analytics', 'members', 20);
    await waitFor(() => expect(events()).toHaveLength(1));
    await user.click(screen.getByRole('link', { name: 'Alder Analytics' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Alder Analytics' })).toBeDefined();
  });
});

describe('the rail', () => {
  it('counts what came while one looked elsewhere, and forgets it when one looks', async () => {
    const { platform, user } = openConsole('/plans');
    await waitFor(() => expect(platform.openStreams()).toContain('ThresholdFeed'));
    await platform.use('alder-analytics', 'members', 16);
    await platform.use('alder-analytics', 'members', 20);
    const mark = await screen.findByTestId('feed-unread');
    await waitFor(() => expect(mark.textContent).toContain('2 unread'));
    await user.click(screen.getByTestId('nav-feed'));
    await waitFor(() => expect(screen.queryByTestId('feed-unread')).toBeNull());
    expect(events()).toHaveLength(2);
    expect(within(events()[0] as HTMLElement).getByText('Exceeded')).toBeDefined();
  });

  it('keeps one stream open while one moves around', async () => {
    const { platform, user } = openConsole('/plans');
    await user.click(await screen.findByTestId('nav-revenue'));
    await screen.findByTestId('card-mrr');
    await user.click(screen.getByTestId('nav-feed'));
    await screen.findByTestId('feed-status');
    expect(platform.openStreams().filter((name) => name === 'ThresholdFeed')).toHaveLength(1);
  });
});
