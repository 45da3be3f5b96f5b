/** The words that pass between the web view and the shell. */
import { clearMocks, mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTauriPlatform } from '@/platform/tauri';
import type { StreamMessage } from '@/platform/types';

interface Call {
  command: string;
  args: Record<string, unknown>;
}

function shell(answer: (command: string, args: Record<string, unknown>) => unknown = () => null): Call[] {
  const calls: Call[] = [];
  mockIPC((command, args) => {
    calls.push({ command, args: args as Record<string, unknown> });
    return answer(command, args as Record<string, unknown>);
  });
  return calls;
}

afterEach(() => clearMocks());

describe('commands', () => {
  it('have the agreed names and arguments', async () => {
    const calls = shell();
    const platform = createTauriPlatform();
    await platform.sessionState();
    await platform.profiles();
    await platform.saveProfile({ name: 'local', url: 'http://127.0.0.1:8000' });
    await platform.removeProfile('local');
    await platform.signIn({ server: 's', email: 'e', password: 'p', totpCode: '123456' });
    await platform.graphql({ query: '{ a }', variables: { b: 1 }, operationName: 'A' });
    await platform.appInfo();
    expect(calls).toEqual([
      { command: 'session_state', args: {} },
      { command: 'profiles', args: {} },
      { command: 'save_profile', args: { name: 'local', url: 'http://127.0.0.1:8000' } },
      { command: 'remove_profile', args: { name: 'local' } },
      { command: 'sign_in', args: { server: 's', email: 'e', password: 'p', totpCode: '123456' } },
      { command: 'graphql', args: { query: '{ a }', variables: { b: 1 }, operationName: 'A' } },
      { command: 'app_info', args: {} },
    ]);
  });

  it('sign out and then ask who is signed in', async () => {
    const calls = shell((command) => (command === 'session_state' ? { signedIn: false } : null));
    expect(await createTauriPlatform().signOut()).toEqual({ signedIn: false });
    expect(calls.map(({ command }) => command)).toEqual(['sign_out', 'session_state']);
  });

  it("reject with the shell's code", async () => {
    shell(() => {
      throw { code: 'OFFLINE', message: 'connection refused' };
    });
    await expect(createTauriPlatform().sessionState()).rejects.toMatchObject({
      code: 'OFFLINE',
      message: 'connection refused',
    });
  });

  it('call any other rejection a bad response', async () => {
    shell(() => {
      throw 'command graphql not found';
    });
    await expect(createTauriPlatform().profiles()).rejects.toMatchObject({ code: 'BAD_RESPONSE' });
  });
});

describe('streams', () => {
  const request = { query: 'subscription A { a }', variables: {}, operationName: 'A' };

  it('hand over a channel and close under the same id', async () => {
    const calls = shell();
    const close = createTauriPlatform().subscribe(request, () => undefined);
    close();
    await vi.waitFor(() => expect(calls).toHaveLength(2));
    const [opened, closed] = calls;
    expect(opened).toMatchObject({ command: 'subscribe', args: request });
    expect(opened?.args.channel).toBeDefined();
    expect(closed).toEqual({ command: 'unsubscribe', args: { id: opened?.args.id } });
  });

  it('turn a refused subscription into an error message', async () => {
    shell(() => {
      throw { code: 'UNAUTHENTICATED', message: 'Sign in first.' };
    });
    const seen: StreamMessage[] = [];
    createTauriPlatform().subscribe(request, (message) => seen.push(message));
    await vi.waitFor(() =>
      expect(seen).toEqual([
        { type: 'error', errors: [{ message: 'Sign in first.', extensions: { code: 'UNAUTHENTICATED' } }] },
      ]),
    );
  });
});
