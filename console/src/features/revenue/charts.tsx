/** The two drawings of the revenue screen. Colours are tokens, so that they follow the theme. */
import type { ReactNode } from 'react';
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { type MoneyValue, useFormat, useMessages } from '@/i18n';
import { MOVEMENTS, type Movement, type Report, signedMinor } from './series';

const AXIS = { stroke: 'var(--ink-faint)', fontSize: 12, tickLine: false, axisLine: false } as const;

const COLOURS: Record<Movement, string> = {
  new: 'var(--chart-new)',
  expansion: 'var(--chart-expansion)',
  reactivation: 'var(--chart-reactivation)',
  contraction: 'var(--chart-contraction)',
  churn: 'var(--chart-churn)',
};

interface TipLine {
  label: string;
  value: MoneyValue;
  colour: string;
}

function Tip({ title, lines, signed }: { title: string; lines: readonly TipLine[]; signed: boolean }) {
  const format = useFormat();
  return (
    <div className="rounded-md border border-line bg-surface px-3 py-2 text-xs shadow-float">
      <p className="mb-1 font-semibold">{title}</p>
      {lines.map(({ label, value, colour }) => (
        <p key={label} className="flex items-center gap-2 text-ink-soft">
          <span className="size-2 rounded-full" style={{ background: colour }} />
          <span className="grow pr-4">{label}</span>
          <span className="font-medium text-ink">{signed ? format.moneyChange(value) : format.money(value)}</span>
        </p>
      ))}
    </div>
  );
}

function Frame({ height, children }: { height: number; children: ReactNode }) {
  return (
    <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 640, height }}>
      {children}
    </ResponsiveContainer>
  );
}

interface TooltipProps {
  active?: boolean;
  label?: string | number;
}

/** MRR at the end of each period. */
export function MrrChart({ report }: { report: Report }) {
  const messages = useMessages().revenue;
  const format = useFormat();
  const { currency } = report;
  const rows = report.series.map((point) => ({ start: point.start, mrr: point.mrr.amountMinor }));
  const tip = ({ active, label }: TooltipProps) => {
    const row = rows.find(({ start }) => start === label);
    if (!active || !row) return null;
    return (
      <Tip
        signed={false}
        title={format.monthLong(row.start)}
        lines={[{ label: messages.mrr, value: { amountMinor: row.mrr, currency }, colour: 'var(--accent)' }]}
      />
    );
  };
  return (
    <Frame height={216}>
      <AreaChart data={rows} margin={{ top: 8, right: 4, bottom: 0, left: 0 }} title={messages.chartTitle}>
        <defs>
          <linearGradient id="mrr-fill" x1="0" y1="0" x2="0" y2="1">
            <stop offset="0%" stopColor="var(--accent)" stopOpacity={0.22} />
            <stop offset="100%" stopColor="var(--accent)" stopOpacity={0.02} />
          </linearGradient>
        </defs>
        <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
        <XAxis dataKey="start" tickFormatter={format.month} {...AXIS} dy={6} />
        <YAxis
          width={64}
          tickFormatter={(amountMinor: number) => format.moneyCompact({ amountMinor, currency })}
          {...AXIS}
        />
        <Tooltip content={tip} cursor={{ stroke: 'var(--line-strong)' }} isAnimationActive={false} />
        <Area
          type="monotone"
          dataKey="mrr"
          stroke="var(--accent)"
          strokeWidth={2.25}
          fill="url(#mrr-fill)"
          activeDot={{ r: 4, strokeWidth: 2, stroke: 'var(--surface)' }}
          isAnimationActive={false}
        />
      </AreaChart>
    </Frame>
  );
}

/** What added to MRR above the line, what took from it below. */
export function MovementsChart({ report }: { report: Report }) {
  const messages = useMessages().revenue;
  const format = useFormat();
  const { currency } = report;
  const rows = report.series.map((point) => ({
    start: point.start,
    ...Object.fromEntries(MOVEMENTS.map((movement) => [movement, signedMinor(point, movement)])),
  }));
  const tip = ({ active, label }: TooltipProps) => {
    const point = report.series.find(({ start }) => start === label);
    if (!active || !point) return null;
    const lines = MOVEMENTS.map((movement) => ({
      label: messages[movement],
      value: { amountMinor: signedMinor(point, movement), currency },
      colour: COLOURS[movement],
    }));
    return <Tip signed title={format.monthLong(point.start)} lines={lines} />;
  };
  return (
    <>
      <Frame height={172}>
        <BarChart
          data={rows}
          stackOffset="sign"
          margin={{ top: 8, right: 4, bottom: 0, left: 0 }}
          title={messages.movementsTitle}
        >
          <CartesianGrid vertical={false} stroke="var(--chart-grid)" />
          <XAxis dataKey="start" tickFormatter={format.month} {...AXIS} dy={6} />
          <YAxis
            width={64}
            tickFormatter={(amountMinor: number) => format.moneyCompact({ amountMinor, currency })}
            {...AXIS}
          />
          <ReferenceLine y={0} stroke="var(--line-strong)" />
          <Tooltip content={tip} cursor={{ fill: 'var(--hover)' }} isAnimationActive={false} />
          {MOVEMENTS.map((movement) => (
            <Bar
              key={movement}
              dataKey={movement}
              stackId="movements"
              fill={COLOURS[movement]}
              maxBarSize={26}
              isAnimationActive={false}
            />
          ))}
        </BarChart>
      </Frame>
      <ul className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-soft">
        {MOVEMENTS.map((movement) => (
          <li key={movement} className="flex items-center gap-1.5">
            <span aria-hidden className="size-2.5 rounded-[3px]" style={{ background: COLOURS[movement] }} />
            {messages[movement]}
          </li>
        ))}
      </ul>
    </>
  );
}
