/** A key, as it is printed on the keyboard. */
import type { ReactNode } from 'react';

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="rounded-sm border border-line bg-sunken px-1 font-sans text-2xs text-ink-faint">{children}</kbd>
  );
}
