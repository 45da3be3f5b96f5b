/** A small wheel for what takes a moment; the text beside it says what. */
import { LoaderCircle } from 'lucide-react';

export function Spinner() {
  return <LoaderCircle aria-hidden className="size-3.5 animate-spin" />;
}
