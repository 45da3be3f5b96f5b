/** What a screen shows when there is nothing, or when it failed: what happened, and what to do. */
import { CircleAlert, type LucideIcon, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useMessages } from '@/i18n';
import type { Failure } from '@/platform/failure';
import { Button } from './button';

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  body?: string;
  action?: ReactNode;
}

export function Empty({ icon: Icon, title, body, action }: EmptyProps) {
  return (
    <div data-testid="empty-state" className="flex flex-col items-center gap-1 px-6 py-14 text-center">
      <span className="mb-3 grid size-11 place-items-center rounded-full bg-accent-soft text-accent">
        <Icon aria-hidden className="size-5" />
      </span>
      <p className="text-base font-semibold">{title}</p>
      {body && <p className="max-w-sm text-sm text-ink-faint">{body}</p>}
      {action && <div className="mt-4">{action}</div>}
    </div>
  );
}

/** The reader's words for a failure: ours by code where we have them, else the server's. */
export function useFailureText(failure: Failure): string {
  const { failure: texts } = useMessages();
  const known = texts as unknown as Record<string, unknown>;
  const own = failure.code === failure.code.toUpperCase() ? known[failure.code] : undefined;
  return typeof own === 'string' ? own : failure.message;
}

export function ErrorState({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const messages = useMessages();
  const text = useFailureText(failure);
  return (
    <div role="alert" data-testid="error-state" className="flex flex-col items-center gap-1 px-6 py-14 text-center">
      <span className="mb-3 grid size-11 place-items-center rounded-full bg-exceeded-soft text-exceeded-ink">
        <CircleAlert aria-hidden className="size-5" />
      </span>
      <p className="text-base font-semibold">{messages.failure.title}</p>
      <p className="max-w-md text-sm text-ink-soft">{text}</p>
      {failure.requestId && <p className="text-xs text-ink-faint">{messages.failure.requestId(failure.requestId)}</p>}
      <Button className="mt-4" onClick={onRetry}>
        <RotateCw aria-hidden className="size-3.5" />
        {messages.common.retry}
      </Button>
    </div>
  );
}

/** A line above content that is still shown although its refresh failed. */
export function StaleNotice({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const messages = useMessages();
  const text = useFailureText(failure);
  return (
    <div
      role="status"
      className="flex items-center justify-between gap-4 rounded-md border border-line bg-warning-soft px-4 py-2 text-sm text-warning-ink"
    >
      <span>{text}</span>
      <Button size="sm" onClick={onRetry}>
        {messages.common.retry}
      </Button>
    </div>
  );
}
