// What is the matter with a screen, if anything. Pure.

import type { ScreenReport } from '../api';

/** A screen of a venue, as the studio sees it. */
export interface Screen {
  readonly id: string;
  readonly name: string;
  readonly channel: string | null;
  readonly muted: boolean;
  readonly created: string;
  /** What the silence since its last report means. */
  readonly health: 'never' | 'on-line' | 'late' | 'lost';
  /** RFC 3339. */
  readonly reported: string | null;
  readonly report: ScreenReport | null;
  /** Whether it shows the newest page the server has; null where that is not known. */
  readonly page?: 'current' | 'stale' | null;
}

/** Eyes and ears that are in two places at once notice more than this; milliseconds. */
export const kInStep = 40;

export type Standing =
  | { readonly is: 'never' } // nothing has been heard of it yet
  | { readonly is: 'silent'; readonly since: number } // milliseconds since 1970
  | { readonly is: 'no-channel' | 'starting' | 'away' | 'off-air' }
  | { readonly is: 'playing' } // and does not know yet how far it is from the clock
  | { readonly is: 'in-step' | 'behind' | 'ahead'; readonly by: number }; // milliseconds

export function standing({ health, reported, report, channel }: Screen): Standing {
  if (health === 'never' || reported === null || !report) return { is: 'never' };
  if (health !== 'on-line') return { is: 'silent', since: Date.parse(reported) };
  if (channel === null) return { is: 'no-channel' };
  switch (report.state) {
    case 'idle':
    case 'starting':
      return { is: 'starting' };
    case 'away':
    case 'off-air':
      return { is: report.state };
    case 'playing':
      break;
  }
  if (report.late_ms === null) return { is: 'playing' };
  const by = Math.abs(Math.round(report.late_ms));
  if (by <= kInStep) return { is: 'in-step', by };
  return { is: report.late_ms > 0 ? 'behind' : 'ahead', by };
}

/** Whether somebody ought to look at it. */
export function isInTrouble(screen: Screen): boolean {
  const { is } = standing(screen);
  if (is === 'silent' || is === 'away' || is === 'behind' || is === 'ahead') return true;
  return screen.report?.sound === 'blocked' && !screen.muted && is !== 'never';
}

/** The share of frames that were not shown, from 0 to 1; null before there were any. */
export function droppedShare(report: Pick<ScreenReport, 'frames' | 'dropped'>): number | null {
  return report.frames > 0 ? report.dropped / report.frames : null;
}

const kFirstStill = 8; // seconds a screen has been up when it has surely sent one
const kStillAge = 15_000; // milliseconds for which the browser's picture is good enough

/** Where a picture of what it shows is; null while it has sent none. Changes when it is to be read anew. */
export function stillAddress({ id, report, health }: Screen, instant: number): string | null {
  if (!report || report.frames === 0) return null;
  // That of a silent screen is its last one.
  const silent = health !== 'on-line';
  if (!silent && report.up_seconds < kFirstStill) return null;
  const age = silent ? 0 : Math.floor(instant / kStillAge);
  return `/api/v1/screens/${encodeURIComponent(id)}/still.jpg?at=${age}`;
}

/** What people type for a code: without what is only there to be read more easily. */
export const plainCode = (typed: string): string => typed.replace(/[\s-]+/g, '').toUpperCase();
