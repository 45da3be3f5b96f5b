/** The list of plans: version, prices, subscribers; a row opens the plan. */
import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { Cell, HeaderCell, LinkRow, RowHeader, Table } from '@/components/table';
import { useFormat, useMessages } from '@/i18n';
import { annualSaving, type Plan, priceOf, shownVersion } from './plan';
import { PlanBadges } from './plan-badges';
import { PriceText } from './price-text';

function Prices({ plan, currency }: { plan: Plan; currency: string }) {
  const messages = useMessages().plans;
  const format = useFormat();
  const version = shownVersion(plan);
  const monthly = version && priceOf(version, 'MONTHLY', currency);
  const annual = version && priceOf(version, 'ANNUAL', currency);
  const saving = annualSaving(monthly, annual);
  return (
    <>
      <Cell numeric className="font-medium">
        <PriceText price={monthly} />
      </Cell>
      <Cell numeric>
        <PriceText price={annual} />
        {saving !== null && (
          <span className="block text-xs text-normal-ink">{messages.annualSaving(format.percent(saving))}</span>
        )}
      </Cell>
      <Cell className="text-ink-soft">{version ? messages.trialDays(version.trialDays) : '—'}</Cell>
    </>
  );
}

export function PlanList({ plans, currency }: { plans: readonly Plan[]; currency: string }) {
  const messages = useMessages().plans;
  const format = useFormat();
  return (
    <Table label={messages.listTitle}>
      <thead>
        <tr>
          <HeaderCell>{messages.plan}</HeaderCell>
          <HeaderCell>{messages.version}</HeaderCell>
          <HeaderCell numeric>{messages.monthly}</HeaderCell>
          <HeaderCell numeric>{messages.annual}</HeaderCell>
          <HeaderCell>{messages.trial}</HeaderCell>
          <HeaderCell numeric>{messages.subscribers}</HeaderCell>
          <HeaderCell>
            <span className="sr-only">{messages.edit}</span>
          </HeaderCell>
        </tr>
      </thead>
      <tbody>
        {plans.map((plan) => (
          <LinkRow key={plan.id} data-testid={`plan-row-${plan.key}`}>
            <RowHeader>
              <Link to="/plans/$key" params={{ key: plan.key }} className="font-semibold">
                {plan.name}
              </Link>
              <span className="block text-xs font-normal text-ink-faint">{plan.key}</span>
            </RowHeader>
            <Cell>
              <PlanBadges plan={plan} />
            </Cell>
            <Prices plan={plan} currency={currency} />
            <Cell numeric>{format.number(plan.subscriberCount)}</Cell>
            <Cell className="w-8 text-ink-faint">
              <ChevronRight aria-hidden className="size-4" />
            </Cell>
          </LinkRow>
        ))}
      </tbody>
    </Table>
  );
}
