// Wall-clock times of a place, as instants, and days as its clocks show them: with 23 or 25 hours when
// they are changed. The same rules as the server's (src/app/wall_clock.h). Pure.
//
// A local time is written as in a schedule, "2026-11-23T20:00:00"; a date "2026-11-23". Instants are
// milliseconds since 1970.

const kMinute = 60_000;
const kDay = 24 * 60 * kMinute;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', calendar: 'iso8601', numberingSystem: 'latn',
      year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
    });
    formats.set(zone, format);
  }
  return format;
}

/** Whether this browser knows the zone. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return zone !== '';
  } catch {
    return false;
  }
}

/** Where this browser is. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What the clocks show, as if it were UTC. */
function shownAt(instant: number, zone: string): number {
  const whole = Math.floor(instant / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(whole)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** How far clocks are ahead of UTC, in milliseconds. */
export const offsetAt = (instant: number, zone: string): number =>
  shownAt(instant, zone) - Math.floor(instant / 1000) * 1000;

const asUtc = (local: string): number => Date.parse(`${local}Z`);

const written = (shown: number): string => new Date(shown).toISOString().slice(0, 19);

/** What clocks there show, to the second. */
export const localTime = (instant: number, zone: string): string => written(shownAt(instant, zone));

export const dateAt = (instant: number, zone: string): string => localTime(instant, zone).slice(0, 10);

/**
 * When clocks there show `local`. A time that they skip is the instant at which they do so; of a time that
 * they show twice, the first one. NaN for what is no time.
 */
export function instantOf(local: string, zone: string): number {
  const wanted = asUtc(local);
  if (Number.isNaN(wanted)) return NaN;
  // Clocks are changed seldom: at most once in the two days around.
  const before = offsetAt(wanted - kDay, zone);
  const after = offsetAt(wanted + kDay, zone);
  const fitting = [wanted - before, wanted - after].filter(
    (instant) => offsetAt(instant, zone) === wanted - instant,
  );
  if (fitting.length > 0) return Math.min(...fitting);
  return changeBetween(wanted - kDay, wanted + kDay, zone);
}

/** The first instant after `low` whose offset differs from that at `low`; it must do so at `high`. */
function changeBetween(low: number, high: number, zone: string): number {
  const before = offsetAt(low, zone);
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(middle, zone) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** `days` after `date`; before it when negative. */
export const addDays = (date: string, days: number): string =>
  written(asUtc(`${date}T00:00:00`) + days * kDay).slice(0, 10);

/** How many days `to` is after `from`. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((asUtc(`${to}T00:00:00`) - asUtc(`${from}T00:00:00`)) / kDay);

/** The Monday of the date's week. */
export function mondayOf(date: string): string {
  const weekday = new Date(asUtc(`${date}T00:00:00`)).getUTCDay(); // 0: Sunday
  return addDays(date, -((weekday + 6) % 7));
}

/** `local` moved by wall-clock minutes, as if no clock were ever changed. */
export const addMinutes = (local: string, minutes: number): string => written(asUtc(local) + minutes * kMinute);

/** A part of a day in which clocks are not changed. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  /** Minutes since midnight that clocks show at `from`. */
  readonly wall: number;
}

export interface Day {
  readonly date: string;
  /** Instants; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly pieces: readonly Piece[];
}

export function dayOf(date: string, zone: string): Day {
  const start = instantOf(`${date}T00:00:00`, zone);
  const end = instantOf(`${addDays(date, 1)}T00:00:00`, zone);
  const midnight = asUtc(`${date}T00:00:00`);
  const wallAt = (instant: number) => (shownAt(instant, zone) - midnight) / kMinute;
  const pieces: Piece[] = [];
  let from = start;
  while (offsetAt(from, zone) !== offsetAt(end - 1000, zone)) {
    const to = changeBetween(from, end - 1000, zone);
    pieces.push({ from, to, wall: wallAt(from) });
    from = to;
  }
  pieces.push({ from, to: end, wall: wallAt(from) });
  return { date, start, end, pieces };
}
