/** A sheet with a title: the unit every screen is made of. */
import { type ReactNode, useId } from 'react';
import { cn } from './cn';

interface CardProps {
  title?: ReactNode;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Without inner padding, for tables that run to the edge. */
  flush?: boolean;
}

export function Card({ title, hint, actions, children, className, flush = false }: CardProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={cn('min-w-0 rounded-lg border border-line bg-surface shadow-card', className)}
    >
      {title && (
        <header className="flex min-h-12 items-center justify-between gap-4 px-5 pt-3 pb-2">
          <div className="min-w-0">
            <h2 id={id} className="text-base font-semibold text-ink">
              {title}
            </h2>
            {hint && <p className="text-xs text-ink-faint">{hint}</p>}
          </div>
          {actions}
        </header>
      )}
      <div className={cn(!flush && 'px-5 pb-5', !flush && !title && 'pt-5')}>{children}</div>
    </section>
  );
}
