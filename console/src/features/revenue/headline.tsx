/** The four figures one looks at first, each with what it means (REV-2). */
import { TrendingDown, TrendingUp } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/components/cn';
import { useFormat, useMessages } from '@/i18n';
import { growth, type Point, type Report } from './series';

interface FigureProps {
  testId: string;
  label: string;
  title?: string;
  value: string;
  note: ReactNode;
  children?: ReactNode;
}

function Figure({ testId, label, title, value, note, children }: FigureProps) {
  return (
    <div className="relative flex min-w-0 flex-col gap-1 overflow-hidden rounded-lg border border-line bg-surface px-5 pt-4 pb-4 shadow-card">
      <h2 className="text-sm font-medium text-ink-faint" title={title}>
        {label}
      </h2>
      <p data-testid={testId} className="truncate font-display text-3xl font-semibold tracking-[-0.015em]">
        {value}
      </p>
      <div className="flex flex-wrap items-center gap-x-1.5 text-xs text-ink-faint">{note}</div>
      {children}
    </div>
  );
}

function Trend({ report }: { report: Report }) {
  const messages = useMessages().revenue;
  const format = useFormat();
  const { netNewMrr } = report;
  const down = netNewMrr.amountMinor < 0;
  const Icon = down ? TrendingDown : TrendingUp;
  const change = growth(report.series);
  return (
    <>
      <span
        data-testid="net-new"
        className={cn('inline-flex items-center gap-1 font-medium', down ? 'text-exceeded-ink' : 'text-normal-ink')}
        title={messages.netNewHint}
      >
        <Icon aria-hidden className="size-3.5" />
        {format.moneyChange(netNewMrr)}
      </span>
      <span>
        {messages.netNew}
        {change !== null && ` · ${change > 0 ? '+' : ''}${format.percent(change)}`}
      </span>
    </>
  );
}

const SPARK = { width: 120, height: 36 };

/** The year in one line, without axes; the chart below has them. */
function Sparkline({ series }: { series: readonly Point[] }) {
  const values = series.map((point) => point.mrr.amountMinor);
  if (values.length < 2) return null;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values
    .map((value, index) => {
      const x = (index / (values.length - 1)) * SPARK.width;
      const y = SPARK.height - 2 - ((value - low) / span) * (SPARK.height - 4);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      className="absolute top-4 right-4 h-7 w-16 text-accent opacity-70"
    >
      <polyline
        points={points}
        fill="none"
        stroke="currentColor"
        strokeWidth="2.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  );
}

export function Headline({ report }: { report: Report }) {
  const messages = useMessages().revenue;
  const format = useFormat();
  return (
    <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
      <Figure
        testId="card-mrr"
        label={messages.mrr}
        title={messages.mrrLong}
        value={format.money(report.mrr)}
        note={<Trend report={report} />}
      >
        <Sparkline series={report.series} />
      </Figure>
      <Figure
        testId="card-arr"
        label={messages.arr}
        title={messages.arrLong}
        value={format.money(report.arr)}
        note={messages.ofTwelve}
      />
      <Figure
        testId="card-active"
        label={messages.active}
        value={format.number(report.activeSubscriptions)}
        note={messages.paying}
      />
      <Figure
        testId="card-trial"
        label={messages.trial}
        value={format.number(report.trialSubscriptions)}
        note={messages.notYetPaying}
      />
    </div>
  );
}
