/** Where MRR comes from: one line per plan, longest share first. */
import { Card } from '@/components/card';
import { useFormat, useMessages } from '@/i18n';
import type { Report } from './series';

export function RevenueByPlan({ report }: { report: Report }) {
  const messages = useMessages().revenue;
  const format = useFormat();
  const total = report.mrr.amountMinor;
  const rows = [...report.byPlan].sort((a, b) => b.mrr.amountMinor - a.mrr.amountMinor);
  return (
    <Card title={messages.byPlanTitle} className="self-start">
      <ul className="flex flex-col gap-4">
        {rows.map(({ plan, mrr, subscriptions }) => {
          const share = total === 0 ? 0 : (mrr.amountMinor / total) * 100;
          return (
            <li key={plan.id} data-testid={`revenue-plan-${plan.key}`}>
              <div className="flex items-baseline justify-between gap-3 text-sm">
                <span className="truncate font-medium">{plan.name}</span>
                <span className="font-medium">{format.money(mrr)}</span>
              </div>
              <div aria-hidden className="my-1.5 h-1.5 overflow-hidden rounded-full bg-sunken">
                <div className="h-full rounded-full bg-accent" style={{ width: `${share}%` }} />
              </div>
              <div className="flex justify-between gap-3 text-xs text-ink-faint">
                <span>{messages.subscriptionCount(subscriptions)}</span>
                <span>{format.percent(share)}</span>
              </div>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
