/** Composes the features: who is not signed in sees the sign-in screen, everyone else the console. */
import { createRootRoute, Outlet } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { Provider } from 'urql';
import { FeedProvider, useFeed } from '@/features/feed/feed-provider';
import { useSession } from '@/features/session/session';
import { SignInScreen } from '@/features/session/sign-in-screen';
import { ConsoleShell } from '@/features/shell/console-shell';
import { LanguageSelect, ThemeToggle } from '@/features/shell/preferences';
import type { SessionState } from '@/platform';
import { createGraphClient } from '@/platform/client';
import { useConnection, usePlatform } from '@/platform/context';
import { Crash, Missing } from './-fallbacks';

export const Route = createRootRoute({ component: Root, errorComponent: Crash, notFoundComponent: Missing });

function Preferences() {
  return (
    <div className="flex items-center">
      <ThemeToggle />
      <LanguageSelect />
    </div>
  );
}

function Console({ session }: { session: SessionState }) {
  const { unread, stream } = useFeed();
  const { signOut } = useSession();
  const onSignOut = () => {
    signOut().catch((cause: unknown) => console.error('sign_out failed', cause));
  };
  return (
    <ConsoleShell session={session} feed={{ unread, status: stream.status }} onSignOut={onSignOut}>
      <Outlet />
    </ConsoleShell>
  );
}

function SignedIn({ session }: { session: SessionState }) {
  const platform = usePlatform();
  const connection = useConnection();
  const { end } = useSession();
  useEffect(() => connection.onUnauthenticated(end), [connection, end]);
  const client = useMemo(() => createGraphClient(platform, connection), [platform, connection]);
  return (
    <Provider value={client}>
      <FeedProvider>
        <Console session={session} />
      </FeedProvider>
    </Provider>
  );
}

function Root() {
  const { state } = useSession();
  if (state === null) return null;
  if (!state.signedIn) return <SignInScreen preferences={<Preferences />} />;
  // Another account or server is another console: nothing of the one before may linger.
  return <SignedIn key={`${state.server} ${state.email}`} session={state} />;
}
