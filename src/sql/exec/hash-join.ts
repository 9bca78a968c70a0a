/**
 * Hash join: the build side goes into a table by key, the probe side streams against it.
 *
 * Keys are converted to the pair's comparison type before hashing, so that equal keys by MySQL's rules are equal keys of
 * the map. Rows with a NULL in a key that is not `<=>` match nothing; they are kept only where the join must still give
 * them out (outer, anti, mark) or where NOT IN must know of them (null-aware).
 *
 * Left order is kept when the right side is built. When the left side is built, rows without a match come last.
 *
 * When the statement's memory gets short while the table is built, both sides go to the disk, divided by their keys, and are joined part by part
 * (grace hash join). Then no order is kept, so the planner says when it relies on that (`keepsOrder`); NOT IN needs all rows at once. Such
 * joins fail beyond the quota.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { HashJoinNode } from '../plan/index.ts';
import { type Batch, BATCH_ROWS, type Row } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { appendValue, JoinLoop, type JoinShape, joinRows } from './join-loop.ts';
import { compileJoinKey, type JoinKey } from './join-key.ts';
import { estimateBatchBytes, type MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pace, pull, type Run, StepOperator } from './operator.ts';
import { compileVerdict, type Verdict } from './predicate.ts';
import { PartedJoin } from './spill/parted-join.ts';
import { SPILL_LEVEL_MAX } from './spill/partitions.ts';
import type { HashKey } from './value-semantics.ts';

const ENTRY_BYTES = 48;
const NO_ROWS: readonly Row[] = [];

interface HashJoinShape extends JoinShape {
  readonly leftKey: JoinKey;
  readonly rightKey: JoinKey;
  readonly canSpill: boolean;
}

export function compileHashJoin(node: HashJoinNode, scope: CompileScope): CompiledNode {
  const left = scope.compile(node.left);
  const right = scope.compile(node.right);
  const leftKey = compileJoinKey(node.leftKeys, node.keyTypes, node.nullSafe);
  const rightKey = compileJoinKey(node.rightKeys, node.keyTypes, node.nullSafe);
  const condition = node.condition === undefined ? undefined : compileVerdict(node.condition);
  const leftWidth = node.left.output.length;
  const shape: HashJoinShape = {
    join: node.join,
    rightWidth: node.right.output.length,
    verdict: node.nullAware ? nullAwareVerdict(leftKey, rightKey, leftWidth, condition) : condition,
    nullAware: node.nullAware,
    leftKey,
    rightKey,
    canSpill: !node.nullAware && node.keepsOrder !== true,
  };
  if (node.build === 'right' || node.nullAware)
    return { open: (run) => new ProbeLeft(left.open(run), right.open(run), shape, run) };
  return { open: (run) => new ProbeRight(left.open(run), right.open(run), shape, run) };
}

/** NOT IN's pairs: keys compare TRUE, FALSE or UNKNOWN, and then the rest of the condition counts. */
function nullAwareVerdict(
  leftKey: JoinKey,
  rightKey: JoinKey,
  leftWidth: number,
  condition: Verdict | undefined,
): Verdict {
  return (joined, context) => {
    const keys = leftKey.compare(joined.slice(0, leftWidth), joined.slice(leftWidth), rightKey, context);
    if (keys === false || condition === undefined) return keys;
    const rest = condition(joined, context);
    if (rest === false) return false;
    return rest === null ? null : keys;
  };
}

class HashTable {
  readonly #groups = new Map<HashKey, Row[]>();
  readonly all: Row[] = [];
  readonly withNull: Row[] = [];

  add(key: HashKey | null, row: Row): void {
    if (key === null) {
      this.withNull.push(row);
      return;
    }
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, [row]);
    else group.push(row);
  }

  *entries(): Generator<readonly [HashKey, Row]> {
    for (const [key, rows] of this.#groups) for (const row of rows) yield [key, row];
  }

  find(key: HashKey): readonly Row[] {
    return this.#groups.get(key) ?? NO_ROWS;
  }

  clear(): void {
    this.#groups.clear();
    this.all.length = 0;
    this.withNull.length = 0;
  }
}

/** Builds from the right, streams the left: all join types. */
class ProbeLeft extends StepOperator {
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #shape: HashJoinShape;
  readonly #run: Run;
  readonly #memory: MemoryAccount;
  readonly #table = new HashTable();
  readonly #loop: JoinLoop;
  #buildRows = 0;
  #built = false;
  readonly #level: number;
  #parts: PartedJoin | undefined;
  #isParted = false;

  constructor(left: Operator, right: Operator, shape: HashJoinShape, run: Run, level = 0) {
    super();
    this.#left = left;
    this.#right = right;
    this.#shape = shape;
    this.#run = run;
    this.#level = level;
    this.#memory = run.ctx.memory.open();
    this.#loop = new JoinLoop(shape, run.eval, shape.nullAware ? this.#nullAwareCandidates : this.#candidates);
  }

  readonly #candidates = (left: Row): readonly Row[] => {
    const key = this.#shape.leftKey.hash(left, this.#run.eval);
    return key === null ? NO_ROWS : this.#table.find(key);
  };

  readonly #nullAwareCandidates = (left: Row): readonly Row[] => {
    const key = this.#shape.leftKey.hash(left, this.#run.eval);
    if (key === null) return this.#table.all;
    const equal = this.#table.find(key);
    return this.#table.withNull.length === 0 ? equal : equal.concat(this.#table.withNull);
  };

  readonly #build = (batch: Batch | undefined): MaybePromise<Batch | undefined> => {
    if (batch === undefined) {
      this.#built = true;
      this.#right.close();
      const { join } = this.#shape;
      if (this.#buildRows === 0 && (join === 'inner' || join === 'semi')) {
        this.#left.close();
        return undefined;
      }
      return AGAIN;
    }
    const { rightKey, nullAware } = this.#shape;
    const context = this.#run.eval;
    this.#buildRows += batch.length;
    const bytes = estimateBatchBytes(batch) + batch.length * ENTRY_BYTES;
    if (this.#mustSpill(bytes)) return this.#parts!.divide('right', batch, this.#shape.rightKey, this.#run.eval);
    this.#memory.charge(bytes);
    for (const row of batch) {
      const key = rightKey.hash(row, context);
      if (nullAware) this.#table.all.push(row);
      if (key !== null || nullAware) this.#table.add(key, row);
    }
    return AGAIN;
  };

  #mustSpill(bytes: number): boolean {
    if (this.#parts !== undefined) return true;
    const { spill } = this.#run.ctx;
    if (spill === undefined || !this.#shape.canSpill || this.#level >= SPILL_LEVEL_MAX) return false;
    if (this.#memory.fits(bytes)) return false;
    this.#parts = new PartedJoin(
      spill,
      this.#level,
      (left, right) => new ProbeLeft(left, right, this.#shape, this.#run, this.#level + 1),
    );
    for (const [key, row] of this.#table.entries()) this.#parts.side('right').add(key, row);
    this.#table.clear();
    this.#memory.close();
    return true;
  }

  readonly #divideLeft = (batch: Batch | undefined): MaybePromise<Batch> => {
    if (batch !== undefined) return this.#parts!.divide('left', batch, this.#shape.leftKey, this.#run.eval);
    this.#left.close();
    this.#isParted = true;
    return AGAIN;
  };

  readonly #feed = (batch: Batch | undefined): Batch | undefined => {
    if (batch === undefined) return undefined;
    this.#loop.start(batch);
    return this.#loop.produce();
  };

  readonly #produce = (): Batch => this.#loop.produce();

  protected step(): MaybePromise<Batch | undefined> {
    if (!this.#built) return pull(this.#right, this.#build);
    if (this.#parts !== undefined)
      return this.#isParted ? this.#parts.step() : pull<Batch | undefined>(this.#left, this.#divideLeft);
    if (!this.#loop.active) return pull(this.#left, this.#feed);
    const paused = pace(this.#run.ctx);
    return paused instanceof Promise ? paused.then(this.#produce) : this.#loop.produce();
  }

  close(): void {
    this.#left.close();
    this.#right.close();
    this.#parts?.close();
    this.#table.clear();
    this.#memory.close();
  }
}

/** A left row in the table, and whether some right row matched it. */
interface BuiltRow {
  readonly row: Row;
  matched: boolean;
}

/** Builds from the left (smaller) side, streams the right: matched left rows are marked; what is due for the others comes last. */
class ProbeRight extends StepOperator {
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #shape: HashJoinShape;
  readonly #run: Run;
  readonly #memory: MemoryAccount;
  readonly #groups = new Map<HashKey, BuiltRow[]>();
  readonly #rows: BuiltRow[] = [];
  #phase: 'build' | 'probe' | 'rest' = 'build';
  #batch: Batch | undefined;
  #position = 0;
  #candidate = 0;
  readonly #level: number;
  #parts: PartedJoin | undefined;
  #isParted = false;

  constructor(left: Operator, right: Operator, shape: HashJoinShape, run: Run, level = 0) {
    super();
    this.#left = left;
    this.#right = right;
    this.#shape = shape;
    this.#run = run;
    this.#level = level;
    this.#memory = run.ctx.memory.open();
  }

  readonly #build = (batch: Batch | undefined): MaybePromise<Batch | undefined> => {
    if (batch === undefined) {
      this.#phase = 'probe';
      this.#left.close();
      if (this.#rows.length > 0 || this.#parts !== undefined) return AGAIN;
      this.#right.close();
      return undefined;
    }
    const { leftKey, join } = this.#shape;
    const keepAll = join !== 'inner' && join !== 'semi';
    const bytes = estimateBatchBytes(batch) + batch.length * ENTRY_BYTES * 2;
    if (this.#mustSpill(bytes)) return this.#parts!.divide('left', batch, this.#shape.leftKey, this.#run.eval);
    this.#memory.charge(bytes);
    for (const row of batch) {
      const key = leftKey.hash(row, this.#run.eval);
      if (key === null && !keepAll) continue;
      const built: BuiltRow = { row, matched: false };
      this.#rows.push(built);
      if (key === null) continue;
      const group = this.#groups.get(key);
      if (group === undefined) this.#groups.set(key, [built]);
      else group.push(built);
    }
    return AGAIN;
  };

  #mustSpill(bytes: number): boolean {
    if (this.#parts !== undefined) return true;
    const { spill } = this.#run.ctx;
    if (spill === undefined || !this.#shape.canSpill || this.#level >= SPILL_LEVEL_MAX) return false;
    if (this.#memory.fits(bytes)) return false;
    this.#parts = new PartedJoin(
      spill,
      this.#level,
      (left, right) => new ProbeRight(left, right, this.#shape, this.#run, this.#level + 1),
    );
    const side = this.#parts.side('left');
    for (const { row } of this.#rows) side.add(this.#shape.leftKey.hash(row, this.#run.eval), row);
    this.#rows.length = 0;
    this.#groups.clear();
    this.#memory.close();
    return true;
  }

  readonly #divideRight = (batch: Batch | undefined): MaybePromise<Batch> => {
    if (batch !== undefined) return this.#parts!.divide('right', batch, this.#shape.rightKey, this.#run.eval);
    this.#right.close();
    this.#isParted = true;
    return AGAIN;
  };

  readonly #probe = (batch: Batch | undefined): Batch | undefined => {
    if (batch === undefined) {
      this.#phase = 'rest';
      this.#position = 0;
      this.#right.close();
      return AGAIN;
    }
    this.#batch = batch;
    this.#position = 0;
    this.#candidate = 0;
    return this.#produce();
  };

  readonly #produce = (): Batch => {
    const batch = this.#batch;
    const out: Batch = [];
    if (batch === undefined) return out;
    for (; this.#position < batch.length; this.#position++, this.#candidate = 0) {
      const right = batch[this.#position]!;
      const key = this.#shape.rightKey.hash(right, this.#run.eval);
      const group = key === null ? undefined : this.#groups.get(key);
      if (group !== undefined && !this.#match(group, right, out)) return out;
    }
    this.#batch = undefined;
    return out;
  };

  /** False when `out` is full before the group is done. */
  #match(group: readonly BuiltRow[], right: Row, out: Batch): boolean {
    const { join, verdict } = this.#shape;
    const emits = join === 'inner' || join === 'left';
    for (let i = this.#candidate; i < group.length; i++) {
      const built = group[i]!;
      if (!emits && built.matched) continue;
      if (out.length >= BATCH_ROWS) {
        this.#candidate = i;
        return false;
      }
      if (emits || verdict !== undefined) {
        const joined = joinRows(built.row, right);
        if (verdict !== undefined && verdict(joined, this.#run.eval) !== true) continue;
        if (emits) out.push(joined);
      }
      if (!built.matched && join === 'semi') out.push(built.row);
      built.matched = true;
    }
    return true;
  }

  #rest(): Batch | undefined {
    const { join, rightWidth } = this.#shape;
    if (join === 'inner' || join === 'semi' || this.#position >= this.#rows.length) return undefined;
    const nullRight: Row = new Array<null>(rightWidth).fill(null);
    const out: Batch = [];
    for (; this.#position < this.#rows.length && out.length < BATCH_ROWS; this.#position++) {
      const { row, matched } = this.#rows[this.#position]!;
      if (join === 'mark') out.push(appendValue(row, matched ? 1 : 0));
      else if (!matched) out.push(join === 'left' ? joinRows(row, nullRight) : row);
    }
    return out;
  }

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#phase === 'build') return pull(this.#left, this.#build);
    if (this.#parts !== undefined)
      return this.#isParted ? this.#parts.step() : pull<Batch | undefined>(this.#right, this.#divideRight);
    if (this.#phase === 'rest') return this.#rest();
    if (this.#batch === undefined) return pull(this.#right, this.#probe);
    const paused = pace(this.#run.ctx);
    return paused instanceof Promise ? paused.then(this.#produce) : this.#produce();
  }

  close(): void {
    this.#left.close();
    this.#right.close();
    this.#parts?.close();
    this.#groups.clear();
    this.#memory.close();
  }
}
