/** The same series as tables: for screen readers, for copying, for exact figures. */
import { Cell, HeaderCell, Row, RowHeader, Table } from '@/components/table';
import { useFormat, useMessages } from '@/i18n';
import { MOVEMENTS, money, netMinor, type Report, signedMinor } from './series';

export function MrrTable({ report }: { report: Report }) {
  const messages = useMessages().revenue;
  const format = useFormat();
  return (
    <Table label={messages.chartTitle}>
      <thead>
        <tr>
          <HeaderCell>{messages.month}</HeaderCell>
          <HeaderCell numeric>{messages.mrr}</HeaderCell>
          <HeaderCell numeric>{messages.net}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {report.series.map((point) => (
          <Row key={point.start}>
            <RowHeader className="py-1.5">{format.monthLong(point.start)}</RowHeader>
            <Cell numeric className="py-1.5">
              {format.money(point.mrr)}
            </Cell>
            <Cell numeric className="py-1.5">
              {format.moneyChange(money(report, netMinor(point)))}
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

export function MovementsTable({ report }: { report: Report }) {
  const messages = useMessages().revenue;
  const format = useFormat();
  return (
    <Table label={messages.movementsTitle}>
      <thead>
        <tr>
          <HeaderCell>{messages.month}</HeaderCell>
          {MOVEMENTS.map((movement) => (
            <HeaderCell key={movement} numeric>
              {messages[movement]}
            </HeaderCell>
          ))}
          <HeaderCell numeric>{messages.net}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {report.series.map((point) => (
          <Row key={point.start}>
            <RowHeader className="py-1.5">{format.monthLong(point.start)}</RowHeader>
            {MOVEMENTS.map((movement) => (
              <Cell key={movement} numeric className="py-1.5 text-ink-soft">
                {format.moneyChange(money(report, signedMinor(point, movement)))}
              </Cell>
            ))}
            <Cell numeric className="py-1.5 font-medium">
              {format.moneyChange(money(report, netMinor(point)))}
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
