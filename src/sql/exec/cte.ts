/**
 * Common table expressions: materialised once per execution at the first read, then replayed to each reader.
 *
 * A recursive one runs its recursive part over the rows that the round before produced (the work table) until a round
 * gives nothing new; more rounds than cte_max_recursion_depth are error 3636.
 */
import { type MaybePromise, sqlError } from '../../base/index.ts';
import type { CteDefinition, CteScanNode, WorkTableScanNode } from '../plan/index.ts';
import type { Batch } from '../types/index.ts';
import type { EvalContext } from '../expr/index.ts';
import { compileRowCount } from './limit.ts';
import { compileRowKey, type RowKey } from './group-key.ts';
import type { CompileScope } from './compile-scope.ts';
import type { MemoryAccount } from './memory.ts';
import { type CompiledNode, drain, type Operator, pace, type Run } from './operator.ts';

const RECURSION_DEPTH_DEFAULT = 1000;

export interface CompiledCte {
  readonly cte: number;
  readonly seed: CompiledNode;
  readonly recursive: CompiledNode | undefined;
  readonly distinctKey: RowKey | undefined;
  readonly correlated: boolean;
  /** LIMIT and OFFSET of a recursive one. */
  readonly count: (context: EvalContext) => number;
  readonly offset: (context: EvalContext) => number;
}

export function compileCte(definition: CteDefinition, scope: CompileScope): CompiledCte {
  return {
    cte: definition.cte,
    seed: scope.compile(definition.plan),
    recursive: definition.recursive === undefined ? undefined : scope.compile(definition.recursive),
    distinctKey: definition.distinct ? compileRowKey(definition.plan.output.map((column) => column.type)) : undefined,
    correlated: definition.correlated === true,
    count: compileRowCount(definition.limit, Infinity),
    offset: compileRowCount(definition.offset, 0),
  };
}

/** One CTE in one execution. */
export class CteRun {
  readonly #compiled: CompiledCte;
  readonly #run: Run;
  readonly #memory: MemoryAccount;
  #batches: Batch[] = [];
  readonly #seen = new Set<unknown>();
  #ready = false;
  #pending: Promise<void> | undefined;
  #open: Operator | undefined;
  /** Rows of the round before, read by work-table scans. */
  workTable: readonly Batch[] = [];

  constructor(compiled: CompiledCte, run: Run) {
    this.#compiled = compiled;
    this.#run = run;
    this.#memory = run.ctx.memory.open();
  }

  get correlated(): boolean {
    return this.#compiled.correlated;
  }

  /** Forgets the rows: slots that they depend on have changed. */
  reset(): void {
    this.#batches = [];
    this.#seen.clear();
    this.#memory.close();
    this.#ready = false;
    this.#pending = undefined;
  }

  get batches(): readonly Batch[] {
    return this.#batches;
  }

  materialise(): MaybePromise<void> {
    if (this.#ready) return;
    if (this.#pending !== undefined) return this.#pending;
    const done =
      this.#compiled.recursive === undefined
        ? this.#drainInto(this.#compiled.seed, this.#batches)
        : this.#recurse(this.#compiled.recursive);
    if (!(done instanceof Promise)) {
      this.#ready = true;
      return;
    }
    this.#pending = done.then(() => {
      this.#ready = true;
    });
    return this.#pending;
  }

  async #recurse(recursive: CompiledNode): Promise<void> {
    const depthMax = this.#run.ctx.cteMaxRecursionDepth ?? RECURSION_DEPTH_DEFAULT;
    const offset = this.#compiled.offset(this.#run.eval);
    const wanted = offset + this.#compiled.count(this.#run.eval);
    let kept = 0;
    let round: Batch[] = [];
    const seeded = this.#drainInto(this.#compiled.seed, round);
    if (seeded instanceof Promise) await seeded;
    for (let depth = 0; round.length > 0; depth++) {
      if (depth > depthMax) throw sqlError('ER_CTE_MAX_RECURSION_DEPTH', depth);
      for (const batch of round) {
        this.#batches.push(batch);
        kept += batch.length;
      }
      if (kept >= wanted) break;
      this.workTable = round;
      round = [];
      const done = this.#drainInto(recursive, round);
      if (done instanceof Promise) await done;
      const paused = pace(this.#run.ctx);
      if (paused instanceof Promise) await paused;
    }
    this.workTable = [];
    if (offset > 0 || kept > wanted) this.#batches = [this.#batches.flat().slice(offset, wanted)];
  }

  #drainInto(node: CompiledNode, into: Batch[]): MaybePromise<void> {
    const operator = node.open(this.#run);
    this.#open = operator;
    const done = drain(operator, (batch) => {
      const kept = this.#keepNew(batch);
      if (kept.length === 0) return;
      this.#memory.chargeBatch(kept);
      into.push(kept);
    });
    if (done instanceof Promise) return done.then(() => operator.close());
    operator.close();
  }

  #keepNew(batch: Batch): Batch {
    const key = this.#compiled.distinctKey;
    if (key === undefined) return batch;
    return batch.filter((row) => {
      const value = key(row);
      if (this.#seen.has(value)) return false;
      this.#seen.add(value);
      return true;
    });
  }

  close(): void {
    this.#open?.close();
    this.#memory.close();
  }
}

function findCte(run: Run, cte: number, name: string): CteRun {
  const found = run.ctes.get(cte);
  if (found === undefined) throw sqlError('ER_UNKNOWN_TABLE', name, 'cte');
  return found;
}

export function compileCteScan(node: CteScanNode): CompiledNode {
  return { open: (run) => new CteScan(findCte(run, node.cte, node.name)) };
}

class CteScan implements Operator {
  readonly #cte: CteRun;
  #position = 0;

  constructor(cte: CteRun) {
    this.#cte = cte;
  }

  readonly #take = (): Batch | undefined => this.#cte.batches[this.#position++];

  next(): MaybePromise<Batch | undefined> {
    if (this.#position > 0) return this.#take();
    const ready = this.#cte.materialise();
    return ready instanceof Promise ? ready.then(this.#take) : this.#take();
  }

  close(): void {
    this.#position = Infinity;
  }
}

export function compileWorkTableScan(node: WorkTableScanNode): CompiledNode {
  return {
    open: (run) => {
      const batches = findCte(run, node.cte, node.name).workTable;
      let position = 0;
      return {
        next: () => batches[position++],
        close: () => {
          position = batches.length;
        },
      };
    },
  };
}
