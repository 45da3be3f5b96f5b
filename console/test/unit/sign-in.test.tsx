/** Signing in: every failure has its own word, the session's end leads back here (CON-1). */
import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FIXTURE_MEMBER_EMAIL, FIXTURE_PASSWORD } from '@/platform/memory';
import { openConsole } from './harness';

type Opened = ReturnType<typeof openConsole>;

async function fill({ user }: Opened, email: string, password: string) {
  await user.type(await screen.findByTestId('sign-in-email'), email);
  await user.type(screen.getByTestId('sign-in-password'), password);
  await user.click(screen.getByTestId('sign-in-submit'));
}

const failure = () => screen.findByTestId('sign-in-failure');

describe('the sign-in screen', () => {
  it('opens the console and remembers the server', async () => {
    const opened = openConsole('/', { signedIn: false });
    const server = await screen.findByTestId('sign-in-server');
    await opened.user.clear(server);
    await opened.user.type(server, 'https://bursar.example/');
    await fill(opened, 'ada@bursar.example', FIXTURE_PASSWORD);
    expect(await screen.findByTestId('card-mrr')).toBeDefined();
    expect(await opened.platform.profiles()).toContainEqual({ name: 'bursar.example', url: 'https://bursar.example' });
  });

  it('says that the password is wrong and stays', async () => {
    const opened = openConsole('/', { signedIn: false });
    await fill(opened, 'ada@bursar.example', 'wrong');
    expect((await failure()).textContent).toContain('Email or password is wrong.');
    expect(screen.queryByTestId('card-mrr')).toBeNull();
  });

  it('says that the server cannot be reached', async () => {
    const opened = openConsole('/', { signedIn: false, offline: true });
    await fill(opened, 'ada@bursar.example', FIXTURE_PASSWORD);
    expect((await failure()).textContent).toContain('cannot be reached');
  });

  it('turns away who is not a system admin, and signs them out', async () => {
    const opened = openConsole('/', { signedIn: false });
    await fill(opened, FIXTURE_MEMBER_EMAIL, FIXTURE_PASSWORD);
    expect((await failure()).textContent).toContain('not a system admin');
    expect((await opened.platform.sessionState()).signedIn).toBe(false);
  });

  it('checks the fields before it asks the server', async () => {
    const { user } = openConsole('/', { signedIn: false });
    const server = await screen.findByTestId('sign-in-server');
    await user.clear(server);
    await user.type(server, 'ftp://bursar.example');
    await user.type(screen.getByTestId('sign-in-code'), '12');
    await user.click(screen.getByTestId('sign-in-submit'));
    expect(await screen.findByText('Give an address that starts with http:// or https://')).toBeDefined();
    expect(screen.getByText('Give an email address')).toBeDefined();
    expect(screen.getByText('Give your password')).toBeDefined();
    expect(screen.getByText('The code has six digits; a recovery code has sixteen characters')).toBeDefined();
    expect(server.getAttribute('aria-invalid')).toBe('true');
  });

  it('offers saved servers and forgets them', async () => {
    const { user, platform } = openConsole('/', { signedIn: false });
    await user.click(await screen.findByRole('button', { name: 'Forget 127.0.0.1:8000' }));
    await waitFor(() => expect(screen.queryByRole('button', { name: '127.0.0.1:8000' })).toBeNull());
    expect(await platform.profiles()).toEqual([]);
  });
});

describe('the end of a session', () => {
  it('leads to the sign-in screen, with the reason, and back to where one was', async () => {
    const opened = openConsole('/plans');
    await screen.findByTestId('plan-row-free');
    opened.platform.endSession();
    expect(await screen.findByTestId('session-ended')).toBeDefined();
    await fill(opened, 'ada@bursar.example', FIXTURE_PASSWORD);
    expect(await screen.findByTestId('plan-row-free')).toBeDefined();
  });

  it('comes by the rail, too', async () => {
    const { user } = openConsole('/revenue');
    await user.click(await screen.findByTestId('sign-out'));
    expect(await screen.findByTestId('sign-in-submit')).toBeDefined();
    expect(screen.queryByTestId('session-ended')).toBeNull();
  });
});
