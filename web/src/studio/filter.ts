// Which entries are shown. Pure.

import type { EntrySummary } from './api';
import { primaryLanguage } from '../text';

export const kStateFilters = ['all', 'ready', 'working', 'failed', 'warnings'] as const;
export type StateFilter = (typeof kStateFilters)[number];

const folded = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Whether each of the words is in its titles, author, country or id, whatever the case. */
export function mentions(entry: EntrySummary, words: string): boolean {
  const { id, author, country, title } = entry;
  const all = folded([id, author, country, ...Object.values(title)].join('\n'));
  return folded(words).split(/\s+/).every((word) => all.includes(word));
}

export function isIn(entry: EntrySummary, filter: StateFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'ready':
    case 'failed':
      return entry.state === filter;
    case 'working':
      return entry.state !== 'ready' && entry.state !== 'failed';
    case 'warnings':
      return entry.warnings > 0;
  }
}

/** Whether there are no subtitles in the language, of whatever region or script. */
export const lacks = (entry: EntrySummary, language: string): boolean =>
  !entry.languages.some((tag) => primaryLanguage(tag) === primaryLanguage(language));
