/**
 * Sort: collects rows in sorted runs, then merges the runs as they are asked for. Runs are short enough to sort within a
 * time slice, so that sorting millions of rows never holds the thread. Stable.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { SortNode } from '../plan/index.ts';
import { type Batch, BATCH_ROWS } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import type { MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pace, pull, type Run, StepOperator } from './operator.ts';
import { sortEntries } from './sort-entries.ts';
import { compileRowOrder, type RowOrder, type SortEntry } from './sort-key.ts';

const RUN_ROWS = 4096;
const ENTRY_BYTES = 96;

export function compileSort(node: SortNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  const order = compileRowOrder(node.by);
  return { open: (run) => new Sort(child.open(run), order, run) };
}

export class Sort extends StepOperator {
  readonly #child: Operator;
  readonly #order: RowOrder;
  readonly #run: Run;
  readonly #memory: MemoryAccount;
  #collecting: SortEntry[] = [];
  readonly #runs: SortEntry[][] = [];
  #merge: RunMerge | undefined;
  #sequence = 0;

  constructor(child: Operator, order: RowOrder, run: Run) {
    super();
    this.#child = child;
    this.#order = order;
    this.#run = run;
    this.#memory = run.ctx.memory.open();
  }

  readonly #consume = (batch: Batch | undefined): Batch => {
    if (batch === undefined) {
      this.#endRun();
      this.#merge = new RunMerge(this.#runs, this.#order);
      this.#child.close();
      return AGAIN;
    }
    this.#memory.chargeBatch(batch);
    this.#memory.charge(batch.length * ENTRY_BYTES);
    for (const row of batch) this.#collecting.push(this.#order.entry(row, this.#sequence++, this.#run.eval));
    if (this.#collecting.length >= RUN_ROWS) this.#endRun();
    return AGAIN;
  };

  #endRun(): void {
    if (this.#collecting.length === 0) return;
    this.#runs.push(sortEntries(this.#collecting, this.#order));
    this.#collecting = [];
  }

  readonly #emit = (): Batch | undefined => this.#merge?.take(BATCH_ROWS);

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#merge === undefined) return pull(this.#child, this.#consume);
    const paused = pace(this.#run.ctx);
    return paused instanceof Promise ? paused.then(this.#emit) : this.#emit();
  }

  close(): void {
    this.#child.close();
    this.#runs.length = 0;
    this.#memory.close();
  }
}

interface RunHead {
  readonly entries: readonly SortEntry[];
  position: number;
}

/** Merges sorted runs by a binary heap of their heads. */
class RunMerge {
  readonly #heap: RunHead[];
  readonly #order: RowOrder;

  constructor(runs: readonly SortEntry[][], order: RowOrder) {
    this.#order = order;
    this.#heap = runs.map((entries) => ({ entries, position: 0 }));
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#siftDown(i);
  }

  take(count: number): Batch | undefined {
    const heap = this.#heap;
    const out: Batch = [];
    while (out.length < count && heap.length > 0) {
      const head = heap[0]!;
      if (heap.length === 1) {
        const end = Math.min(head.entries.length, head.position + count - out.length);
        for (; head.position < end; head.position++) out.push(head.entries[head.position]!.row);
        if (head.position >= head.entries.length) heap.pop();
        continue;
      }
      out.push(head.entries[head.position++]!.row);
      if (head.position >= head.entries.length) {
        const last = heap.pop()!;
        if (heap.length > 0) heap[0] = last;
      }
      this.#siftDown(0);
    }
    return out.length === 0 ? undefined : out;
  }

  #less(a: RunHead, b: RunHead): boolean {
    return this.#order.compare(a.entries[a.position]!, b.entries[b.position]!) < 0;
  }

  #siftDown(start: number): void {
    const heap = this.#heap;
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
