/** The editor's state: typed values, faults at their fields, saving the draft. */
import { useState } from 'react';
import { useMutation } from 'urql';
import { useToast } from '@/components/toast';
import { SavePlanDraftDocument } from '@/gql/graphql';
import { useFormat, useMessages } from '@/i18n';
import { failureOf } from '@/platform/failure';
import {
  type DraftForm,
  type Fault,
  type Faults,
  formOf,
  type LimitField,
  placeUserErrors,
  readDraft,
} from './draft-form';
import type { Version } from './plan';

export interface DraftEditor {
  form: DraftForm;
  faults: Faults;
  /** What went wrong beyond single fields. */
  general: readonly string[];
  changes: number;
  saving: boolean;
  setLimit: (meter: string, change: Partial<LimitField>) => void;
  setPrice: (key: string, typed: string) => void;
  /** Resolves to whether the draft is saved. */
  save: () => Promise<boolean>;
}

/** Edits `base`, the draft or the version that a draft will be made from. */
export function useDraftEditor(planKey: string, base: Version): DraftEditor {
  const messages = useMessages().plans;
  const { locale } = useFormat();
  const toast = useToast();
  const [form, setForm] = useState(() => formOf(base, locale));
  const [faults, setFaults] = useState<Faults>({});
  const [general, setGeneral] = useState<readonly string[]>([]);
  const [{ fetching }, update] = useMutation(SavePlanDraftDocument);
  const reading = readDraft(form, base, locale);

  const forget = (field: string) =>
    setFaults((current) => Object.fromEntries(Object.entries(current).filter(([key]) => key !== field)));

  const save = async () => {
    setFaults(reading.faults);
    const faulty = Object.keys(reading.faults).length > 0;
    setGeneral(faulty ? [messages.errors.summary] : []);
    if (faulty) return false;
    const { limits, prices } = reading;
    const result = await update({ input: { planKey, limits, prices } });
    if (result.error) {
      setGeneral([failureOf(result.error).message]);
      return false;
    }
    const placed = placeUserErrors(result.data?.updatePlan.userErrors ?? [], reading);
    setFaults(placed.faults);
    setGeneral(
      placed.general.length === 0 && Object.keys(placed.faults).length > 0 ? [messages.errors.summary] : placed.general,
    );
    const saved = Object.keys(placed.faults).length === 0 && placed.general.length === 0;
    if (saved) toast(messages.saved);
    return saved;
  };

  return {
    form,
    faults,
    general,
    changes: reading.limits.length + reading.prices.length + Object.keys(reading.faults).length,
    saving: fetching,
    setLimit(meter, change) {
      forget(`limits.${meter}`);
      setForm((current) => {
        const field = current.limits[meter];
        return field ? { ...current, limits: { ...current.limits, [meter]: { ...field, ...change } } } : current;
      });
    },
    setPrice(key, typed) {
      forget(`prices.${key}`);
      setForm((current) => ({ ...current, prices: { ...current.prices, [key]: typed } }));
    },
    save,
  };
}

/** The sentence for a fault. */
export function useFaultText(): (fault: Fault | undefined) => string | undefined {
  const { errors } = useMessages().plans;
  return (fault) => {
    if (!fault) return undefined;
    if (fault.kind === 'server') return fault.message;
    return fault.kind === 'number' ? errors.number : errors.decimals(fault.allowed);
  };
}
