/** Revenue: headline figures, twelve months of MRR, what moved it, where it comes from (CON-2). */
import { ChartLine, RotateCw } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import { Segmented } from '@/components/segmented';
import { Loading, Skeleton } from '@/components/skeleton';
import { Empty, ErrorState, StaleNotice } from '@/components/states';
import { RevenueDocument } from '@/gql/graphql';
import { useFormat, useMessages } from '@/i18n';
import { useGraphQuery } from '@/platform/use-graph-query';
import { RevenueByPlan } from './by-plan';
import { MovementsChart, MrrChart } from './charts';
import { Headline } from './headline';
import { isEmpty, lastTwelveMonths, type Report } from './series';
import { MovementsTable, MrrTable } from './tables';

type View = 'chart' | 'table';

function Figure({
  title,
  hint,
  testId,
  chart,
  table,
  label,
}: {
  title: string;
  hint?: string;
  testId: string;
  chart: ReactNode;
  table: ReactNode;
  label: string;
}) {
  const messages = useMessages().revenue;
  const [view, setView] = useState<View>('chart');
  const options = [
    { value: 'chart' as const, label: messages.asChart, testId: `${testId}-as-chart` },
    { value: 'table' as const, label: messages.asTable, testId: `${testId}-as-table` },
  ];
  return (
    <Card
      title={title}
      hint={hint}
      flush
      actions={<Segmented label={title} value={view} onChange={setView} options={options} />}
    >
      {view === 'table' ? (
        table
      ) : (
        <figure data-testid={testId} aria-label={label} className="px-4 pb-4">
          {chart}
        </figure>
      )}
    </Card>
  );
}

function Figures({ report }: { report: Report }) {
  const messages = useMessages().revenue;
  const format = useFormat();
  const first = report.series[0];
  const last = report.series.at(-1);
  const summary =
    first && last
      ? messages.chartSummary(
          format.monthLong(first.start),
          format.monthLong(last.start),
          format.money(first.mrr),
          format.money(last.mrr),
        )
      : messages.chartTitle;
  return (
    <>
      <Headline report={report} />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_300px]">
        <div className="flex min-w-0 flex-col gap-4">
          <Figure
            title={messages.chartTitle}
            testId="mrr-chart"
            label={summary}
            chart={<MrrChart report={report} />}
            table={<MrrTable report={report} />}
          />
          <Figure
            title={messages.movementsTitle}
            hint={messages.movementsHint}
            testId="movements-chart"
            label={messages.movementsTitle}
            chart={<MovementsChart report={report} />}
            table={<MovementsTable report={report} />}
          />
        </div>
        <RevenueByPlan report={report} />
      </div>
    </>
  );
}

const SHEET = 'flex flex-col gap-3 rounded-lg border border-line bg-surface p-5';

/** The shapes of what is coming, in the places where it will be. */
function RevenueSkeleton() {
  return (
    <Loading className="flex flex-col gap-5">
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        {['mrr', 'arr', 'active', 'trial'].map((key) => (
          <div key={key} className={SHEET}>
            <Skeleton className="h-3.5 w-16" />
            <Skeleton className="h-7 w-32" />
            <Skeleton className="h-3 w-24" />
          </div>
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_300px]">
        <div className={SHEET}>
          <Skeleton className="h-4 w-48" />
          <Skeleton className="h-56" />
        </div>
        <div className={SHEET}>
          {['w-40', 'w-32', 'w-36', 'w-28'].map((width) => (
            <div key={width} className="flex flex-col gap-2 py-1">
              <Skeleton className={`h-3.5 ${width}`} />
              <Skeleton className="h-1.5" />
            </div>
          ))}
        </div>
      </div>
    </Loading>
  );
}

export function RevenueScreen() {
  const messages = useMessages();
  const [range] = useState(() => lastTwelveMonths(new Date()));
  const { data, failure, loading, refreshing, retry } = useGraphQuery(RevenueDocument, { range, granularity: 'MONTH' });
  const report = data?.revenue;
  return (
    <Page
      title={messages.revenue.title}
      subtitle={report ? messages.revenue.subtitle(report.currency) : '\u00a0'}
      actions={
        <Button onClick={retry} busy={refreshing} data-testid="revenue-refresh">
          {!refreshing && <RotateCw aria-hidden className="size-3.5" />}
          {messages.common.refresh}
        </Button>
      }
    >
      {report && failure && <StaleNotice failure={failure} onRetry={retry} />}
      {loading && <RevenueSkeleton />}
      {!report && failure && (
        <Card>
          <ErrorState failure={failure} onRetry={retry} />
        </Card>
      )}
      {report &&
        (isEmpty(report) ? (
          <Card>
            <Empty icon={ChartLine} title={messages.revenue.emptyTitle} body={messages.revenue.emptyBody} />
          </Card>
        ) : (
          <Figures report={report} />
        ))}
    </Page>
  );
}
