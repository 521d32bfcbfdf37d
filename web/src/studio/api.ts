// What the studio asks of the server, beyond what viewers do (docs/api.md).

import { request, requestTagged, type Tagged, type Texts } from '../api';

export type EntryState = 'new' | 'queued' | 'preparing' | 'ready' | 'failed';

export interface EntrySummary {
  readonly id: string;
  readonly kind: 'film' | 'card' | 'slate';
  readonly title: Texts;
  readonly author: string;
  readonly country: string;
  readonly state: EntryState;
  /** Why it failed; empty otherwise. */
  readonly reason: string;
  readonly duration_ms: number | null;
  /** Of its subtitles (BCP-47). */
  readonly languages: readonly string[];
  readonly poster: string | null;
  /** How many things the quality report warns of. */
  readonly warnings: number;
}

export interface Note {
  readonly severity: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly message: string;
}

/** What a check says of one cue; times in milliseconds. */
export interface SubtitleFinding {
  readonly check: string;
  readonly start: number;
  readonly severity: string;
  readonly message: string;
}

/** What was found in a subtitle file. */
export interface SubtitleReport {
  readonly format?: string;
  readonly encoding?: string;
  readonly problems?: readonly { readonly line: number; readonly message: string }[];
  readonly tracks?: readonly {
    readonly cues: number;
    readonly findings: readonly SubtitleFinding[];
  }[];
}

export interface SubtitleFile {
  readonly file: string;
  readonly language: string;
  readonly kind: 'full' | 'forced' | 'sdh';
  readonly label: string;
  readonly options: {
    readonly shift?: string | null;
    readonly use?: boolean | null;
    readonly language?: string | null;
  };
  readonly report: SubtitleReport;
}

export interface EntryDetails extends EntrySummary {
  /** synopsis, category, content_notes, and whatever else was said (src/store/metadata.h). */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** When it may be shown: RFC 3339 instants, `until` exclusive. */
  readonly permitted: { readonly from: string | null; readonly until: string | null };
  readonly source: string;
  readonly master: string | null;
  readonly subtitles: readonly SubtitleFile[];
  readonly quality: {
    readonly frames: number;
    readonly frame_rate: { readonly numerator: number; readonly denominator: number };
    readonly loudness: {
      readonly integrated_lufs: number | null;
      readonly true_peak_dbtp: number | null;
      readonly gain_db: number;
    } | null;
    readonly notes: readonly Note[];
  } | null;
  readonly playlists: readonly string[];
}

/** Members that are null go away (RFC 7396). */
export interface EntryChange {
  readonly title?: Readonly<Record<string, string | null>>;
  readonly author?: string;
  readonly country?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A preparation, as far as pages show it. */
export interface Job {
  readonly id: string;
  readonly entry: string;
  /** In what it differs from the entry itself, as the server writes it. */
  readonly variant?: string | null;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly stage: string;
  /** From 0 to 1. */
  readonly fraction: number;
}

export interface Airing {
  readonly ordinal: number;
  readonly entry: string;
  /** RFC 3339 instants; `end` is exclusive. */
  readonly start: string;
  readonly end: string;
  readonly role: 'item' | 'fill' | 'inserted' | 'hold' | 'panic';
}

export interface Rundown {
  readonly server_time: string;
  readonly airings: readonly Airing[];
}

/** What a command on the air has done. */
export interface OnAirDone {
  /** From when on viewers see it. */
  readonly at: string;
  readonly left_out: readonly string[];
}

export interface PlaylistSummary {
  readonly id: string;
  readonly title: string;
  /** The version that channels play; 0 for none yet. */
  readonly published: number;
  readonly draft: number;
  readonly channels: readonly string[];
}

export interface PlaylistItem {
  readonly kind: 'entry' | 'card' | 'filler';
  readonly entry: string;
  /** Frames; `out` null plays to the end. */
  readonly in: number;
  readonly out: number | null;
  readonly untrimmed: 'skip' | 'whole';
}

export interface Playlist {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly published: number;
  readonly draft: number;
  readonly items: readonly PlaylistItem[];
}

export interface PlaylistVersion {
  readonly version: number;
  readonly author: string;
  readonly created: string;
}

export interface Finding {
  readonly severity: 'warning' | 'error';
  readonly code: string;
  readonly block: string | null;
  readonly item: number | null;
  readonly at: string | null;
  readonly message: string;
}

export interface Findings {
  readonly channel: string;
  readonly findings: readonly Finding[];
}

export interface Publication {
  readonly channel: string;
  /** From when on viewers see a difference; null for never. */
  readonly from: string | null;
  readonly changes: readonly {
    readonly at: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  /** Changes that are left out. */
  readonly more: number;
}

export interface PlaylistPublication {
  readonly version: number;
  readonly channels: readonly Publication[];
}

export interface UploadReport {
  readonly state: 'open' | 'arrived' | 'done' | 'refused';
  readonly entry: string | null;
  readonly reason: string | null;
}

export const at = (...parts: readonly string[]) => `/api/v1/${parts.map(encodeURIComponent).join('/')}`;

export function sending(method: string, body?: unknown, tag?: string): RequestInit {
  return {
    method,
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(tag === undefined ? {} : { 'If-Match': tag }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

export const reading = (signal?: AbortSignal): RequestInit => (signal ? { signal } : {});

export async function allPages<T>(path: string, query: URLSearchParams, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  query.set('limit', '500');
  for (;;) {
    const page = await request<{ items: readonly T[]; next: string | null }>(
      `${path}?${query}`,
      reading(signal),
    );
    items.push(...page.items);
    if (page.next === null) return items;
    query.set('cursor', page.next);
  }
}

export const fetchEntries = (signal?: AbortSignal) =>
  allPages<EntrySummary>(at('entries'), new URLSearchParams(), signal);

export const fetchEntryDetails = (id: string, signal?: AbortSignal) =>
  requestTagged<EntryDetails>(at('entries', id), reading(signal));

export const changeEntry = (id: string, change: EntryChange, tag: string): Promise<Tagged<EntryDetails>> =>
  requestTagged(at('entries', id), sending('PATCH', change, tag));

export const prepareEntry = (id: string) => request<Job>(at('entries', id, 'prepare'), sending('POST'));

export const shiftSubtitles = (entry: string, file: string, shift: string | null) =>
  request<SubtitleFile>(at('entries', entry, 'subtitles', file), sending('PATCH', { shift }));

/** Those that are not over yet. */
export const fetchRunningJobs = (signal?: AbortSignal) =>
  allPages<Job>(at('jobs'), new URLSearchParams([['state', 'queued'], ['state', 'running']]), signal);

export function fetchRundown(channel: string, from: Date, to: Date, signal?: AbortSignal): Promise<Rundown> {
  const period = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
  return request(`${at('channels', channel, 'rundown')}?${period}`, reading(signal));
}

export type Command = 'skip' | 'hold' | 'resume' | 'panic' | 'insert';

export const command = (channel: string, name: Command, body?: object) =>
  request<OnAirDone>(at('channels', channel, 'on-air', name), sending('POST', body));

export const fetchPlaylists = (signal?: AbortSignal) =>
  allPages<PlaylistSummary>(at('playlists'), new URLSearchParams(), signal);

/** The server leaves out what is as usual. */
const kUsual = { kind: 'entry', in: 0, out: null, untrimmed: 'skip' } as const;

async function inFull(answer: Promise<Tagged<Playlist>>): Promise<Tagged<Playlist>> {
  const { value, etag } = await answer;
  return { value: { ...value, items: value.items.map((item) => ({ ...kUsual, ...item })) }, etag };
}

export const createPlaylist = (id: string, title: string) =>
  requestTagged<Playlist>(at('playlists'), sending('POST', { id, title, items: [] }));

export const fetchPlaylist = (id: string, signal?: AbortSignal) =>
  inFull(requestTagged(at('playlists', id), reading(signal)));

export const savePlaylist = (id: string, title: string, items: readonly PlaylistItem[], tag: string) =>
  inFull(requestTagged(at('playlists', id), sending('PUT', { title, items }, tag)));

export const removePlaylist = (id: string, tag: string) =>
  request<void>(at('playlists', id), sending('DELETE', undefined, tag));

export async function fetchHistory(id: string): Promise<readonly PlaylistVersion[]> {
  const { items } = await request<{ items: readonly PlaylistVersion[] }>(at('playlists', id, 'history'));
  return items;
}

/** For a channel that plays it; on `channel`, as if that looped it. */
export const checkPlaylist = (id: string, channel: string, signal?: AbortSignal) =>
  request<Findings>(
    `${at('playlists', id, 'check')}?${new URLSearchParams({ channel })}`,
    reading(signal),
  );

export type When = 'after-current' | 'now';

export const publishPlaylist = (id: string, version: number, when: When, dryRun: boolean, tag: string) =>
  requestTagged<PlaylistPublication>(
    at('playlists', id, 'publish'),
    sending('POST', { version, when, dry_run: dryRun }, tag),
  );

export const fetchUpload = (url: string, signal?: AbortSignal) =>
  request<UploadReport>(new URL(url, location.href).pathname, reading(signal));
