/** The providers around everything, and the router. */
import { createRouter, type RouterHistory, RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { ToastProvider } from '@/components/toast';
import { SessionProvider } from '@/features/session/session';
import { ThemeProvider } from '@/features/shell/theme';
import { LanguageProvider } from '@/i18n';
import type { Platform } from '@/platform';
import type { Connection } from '@/platform/connection';
import { PlatformProvider } from '@/platform/context';
import { routeTree } from './route-tree.gen';

function buildRouter(history?: RouterHistory) {
  return createRouter({ routeTree, defaultPreload: false, scrollRestoration: false, ...(history ? { history } : {}) });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof buildRouter>;
  }
}

interface AppProps {
  platform: Platform;
  connection: Connection;
  /** For tests; the window's own history otherwise. */
  history?: RouterHistory;
}

export function App({ platform, connection, history }: AppProps) {
  const [router] = useState(() => buildRouter(history));
  return (
    <PlatformProvider platform={platform} connection={connection}>
      <LanguageProvider>
        <ThemeProvider>
          <ToastProvider>
            <SessionProvider>
              <RouterProvider router={router} />
            </SessionProvider>
          </ToastProvider>
        </ThemeProvider>
      </LanguageProvider>
    </PlatformProvider>
  );
}
