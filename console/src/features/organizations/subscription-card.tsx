/** An organization's subscription and what happened to it (BIL-1). */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Card } from '@/components/card';
import { StatusBadge } from '@/components/status-badge';
import type { OrganizationQuery } from '@/gql/graphql';
import { useFormat, useMessages } from '@/i18n';

type Subscription = NonNullable<NonNullable<OrganizationQuery['organization']>['subscription']>;

function Line({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-4 text-sm">
      <dt className="shrink-0 text-ink-faint">{term}</dt>
      <dd className="min-w-0 text-right font-medium">{children}</dd>
    </div>
  );
}

export function SubscriptionCard({ subscription }: { subscription: Subscription | null }) {
  const messages = useMessages();
  const format = useFormat();
  const texts = messages.organizations;
  if (!subscription) {
    return (
      <Card title={texts.subscription}>
        <p className="text-sm text-ink-faint">{texts.noSubscription}</p>
      </Card>
    );
  }
  const { plan, planVersion, price, billingInterval } = subscription;
  return (
    <Card title={texts.subscription} actions={<StatusBadge status={subscription.status} />}>
      <dl className="flex flex-col gap-2.5">
        <Line term={texts.plan}>
          <Link to="/plans/$key" params={{ key: plan.key }} className="text-accent hover:underline">
            {plan.name}
          </Link>{' '}
          <span className="font-normal text-ink-faint">{texts.version(planVersion.number)}</span>
        </Line>
        <Line term={texts.price}>
          {format.money(price)}{' '}
          <span className="font-normal text-ink-faint">
            {billingInterval === 'MONTHLY' ? messages.common.perMonth : messages.common.perYear}
          </span>
        </Line>
        <Line term={texts.period}>
          {texts.fromTo(format.date(subscription.currentPeriodStart), format.date(subscription.currentPeriodEnd))}
        </Line>
        {subscription.trialEndsAt && <Line term={texts.trialEnds}>{format.date(subscription.trialEndsAt)}</Line>}
        {subscription.cancelAt && <Line term={texts.cancelsAt}>{format.date(subscription.cancelAt)}</Line>}
      </dl>
    </Card>
  );
}

export function Timeline({ subscription }: { subscription: Subscription | null }) {
  const messages = useMessages();
  const format = useFormat();
  const changes = [...(subscription?.timeline ?? [])].sort((a, b) => b.occurredAt.localeCompare(a.occurredAt));
  return (
    <Card title={messages.organizations.timeline}>
      {changes.length === 0 && <p className="text-sm text-ink-faint">{messages.organizations.noTimeline}</p>}
      <ol className="flex flex-col">
        {changes.map((change) => (
          <li key={change.id} className="relative border-l border-line pb-4 pl-5 last:pb-0">
            <span
              aria-hidden
              className="absolute top-1.5 -left-[4.5px] size-2 rounded-full bg-accent ring-3 ring-surface"
            />
            <p className="text-sm font-medium">
              {messages.change[change.kind](change.fromPlan?.name ?? '—', change.toPlan?.name ?? '—')}
            </p>
            <p className="text-xs text-ink-faint">
              <time dateTime={change.occurredAt}>{format.dateTime(change.occurredAt)}</time>
              {change.fromStatus && change.fromStatus !== change.toStatus && (
                <span>
                  {' '}
                  · {messages.status[change.fromStatus]} → {messages.status[change.toStatus]}
                </span>
              )}
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}
