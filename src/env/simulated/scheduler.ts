/**
 * Virtual time: a queue of events that the simulation runs one by one, each at its moment.
 *
 * Between two events every promise reaction runs to its end (a turn of the real event loop), so the order of everything in
 * the simulated program follows from the queue alone, and the queue from the seed. Events of one moment run in random order.
 */
import { DbError } from '../../base/index.ts';
import type { Random } from '../random.ts';

interface SimulatedEvent {
  readonly atMs: number;
  readonly tieBreak: number;
  readonly action: () => void;
  cancelled: boolean;
}

const EVENTS_MAX = 10_000_000;

export class Scheduler {
  readonly #random: Random;
  /** A binary heap by time, then tie break. */
  readonly #heap: SimulatedEvent[] = [];
  #nowMs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Returns a function that cancels the event. */
  schedule(delayMs: number, action: () => void): () => void {
    const atMs = this.#nowMs + Math.max(0, delayMs);
    const event: SimulatedEvent = { atMs, tieBreak: this.#random.u32(), action, cancelled: false };
    this.#push(event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Runs events until `main` settles. Raises `internal/simulation-stalled` when nothing is left that could settle it. */
  async run<T>(main: () => Promise<T>): Promise<T> {
    let outcome: { value: T } | { error: unknown } | undefined;
    main().then(
      (value) => {
        outcome = { value };
      },
      (error: unknown) => {
        outcome = { error };
      },
    );
    for (let count = 0; count < EVENTS_MAX; count++) {
      await settled();
      if (outcome !== undefined) {
        if ('error' in outcome) throw outcome.error;
        return outcome.value;
      }
      const event = this.#pop();
      if (event === undefined) break;
      this.#nowMs = event.atMs;
      if (!event.cancelled) event.action();
    }
    throw new DbError('internal', 'simulation-stalled', 'the simulated program waits for something that never comes');
  }

  #push(event: SimulatedEvent): void {
    const heap = this.#heap;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as SimulatedEvent;
      if (!isBefore(event, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): SimulatedEvent | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as SimulatedEvent)) child++;
      const below = heap[child] as SimulatedEvent;
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

function isBefore(a: SimulatedEvent, b: SimulatedEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.tieBreak < b.tieBreak);
}

/** Resolves after every promise reaction that can run has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
