/** The reader's language: messages and formatters, remembered on this machine. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { createFormat, type Format } from './format';
import { en } from './messages/en';
import { fr } from './messages/fr';
import type { MessageCatalog } from './messages/types';
import { vi } from './messages/vi';

export type { Format, MoneyValue } from './format';
export type { MessageCatalog } from './messages/types';

const CATALOGS = { en, fr, vi } as const;

export type Language = keyof typeof CATALOGS;

/** Each language by its own name. */
export const LANGUAGES: ReadonlyArray<{ code: Language; name: string }> = [
  { code: 'en', name: 'English' },
  { code: 'fr', name: 'Français' },
  { code: 'vi', name: 'Tiếng Việt' },
];

const STORAGE_KEY = 'bursar.language';

function isLanguage(value: string | null | undefined): value is Language {
  return value !== null && value !== undefined && value in CATALOGS;
}

/** The language chosen before, else the first of the system's that we speak. */
export function initialLanguage(): Language {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (isLanguage(stored)) return stored;
  for (const tag of navigator.languages) {
    const [primary] = tag.split('-');
    if (isLanguage(primary)) return primary;
  }
  return 'en';
}

/** Dates and numbers follow the system's region where it speaks the same language ("en-GB"). */
function regionalTag(language: Language): string {
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language;
}

interface Spoken {
  language: Language;
  setLanguage: (language: Language) => void;
  messages: MessageCatalog;
  format: Format;
}

const LanguageContext = createContext<Spoken | null>(null);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(initialLanguage);

  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem(STORAGE_KEY, language);
  }, [language]);

  const spoken = useMemo<Spoken>(
    () => ({ language, setLanguage, messages: CATALOGS[language], format: createFormat(regionalTag(language)) }),
    [language],
  );
  return <LanguageContext value={spoken}>{children}</LanguageContext>;
}

function useSpoken(): Spoken {
  const spoken = useContext(LanguageContext);
  if (!spoken) throw new Error('LanguageProvider is missing above this component');
  return spoken;
}

/** What the console says, in the reader's language. */
export function useMessages(): MessageCatalog {
  return useSpoken().messages;
}

/** Intl formatters of the reader's locale. */
export function useFormat(): Format {
  return useSpoken().format;
}

/** The language and how to change it. */
export function useLanguage(): Pick<Spoken, 'language' | 'setLanguage'> {
  return useSpoken();
}
