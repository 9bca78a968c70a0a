/**
 * Sort: collects rows in sorted runs, then merges the runs as they are asked for. Runs are short enough to sort within a
 * time slice, so that sorting millions of rows never holds the thread. Stable. When the statement's memory gets short, the runs so far are merged
 * into one on the disk.
 */
import { andThen, type MaybePromise } from '../../base/index.ts';
import type { SortNode } from '../plan/index.ts';
import type { Batch } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { estimateBatchBytes, type MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pace, pull, type Run, StepOperator } from './operator.ts';
import { RunMerge } from './run-merge.ts';
import { sortEntries } from './sort-entries.ts';
import { compileRowOrder, type RowOrder, type SortEntry } from './sort-key.ts';
import { SpilledRuns } from './spill/spilled-runs.ts';

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
  #runs: { readonly entries: readonly SortEntry[] }[] = [];
  #spilled: SpilledRuns | undefined;
  #merge: RunMerge | undefined;
  #sequence = 0;

  constructor(child: Operator, order: RowOrder, run: Run) {
    super();
    this.#child = child;
    this.#order = order;
    this.#run = run;
    this.#memory = run.ctx.memory.open();
  }

  readonly #consume = (batch: Batch | undefined): MaybePromise<Batch> => {
    if (batch === undefined) {
      this.#endRun();
      this.#merge = new RunMerge([...this.#runs, ...(this.#spilled?.sortedRuns() ?? [])], this.#order);
      this.#child.close();
      return AGAIN;
    }
    const bytes = estimateBatchBytes(batch) + batch.length * ENTRY_BYTES;
    return andThen(this.#memory.fits(bytes) ? undefined : this.#spill(), () => this.#add(batch, bytes));
  };

  #add(batch: Batch, bytes: number): Batch {
    this.#memory.charge(bytes);
    for (const row of batch) this.#collecting.push(this.#order.entry(row, this.#sequence++, this.#run.eval));
    if (this.#collecting.length >= RUN_ROWS) this.#endRun();
    return AGAIN;
  }

  /** What is held goes to the disk; without a disk, or nothing held, the quota decides. */
  #spill(): MaybePromise<void> {
    const { ctx } = this.#run;
    this.#endRun();
    if (ctx.spill === undefined || this.#runs.length === 0) return;
    this.#spilled ??= new SpilledRuns(ctx.spill, this.#order, this.#run.eval);
    return andThen(
      this.#spilled.add(this.#runs, () => pace(ctx)),
      () => {
        this.#runs = [];
        this.#memory.close();
      },
    );
  }

  #endRun(): void {
    if (this.#collecting.length === 0) return;
    this.#runs.push({ entries: sortEntries(this.#collecting, this.#order) });
    this.#collecting = [];
  }

  readonly #emit = (): MaybePromise<Batch | undefined> => this.#merge?.take();

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#merge === undefined) return pull(this.#child, this.#consume);
    const paused = pace(this.#run.ctx);
    return paused instanceof Promise ? paused.then(this.#emit) : this.#emit();
  }

  close(): void {
    this.#child.close();
    this.#runs = [];
    this.#spilled?.remove();
    this.#memory.close();
  }
}
