/** What is shown for an address that leads nowhere, and when a screen breaks. */
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import { ErrorState } from '@/components/states';
import { useMessages } from '@/i18n';

export function Missing() {
  const messages = useMessages();
  const failure = { code: 'NOT_FOUND', message: messages.failure.NOT_FOUND, requestId: null };
  return (
    <Page title="Bursar">
      <Card>
        <ErrorState failure={failure} onRetry={() => window.location.assign('/')} />
      </Card>
    </Page>
  );
}

export function Crash({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="Bursar">
      <Card>
        <ErrorState
          failure={{ code: 'crash', message: error instanceof Error ? error.message : String(error), requestId: null }}
          onRetry={reset}
        />
      </Card>
    </Page>
  );
}
