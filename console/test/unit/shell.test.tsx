/** The frame: palette, shortcuts, theme, language, offline (CON-1, CON-8). */
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { openConsole } from './harness';
import { system } from './setup';

const theme = () => document.documentElement.dataset.theme;

describe('the command palette', () => {
  it('goes where one types, by keyboard alone', async () => {
    const { user, history } = openConsole('/revenue');
    await screen.findByTestId('card-mrr');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByTestId('palette-input'), 'plan{Enter}');
    await screen.findByTestId('plan-row-free');
    expect(history.location.pathname).toBe('/plans');
    expect(screen.queryByTestId('palette-input')).toBeNull();
  });

  it('moves with the arrows and looks text up among the organizations', async () => {
    const { user, history } = openConsole('/plans');
    await user.click(await screen.findByTestId('palette-open'));
    await user.type(await screen.findByTestId('palette-input'), 'quarry');
    expect(within(screen.getByRole('listbox', { name: 'Commands' })).getAllByRole('option')).toHaveLength(1);
    await user.keyboard('{ArrowDown}{ArrowUp}{Enter}');
    await screen.findByTestId('organization-row-quarry-press');
    expect(history.location.search).toContain('text=quarry');
  });

  it('switches theme and language', async () => {
    const { user } = openConsole('/plans');
    await user.click(await screen.findByTestId('palette-open'));
    await user.type(await screen.findByTestId('palette-input'), 'dark{Enter}');
    await waitFor(() => expect(theme()).toBe('dark'));
    await user.click(screen.getByTestId('palette-open'));
    await user.type(await screen.findByTestId('palette-input'), 'tiếng{Enter}');
    expect(await screen.findByRole('heading', { level: 1, name: 'Gói dịch vụ' })).toBeDefined();
  });
});

it('goes to the screens by number', async () => {
  const { user, history } = openConsole('/revenue');
  await screen.findByTestId('card-mrr');
  await user.keyboard('{Control>}3{/Control}');
  await screen.findByTestId('organization-search');
  expect(history.location.pathname).toBe('/organizations');
});

describe('the theme', () => {
  it('follows the system until one chooses, and remembers the choice', async () => {
    system.dark = true;
    const { user } = openConsole('/plans');
    const toggle = await screen.findByTestId('theme-toggle');
    expect(theme()).toBe('dark');
    await user.click(toggle);
    expect(theme()).toBe('light');
    expect(localStorage.getItem('bursar.theme')).toBe('light');
  });
});

describe('the language', () => {
  it('changes every word and is remembered', async () => {
    const { user } = openConsole('/plans');
    await user.selectOptions(await screen.findByTestId('language-select'), 'fr');
    expect(await screen.findByRole('heading', { level: 1, name: 'Offres' })).toBeDefined();
    expect(document.documentElement.lang).toBe('fr');
    expect(localStorage.getItem('bursar.language')).toBe('fr');
  });

  it('starts from the system', async () => {
    localStorage.setItem('bursar.language', 'vi');
    openConsole('/', { signedIn: false });
    expect(await screen.findByRole('heading', { level: 1, name: 'Đăng nhập Bursar' })).toBeDefined();
  });
});

describe('offline', () => {
  it('is shown, and what failed loads by itself when the server is back', async () => {
    const { platform } = openConsole('/revenue', { offline: true });
    expect(await screen.findByTestId('offline-banner')).toBeDefined();
    expect((await screen.findByTestId('error-state')).textContent).toContain('cannot be reached');
    platform.setOffline(false);
    expect(await screen.findByTestId('card-mrr')).toBeDefined();
    await waitFor(() => expect(screen.queryByTestId('offline-banner')).toBeNull());
  });
});

it('shows an unknown address as such', async () => {
  openConsole('/nowhere');
  expect((await screen.findByTestId('error-state')).textContent).toContain('There is nothing here');
});
