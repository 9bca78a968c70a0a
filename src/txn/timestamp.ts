/**
 * Commit timestamps: a hybrid logical clock packed into a safe integer.
 *
 *     timestamp = (milliseconds since 2020-01-01T00:00:00Z) * 4096 + counter
 *
 * 41 bits of milliseconds and 12 of counter fit 53 bits until the year 2089. Timestamps strictly increase along a
 * branch's log, whatever the wall clock does: a clock that stands still or goes back only makes the counter run ahead.
 */
import type { Clock } from '../env/index.ts';

export type Timestamp = number;

export const EPOCH_MS = 1_577_836_800_000;
const COUNTERS_PER_MS = 4096;

/** The smallest timestamp of that millisecond. */
export function timestampOfMs(unixMs: number): Timestamp {
  return Math.max(0, Math.floor((unixMs - EPOCH_MS) * COUNTERS_PER_MS));
}

export function msOfTimestamp(timestamp: Timestamp): number {
  return Math.floor(timestamp / COUNTERS_PER_MS) + EPOCH_MS;
}

/** Hands out the timestamps of one branch on one node. */
export class HybridClock {
  readonly #clock: Clock;
  #last: Timestamp;

  constructor(clock: Clock, last: Timestamp = 0) {
    this.#clock = clock;
    this.#last = last;
  }

  get last(): Timestamp {
    return this.#last;
  }

  /** Strictly greater than every timestamp given out or observed before. */
  next(): Timestamp {
    const wall = timestampOfMs(this.#clock.nowMs());
    this.#last = wall > this.#last ? wall : this.#last + 1;
    return this.#last;
  }

  /** A commit of another node, or of a former life, was read from the log. */
  observe(timestamp: Timestamp): void {
    if (timestamp > this.#last) this.#last = timestamp;
  }
}
