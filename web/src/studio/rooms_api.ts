// What the parts of the studio around the programme ask of the server: screens, log, settings.

import {
  request, requestTagged, type Criterion, type ReviewRound, type ScreenDesign, type Tagged, type Texts, type Thumbnails,
} from '../api';
import { allPages, at, reading, sending, type Job, type SubtitleFile } from './api';
import { documentAddress, type AsRun, type Subject } from './as_run';
import type { Screen } from './screen_state';

// -- Screens --------------------------------------------------------------------------------------

export const fetchScreens = (signal?: AbortSignal) =>
  allPages<Screen>(at('screens'), new URLSearchParams(), signal);

/** `channel` "" for none yet. */
export const approveScreen = (code: string, name: string, channel: string) =>
  request<Screen>(at('screens'), sending('POST', { code, name, ...(channel ? { channel } : {}) }));

export interface ScreenChange {
  readonly name?: string;
  readonly channel?: string | null;
  readonly muted?: boolean;
}

export const changeScreen = (id: string, change: ScreenChange) =>
  request<Screen>(at('screens', id), sending('PATCH', change));

export const removeScreen = (id: string) => request<void>(at('screens', id), sending('DELETE'));

export const commandScreen = (id: string, kind: 'identify' | 'reload') =>
  request<void>(at('screens', id, 'commands'), sending('POST', { kind }));

export const fetchScreenDesign = (channel: string, signal?: AbortSignal) =>
  request<ScreenDesign>(at('channels', channel, 'screen-design'), reading(signal));

/** Keys that are null become what they are without a setting. */
export const changeScreenDesign = (
  channel: string,
  change: { readonly [Key in keyof ScreenDesign]?: ScreenDesign[Key] | null },
) => request<ScreenDesign>(at('channels', channel, 'screen-design'), sending('PATCH', change));

// -- Log ------------------------------------------------------------------------------------------

export const fetchAsRun = (subject: Subject, from: Date, to: Date, signal?: AbortSignal) =>
  request<AsRun>(
    documentAddress(subject, 'as-run', from.toISOString(), to.toISOString()),
    reading(signal),
  );

export interface AuditRecord {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AuditPage {
  readonly items: readonly AuditRecord[];
  readonly next: string | null;
}

export const fetchAudit = (cursor: string | null, limit: number, signal?: AbortSignal) =>
  request<AuditPage>(
    `${at('audit')}?${new URLSearchParams({ limit: String(limit), ...(cursor ? { cursor } : {}) })}`,
    reading(signal),
  );

// -- Settings -------------------------------------------------------------------------------------

export interface ChannelSettings {
  readonly id: string;
  readonly title: string;
  /** What it plays round and round while it has no schedule. */
  readonly playlist: string;
  readonly epoch: string;
  readonly access: {
    readonly watch: 'public' | 'link' | 'role';
    readonly role?: 'screen' | 'reviewer' | 'producer' | 'admin';
  };
  /** Languages drawn into the picture, from top to bottom. */
  readonly burn_in: readonly string[];
  readonly encrypted: boolean;
}

export type ChannelChange = Partial<Omit<ChannelSettings, 'id' | 'epoch'>>;

export const fetchChannelSettings = (id: string, signal?: AbortSignal) =>
  requestTagged<ChannelSettings>(at('channels', id, 'settings'), reading(signal));

export const changeChannel = (id: string, change: ChannelChange, tag: string): Promise<Tagged<ChannelSettings>> =>
  requestTagged(at('channels', id, 'settings'), sending('PATCH', change, tag));

export const removeChannel = (id: string, tag: string) =>
  request<void>(at('channels', id, 'settings'), sending('DELETE', undefined, tag));

export const createChannel = (id: string, title: string, playlist: string) =>
  request<ChannelSettings>(
    at('channels'),
    sending('POST', { id, title, ...(playlist ? { playlist } : {}) }),
  );

/** A preparation with all that is known of it. */
export interface FullJob extends Job {
  readonly attempts: number;
  readonly reason: string;
  readonly cancelling: boolean;
  readonly created: string | null;
  readonly started: string | null;
  readonly finished: string | null;
}

export interface JobPage {
  readonly items: readonly FullJob[];
  readonly next: string | null;
}

/** Newest first. */
export function fetchJobs(
  states: readonly Job['state'][],
  limit: number,
  signal?: AbortSignal,
): Promise<JobPage> {
  const query = new URLSearchParams(states.map((state) => ['state', state]));
  query.set('limit', String(limit));
  return request(`${at('jobs')}?${query}`, reading(signal));
}

export const cancelJob = (id: string) => request<FullJob>(at('jobs', id, 'cancel'), sending('POST'));

export interface HealthCheck {
  readonly check: string;
  readonly severity: 'ok' | 'warning' | 'problem';
  readonly detail: string;
  readonly remedy: string;
}

export interface SystemState {
  readonly version: string;
  readonly started: string;
  readonly server_time: string;
  readonly disk: { readonly free_bytes: number; readonly total_bytes: number };
  readonly checks: readonly HealthCheck[];
  /** What went wrong on the air lately, newest first. */
  readonly incidents: readonly AuditRecord[];
}

export const fetchSystem = (signal?: AbortSignal) => request<SystemState>(at('system'), reading(signal));

// -- Trimming -------------------------------------------------------------------------------------

/** What it takes to look at a film: where it is played, and its strip of pictures. */
export interface Watchable {
  readonly duration_seconds: number;
  readonly master: string;
  readonly thumbnails?: Thumbnails;
}

export const fetchWatchable = (entry: string, signal?: AbortSignal) =>
  request<Watchable>(at('watch', 'entries', entry), reading(signal));

// -- Subtitles ------------------------------------------------------------------------------------

/** `used` null: as usual, which is to use it. */
export const setSubtitlesUsed = (entry: string, file: string, used: boolean | null) =>
  request<SubtitleFile>(at('entries', entry, 'subtitles', file), sending('PATCH', { use: used }));

/** Forgets what was set for it by hand. */
export const resetSubtitles = (entry: string, file: string) =>
  request<SubtitleFile>(at('entries', entry, 'subtitles', file), sending('DELETE'));

// -- Reviews --------------------------------------------------------------------------------------

export interface ReviewFilmHead {
  readonly entry: string;
  readonly title: Texts;
  readonly duration_ms: number;
}

export interface Juror {
  readonly id: string;
  readonly name: string;
  readonly by_link: boolean;
  /** Where they go; to be given to them alone. */
  readonly path: string | null;
  readonly conflicts: readonly { readonly entry: string; readonly reason: string }[];
}

/** A round with all that a producer has set up. */
export interface FullRound extends ReviewRound {
  readonly version: number;
  readonly films: readonly ReviewFilmHead[];
  readonly jurors: readonly Juror[];
}

export async function fetchRounds(signal?: AbortSignal): Promise<readonly ReviewRound[]> {
  return (await request<{ items: readonly ReviewRound[] }>(at('reviews'), reading(signal))).items;
}

export const createRound = (id: string, titles: Texts, criteria: readonly Criterion[]) =>
  request<FullRound>(at('reviews'), sending('POST', { id, titles, criteria }));

export const fetchRound = (id: string, signal?: AbortSignal) =>
  requestTagged<FullRound>(at('reviews', id), reading(signal));

export interface RoundChange {
  readonly titles?: Texts;
  readonly criteria?: readonly Criterion[];
  readonly closed?: boolean;
}

export const changeRound = (id: string, change: RoundChange, tag: string): Promise<Tagged<FullRound>> =>
  requestTagged(at('reviews', id), sending('PATCH', change, tag));

export const assignFilms = (round: string, entries: readonly string[]) =>
  request<FullRound>(at('reviews', round, 'entries'), sending('POST', { entries }));

export const withdrawFilm = (round: string, entry: string) =>
  request<void>(at('reviews', round, 'entries', entry), sending('DELETE'));

export interface NewJuror {
  readonly name?: string;
  /** Left out, they come by a link. */
  readonly account?: string;
  readonly expires?: string;
}

export const addJuror = (round: string, juror: NewJuror) =>
  request<{ readonly id: string; readonly name: string; readonly path: string }>(
    at('reviews', round, 'jurors'),
    sending('POST', juror),
  );

export const removeJuror = (round: string, juror: string) =>
  request<void>(at('reviews', round, 'jurors', juror), sending('DELETE'));

export const setConflict = (round: string, juror: string, entry: string, reason: string) =>
  request<void>(
    at('reviews', round, 'jurors', juror, 'conflicts', entry),
    sending('PUT', reason ? { reason } : {}),
  );

export const clearConflict = (round: string, juror: string, entry: string) =>
  request<void>(at('reviews', round, 'jurors', juror, 'conflicts', entry), sending('DELETE'));
