/** Joins class names; a later Tailwind class wins over an earlier one of the same kind. */
import { type ClassValue, clsx } from 'clsx';
import { extendTailwindMerge } from 'tailwind-merge';

const merge = extendTailwindMerge({ extend: { theme: { text: ['2xs'] } } });

/** `cn('p-2', wide && 'w-full', className)` */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
