/** The state of a subscription or an organization's access, as a word. */
import type { AccessMode, SubscriptionStatus } from '@/gql/graphql';
import { useMessages } from '@/i18n';
import { Badge, type Tone } from './badge';

const TONES: Record<SubscriptionStatus, Tone> = {
  TRIAL: 'info',
  ACTIVE: 'normal',
  PAST_DUE: 'alert',
  SUSPENDED: 'exceeded',
  PAUSED: 'neutral',
  CANCELLING: 'warning',
  EXPIRED: 'neutral',
  ARCHIVED: 'neutral',
};

export function StatusBadge({ status }: { status: SubscriptionStatus }) {
  const messages = useMessages();
  return <Badge tone={TONES[status]}>{messages.status[status]}</Badge>;
}

/** Nothing for full access: only what differs needs saying. */
export function AccessBadge({ mode }: { mode: AccessMode }) {
  const messages = useMessages();
  if (mode === 'FULL') return null;
  return <Badge tone={mode === 'BLOCKED' ? 'exceeded' : 'warning'}>{messages.access[mode]}</Badge>;
}
