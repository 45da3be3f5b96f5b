/** Builds the palette's commands from where one can go and what one can switch. */
import { useNavigate } from '@tanstack/react-router';
import { Languages, LogOut, Monitor, Moon, Search, Sun } from 'lucide-react';
import { LANGUAGES, useLanguage, useMessages } from '@/i18n';
import { type Command, matching } from './commands';
import { COMMAND_KEY, DESTINATIONS } from './destinations';
import { type ThemeChoice, useTheme } from './theme';

const THEMES: ReadonlyArray<[ThemeChoice, typeof Sun]> = [
  ['light', Sun],
  ['dark', Moon],
  ['system', Monitor],
];

/** All commands that match what is typed; free text can always be looked up among the organizations. */
export function useCommands(typed: string, onSignOut: () => void): readonly Command[] {
  const messages = useMessages();
  const navigate = useNavigate();
  const { choose } = useTheme();
  const { setLanguage } = useLanguage();
  const { palette, nav, preferences } = messages;

  const places = DESTINATIONS.map(
    ({ to, key, icon, shortcut }): Command => ({
      id: key,
      group: palette.goTo,
      label: nav[key],
      icon,
      hint: `${COMMAND_KEY} ${shortcut}`,
      run: () => void navigate({ to }),
    }),
  );
  const themes = THEMES.map(
    ([choice, icon]): Command => ({
      id: `theme-${choice}`,
      group: palette.preferences,
      label: `${preferences.theme}: ${preferences[choice]}`,
      icon,
      run: () => choose(choice),
    }),
  );
  const languages = LANGUAGES.map(
    ({ code, name }): Command => ({
      id: `language-${code}`,
      group: palette.preferences,
      label: `${preferences.language}: ${name}`,
      icon: Languages,
      run: () => setLanguage(code),
    }),
  );
  const signOut: Command = { id: 'sign-out', group: palette.account, label: nav.signOut, icon: LogOut, run: onSignOut };
  const found = matching([...places, ...themes, ...languages, signOut], typed);
  const text = typed.trim();
  if (text === '') return found;
  const search: Command = {
    id: 'search',
    group: palette.goTo,
    label: palette.searchOrganizations(text),
    icon: Search,
    run: () => void navigate({ to: '/organizations', search: { text } }),
  };
  return [...found, search];
}
