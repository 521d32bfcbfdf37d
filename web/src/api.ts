// The only file that talks to the server's API (/api/v1).

import { addressOf } from './route';

/** Texts by BCP-47 language, e.g. {zh: '纸船', en: 'Paper Boats'}. */
export type Texts = Readonly<Record<string, string>>;

/** Small pictures of a film, row by row in one image. */
export interface Thumbnails {
  readonly url: string;
  readonly columns: number;
  /** Pixels. */
  readonly tile_width: number;
  readonly tile_height: number;
  readonly count: number;
  readonly interval_seconds: number;
}

/** What is said of a film. */
export interface Film {
  readonly entry: string;
  readonly title: Texts;
  readonly author?: string;
  /** ISO 3166 code. */
  readonly country?: string;
  /** Address of a picture. */
  readonly poster?: string;
  readonly thumbnails?: Thumbnails;
}

/** One airing, as far as a viewer is told; thumbnails are there once it has begun. */
export interface Programme extends Film {
  /** RFC 3339 instants; `end` is exclusive. */
  readonly start: string;
  readonly end: string;
  /** How far into the film it begins; 0 when left out. */
  readonly from_seconds?: number;
  /** Why it is on. */
  readonly role?: 'item' | 'fill' | 'inserted' | 'hold' | 'panic';
  /** Whether it is a card or a slate: a still picture that says what there is to say. */
  readonly card?: boolean;
  /** Whether that card counts down to what follows. */
  readonly countdown?: boolean;
}

export interface Language {
  /** BCP-47. */
  readonly tag: string;
  /** In itself: 中文, Русский. */
  readonly name: string;
}

export interface Channel {
  readonly id: string;
  readonly title: string;
  /** Address of the multivariant playlist. */
  readonly master: string;
  /** Address of the page that plays it. */
  readonly watch: string;
  readonly languages: readonly Language[];
  /** Absent while the channel is off the air. */
  readonly now?: Programme | null;
  readonly next: readonly Programme[];
}

/** A film that can be watched from beginning to end. */
export interface Entry extends Film {
  readonly duration_seconds: number;
  readonly master: string;
  readonly watch: string;
  readonly languages: readonly Language[];
}

/** What the server answered, and how far its clock is ahead of ours in milliseconds. */
export interface Answer<T> {
  readonly value: T;
  readonly clockOffset: number;
}

/** A problem document (RFC 9457). */
export interface Problem {
  readonly title?: string;
  readonly detail?: string;
  /** The kind of failure ("not-found"), where it is not HTTP's own. */
  readonly code?: string;
}

/** The server said no (`status` and its problem document), or did not answer (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
    /** Seconds after which it makes sense to try again, where the server says so. */
    readonly retryAfter: number | null = null,
  ) {
    super(problem.detail ?? problem.title ?? `status ${status}`);
    this.name = 'ApiError';
  }

  /** Whether who asks is refused, rather than the request or the moment being wrong. */
  get refused(): boolean {
    return this.status === 401 || this.status === 403 || this.status === 410;
  }
}

export interface RequestOptions extends RequestInit {
  /**
   * Milliseconds after which the server counts as not answering. Without, it is up to the browser, which waits
   * for very long where packets are lost without a word.
   */
  readonly patience?: number;
}

/**
 * Asks for `path` ("/api/v1/..."), below the link by which this page was reached. Rejects with an
 * ApiError, or with the signal's reason once it is aborted.
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return (await requestTagged<T>(path, options)).value;
}

/** A value with the tag of its version, which whoever changes it has to name. */
export interface Tagged<T> {
  readonly value: T;
  readonly etag: string;
}

/** Like `request`, with the answer's ETag. */
export async function requestTagged<T>(
  path: string,
  { patience, ...options }: RequestOptions = {},
): Promise<Tagged<T>> {
  const limit = new Limit(options.signal ?? null, patience);
  try {
    return await ask<T>(path, { ...options, signal: limit.signal }, limit);
  } finally {
    limit.release();
  }
}

async function ask<T>(path: string, options: RequestInit, limit: Limit): Promise<Tagged<T>> {
  let response: Response;
  try {
    response = await fetch(addressOf(path, location.pathname), {
      ...options,
      headers: { Accept: 'application/json', ...options.headers },
    });
  } catch (error) {
    limit.throwIfCancelled();
    throw new ApiError(0, { detail: String(error) });
  }
  const etag = response.headers.get('ETag') ?? '';
  const empty = response.status === 204 || response.headers.get('Content-Length') === '0';
  if (response.ok && empty) return { value: undefined as T, etag };
  const body: unknown = await response.json().catch(() => null);
  limit.throwIfCancelled();
  if (limit.exceeded) throw new ApiError(0, { detail: `${path}: broken off` });
  if (!response.ok || body === null) {
    const wait = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
    throw new ApiError(
      response.status, (body as Problem | null) ?? { title: response.statusText }, Number.isNaN(wait) ? null : wait);
  }
  return { value: body as T, etag };
}

/** Ends a request when whoever asked has lost interest, or when patience is at its end. */
class Limit {
  exceeded = false;
  private readonly abort = new AbortController();
  private readonly timer: number | undefined;

  constructor(
    private readonly given: AbortSignal | null,
    patience: number | undefined,
  ) {
    if (given?.aborted) this.cancel();
    else given?.addEventListener('abort', this.cancel);
    if (patience === undefined) return;
    this.timer = window.setTimeout(() => {
      this.exceeded = true;
      this.abort.abort();
    }, patience);
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  throwIfCancelled(): void {
    if (this.given?.aborted) throw this.given.reason;
  }

  release(): void {
    window.clearTimeout(this.timer);
    this.given?.removeEventListener('abort', this.cancel);
  }

  private readonly cancel = (): void => this.abort.abort(this.given?.reason);
}

/** Sends JSON. */
export function withBody(method: string, body: unknown, headers: HeadersInit = {}): RequestInit {
  return {
    method,
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', ...headers },
  };
}

/** What is answered from memory comes at once or not at all; milliseconds. */
const kPatience = 10_000;
const kPatienceForClock = 3_000; // an answer that takes longer says little
const kPatienceForStill = 20_000;

/** Like `request`, with the server's clock where the answer tells it. */
async function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  const value = await request<T>(path, { patience: kPatience, ...(signal ? { signal } : {}) });
  const serverTime = Date.parse((value as { server_time?: string }).server_time ?? '');
  return { value, clockOffset: Number.isNaN(serverTime) ? 0 : serverTime - Date.now() };
}

/** All channels, in the order of the listing. */
export async function fetchChannels(signal?: AbortSignal): Promise<Answer<readonly Channel[]>> {
  const { value, clockOffset } = await get<{ channels: readonly Channel[] }>(
    '/api/v1/channels',
    signal,
  );
  return { value: value.channels, clockOffset };
}

/** One channel. An ApiError with status 404 when there is none called `id`. */
export function fetchChannel(id: string, signal?: AbortSignal): Promise<Answer<Channel>> {
  return get<Channel>(`/api/v1/channels/${encodeURIComponent(id)}`, signal);
}

/** The airings of a channel that one can go back to, and what is planned, oldest first. */
export async function fetchAirings(
  id: string,
  signal?: AbortSignal,
): Promise<readonly Programme[]> {
  const { airings } = await request<{ airings: readonly Programme[] }>(
    `/api/v1/channels/${encodeURIComponent(id)}/airings`,
    signal ? { signal } : {},
  );
  return airings;
}

/** An entry to be watched by itself. */
export function fetchEntry(id: string, signal?: AbortSignal): Promise<Answer<Entry>> {
  return get<Entry>(`/api/v1/watch/entries/${encodeURIComponent(id)}`, signal);
}

// -- Review ---------------------------------------------------------------------------------------

/** What films are scored for: whole numbers from `low` to `high`, of which `high` is the best. */
export interface Criterion {
  readonly id: string;
  readonly names: Texts;
  readonly low: number;
  readonly high: number;
  /** 0: asked for, and not counted. */
  readonly weight: number;
}

export interface ReviewRound {
  readonly id: string;
  readonly titles: Texts;
  readonly closed: boolean;
  readonly criteria: readonly Criterion[];
}

export type ReviewState = 'new' | 'begun' | 'seen' | 'scored';

/** A film of a round, as its juror sees it. */
export interface ReviewFilm extends Film {
  readonly duration_ms: number;
  readonly ready: boolean;
  readonly master: string;
  readonly state: ReviewState;
  /** The share that was watched, from 0 to 1. */
  readonly watched: number;
  readonly position_ms: number;
}

export interface MyReview extends ReviewRound {
  readonly juror: { readonly id: string; readonly name: string };
  /** In the juror's order. */
  readonly films: readonly ReviewFilm[];
}

export interface Comment {
  readonly id: string;
  /** Into the film. */
  readonly at_ms: number;
  readonly text: string;
}

/** What a juror says of a film. */
export interface Sheet {
  readonly scores: Readonly<Record<string, number>>;
  readonly note: string;
  readonly comments: readonly Comment[];
}

/** [from, to) in milliseconds of the film. */
export type Stretch = readonly [number, number];

export interface Spread {
  readonly count: number;
  readonly mean?: number;
  readonly deviation?: number;
  readonly lowest?: number;
  readonly highest?: number;
}

export interface JurorProgress {
  readonly id: string;
  readonly name: string;
  readonly assigned: number;
  readonly counts: Readonly<Record<ReviewState, number>>;
  readonly last: string | null;
  /** In the juror's order; without those they have an interest in. */
  readonly films: readonly {
    readonly entry: string;
    readonly state: ReviewState;
    /** The share that was watched, from 0 to 1. */
    readonly watched: number;
  }[];
}

export interface FilmResult extends Film {
  readonly rank: number | null;
  readonly marks: Spread;
  readonly incomplete: number;
  readonly by_criterion: Readonly<Record<string, Spread>>;
  readonly sheets: readonly (Sheet & {
    readonly juror: string;
    readonly mark: number | null;
    readonly watched: number;
  })[];
}

export type ReviewProgress = ReviewRound & { readonly jurors: readonly JurorProgress[] };
export type ReviewResults = ReviewRound & { readonly films: readonly FilmResult[] };

const mine = (...parts: readonly string[]) =>
  ['/api/v1/my/reviews', ...parts.map(encodeURIComponent)].join('/');

/** The rounds in which one is a juror. */
export async function fetchMyReviews(
  signal?: AbortSignal,
): Promise<Answer<readonly (Pick<ReviewRound, 'id' | 'titles' | 'closed'> & { readonly page: string })[]>> {
  const { value, clockOffset } = await get<{ items: readonly (ReviewRound & { page: string })[] }>(
    mine(),
    signal,
  );
  return { value: value.items, clockOffset };
}

export function fetchMyReview(round: string, signal?: AbortSignal): Promise<Answer<MyReview>> {
  return get<MyReview>(mine(round), signal);
}

export function fetchMySheet(round: string, film: string): Promise<Tagged<Sheet>> {
  return requestTagged<Sheet>(`${mine(round)}/films/${encodeURIComponent(film)}`);
}

/** An ApiError with status 412 when `etag` is not of the present version. */
export function putMySheet(
  round: string,
  film: string,
  sheet: Sheet,
  etag: string,
): Promise<Tagged<Sheet>> {
  return requestTagged<Sheet>(
    `${mine(round)}/films/${encodeURIComponent(film)}`,
    withBody('PUT', sheet, { 'If-Match': etag }),
  );
}

/** Outlives the page, so that the last seconds are told as well. */
export function postWatched(
  round: string,
  film: string,
  stretches: readonly Stretch[],
  position: number,
): Promise<{ readonly watched: number; readonly position_ms: number }> {
  return request(`${mine(round)}/films/${encodeURIComponent(film)}/watched`, {
    ...withBody('POST', { stretches, position_ms: position }),
    keepalive: true,
  });
}

export function fetchReviewProgress(
  round: string,
  signal?: AbortSignal,
): Promise<Answer<ReviewProgress>> {
  return get<ReviewProgress>(`/api/v1/reviews/${encodeURIComponent(round)}/progress`, signal);
}

export function fetchReviewResults(
  round: string,
  signal?: AbortSignal,
): Promise<Answer<ReviewResults>> {
  return get<ReviewResults>(`/api/v1/reviews/${encodeURIComponent(round)}/results`, signal);
}

/** What screens draw over the picture; each channel's own. */
export interface ScreenDesign {
  /** Seconds for which title and author stand at the start of each airing; 0: never. */
  readonly lower_third: number;
  /** During slates: what is next, and how long until then. */
  readonly next: boolean;
  readonly clock: 'off' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';
  /** "#rrggbb" */
  readonly accent: string;
  /** Of the page's own texts, and of titles; empty: the browser's. */
  readonly language: '' | 'en' | 'zh' | 'ru';
  /** Shown while the programme does not come through; empty: the page's own text. */
  readonly away: string;
}

/** What a screen is to be and do, as the server says it in answer to each heartbeat. */
export interface ScreenOrders {
  readonly id: string;
  readonly name: string;
  readonly muted: boolean;
  /** Null while it has been given none, or that one is gone. */
  readonly channel: {
    readonly id: string;
    readonly title: string;
    readonly master: string;
    /** The instant that the channel's time counts from. */
    readonly epoch: string;
    /** Media time of the channel's first instant. */
    readonly media_origin_seconds: number;
  } | null;
  readonly design: ScreenDesign;
  readonly commands: readonly { readonly id: string; readonly kind: 'identify' | 'reload' }[];
  /** Changes when the server has another page. */
  readonly page: string;
  readonly heartbeat_seconds: number;
}

/** What a screen says of itself. */
export interface ScreenReport {
  readonly state: 'starting' | 'playing' | 'away' | 'off-air' | 'idle';
  readonly channel: string | null;
  readonly entry: string | null;
  /** Seconds into the entry. */
  readonly position: number | null;
  /** How late the picture is against the channel's clock; negative: early. */
  readonly late_ms: number | null;
  /** How wrong the screen's idea of the server's clock may be. */
  readonly clock_error_ms: number | null;
  readonly rate: number;
  readonly frames: number;
  readonly dropped: number;
  /** Whether it is to be silent, or its browser does not let it sound. */
  readonly sound: 'on' | 'muted' | 'blocked';
  readonly width: number;
  readonly height: number;
  /** Megabytes of script memory, where the browser tells. */
  readonly heap_mb: number | null;
  readonly up_seconds: number;
  /** How often the player had to be made anew. */
  readonly restarts: number;
  /** The last command that was carried out; empty: none. */
  readonly carried_out: string;
  /** Whether the page is kept in the browser, and opens while the server is away. */
  readonly kept: boolean;
  /** Which page this is: what the server called its newest one when it was loaded; empty before that is known. */
  readonly page?: string;
}

export interface Pairing {
  /** What is to be typed in where screens are approved. */
  readonly code: string;
  readonly expires: string;
}

const send = (method: 'POST' | 'PUT', body: unknown, signal?: AbortSignal): RequestOptions => ({
  method,
  patience: kPatience,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
  ...(signal ? { signal } : {}),
});

/** A code for this browser; the same one for as long as it lasts. */
export function askForPairing(signal?: AbortSignal): Promise<Pairing> {
  return request<Pairing>('/api/v1/screen/pairing', {
    method: 'POST',
    patience: kPatience,
    ...(signal ? { signal } : {}),
  });
}

/** Says what this screen does, and hears what it is to do. An ApiError with status 401 when it is none. */
export function sendHeartbeat(report: ScreenReport, signal?: AbortSignal): Promise<ScreenOrders> {
  return request<ScreenOrders>('/api/v1/screen/heartbeat', send('POST', report, signal));
}

/** A small picture (JPEG) of what this screen shows. */
export function sendStill(still: Blob, signal?: AbortSignal): Promise<void> {
  return request<void>('/api/v1/screen/still', {
    method: 'PUT',
    headers: { 'Content-Type': 'image/jpeg' },
    body: still,
    patience: kPatienceForStill,
    ...(signal ? { signal } : {}),
  });
}

/** The server's clock, in milliseconds since 1970. */
export async function fetchServerTime(signal?: AbortSignal): Promise<number> {
  const { time } = await request<{ time: number }>('/api/v1/screen/time', {
    patience: kPatienceForClock,
    ...(signal ? { signal } : {}),
  });
  return time;
}
