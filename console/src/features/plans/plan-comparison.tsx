/** The limits of all published plans side by side, as customers compare them (CON-3). */
import { Cell, HeaderCell, Row, RowHeader, Table } from '@/components/table';
import { useMessages } from '@/i18n';
import { LimitText } from './limit-text';
import { metersOf, type Plan, type Version } from './plan';

interface Column {
  plan: Plan;
  version: Version;
}

export function PlanComparison({ plans }: { plans: readonly Plan[] }) {
  const messages = useMessages();
  const columns = plans.flatMap((plan): Column[] =>
    plan.currentVersion ? [{ plan, version: plan.currentVersion }] : [],
  );
  const meters = metersOf(columns.map(({ version }) => version));
  return (
    <Table label={messages.plans.compareTitle}>
      <thead>
        <tr>
          <HeaderCell>{messages.plans.meter}</HeaderCell>
          {columns.map(({ plan }) => (
            <HeaderCell key={plan.id} numeric className="text-ink">
              {plan.name}
            </HeaderCell>
          ))}
        </tr>
      </thead>
      <tbody>
        {meters.map((meter) => (
          <Row key={meter.key}>
            <RowHeader className="py-2 font-normal text-ink-soft">{meter.name}</RowHeader>
            {columns.map(({ plan, version }) => (
              <Cell key={plan.id} numeric className="py-2">
                <LimitText limit={version.limits.find((limit) => limit.meter.key === meter.key)} />
              </Cell>
            ))}
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
