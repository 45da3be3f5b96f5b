/** The editor's prices, one field per currency and interval. */
import { Field, Input } from '@/components/field';
import { useMessages } from '@/i18n';
import { priceKey } from './draft-form';
import type { Version } from './plan';
import { type DraftEditor, useFaultText } from './use-draft-editor';

export function PriceFields({ version, editor }: { version: Version; editor: DraftEditor }) {
  const messages = useMessages();
  const faultText = useFaultText();
  return (
    <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
      {version.prices.map(({ currency, interval }) => {
        const key = priceKey(currency, interval);
        return (
          <Field
            key={key}
            label={
              <>
                {messages.interval[interval]} <span className="font-normal text-ink-faint">{currency}</span>
              </>
            }
            error={faultText(editor.faults[`prices.${key}`])}
          >
            <Input
              inputMode="decimal"
              className="text-right"
              aria-label={messages.plans.price(currency, messages.interval[interval])}
              data-testid={`plan-price-input-${key}`}
              value={editor.form.prices[key] ?? ''}
              onChange={(event) => editor.setPrice(key, event.target.value)}
            />
          </Field>
        );
      })}
    </div>
  );
}
