/** The session as the web view sees it: who, where, whether; never a token. */
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { SessionState, SignInRequest } from '@/platform';
import { usePlatform } from '@/platform/context';

/** What the sign-in screen must explain. */
export type SignedOutReason = 'start' | 'signed-out' | 'ended';

interface Session {
  /** Null until the shell has answered. */
  state: SessionState | null;
  reason: SignedOutReason;
  /** Resolves to the new state; an account that is no system admin is signed out again. */
  signIn: (request: SignInRequest) => Promise<SessionState>;
  signOut: () => Promise<void>;
  /** Drops to the sign-in screen, keeping the page to come back to. */
  end: () => void;
}

const SessionContext = createContext<Session | null>(null);

const SIGNED_OUT: SessionState = {
  signedIn: false,
  server: null,
  email: null,
  name: null,
  isSystemAdmin: false,
  tokenStore: 'encrypted_file',
};

export function SessionProvider({ children }: { children: ReactNode }) {
  const platform = usePlatform();
  const [state, setState] = useState<SessionState | null>(null);
  const [reason, setReason] = useState<SignedOutReason>('start');

  const end = useCallback(() => {
    setReason('ended');
    setState((current) => ({ ...(current ?? SIGNED_OUT), signedIn: false }));
  }, []);

  useEffect(() => {
    let current = true;
    platform.sessionState().then(
      (answer) =>
        current && setState(answer.signedIn && !answer.isSystemAdmin ? { ...answer, signedIn: false } : answer),
      (cause: unknown) => {
        console.error('session_state failed', cause);
        if (current) setState(SIGNED_OUT);
      },
    );
    return () => {
      current = false;
    };
  }, [platform]);

  useEffect(() => platform.onSessionEnded(end), [platform, end]);

  const session = useMemo<Session>(
    () => ({
      state,
      reason,
      end,
      async signIn(request) {
        const answer = await platform.signIn(request);
        if (!answer.isSystemAdmin) {
          await platform.signOut();
          return answer;
        }
        setState(answer);
        return answer;
      },
      async signOut() {
        const answer = await platform.signOut();
        setReason('signed-out');
        setState({ ...answer, signedIn: false });
      },
    }),
    [platform, state, reason, end],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('SessionProvider is missing above this component');
  return session;
}
