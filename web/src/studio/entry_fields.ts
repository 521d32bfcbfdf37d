// What is said of an entry, as fields that two people may edit at once, and what is sent of them. Pure.
//
// A field of which there is one per language is named "title.en". Categories and content notes are lists
// whose items are in several languages: each language has its own, an item a line, in the same order.

import type { Texts } from '../api';
import type { EntryChange, EntryDetails } from './api';
import { changed, type Fields } from './merge';
import { addDays, instantOf, localTime } from './zone';

/** One per language; in the order in which they are shown. */
export const kLocalized = ['title', 'synopsis', 'category', 'content_notes'] as const;
export type Localized = (typeof kLocalized)[number];

/** The language of a text of which nobody has said (BCP-47). */
export const kUndetermined = 'und';

const isTexts = (said: unknown): said is Texts => typeof said === 'object' && said !== null && !Array.isArray(said);

const textsOf = (said: unknown): Texts =>
  typeof said === 'string' ? { [kUndetermined]: said } : isTexts(said) ? said : {};

const listOf = (said: unknown): readonly Texts[] =>
  said === undefined || said === null ? [] : Array.isArray(said) ? said.map(textsOf) : [textsOf(said)];

function perLanguage(kind: Localized, texts: Texts): Fields {
  return Object.fromEntries(Object.entries(texts).map(([tag, text]) => [`${kind}.${tag}`, text]));
}

/** Line n is the nth item's, empty where that is not in the language. */
function linesOf(items: readonly Texts[]): Texts {
  const tags = new Set(items.flatMap((item) => Object.keys(item)));
  const line = (text: string | undefined) => (text ?? '').replaceAll('\n', ' ');
  return Object.fromEntries(
    [...tags].map((tag) => [tag, items.map((item) => line(item[tag])).join('\n').trimEnd()]),
  );
}

/** Written in one way, so that equal ones are alike. */
const instant = (at: string | null): string => (at === null ? '' : new Date(at).toISOString());

export function fieldsOf({ title, author, country, metadata, permitted }: EntryDetails): Fields {
  return {
    ...perLanguage('title', title),
    ...perLanguage('synopsis', textsOf(metadata['synopsis'])),
    ...perLanguage('category', linesOf(listOf(metadata['category']))),
    ...perLanguage('content_notes', linesOf(listOf(metadata['content_notes']))),
    author,
    country,
    not_before: instant(permitted.from),
    not_after: instant(permitted.until),
  };
}

/** The kind and the language of a field that there is in several; else null. */
export function localizedName(name: string): { readonly kind: Localized; readonly language: string } | null {
  const kind = kLocalized.find((each) => name.startsWith(`${each}.`));
  return kind ? { kind, language: name.slice(kind.length + 1) } : null;
}

/** Those to offer, and those that something is said in. */
export function languagesOf(fields: Fields, offered: readonly string[]): readonly string[] {
  const used = Object.keys(fields).flatMap((name) => localizedName(name)?.language ?? []);
  return [...new Set([...offered, ...used])];
}

/** Of a language that is not offered, only what there is. */
export const isAsked = (fields: Fields, offered: readonly string[], language: string, kind: Localized): boolean =>
  offered.includes(language) || fields[`${kind}.${language}`] !== undefined;

function itemsOf(fields: Fields, kind: Localized): readonly (string | Texts)[] | null {
  const items: Record<string, string>[] = [];
  for (const [name, text] of Object.entries(fields)) {
    const language = localizedName(name)?.kind === kind ? localizedName(name)?.language : undefined;
    if (language === undefined) continue;
    text.split('\n').forEach((line, at) => {
      if (line.trim()) (items[at] ??= {})[language] = line.trim();
    });
  }
  const said = items.filter(Boolean).map((item) => {
    const plain = item[kUndetermined];
    return plain !== undefined && Object.keys(item).length === 1 ? plain : item;
  });
  return said.length > 0 ? said : null;
}

/** What to send for `after`, of what was `before`. */
export function changeOf(before: Fields, after: Fields): EntryChange {
  const change: Record<string, unknown> = {};
  const metadata: Record<string, unknown> = {};
  for (const name of changed(before, after)) {
    const text = (after[name] ?? '').trim();
    const localized = localizedName(name);
    if (!localized) {
      if (name === 'author' || name === 'country') change[name] = text;
      else metadata[name] = text || null;
      continue;
    }
    const { kind, language } = localized;
    if (kind === 'category' || kind === 'content_notes') {
      metadata[kind] = itemsOf(after, kind);
    } else {
      const into = kind === 'title' ? change : metadata;
      into[kind] = { ...(into[kind] as object | undefined), [language]: text || null };
    }
  }
  return Object.keys(metadata).length > 0 ? { ...change, metadata } : change;
}

/** An end of the time in which an entry may be shown, as people say it. */
export interface Moment {
  /** "2026-11-23", or empty for none. */
  readonly date: string;
  /** "20:00"; empty for the day's beginning (`from`), or its end (`until`). */
  readonly time: string;
}

export type Edge = 'from' | 'until';

/** An instant (RFC 3339, or empty) as clocks of the zone show it. */
export function momentOf(instant: string, edge: Edge, zone: string): Moment {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return { date: '', time: '' };
  const [date = '', time = ''] = localTime(at, zone).split('T');
  if (time !== '00:00:00') return { date, time: time.endsWith(':00') ? time.slice(0, 5) : time };
  return { date: edge === 'until' ? addDays(date, -1) : date, time: '' };
}

/** The other way; empty for no date, or half of one: the year 202 is being typed. `until` is exclusive. */
export function instantAt({ date, time }: Moment, edge: Edge, zone: string): string {
  if (date < '1900') return '';
  const day = time === '' && edge === 'until' ? addDays(date, 1) : date;
  const at = instantOf(`${day}T${(time || '00:00').padEnd(8, ':00')}`, zone);
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}

/** It could never be shown. */
export const isNever = ({ not_before: from = '', not_after: until = '' }: Fields): boolean =>
  Date.parse(from) >= Date.parse(until);
