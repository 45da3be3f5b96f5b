/** The rail: where one is, where one can go, who one is. */
import { Link } from '@tanstack/react-router';
import { LogOut, Search } from 'lucide-react';
import { Button } from '@/components/button';
import { cn } from '@/components/cn';
import { Wordmark } from '@/components/wordmark';
import { useMessages } from '@/i18n';
import type { SessionState, StreamStatus } from '@/platform';
import { COMMAND_KEY, DESTINATIONS, type Destination } from './destinations';
import { LanguageSelect, ThemeToggle } from './preferences';

/** What the rail says about the live feed. */
export interface FeedSummary {
  unread: number;
  status: StreamStatus;
}

interface SidebarProps {
  session: SessionState;
  feed: FeedSummary;
  version: string | null;
  onOpenPalette: () => void;
  onSignOut: () => void;
}

const STATUS_DOTS: Record<StreamStatus, string> = {
  live: 'bg-[#62c79e]',
  connecting: 'bg-[#e0ac35] animate-pulse',
  offline: 'bg-[#ec6154]',
};

function FeedMark({ feed }: { feed: FeedSummary }) {
  const messages = useMessages();
  if (feed.unread > 0) {
    return (
      <span
        data-testid="feed-unread"
        className="rounded-full bg-[#62c79e] px-1.5 text-2xs font-semibold text-[#06241a]"
        title={messages.nav.unread(feed.unread)}
      >
        {feed.unread > 99 ? '99+' : feed.unread}
        <span className="sr-only"> {messages.nav.unread(feed.unread)}</span>
      </span>
    );
  }
  return (
    <span className={cn('size-1.5 rounded-full', STATUS_DOTS[feed.status])} title={messages.feed.status[feed.status]}>
      <span className="sr-only">{messages.feed.status[feed.status]}</span>
    </span>
  );
}

function NavLink({ destination, feed }: { destination: Destination; feed: FeedSummary }) {
  const messages = useMessages();
  const Icon = destination.icon;
  return (
    <Link
      to={destination.to}
      data-testid={`nav-${destination.key}`}
      aria-keyshortcuts={`Control+${destination.shortcut} Meta+${destination.shortcut}`}
      className="group flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium text-sidebar-soft hover:bg-sidebar-active hover:text-sidebar-ink aria-[current]:bg-sidebar-active aria-[current]:text-sidebar-ink"
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      <span className="grow truncate">{messages.nav[destination.key]}</span>
      {destination.key === 'feed' && <FeedMark feed={feed} />}
    </Link>
  );
}

function PaletteButton({ onOpen }: { onOpen: () => void }) {
  const messages = useMessages().nav;
  return (
    <button
      type="button"
      data-testid="palette-open"
      onClick={onOpen}
      className="flex h-8 items-center gap-2 rounded-md border border-sidebar-line px-2.5 text-xs text-sidebar-soft hover:border-sidebar-soft hover:text-sidebar-ink"
    >
      <Search aria-hidden className="size-3.5 shrink-0" />
      <span className="grow truncate text-left">{messages.commands}</span>
      <kbd className="shrink-0 font-sans text-2xs whitespace-nowrap">{COMMAND_KEY} K</kbd>
    </button>
  );
}

export function Sidebar({ session, feed, version, onOpenPalette, onSignOut }: SidebarProps) {
  const messages = useMessages().nav;
  return (
    <div className="on-sidebar flex w-58 shrink-0 flex-col gap-5 bg-sidebar px-3 pt-5 pb-3 text-sidebar-ink">
      <header className="px-1.5">
        <Wordmark />
      </header>
      <PaletteButton onOpen={onOpenPalette} />
      <nav aria-label={messages.label} className="flex flex-col gap-0.5">
        {DESTINATIONS.map((destination) => (
          <NavLink key={destination.key} destination={destination} feed={feed} />
        ))}
      </nav>
      <section aria-label={messages.account} className="mt-auto flex flex-col gap-2 border-t border-sidebar-line pt-3">
        <div className="min-w-0 px-2">
          <p className="truncate text-sm font-medium">{session.name ?? session.email}</p>
          <p className="truncate text-xs text-sidebar-soft" title={session.server ?? undefined}>
            {session.server ? session.server.replace(/^https?:\/\//, '') : ''}
          </p>
          {version && <p className="sr-only">{messages.version(version)}</p>}
        </div>
        <div className="flex items-center justify-between">
          <div className="flex items-center">
            <ThemeToggle onSidebar />
            <LanguageSelect onSidebar />
          </div>
          <Button
            variant="sidebar"
            size="icon"
            data-testid="sign-out"
            aria-label={messages.signOut}
            title={messages.signOut}
            onClick={onSignOut}
          >
            <LogOut aria-hidden className="size-4" />
          </Button>
        </div>
      </section>
    </div>
  );
}
