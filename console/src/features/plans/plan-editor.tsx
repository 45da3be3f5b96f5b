/** Edits the draft: nothing reaches a customer before it is published (CAT-3). */
import { CircleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { useMessages } from '@/i18n';
import { LimitFields } from './limit-fields';
import type { Plan, Version } from './plan';
import { PriceFields } from './price-fields';
import { useDraftEditor } from './use-draft-editor';

interface EditorProps {
  plan: Plan;
  base: Version;
  /** Called when saved or given up. */
  onDone: () => void;
}

function Problems({ sentences }: { sentences: readonly string[] }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (sentences.length > 0) ref.current?.focus();
  }, [sentences]);
  if (sentences.length === 0) return null;
  return (
    <div
      ref={ref}
      role="alert"
      tabIndex={-1}
      data-testid="plan-problems"
      className="flex items-start gap-2 rounded-md bg-exceeded-soft px-4 py-2.5 text-sm text-exceeded-ink"
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}

export function PlanEditor({ plan, base, onDone }: EditorProps) {
  const messages = useMessages();
  const editor = useDraftEditor(plan.key, base);
  return (
    <form
      noValidate
      aria-label={messages.plans.editing(plan.name)}
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void editor.save().then((saved) => saved && onDone());
      }}
    >
      <Problems sentences={editor.general} />
      {base.prices.length > 0 && (
        <Card title={messages.plans.prices}>
          <PriceFields version={base} editor={editor} />
        </Card>
      )}
      <Card flush title={messages.plans.limits}>
        <LimitFields version={base} editor={editor} />
      </Card>
      <div className="sticky bottom-0 -mx-1 flex items-center justify-between gap-4 rounded-lg border border-line bg-surface px-5 py-3 shadow-float">
        <p className="text-sm text-ink-faint">
          {editor.changes === 0 ? messages.plans.nothingChanged : messages.plans.changedCount(editor.changes)}
        </p>
        <div className="flex gap-2">
          <Button onClick={onDone}>{messages.common.cancel}</Button>
          <Button
            type="submit"
            variant="primary"
            busy={editor.saving}
            disabled={editor.changes === 0}
            data-testid="plan-save-draft"
          >
            {editor.saving ? messages.plans.saving : messages.plans.saveDraft}
          </Button>
        </div>
      </div>
    </form>
  );
}
