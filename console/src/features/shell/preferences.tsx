/** Theme and language, on the sign-in screen and at the foot of the rail. */
import { Languages, Moon, Sun } from 'lucide-react';
import { Button } from '@/components/button';
import { cn } from '@/components/cn';
import { LANGUAGES, type Language, useLanguage, useMessages } from '@/i18n';
import { useTheme } from './theme';

export function ThemeToggle({ onSidebar = false }: { onSidebar?: boolean }) {
  const messages = useMessages().preferences;
  const { shown, choose } = useTheme();
  const next = shown === 'dark' ? 'light' : 'dark';
  const label = messages.toggleTheme(next === 'dark' ? messages.darkTheme : messages.lightTheme);
  return (
    <Button
      variant={onSidebar ? 'sidebar' : 'ghost'}
      size="icon"
      data-testid="theme-toggle"
      aria-label={label}
      title={label}
      onClick={() => choose(next)}
    >
      {shown === 'dark' ? <Sun aria-hidden className="size-4" /> : <Moon aria-hidden className="size-4" />}
    </Button>
  );
}

export function LanguageSelect({ onSidebar = false }: { onSidebar?: boolean }) {
  const messages = useMessages().preferences;
  const { language, setLanguage } = useLanguage();
  return (
    <label
      className={cn(
        'relative flex h-8 items-center gap-1.5 rounded-md px-2 text-xs font-medium has-focus-visible:outline-2',
        onSidebar
          ? 'text-sidebar-soft hover:bg-sidebar-active hover:text-sidebar-ink'
          : 'text-ink-soft hover:bg-hover hover:text-ink',
      )}
    >
      <Languages aria-hidden className="size-4" />
      <span aria-hidden className="uppercase">
        {language}
      </span>
      <select
        aria-label={messages.language}
        data-testid="language-select"
        className="absolute inset-0 cursor-pointer opacity-0"
        value={language}
        onChange={(event) => setLanguage(event.target.value as Language)}
      >
        {LANGUAGES.map(({ code, name }) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
