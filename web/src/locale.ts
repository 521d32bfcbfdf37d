// Which language this viewer reads, and how the texts of a page come in it.
//
// A page keeps its texts in a table of its own (`strings.ts` in its folder), so that no page carries
// another's:
//
//     const table = defineStrings({ en: { films: { one: '{n} film', other: '{n} films' } }, zh: ... });
//     const { strings, tag } = useStrings(table);
//     fill(plural(strings.films, n, tag), { n })

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { recall, store } from './settings';
import { preferredLanguage } from './text';

/** The pages' languages, by their own names. */
export const kLanguages = [
  { tag: 'en', name: 'English' },
  { tag: 'zh', name: '中文' },
  { tag: 'ru', name: 'Русский' },
] as const;

export type Tag = (typeof kLanguages)[number]['tag'];

export interface Locale {
  /** BCP-47 tag of the pages' language. */
  readonly tag: Tag;
  /** The viewer's languages, best first; for titles and subtitles. */
  readonly languages: readonly string[];
  choose(tag: Tag): void;
}

/** A text whose form depends on a number: the CLDR categories a language has (Intl.PluralRules). */
export interface PluralForms {
  readonly one?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

type Text = string | PluralForms;
type Same<T> = { readonly [Key in keyof T]: T[Key] extends string ? string : PluralForms };
export type Table<T> = Readonly<Record<Tag, Same<T>>>;

/** A table that the compiler holds to having every text in every language. */
export function defineStrings<T extends Readonly<Record<string, Text>>>(
  table: { readonly en: T; readonly zh: Same<T>; readonly ru: Same<T> },
): Table<T> {
  return table as Table<T>;
}

/** The language this viewer chose before, else the first of the browser's that the pages have. */
export function findLanguage(): { readonly tag: Tag; readonly languages: readonly string[] } {
  const chosen = recall('language');
  const languages = [...(chosen ? [chosen] : []), ...navigator.languages];
  const at = preferredLanguage(kLanguages.map(({ tag }) => tag), languages);
  const { tag } = kLanguages[at] ?? kLanguages[0];
  return { tag, languages: [tag, ...languages] };
}

export function rememberLanguage(tag: Tag): void {
  store('language', tag);
}

export const LocaleContext = createContext<Locale>({ tag: 'en', languages: ['en'], choose() {} });

export const useLocale = (): Locale => useContext(LocaleContext);

export function useStrings<T>(table: Table<T>): Locale & { readonly strings: Same<T> } {
  const locale = useLocale();
  return { ...locale, strings: table[locale.tag] };
}
