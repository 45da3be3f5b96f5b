/** Buttons: one primary per view, the rest quiet. */
import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from './cn';
import { Spinner } from './spinner';

const button = cva(
  'inline-flex items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors disabled:opacity-55 disabled:cursor-not-allowed',
  {
    variants: {
      variant: {
        primary: 'bg-accent text-on-accent hover:bg-accent-hover shadow-card',
        secondary: 'border border-line-strong bg-surface text-ink hover:bg-hover shadow-card',
        ghost: 'text-ink-soft hover:bg-hover hover:text-ink',
        sidebar: 'text-sidebar-soft hover:bg-sidebar-active hover:text-sidebar-ink',
      },
      size: { md: 'h-8 px-3 text-sm', sm: 'h-7 px-2.5 text-xs', lg: 'h-10 px-4 text-base', icon: 'size-8' },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

interface ButtonProps extends ComponentProps<'button'>, VariantProps<typeof button> {
  /** Shows a spinner and refuses clicks, keeping focus where it is. */
  busy?: boolean;
}

export function Button({
  className,
  variant,
  size,
  busy = false,
  children,
  type = 'button',
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={cn(button({ variant, size }), className)}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      {...rest}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}
