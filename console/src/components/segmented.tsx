/** A choice between a few views, as radio buttons that look like one control. */
import { type ReactNode, useId } from 'react';
import { cn } from './cn';

interface SegmentedProps<Value extends string> {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: ReadonlyArray<{ value: Value; label: ReactNode; testId?: string }>;
}

export function Segmented<Value extends string>({ label, value, onChange, options }: SegmentedProps<Value>) {
  const name = useId();
  return (
    <fieldset className="inline-flex rounded-md bg-sunken p-0.5 ring-1 ring-inset ring-line">
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          data-testid={option.testId}
          className={cn(
            'cursor-pointer rounded-[5px] px-2.5 py-0.5 text-xs font-medium text-ink-soft has-focus-visible:outline-2 has-focus-visible:outline-accent',
            option.value === value && 'bg-surface text-ink shadow-card ring-1 ring-line',
          )}
        >
          <input
            type="radio"
            className="sr-only"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
