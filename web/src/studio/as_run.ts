// The as-run log: days, what is shown of it, where its documents are. Pure.

/** Something that happened to an airing. */
export interface Mark {
  readonly at: string;
  /** cut-short, not-shown, media-gone, off-air ... */
  readonly kind: string;
  readonly detail: string;
}

export interface AsRunAiring {
  readonly channel: string;
  readonly ordinal: number;
  readonly entry: string;
  readonly title: Readonly<Record<string, string>>;
  readonly author: string;
  readonly country: string;
  readonly start: string;
  readonly end: string;
  readonly ending: 'whole' | 'part' | 'cut short';
  readonly frames?: number;
  readonly frame_rate?: readonly [number, number];
  readonly incidents: readonly Mark[];
}

export interface AsRun {
  /** The log is complete up to `to`. */
  readonly period: { readonly from: string | null; readonly to: string };
  readonly airings: readonly AsRunAiring[];
}

/** The day of `instant`, as it is where the viewer is: 2026-11-24. */
export function dayOf(instant: number): string {
  const date = new Date(instant);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** From midnight to midnight where the viewer is, also when the clocks change; null for what is no day. */
export function boundsOf(day: string): { readonly from: Date; readonly to: Date } | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
  if (!parts) return null;
  const [year, month, date] = parts.slice(1).map(Number) as [number, number, number];
  const from = new Date(year, month - 1, date);
  if (dayOf(from.getTime()) !== day) return null; // 30 February
  return { from, to: new Date(year, month - 1, date + 1) };
}

/** `days` later, or earlier. */
export function dayAfter(day: string, days: number): string {
  const bounds = boundsOf(day);
  if (!bounds) return day;
  const { from } = bounds;
  return dayOf(new Date(from.getFullYear(), from.getMonth(), from.getDate() + days).getTime());
}

/** Whose log: a channel's, or that of a film on all channels. */
export type Subject =
  | { readonly of: 'channels'; readonly id: string }
  | { readonly of: 'entries'; readonly id: string };

export type Document = 'as-run' | 'as-run.json' | 'as-run.csv' | 'as-run.csv.sig';

/**
 * Where a document is. CSV and its signature must be of one period: give both the end up to which the
 * log is known to be complete.
 */
export function documentAddress(subject: Subject, name: Document, from: string, to: string): string {
  const period = new URLSearchParams({ from, to });
  return `/api/v1/${subject.of}/${encodeURIComponent(subject.id)}/${name}?${period}`;
}

export interface LogFilter {
  /** "" for all. */
  readonly entry: string;
  readonly channel: string;
  readonly incidentsOnly: boolean;
}

/** Newest first. */
export function shownAirings(airings: readonly AsRunAiring[], filter: LogFilter): readonly AsRunAiring[] {
  return airings
    .filter(
      ({ entry, channel, incidents }) =>
        (filter.entry === '' || entry === filter.entry) &&
        (filter.channel === '' || channel === filter.channel) &&
        (!filter.incidentsOnly || incidents.length > 0),
    )
    .sort((a, b) => Date.parse(b.start) - Date.parse(a.start));
}

/** Milliseconds that were shown. */
export const shownFor = ({ start, end }: Pick<AsRunAiring, 'start' | 'end'>): number =>
  Date.parse(end) - Date.parse(start);

/** What was done, and to what kind of thing: "channel.go-to" is ["channel", "go-to"]. */
export function partsOfAction(action: string): readonly [string, string] {
  const dot = action.indexOf('.');
  return dot < 0 ? [action, ''] : [action.slice(0, dot), action.slice(dot + 1)];
}

/** One line for what an audit record says beside its subject: names and values that are not empty. */
export function detailText(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== '' && value !== null)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' · ');
}
