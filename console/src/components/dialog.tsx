/** A modal on the native `<dialog>`: the browser holds the focus inside and gives it back. */
import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useMessages } from '@/i18n';
import { Button } from './button';
import { cn } from './cn';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  className?: string;
}

/** Opens and closes a dialog element with `open`; Escape and a click beside it close it. */
export function useModal(open: boolean, onClose: () => void) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return {
    ref,
    onCancel: (event: { preventDefault(): void }) => {
      event.preventDefault();
      onClose();
    },
    onMouseDown: (event: { target: EventTarget; currentTarget: EventTarget }) => {
      if (event.target === event.currentTarget) onClose();
    },
  };
}

export function Dialog({ open, onClose, title, description, children, footer, className }: DialogProps) {
  const id = useId();
  const messages = useMessages();
  const modal = useModal(open, onClose);
  return (
    <dialog
      {...modal}
      aria-labelledby={id}
      className={cn(
        'm-auto max-h-[85vh] w-[min(640px,92vw)] rounded-lg border border-line bg-surface p-0 text-ink shadow-float open:flex open:flex-col',
        className,
      )}
    >
      {open && (
        <>
          <header className="flex items-start justify-between gap-4 px-6 pt-5">
            <div>
              <h2 id={id} className="font-display text-xl font-semibold">
                {title}
              </h2>
              {description && <p className="mt-1 text-sm text-ink-soft">{description}</p>}
            </div>
            <Button variant="ghost" size="icon" onClick={onClose} aria-label={messages.common.close}>
              <X aria-hidden className="size-4" />
            </Button>
          </header>
          <div className="min-h-0 overflow-y-auto px-6 py-4">{children}</div>
          {footer && <footer className="flex justify-end gap-2 border-t border-line px-6 py-4">{footer}</footer>}
        </>
      )}
    </dialog>
  );
}
