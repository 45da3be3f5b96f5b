/** The frame of a screen: title, what it is about, its actions. */
import type { ReactNode } from 'react';

interface PageProps {
  title: ReactNode;
  subtitle?: ReactNode;
  /** A link back, above the title. */
  above?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, subtitle, above, actions, children }: PageProps) {
  return (
    <div className="mx-auto flex w-full max-w-[1320px] flex-col gap-5 px-8 pt-7 pb-12">
      <header className="flex items-end justify-between gap-6">
        <div className="min-w-0">
          {above && <div className="mb-1.5">{above}</div>}
          <h1 className="flex items-center gap-3 font-display text-2xl font-semibold tracking-[-0.01em] text-ink">
            {title}
          </h1>
          {subtitle && <p className="mt-0.5 text-sm text-ink-faint">{subtitle}</p>}
        </div>
        {actions && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
