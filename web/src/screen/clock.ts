// The server's clock, measured over HTTP. Pure: who measures passes in times.
//
// Like NTP's client (RFC 5905 section 8), of which it is the smallest part that a page can do: a request is
// sent, the server says its time, the answer arrives. The server's time belongs to some moment between the
// two, so half of the way there and back bounds the error, and the quickest of several answers tells most.

/** One question: when it was sent and answered on the page's own steady clock, and the server's time. */
export interface Sample {
  /** Milliseconds of performance.now(). */
  readonly sent: number;
  readonly received: number;
  /** Milliseconds since 1970. */
  readonly server: number;
}

/** The clock of a machine may run so much too fast or slow (50 in a million is a bad one). */
const kDrift = 50e-6;
/** Samples further back than these are forgotten. */
const kKept = 40;

/** What to add to performance.now() for the server's time, and how wrong that may be; milliseconds. */
export interface Offset {
  readonly offset: number;
  readonly uncertainty: number;
}

/** What one sample says at `now`: an old one says less, since clocks drift apart. */
export function offsetBy(sample: Sample, now: number): Offset {
  const { sent, received, server } = sample;
  return {
    offset: server - (sent + received) / 2,
    uncertainty: (received - sent) / 2 + Math.max(0, now - received) * kDrift,
  };
}

/** What the best of the samples says at `now`; null when there is none. */
export function bestOffset(samples: readonly Sample[], now: number): Offset | null {
  let best: Offset | null = null;
  for (const sample of samples) {
    const offset = offsetBy(sample, now);
    if (best === null || offset.uncertainty < best.uncertainty) best = offset;
  }
  return best;
}

/**
 * The samples that count once `sample` has come. One that none of the earlier can agree with (each of them is
 * surer than the distance) means that the server's clock has been set: then only the new one counts.
 */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const fresh = offsetBy(sample, sample.received);
  const before = bestOffset(samples, sample.received);
  const apart = before === null ? 0 : Math.abs(before.offset - fresh.offset);
  if (before !== null && apart > 2 * (before.uncertainty + fresh.uncertainty) + 1) return [sample];
  return [...samples, sample].slice(-kKept);
}
