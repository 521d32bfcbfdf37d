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
  ) {
    super(problem.detail ?? problem.title ?? `status ${status}`);
    this.name = 'ApiError';
  }

  /** Whether who asks is refused, rather than the request or the moment being wrong. */
  get refused(): boolean {
    return this.status === 401 || this.status === 403 || this.status === 410;
  }
}

/**
 * Asks for `path` ("/api/v1/..."), below the link by which this page was reached. Rejects with an
 * ApiError, or with the signal's reason once it is aborted.
 */
export async function request<T>(path: string, options: RequestInit = {}): Promise<T> {
  return (await requestTagged<T>(path, options)).value;
}

/** What the server answered, and the version it has of it: an ETag, "" where there is none. */
export interface Tagged<T> {
  readonly value: T;
  readonly tag: string;
}

/** Like `request`, for what is to be changed with If-Match afterwards. */
export async function requestTagged<T>(path: string, options: RequestInit = {}): Promise<Tagged<T>> {
  let response: Response;
  try {
    response = await fetch(addressOf(path, location.pathname), {
      ...options,
      headers: { Accept: 'application/json', ...options.headers },
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, { detail: String(error) });
  }
  const tag = response.headers.get('ETag') ?? '';
  if (response.status === 204) return { value: undefined as T, tag };
  const body: unknown = await response.json().catch(() => null);
  if (options.signal?.aborted) throw options.signal.reason;
  if (!response.ok || body === null) {
    throw new ApiError(response.status, (body as Problem | null) ?? { title: response.statusText });
  }
  return { value: body as T, tag };
}

/** Like `request`, with the server's clock where the answer tells it. */
async function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  const value = await request<T>(path, signal ? { signal } : {});
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
