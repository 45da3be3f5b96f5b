/** The editor's limits: amount or unlimited, and what happens over the limit. */
import { Field, Input, Select } from '@/components/field';
import { Cell, HeaderCell, Row, RowHeader, Table } from '@/components/table';
import type { OverQuotaPolicy } from '@/gql/graphql';
import { useMessages } from '@/i18n';
import { writtenUnit } from '@/i18n/format';
import type { Limit, Version } from './plan';
import { type DraftEditor, useFaultText } from './use-draft-editor';

const POLICIES: readonly OverQuotaPolicy[] = ['DENY', 'WARN', 'ALLOW'];

function Amount({ limit, editor }: { limit: Limit; editor: DraftEditor }) {
  const messages = useMessages();
  const faultText = useFaultText();
  const { key, name, kind, unit } = limit.meter;
  const field = editor.form.limits[key];
  if (!field) return null;
  if (kind === 'FLAG') {
    return (
      <label className="flex items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          data-testid={`plan-limit-input-${key}`}
          checked={field.typed !== '0'}
          onChange={(event) => editor.setLimit(key, { typed: event.target.checked ? '1' : '0', unlimited: false })}
        />
        {messages.plans.included}
      </label>
    );
  }
  return (
    <div className="flex items-start gap-3">
      <Field
        className="w-36"
        labelHidden
        label={messages.plans.limitOf(name)}
        error={faultText(editor.faults[`limits.${key}`])}
      >
        <Input
          inputMode="decimal"
          className="text-right"
          data-testid={`plan-limit-input-${key}`}
          disabled={field.unlimited}
          placeholder={field.unlimited ? '∞' : undefined}
          value={field.typed}
          onChange={(event) => editor.setLimit(key, { typed: event.target.value })}
        />
      </Field>
      <span className="w-8 pt-1.5 text-xs text-ink-faint">{writtenUnit(unit)}</span>
      <label className="flex shrink-0 items-center gap-1.5 pt-1.5 text-xs text-ink-soft">
        <input
          type="checkbox"
          className="size-3.5 accent-accent"
          aria-label={messages.plans.unlimitedOf(name)}
          data-testid={`plan-limit-unlimited-${key}`}
          checked={field.unlimited}
          onChange={(event) => editor.setLimit(key, { unlimited: event.target.checked })}
        />
        {messages.common.unlimited}
      </label>
    </div>
  );
}

function Policy({ limit, editor }: { limit: Limit; editor: DraftEditor }) {
  const messages = useMessages();
  const { key, name, kind } = limit.meter;
  const field = editor.form.limits[key];
  if (!field || kind === 'FLAG') return null;
  return (
    <Field className="max-w-60" labelHidden label={messages.plans.policyOf(name)}>
      <Select
        data-testid={`plan-policy-input-${key}`}
        value={field.policy}
        onChange={(event) => editor.setLimit(key, { policy: event.target.value as OverQuotaPolicy })}
      >
        {POLICIES.map((policy) => (
          <option key={policy} value={policy}>
            {messages.policy[policy]}
          </option>
        ))}
      </Select>
    </Field>
  );
}

export function LimitFields({ version, editor }: { version: Version; editor: DraftEditor }) {
  const messages = useMessages().plans;
  return (
    <Table label={messages.limits}>
      <thead>
        <tr>
          <HeaderCell className="w-72">{messages.meter}</HeaderCell>
          <HeaderCell className="w-80">{messages.limit}</HeaderCell>
          <HeaderCell>{messages.policy}</HeaderCell>
        </tr>
      </thead>
      <tbody>
        {version.limits.map((limit) => (
          <Row key={limit.meter.key}>
            <RowHeader className="align-top leading-8">{limit.meter.name}</RowHeader>
            <Cell>
              <Amount limit={limit} editor={editor} />
            </Cell>
            <Cell className="align-top">
              <Policy limit={limit} editor={editor} />
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}
