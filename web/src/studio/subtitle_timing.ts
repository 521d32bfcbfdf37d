// Subtitle files of an entry: their shift, their rendition in the stream, what a new one is called. Pure.

import type { SubtitleFile } from './api';

/**
 * Seconds of a shift as it may be written: "-1.5", "+2", "250ms", "-00:00:01.5"; 0 for nothing at all, null for
 * what makes no sense.
 */
export function secondsOf(shift: string): number | null {
  const text = shift.trim().replace('−', '-').replace(',', '.');
  if (text === '') return 0;
  const parts = /^([+-]?)(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?|\.\d+)(ms|s)?$/.exec(text);
  if (!parts) return null;
  const [, sign, hours = '0', minutes = '0', number = '0', unit] = parts;
  const value = Number(hours) * 3600 + Number(minutes) * 60 + Number(number) / (unit === 'ms' ? 1000 : 1);
  return sign === '-' ? -value : value;
}

/** A shift as the server takes it: "-1.5"; "" for none. */
export function shiftText(seconds: number): string {
  const rounded = Math.round(seconds * 1000) / 1000;
  return rounded === 0 ? '' : String(rounded);
}

/** Shifted by more, or less; what makes no sense begins from nothing. */
export const nudgedShift = (shift: string, by: number): string => shiftText((secondsOf(shift) ?? 0) + by);

export const isUsed = ({ options }: Pick<SubtitleFile, 'options'>): boolean => options.use !== false;

/**
 * Which of the stream's renditions shows a file: of its language the one with its place among the entry's files
 * of that language. -1 when there is none: it is left out, or could not be read.
 */
export function renditionOf(
  files: readonly SubtitleFile[],
  file: Pick<SubtitleFile, 'file'>,
  renditions: readonly { readonly language: string }[],
): number {
  const shown = files.filter((each) => isUsed(each) && (each.report.tracks ?? []).length > 0);
  const mine = shown.find((each) => each.file === file.file);
  if (!mine) return -1;
  const place = shown.filter(({ language }) => language === mine.language).indexOf(mine);
  const of = renditions.map(({ language }, at) => ({ language, at }))
    .filter(({ language }) => language.toLowerCase() === mine.language.toLowerCase());
  return of[place]?.at ?? -1;
}

/** The addresses of the subtitle renditions in a multivariant playlist, in its order (RFC 8216bis 4.4.6.1). */
export function subtitleAddresses(master: string, base: string): readonly string[] {
  return master
    .split(/\r?\n/)
    .filter((line) => line.startsWith('#EXT-X-MEDIA:') && /[:,]TYPE=SUBTITLES(,|$)/.test(line))
    .map((line) => /[:,]URI="([^"]*)"/.exec(line)?.[1])
    .filter((address): address is string => address !== undefined)
    .map((address) => new URL(address, base).href);
}

const kEnding = /\.[^./\\]+$/;

/**
 * What a file that takes the place of another is to be called: like that one, whose name tells the server whose,
 * in which language and of which kind it is. Its ending stays, since that may be another format.
 */
export const replacementName = (old: string, chosen: string): string =>
  old.replace(kEnding, '') + (kEnding.exec(chosen)?.[0] ?? '');
