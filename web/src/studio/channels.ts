// The channels that a producer sets up: all of them, also those that nobody can watch yet.

import { useCallback, useRef } from 'preact/hooks';
import { fetchChannels, type Answer } from '../api';
import { useStrings } from '../locale';
import { fill } from '../text';
import { allPages, at } from './api';
import { useLoaded, type EventType, type Loaded } from './live';
import { roomsStrings } from './rooms_strings';

export interface ListedChannel {
  readonly id: string;
  readonly title: string;
  /** What it plays round and round while it has no schedule; "" for nothing. */
  readonly playlist: string;
  /** 0: none. */
  readonly schedule_version: number;
  /** What it plays, by its schedule or without one. */
  readonly playlists: readonly string[];
  readonly on_air: boolean;
  /** What is on. */
  readonly entry: string | null;
}

/** By id. */
export const fetchAllChannels = (signal?: AbortSignal) =>
  allPages<ListedChannel>(at('channel-settings'), new URLSearchParams(), signal);

/** All channels, with the server's clock, which the viewers' list tells. */
async function fetchWithClock(signal: AbortSignal): Promise<Answer<readonly ListedChannel[]>> {
  const [value, { clockOffset }] = await Promise.all([fetchAllChannels(signal), fetchChannels(signal)]);
  return { value, clockOffset };
}

/** Whether an event says something else of the channels than `known`. What is on one changes all the time. */
export function isNews(known: readonly ListedChannel[], type: EventType, data: Readonly<Record<string, unknown>>): boolean {
  if (type !== 'airing') return type === 'channel' || type === 'schedule';
  const channel = known.find(({ id }) => id === data['channel']);
  return channel?.on_air !== (data['now'] !== null);
}

export function useChannels(): Loaded<Answer<readonly ListedChannel[]>> {
  const known = useRef<readonly ListedChannel[]>([]);
  const loaded = useLoaded(
    useCallback(async (signal: AbortSignal) => {
      const answer = await fetchWithClock(signal);
      known.current = answer.value;
      return answer;
    }, []),
    (type, data) => isNews(known.current, type, data),
  );
  return loaded;
}

/** The one to begin with: one that has something on, if there is any. */
export const firstOf = (channels: readonly ListedChannel[]): ListedChannel | undefined =>
  channels.find(({ on_air }) => on_air) ?? channels[0];

/** What a channel is called where one is chosen: those that are off the air are marked. */
export function useChannelName(): (channel: Pick<ListedChannel, 'title' | 'on_air'>) => string {
  const { strings } = useStrings(roomsStrings);
  return ({ title, on_air }) => (on_air ? title : fill(strings.offAirNamed, { channel: title }));
}
