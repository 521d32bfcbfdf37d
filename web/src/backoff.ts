// How long to wait before trying again. Pure.

const kFirst = 500;
const kLongest = 8_000;

/** Milliseconds before attempt `attempt` (0 for the first retry): doubling, with a ceiling. */
export function retryDelay(attempt: number): number {
  return Math.min(kLongest, kFirst * 2 ** Math.min(attempt, 10));
}

/**
 * Whether a request that failed with this status may succeed later. 0 is no answer at all: the
 * server restarts, the network is away.
 */
export function isPassing(status: number): boolean {
  return status === 0 || status === 408 || status === 425 || status === 429 || status >= 500;
}
