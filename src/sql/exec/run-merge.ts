/**
 * Merges sorted runs by a binary heap of their heads. A run lies in memory, or in a temporary file and is read block by block: `take` then gives what
 * it has and waits for the next block at its next call.
 */
import { andThen, type MaybePromise } from '../../base/index.ts';
import { type Batch, BATCH_ROWS } from '../types/index.ts';
import type { RowOrder, SortEntry } from './sort-key.ts';

export interface SortedRun {
  readonly entries: readonly SortEntry[];
  /** What follows `entries`; undefined at the end. Absent: nothing. */
  more?(): MaybePromise<readonly SortEntry[] | undefined>;
}

interface Head {
  readonly run: SortedRun;
  entries: readonly SortEntry[];
  position: number;
}

export class RunMerge {
  #heap: Head[] | undefined;
  readonly #order: Pick<RowOrder, 'compare'>;
  readonly #runs: readonly SortedRun[];
  /** The smallest head's block is used up; which entry is next is not known before its next one. */
  #starved: Head | undefined;

  constructor(runs: readonly SortedRun[], order: Pick<RowOrder, 'compare'>) {
    this.#order = order;
    this.#runs = runs;
  }

  /** The next rows in order, undefined at the end. */
  take(count = BATCH_ROWS): MaybePromise<Batch | undefined> {
    return andThen(this.takeEntries(count), (entries) => entries?.map((entry) => entry.row));
  }

  takeEntries(count = BATCH_ROWS): MaybePromise<SortEntry[] | undefined> {
    if (this.#heap === undefined) return andThen(this.#start(), () => this.#merge(count));
    const starved = this.#starved;
    if (starved === undefined) return this.#merge(count);
    return andThen(starved.run.more?.(), (entries) => {
      this.#starved = undefined;
      this.#refill(starved, entries);
      return this.#merge(count);
    });
  }

  async #fill(runs: readonly SortedRun[]): Promise<Head[]> {
    const heads: Head[] = [];
    for (const run of runs) {
      const entries = run.entries.length > 0 ? run.entries : await run.more?.();
      if (entries !== undefined) heads.push({ run, entries, position: 0 });
    }
    return heads;
  }

  #start(): MaybePromise<void> {
    const inMemory = this.#runs.every((run) => run.entries.length > 0);
    const heads = inMemory
      ? this.#runs.map((run): Head => ({ run, entries: run.entries, position: 0 }))
      : this.#fill(this.#runs);
    return andThen(heads, (filled) => {
      this.#heap = filled;
      for (let i = (filled.length >> 1) - 1; i >= 0; i--) this.#siftDown(filled, i);
    });
  }

  #refill(head: Head, entries: readonly SortEntry[] | undefined): void {
    const heap = this.#heap!;
    if (entries !== undefined) {
      head.entries = entries;
      head.position = 0;
    } else {
      const last = heap.pop()!;
      if (last !== head) heap[0] = last;
    }
    if (heap.length > 0) this.#siftDown(heap, 0);
  }

  #merge(count: number): MaybePromise<SortEntry[] | undefined> {
    const heap = this.#heap!;
    const out: SortEntry[] = [];
    while (out.length < count && heap.length > 0) {
      const head = heap[0]!;
      if (heap.length === 1) {
        const end = Math.min(head.entries.length, head.position + count - out.length);
        for (; head.position < end; head.position++) out.push(head.entries[head.position]!);
      } else out.push(head.entries[head.position++]!);
      if (head.position < head.entries.length) {
        if (heap.length > 1) this.#siftDown(heap, 0);
      } else if (head.run.more === undefined) this.#refill(head, undefined);
      else {
        this.#starved = head;
        return out.length === 0 ? this.takeEntries(count) : out;
      }
    }
    return out.length === 0 ? undefined : out;
  }

  #less(a: Head, b: Head): boolean {
    return this.#order.compare(a.entries[a.position]!, b.entries[b.position]!) < 0;
  }

  #siftDown(heap: Head[], start: number): void {
    let i = start;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && this.#less(heap[right]!, heap[left]!) ? right : left;
      if (!this.#less(heap[child]!, heap[i]!)) return;
      const swap = heap[i]!;
      heap[i] = heap[child]!;
      heap[child] = swap;
      i = child;
    }
  }
}
