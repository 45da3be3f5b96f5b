/** Short confirmations in the corner; announced politely, gone by themselves. */
import { CircleCheck, X } from 'lucide-react';
import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';
import { useMessages } from '@/i18n';

interface Toast {
  id: number;
  text: string;
}

const ToastContext = createContext<(text: string) => void>(() => undefined);

const SHOWN_FOR_MS = 6_000;

/** Shows a confirmation. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const nextId = useRef(0);
  const messages = useMessages();
  const dismiss = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);
  const show = useCallback(
    (text: string) => {
      nextId.current += 1;
      const id = nextId.current;
      setToasts((shown) => [...shown.slice(-2), { id, text }]);
      setTimeout(() => dismiss(id), SHOWN_FOR_MS);
    },
    [dismiss],
  );
  return (
    <ToastContext value={show}>
      {children}
      <div role="status" aria-live="polite" className="fixed right-6 bottom-6 z-50 flex flex-col gap-2">
        {toasts.map((toast) => (
          <div
            key={toast.id}
            data-testid="toast"
            className="flex items-center gap-2.5 rounded-md border border-line bg-surface py-2.5 pr-2 pl-3.5 text-sm shadow-float"
          >
            <CircleCheck aria-hidden className="size-4 text-normal-ink" />
            {toast.text}
            <button
              type="button"
              className="grid size-6 place-items-center rounded-sm text-ink-faint hover:bg-hover"
              aria-label={messages.common.close}
              onClick={() => dismiss(toast.id)}
            >
              <X aria-hidden className="size-3.5" />
            </button>
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
