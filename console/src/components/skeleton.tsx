/** Grey shapes where content will be, so that nothing jumps when it comes. */
import type { ReactNode } from 'react';
import { useMessages } from '@/i18n';
import { cn } from './cn';

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn('animate-pulse rounded-md bg-line', className)} />;
}

/** Announces that something is loading; its skeletons are silent. */
export function Loading({ children, className }: { children: ReactNode; className?: string }) {
  const messages = useMessages();
  return (
    <div role="status" aria-label={messages.common.loading} className={className}>
      {children}
    </div>
  );
}

/** As many grey rows as a table will roughly have. */
export function SkeletonRows({ count, height = 'h-9' }: { count: number; height?: string }) {
  return (
    <Loading className="flex flex-col gap-3 px-5 py-4">
      {Array.from({ length: count }, (_, index) => `row-${index}`).map((key) => (
        <Skeleton key={key} className={height} />
      ))}
    </Loading>
  );
}
