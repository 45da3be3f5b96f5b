/** The console's places, in the order of the rail; Ctrl or Cmd with the number goes there. */
import { Building2, ChartLine, Layers, type LucideIcon, Radio } from 'lucide-react';

export interface Destination {
  to: '/revenue' | '/plans' | '/organizations' | '/feed';
  key: 'revenue' | 'plans' | 'organizations' | 'feed';
  icon: LucideIcon;
  shortcut: string;
}

export const DESTINATIONS: readonly Destination[] = [
  { to: '/revenue', key: 'revenue', icon: ChartLine, shortcut: '1' },
  { to: '/plans', key: 'plans', icon: Layers, shortcut: '2' },
  { to: '/organizations', key: 'organizations', icon: Building2, shortcut: '3' },
  { to: '/feed', key: 'feed', icon: Radio, shortcut: '4' },
];

/** "⌘" on a Mac, "Ctrl" elsewhere. */
export const COMMAND_KEY = /Mac/.test(navigator.platform) ? '⌘' : 'Ctrl';
