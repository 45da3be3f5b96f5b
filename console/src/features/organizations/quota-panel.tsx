/** An organization's quotas in full, kept live while on screen (QUO-5, QUO-11). */
import { Radio } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { Badge } from '@/components/badge';
import { Card } from '@/components/card';
import { LevelBadge } from '@/components/level';
import { QuotaTrack } from '@/components/quota-bar';
import { OrganizationQuotaChangesDocument } from '@/gql/graphql';
import { useFormat, useMessages } from '@/i18n';
import { useStreamState } from '@/platform/context';
import { caps, countedQuotas, type LiveQuotas, type Quota, withLive } from './quotas';

/** Which sources make up the limit, what is reserved, when the window ends. */
function Explanation({ quota }: { quota: Quota }) {
  const messages = useMessages();
  const format = useFormat();
  const { explanation, meter, window, reserved } = quota;
  const parts = explanation.map(({ source, amount, reference, expiresAt }) => {
    const text = amount === null ? messages.common.unlimited : format.quantity(amount, meter);
    const extra = [reference, expiresAt && format.date(expiresAt)].filter(Boolean).join(', ');
    return `${messages.source[source]} ${text}${extra ? ` (${extra})` : ''}`;
  });
  if (reserved > 0) parts.push(messages.organizations.reserved(format.quantity(reserved, meter)));
  if (window?.end) parts.push(messages.organizations.resets(format.date(window.end)));
  return (
    <span className="text-xs text-ink-faint" title={messages.organizations.whyTitle}>
      {parts.join(' · ')}
    </span>
  );
}

function QuotaLine({ quota }: { quota: Quota }) {
  const messages = useMessages();
  const format = useFormat();
  const { meter, used, limit, percentage, level } = quota;
  const texts = messages.organizations;
  const left = limit === null ? null : limit - used;
  return (
    <li data-testid={`quota-bar-${meter.key}`} data-level={level} className="flex flex-col gap-1.5 py-3">
      <div className="flex items-center justify-between gap-3">
        <span className="flex items-center gap-2 text-sm font-medium">
          {meter.name}
          {level !== 'NORMAL' && <LevelBadge level={level} />}
        </span>
        <span className="text-sm">
          <strong className="font-semibold">{format.quantity(used, meter)}</strong>
          <span className="text-ink-faint">
            {' '}
            / {limit === null ? messages.common.unlimited : format.quantity(limit, meter)}
          </span>
        </span>
      </div>
      <QuotaTrack quota={quota} className="h-2" />
      <div className="flex items-start justify-between gap-3">
        <Explanation quota={quota} />
        {left !== null && (
          <span className="ml-auto shrink-0 text-xs text-ink-faint">
            {percentage !== null && `${format.percent(percentage)} · `}
            {left >= 0 ? texts.remaining(format.quantity(left, meter)) : texts.over(format.quantity(-left, meter))}
          </span>
        )}
      </div>
    </li>
  );
}

function Caps({ quotas }: { quotas: readonly Quota[] }) {
  const messages = useMessages();
  const format = useFormat();
  if (quotas.length === 0) return null;
  return (
    <div className="mt-2 border-t border-line pt-4">
      <h3 className="mb-2 text-xs font-medium text-ink-faint">{messages.organizations.perRequest}</h3>
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        {quotas.map(({ meter, limit }) => (
          <div key={meter.key} className="flex flex-col">
            <dt className="text-xs text-ink-faint">{meter.name}</dt>
            <dd className="text-sm font-medium">
              {limit === null ? messages.common.unlimited : format.quantity(limit, meter)}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** Each live message brings one meter's latest state; a fresh load starts over. */
function useLiveQuotas(organizationId: string, quotas: readonly Quota[]): readonly Quota[] {
  const [live, setLive] = useState<LiveQuotas>({});
  const client = useClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was loaded anew is newer than what came before it
  useEffect(() => setLive({}), [quotas]);
  useEffect(() => {
    const changes = client.subscription(OrganizationQuotaChangesDocument, { organizationId });
    const { unsubscribe } = changes.subscribe(({ data }) => {
      if (data) setLive((known) => ({ ...known, [data.quotaChanged.meter.key]: data.quotaChanged }));
    });
    return unsubscribe;
  }, [client, organizationId]);
  return withLive(quotas, live);
}

export function QuotaPanel({ organizationId, quotas }: { organizationId: string; quotas: readonly Quota[] }) {
  const messages = useMessages().organizations;
  const current = useLiveQuotas(organizationId, quotas);
  const { status } = useStreamState('OrganizationQuotaChanges');
  const counted = countedQuotas(current);
  return (
    <Card
      title={messages.quotas}
      actions={
        status === 'live' && (
          <Badge tone="normal">
            <Radio aria-hidden className="size-3" />
            {messages.live}
          </Badge>
        )
      }
    >
      {quotas.length === 0 && <p className="text-sm text-ink-faint">{messages.noQuotas}</p>}
      <ul className="-mt-2 divide-y divide-line">
        {counted.map((quota) => (
          <QuotaLine key={quota.meter.key} quota={quota} />
        ))}
      </ul>
      <Caps quotas={caps(current)} />
    </Card>
  );
}
