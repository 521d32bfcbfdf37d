// The only file that talks to the server's API (/api/v1).

import { linkBase } from './route';

/** Texts by BCP-47 language, e.g. {zh: '纸船', en: 'Paper Boats'}. */
export type Texts = Readonly<Record<string, string>>;

/** One airing, as far as a viewer is told. */
export interface Programme {
  readonly entry: string;
  readonly title: Texts;
  readonly author?: string;
  /** ISO 3166 code. */
  readonly country?: string;
  /** RFC 3339 instants; `end` is exclusive. */
  readonly start: string;
  readonly end: string;
  /** Address of a picture. */
  readonly poster?: string;
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

/** What the server answered, and how far its clock is ahead of ours in milliseconds. */
export interface Answer<T> {
  readonly value: T;
  readonly clockOffset: number;
}

/** The server said no (`status` and its problem document), or did not answer (`status` 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

async function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  let response: Response;
  try {
    response = await fetch(path, {
      headers: { Accept: 'application/json' },
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, String(error));
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok || body === null) {
    const problem = body as { detail?: string; title?: string } | null;
    const reason = problem?.detail ?? problem?.title ?? response.statusText;
    throw new ApiError(response.status, reason);
  }
  const serverTime = Date.parse((body as { server_time?: string }).server_time ?? '');
  return {
    value: body as T,
    clockOffset: Number.isNaN(serverTime) ? 0 : serverTime - Date.now(),
  };
}

/** All channels, in the order of the listing. */
export async function fetchChannels(signal?: AbortSignal): Promise<Answer<readonly Channel[]>> {
  const { value, clockOffset } = await get<{ channels: readonly Channel[] }>(
    `${linkBase(location.pathname)}/api/v1/channels`,
    signal,
  );
  return { value: value.channels, clockOffset };
}

/** One channel. An ApiError with status 404 when there is none called `id`. */
export function fetchChannel(id: string, signal?: AbortSignal): Promise<Answer<Channel>> {
  const base = linkBase(location.pathname);
  return get<Channel>(`${base}/api/v1/channels/${encodeURIComponent(id)}`, signal);
}
