/** The window's frame: rail, banner, content, palette and the shortcuts that work everywhere. */
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useMessages } from '@/i18n';
import type { SessionState } from '@/platform';
import { usePlatform } from '@/platform/context';
import { CommandPalette } from './command-palette';
import { DESTINATIONS } from './destinations';
import { OfflineBanner } from './offline-banner';
import { type FeedSummary, Sidebar } from './sidebar';

interface ShellProps {
  session: SessionState;
  feed: FeedSummary;
  onSignOut: () => void;
  children: ReactNode;
}

function useShortcuts(togglePalette: () => void) {
  const navigate = useNavigate();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      const destination = DESTINATIONS.find(({ shortcut }) => shortcut === event.key);
      if (event.key.toLowerCase() === 'k') togglePalette();
      else if (destination) void navigate({ to: destination.to });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [navigate, togglePalette]);
}

function useAppVersion(): string | null {
  const platform = usePlatform();
  const [version, setVersion] = useState<string | null>(null);
  useEffect(() => {
    platform.appInfo().then(
      (info) => setVersion(info.version),
      (cause: unknown) => console.warn('app_info failed', cause),
    );
  }, [platform]);
  return version;
}

export function ConsoleShell({ session, feed, onSignOut, children }: ShellProps) {
  const messages = useMessages().nav;
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [togglePalette] = useState(() => () => setPaletteOpen((open) => !open));
  useShortcuts(togglePalette);
  const version = useAppVersion();
  return (
    <div className="flex h-full">
      <a
        href="#content"
        className="absolute top-2 left-2 z-50 -translate-y-20 rounded-md bg-surface px-3 py-2 text-sm shadow-float focus:translate-y-0"
      >
        {messages.skip}
      </a>
      <Sidebar session={session} feed={feed} version={version} onOpenPalette={togglePalette} onSignOut={onSignOut} />
      <div className="flex min-w-0 grow flex-col">
        <OfflineBanner />
        <main id="content" tabIndex={-1} className="min-h-0 grow overflow-y-auto outline-none">
          {children}
        </main>
      </div>
      <CommandPalette open={paletteOpen} onClose={() => setPaletteOpen(false)} onSignOut={onSignOut} />
    </div>
  );
}
