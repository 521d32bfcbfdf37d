// Choosing and writing texts for a viewer. Pure.

import type { Texts } from './api';

/** The language a tag speaks, without region or script: 'zh-Hant-TW' gives 'zh'. */
export function primaryLanguage(tag: string): string {
  return (tag.split(/[-_]/)[0] ?? '').toLowerCase();
}

/**
 * The text in the first of the viewer's languages that there is; else in English; else in any.
 */
export function pickText(texts: Texts, languages: readonly string[]): string {
  const tags = Object.keys(texts);
  for (const wanted of [...languages, 'en']) {
    const exact = tags.find((tag) => tag.toLowerCase() === wanted.toLowerCase());
    const close = exact ?? tags.find((tag) => primaryLanguage(tag) === primaryLanguage(wanted));
    const text = close === undefined ? undefined : texts[close];
    if (text) return text;
  }
  const first = tags[0];
  return first === undefined ? '' : (texts[first] ?? '');
}

/** The time of day in the viewer's zone, e.g. '20:00'. */
export function formatTime(instant: number, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone ? { timeZone } : {}),
  }).format(instant);
}

/** The time of day with seconds, e.g. '20:00:07'. */
export function formatTimeExactly(instant: number, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(timeZone ? { timeZone } : {}),
  }).format(instant);
}

/** A length as a player shows it: 65 is '1:05', 3665 is '1:01:05'. Fractions are dropped. */
export function formatLength(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

/** The country's name in the viewer's language; the code itself when it is not known. */
export function countryName(code: string, locale: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: 'region' }).of(code.toUpperCase()) ?? code;
  } catch {
    return code;
  }
}

/** The language's name in the viewer's; the tag itself when it is not known. */
export function languageName(language: string, locale: string): string {
  try {
    return new Intl.DisplayNames([locale], { type: 'language' }).of(language) ?? language;
  } catch {
    return language;
  }
}

/** The next choice when going round: off (-1), 0, ... count - 1, off. */
export function nextChoice(current: number, count: number): number {
  return current + 1 < count ? current + 1 : -1;
}

/** Which of these languages the viewer reads best; -1 for none. */
export function preferredLanguage(
  tags: readonly string[],
  languages: readonly string[],
): number {
  for (const wanted of languages) {
    const at = tags.findIndex((tag) => primaryLanguage(tag) === primaryLanguage(wanted));
    if (at >= 0) return at;
  }
  return -1;
}

/** `text` with each {name} replaced by its value. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The form that `count` takes in the language: 1 фильм, 2 фильма, 5 фильмов. */
export function plural(
  forms: { readonly one?: string; readonly few?: string; readonly many?: string; readonly other: string },
  count: number,
  locale: string,
): string {
  const category = new Intl.PluralRules(locale).select(count);
  return forms[category as 'one' | 'few' | 'many' | 'other'] ?? forms.other;
}

/** A day and time in the viewer's zone, without the day when that is today's: 'Sat 21 Nov, 20:00'. */
export function formatMoment(
  instant: number,
  now: number,
  locale: string,
  timeZone?: string,
): string {
  const zone = timeZone ? { timeZone } : {};
  const dayOf = (at: number) => new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...zone }).format(at);
  if (dayOf(instant) === dayOf(now)) return formatTime(instant, locale, timeZone);
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...zone,
  }).format(instant);
}

/** The viewer's zone as people call it, e.g. 'Central European Standard Time'. */
export function zoneName(instant: number, locale: string, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat(locale, {
    timeZoneName: 'long',
    ...(timeZone ? { timeZone } : {}),
  }).formatToParts(instant);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}
