/** Previous and next, for cursor paging: there are no page numbers in a list that changes under one's eyes. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMessages } from '@/i18n';
import { Button } from './button';

interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor?: string | null;
  endCursor?: string | null;
}

/** Where to go: forward from a cursor, or back from one. */
export type Turn = { after: string } | { before: string };

export function Pager({ pageInfo, onTurn, busy }: { pageInfo: PageInfo; onTurn: (turn: Turn) => void; busy: boolean }) {
  const messages = useMessages();
  const { hasNextPage, hasPreviousPage, startCursor, endCursor } = pageInfo;
  if (!hasNextPage && !hasPreviousPage) return null;
  return (
    <div className="flex items-center gap-2" aria-busy={busy}>
      <Button
        size="sm"
        disabled={!hasPreviousPage || !startCursor}
        onClick={() => startCursor && onTurn({ before: startCursor })}
        data-testid="page-previous"
      >
        <ChevronLeft aria-hidden className="size-3.5" />
        {messages.common.previous}
      </Button>
      <Button
        size="sm"
        disabled={!hasNextPage || !endCursor}
        onClick={() => endCursor && onTurn({ after: endCursor })}
        data-testid="page-next"
      >
        {messages.common.next}
        <ChevronRight aria-hidden className="size-3.5" />
      </Button>
    </div>
  );
}
