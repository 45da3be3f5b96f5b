/** Tables: quiet lines, numbers to the right, headers that screen readers can follow. */
import { type ComponentProps, type MouseEvent, useEffect, useRef, useState } from 'react';
import { cn } from './cn';

/** Whether the content is wider than its box, now and after each resize. */
function useOverflow() {
  const ref = useRef<HTMLDivElement>(null);
  const [overflows, setOverflows] = useState(false);
  useEffect(() => {
    const box = ref.current;
    if (!box) return;
    const observer = new ResizeObserver(() => setOverflows(box.scrollWidth > box.clientWidth));
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return { ref, overflows };
}

/** Scrolls sideways inside its card rather than widening the page; a tab stop only while there is something to scroll. */
export function Table({ className, label, ...rest }: ComponentProps<'table'> & { label: string }) {
  const { ref, overflows } = useOverflow();
  return (
    <div ref={ref} className="overflow-x-auto rounded-b-lg" tabIndex={overflows ? 0 : undefined}>
      <table aria-label={label} className={cn('w-full border-collapse text-sm', className)} {...rest} />
    </div>
  );
}

interface CellProps {
  /** Right-aligned, for numbers. */
  numeric?: boolean;
}

export function HeaderCell({ className, numeric = false, ...rest }: ComponentProps<'th'> & CellProps) {
  return (
    <th
      scope="col"
      className={cn(
        'border-b border-line px-3 py-2 text-left text-xs font-medium whitespace-nowrap text-ink-faint first:pl-5 last:pr-5',
        numeric && 'text-right',
        className,
      )}
      {...rest}
    />
  );
}

export function RowHeader({ className, ...rest }: ComponentProps<'th'>) {
  return <th scope="row" className={cn('px-3 py-2.5 text-left font-medium first:pl-5', className)} {...rest} />;
}

export function Cell({ className, numeric = false, ...rest }: ComponentProps<'td'> & CellProps) {
  return <td className={cn('px-3 py-2.5 first:pl-5 last:pr-5', numeric && 'text-right', className)} {...rest} />;
}

export function Row({ className, ...rest }: ComponentProps<'tr'>) {
  return <tr className={cn('border-b border-line last:border-b-0', className)} {...rest} />;
}

/** The link that a click on the rest of its row stands for. */
function followLink(event: MouseEvent<HTMLTableRowElement>) {
  const target = event.target as Element;
  if (target.closest('a, button')) return;
  event.currentTarget.querySelector('a')?.click();
}

/**
 * A row that leads somewhere: a click anywhere in it follows its link. No overlay is stretched over the row, because
 * WebKitGTK positions it against the page instead of the row. The keyboard has the link itself.
 */
export function LinkRow({ className, ...rest }: ComponentProps<'tr'>) {
  return <Row onClick={followLink} className={cn('cursor-pointer hover:bg-hover', className)} {...rest} />;
}
