// Which language this viewer reads: chosen before, else the browser's.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { kLanguages, type Strings } from './strings';
import { preferredLanguage } from './text';
import { recall, store } from './settings';

export interface Locale {
  /** BCP-47 tag of the pages' language. */
  readonly tag: string;
  readonly strings: Strings;
  /** The viewer's languages, best first; for titles and subtitles. */
  readonly languages: readonly string[];
}

export function findLocale(): Locale {
  const chosen = recall('language');
  const languages = [...(chosen ? [chosen] : []), ...navigator.languages];
  const at = preferredLanguage(
    kLanguages.map((language) => language.tag),
    languages,
  );
  const language = kLanguages[at] ?? kLanguages[0];
  return { tag: language.tag, strings: language.strings, languages: [language.tag, ...languages] };
}

export function chooseLocale(tag: string): Locale {
  store('language', tag);
  return findLocale();
}

export const LocaleContext = createContext<Locale>({
  tag: 'en',
  strings: kLanguages[0].strings,
  languages: ['en'],
});

export const useLocale = (): Locale => useContext(LocaleContext);
