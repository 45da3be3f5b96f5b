/** What the command palette can do, and how typing narrows it down. */
import type { LucideIcon } from 'lucide-react';

export interface Command {
  id: string;
  group: string;
  label: string;
  icon: LucideIcon;
  /** Shown at the right, e.g. a shortcut. */
  hint?: string;
  run: () => void;
}

/** Lower case without accents, so that "equipe" finds "Équipe". */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .replaceAll('đ', 'd')
    .replaceAll('Đ', 'D')
    .toLowerCase();
}

/** The commands whose label or group holds every typed word. */
export function matching(commands: readonly Command[], typed: string): readonly Command[] {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  return commands.filter(({ label, group }) => {
    const text = fold(`${group} ${label}`);
    return words.every((word) => text.includes(word));
  });
}
