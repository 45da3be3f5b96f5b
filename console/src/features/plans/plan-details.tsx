/** A plan as it is: prices, limits with their policies, versions. */
import { Badge } from '@/components/badge';
import { Card } from '@/components/card';
import { Cell, HeaderCell, Row, RowHeader, Table } from '@/components/table';
import type { PlanQuery } from '@/gql/graphql';
import { useFormat, useMessages } from '@/i18n';
import { LimitText } from './limit-text';
import type { Plan, Version } from './plan';
import { PriceText } from './price-text';

type Versions = NonNullable<PlanQuery['plan']>['versions'];

function Prices({ version }: { version: Version }) {
  const messages = useMessages();
  return (
    <Card title={messages.plans.prices}>
      {version.prices.length === 0 ? (
        <p className="text-sm text-ink-faint">{messages.plans.onRequest}</p>
      ) : (
        <dl className="flex flex-col gap-2.5">
          {version.prices.map(({ currency, interval, price }) => (
            <div key={`${currency}-${interval}`} className="flex items-baseline justify-between gap-4">
              <dt className="text-sm text-ink-soft">
                {messages.interval[interval]} <span className="text-ink-faint">{currency}</span>
              </dt>
              <dd className="font-display text-xl font-semibold">
                <PriceText price={price} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}

function VersionList({ versions }: { versions: Versions }) {
  const messages = useMessages().plans;
  const format = useFormat();
  const labels = { DRAFT: messages.draft, PUBLISHED: messages.published, ARCHIVED: messages.archived };
  const tones = { DRAFT: 'warning', PUBLISHED: 'normal', ARCHIVED: 'neutral' } as const;
  return (
    <Card title={messages.versions}>
      <ol className="flex flex-col gap-2.5">
        {[...versions]
          .sort((a, b) => b.number - a.number)
          .map((version) => (
            <li key={version.id} className="flex items-center justify-between gap-3 text-sm">
              <span className="flex items-center gap-2 font-medium">
                v{version.number} <Badge tone={tones[version.status]}>{labels[version.status]}</Badge>
              </span>
              <time className="text-xs text-ink-faint" dateTime={version.publishedAt ?? version.createdAt}>
                {format.date(version.publishedAt ?? version.createdAt)}
              </time>
            </li>
          ))}
      </ol>
    </Card>
  );
}

function Limits({ version }: { version: Version }) {
  const messages = useMessages();
  return (
    <Card flush title={messages.plans.limits}>
      <Table label={messages.plans.limits}>
        <thead>
          <tr>
            <HeaderCell>{messages.plans.meter}</HeaderCell>
            <HeaderCell numeric>{messages.plans.limit}</HeaderCell>
            <HeaderCell>{messages.plans.policy}</HeaderCell>
          </tr>
        </thead>
        <tbody>
          {version.limits.map((limit) => (
            <Row key={limit.meter.key} data-testid={`plan-limit-${limit.meter.key}`}>
              <RowHeader className="py-2 font-normal">{limit.meter.name}</RowHeader>
              <Cell numeric className="py-2 font-medium">
                <LimitText limit={limit} />
              </Cell>
              <Cell className="py-2 text-ink-soft">
                {limit.meter.kind === 'FLAG' || limit.limit === null ? '—' : messages.policy[limit.policy]}
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
    </Card>
  );
}

export function PlanDetails({ plan, version, versions }: { plan: Plan; version: Version; versions: Versions }) {
  const messages = useMessages().plans;
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_300px]">
      <Limits version={version} />
      <div className="flex flex-col gap-4 self-start">
        <Prices version={version} />
        <VersionList versions={versions} />
        <p className="px-1 text-xs text-ink-faint">
          {messages.subscriberCount(plan.subscriberCount)} · {messages.trialDays(version.trialDays)}
        </p>
      </div>
    </div>
  );
}
