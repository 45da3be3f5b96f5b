/** A word in a coloured pill. The word carries the meaning, the colour only helps. */
import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from './cn';

const badge = cva('inline-flex items-center gap-1 whitespace-nowrap rounded-full px-2 py-px text-xs font-medium', {
  variants: {
    tone: {
      neutral: 'bg-sunken text-ink-soft ring-1 ring-inset ring-line',
      accent: 'bg-accent-soft text-accent',
      info: 'bg-info-soft text-info-ink',
      normal: 'bg-normal-soft text-normal-ink',
      warning: 'bg-warning-soft text-warning-ink',
      alert: 'bg-alert-soft text-alert-ink',
      exceeded: 'bg-exceeded-soft text-exceeded-ink',
    },
  },
  defaultVariants: { tone: 'neutral' },
});

export type Tone = NonNullable<VariantProps<typeof badge>['tone']>;

export function Badge({ tone, className, ...rest }: ComponentProps<'span'> & { tone?: Tone }) {
  return <span className={cn(badge({ tone }), className)} {...rest} />;
}
