/**
 * Locks rows by handle after joins and filters (FOR UPDATE over several tables), and drops the handle columns.
 *
 * A row that is gone by the time its lock is granted, or is skipped (SKIP LOCKED), is dropped from the result.
 */
import { isPromise, type MaybePromise } from '../../base/index.ts';
import type { LockRowsNode } from '../plan/index.ts';
import type { RowHandle } from '../ports.ts';
import type { Batch, Row } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { AGAIN, type CompiledNode, type Operator, pull, type Run, StepOperator } from './operator.ts';

type Target = LockRowsNode['targets'][number];

export function compileLockRows(node: LockRowsNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  const handles = new Set(node.targets.map((target) => target.handleColumn));
  const kept = node.child.output.map((_, i) => i).filter((i) => !handles.has(i));
  return { open: (run) => new LockRows(child.open(run), node.targets, kept, run) };
}

class LockRows extends StepOperator {
  readonly #child: Operator;
  readonly #targets: readonly Target[];
  readonly #kept: readonly number[];
  readonly #run: Run;
  #batch: Batch | undefined;
  #position = 0;

  constructor(child: Operator, targets: readonly Target[], kept: readonly number[], run: Run) {
    super();
    this.#child = child;
    this.#targets = targets;
    this.#kept = kept;
    this.#run = run;
  }

  readonly #feed = (batch: Batch | undefined): Batch | undefined => {
    this.#batch = batch;
    this.#position = 0;
    return batch === undefined ? undefined : AGAIN;
  };

  protected step(): MaybePromise<Batch | undefined> {
    const batch = this.#batch;
    if (batch === undefined) return pull(this.#child, this.#feed);
    const out: Batch = [];
    while (this.#position < batch.length) {
      const row = batch[this.#position++]!;
      const locked = this.#lock(row, 0);
      if (isPromise(locked)) {
        return locked.then((ok) => {
          if (ok) out.push(this.#strip(row));
          return out;
        });
      }
      if (locked) out.push(this.#strip(row));
    }
    this.#batch = undefined;
    return out;
  }

  #lock(row: Row, from: number): MaybePromise<boolean> {
    for (let i = from; i < this.#targets.length; i++) {
      const { table, handleColumn, lock } = this.#targets[i]!;
      const handle = row[handleColumn];
      if (handle === null) continue; // NULL-extended side of an outer join
      const found = this.#run.ctx.storage.lockRow(table, handle as RowHandle, lock, []);
      if (isPromise(found)) return found.then((value) => (value === undefined ? false : this.#lock(row, i + 1)));
      if (found === undefined) return false;
    }
    return true;
  }

  #strip(row: Row): Row {
    return this.#kept.map((i) => row[i]!);
  }

  close(): void {
    this.#child.close();
  }
}
