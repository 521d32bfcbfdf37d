// What the schedule's place asks of the server.

import { request, requestTagged, type Tagged } from '../api';
import { at, reading, sending, type Airing, type Findings, type Publication } from './api';

export interface Block {
  /** Unique within the schedule. */
  readonly id: string;
  readonly playlist: string;
  /** How often it is played; 0: round and round. */
  readonly passes: number;
  /** "2026-11-23T20:00:00", as clocks in `zone` show it; "": it follows on. */
  readonly start: string;
  readonly zone: string;
  readonly repeats: 'once' | 'daily' | 'weekly';
  /** "23:00:00", at which it gives way; "": never. */
  readonly until: string;
  /** What happens to what is on when this is to begin. */
  readonly overrun: 'fill' | 'cut' | 'finish';
  /** The card that counts down to its start; absent or "": the schedule's. */
  readonly countdown?: string;
}

export interface Schedule {
  /** An entry; "" for none. */
  readonly slate: string;
  /** A playlist; "" for none. */
  readonly fillers: string;
  /** The card that counts down to fixed starts, unless a block names another; "" for none. */
  readonly countdown: string;
  /** Seconds over which a film that is cut for a fixed start fades out; 0: not at all. */
  readonly fade: number;
  readonly blocks: readonly Block[];
}

export interface PublishedSchedule extends Schedule {
  /** 0: there is none, the channel loops its playlist. */
  readonly version: number;
}

export type StretchKind = 'block' | 'filler' | 'gap' | 'inserted' | 'hold' | 'panic';

/** Airings that belong together. */
export interface Stretch {
  readonly kind: StretchKind;
  readonly block: string | null;
  readonly fixed_start: string | null;
  /** RFC 3339 instants; `end` is exclusive. */
  readonly start: string;
  readonly end: string;
  readonly airings: number;
}

export interface PlannedAiring extends Pick<Airing, 'entry' | 'start' | 'end' | 'role'> {
  readonly block: string | null;
  readonly item: number | null;
  /** It ends early, for a fixed start. */
  readonly cut: boolean;
}

export interface Plan {
  readonly server_time: string;
  readonly stretches: readonly Stretch[];
  readonly airings: readonly PlannedAiring[];
  /** How many there are beyond these. */
  readonly left_out: number;
}

export interface SchedulePublication {
  readonly version: number;
  readonly publication: Publication;
}

const scheduleOf = (channel: string, ...more: readonly string[]) => at('channels', channel, 'schedule', ...more);

// Without what only a published one has.
const bare = ({ slate, fillers, countdown, fade, blocks }: Schedule): Schedule =>
  ({ slate, fillers, countdown, fade, blocks });

export const fetchSchedule = (channel: string, signal?: AbortSignal): Promise<Tagged<PublishedSchedule>> =>
  requestTagged(scheduleOf(channel), reading(signal));

/** What is shown in [from, to): by the schedule as it is, or as if `wanted` were published now. */
export const fetchPlan = (
  channel: string,
  from: number,
  to: number,
  wanted: Schedule | null,
  signal?: AbortSignal,
): Promise<Plan> =>
  request(scheduleOf(channel, 'plan'), {
    ...sending('POST', {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      ...(wanted ? { schedule: bare(wanted) } : {}),
    }),
    ...reading(signal),
  });

export const checkSchedule = (
  channel: string,
  wanted: Schedule | null,
  signal?: AbortSignal,
): Promise<Findings> =>
  request(scheduleOf(channel, 'check'), {
    ...sending('POST', wanted ? { schedule: bare(wanted) } : {}),
    ...reading(signal),
  });

/** `when`: "after-current", "now", or an instant. An ApiError with status 412 when somebody was first. */
export const putSchedule = (
  channel: string,
  wanted: Schedule,
  when: string,
  dryRun: boolean,
  tag: string,
): Promise<Tagged<SchedulePublication>> =>
  requestTagged(
    `${scheduleOf(channel)}?${new URLSearchParams({ when, dry_run: String(dryRun) })}`,
    sending('PUT', bare(wanted), tag),
  );
