/** Says that the server cannot be reached, for as long as that lasts (CON-8). */
import { CloudOff } from 'lucide-react';
import { useMessages } from '@/i18n';
import { useOnline } from '@/platform/context';

export function OfflineBanner() {
  const online = useOnline();
  const messages = useMessages().offline;
  return (
    <div role="status">
      {!online && (
        <div
          data-testid="offline-banner"
          className="flex items-center gap-2.5 border-b border-line bg-warning-soft px-8 py-2 text-sm text-warning-ink"
        >
          <CloudOff aria-hidden className="size-4 shrink-0" />
          <p>
            <strong className="font-semibold">{messages.title}</strong> {messages.body}
          </p>
        </div>
      )}
    </div>
  );
}
