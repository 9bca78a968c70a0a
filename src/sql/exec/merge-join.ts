/**
 * Merge join: both sides arrive sorted ascending by their keys. The right side's group of equal keys is collected and the
 * left rows with that key meet it.
 *
 * Both sides must be sorted by the order that `keyTypes` compares in (NULLs first).
 */
import type { MaybePromise } from '../../base/index.ts';
import type { EvalContext } from '../expr/index.ts';
import type { MergeJoinNode } from '../plan/index.ts';
import type { Batch, Row, Value } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { JoinLoop, type JoinShape } from './join-loop.ts';
import { compileJoinKey, type JoinKey } from './join-key.ts';
import { AGAIN, type CompiledNode, type Operator, pace, pull, type Run, StepOperator } from './operator.ts';
import { compileVerdict } from './predicate.ts';
import { comparatorOf } from './value-semantics.ts';

interface MergeShape extends JoinShape {
  readonly leftKey: JoinKey;
  readonly rightKey: JoinKey;
  readonly compare: (a: readonly Value[], b: readonly Value[]) => number;
}

export function compileMergeJoin(node: MergeJoinNode, scope: CompileScope): CompiledNode {
  const left = scope.compile(node.left);
  const right = scope.compile(node.right);
  const notNullSafe = node.keyTypes.map(() => false);
  const comparators = node.keyTypes.map(comparatorOf);
  const shape: MergeShape = {
    join: node.join,
    rightWidth: node.right.output.length,
    verdict: node.condition === undefined ? undefined : compileVerdict(node.condition),
    nullAware: false,
    leftKey: compileJoinKey(node.leftKeys, node.keyTypes, notNullSafe),
    rightKey: compileJoinKey(node.rightKeys, node.keyTypes, notNullSafe),
    compare: (a, b) => {
      for (let i = 0; i < comparators.length; i++) {
        const x = a[i]!;
        const y = b[i]!;
        const order = x === null || y === null ? Number(y === null) - Number(x === null) : comparators[i]!(x, y);
        if (order !== 0) return order;
      }
      return 0;
    },
  };
  return { open: (run) => new MergeJoin(left.open(run), right.open(run), shape, run) };
}

const NO_ROWS: readonly Row[] = [];

class MergeJoin extends StepOperator {
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #shape: MergeShape;
  readonly #run: Run;
  readonly #eval: EvalContext;
  readonly #loop: JoinLoop;
  /** Left rows whose right group is complete wait in `loop`; `#pendingLeft` are those not reached yet. */
  #leftBatch: Batch | undefined;
  #leftPosition = 0;
  #leftDone = false;
  #rightBatch: Batch = [];
  #rightPosition = 0;
  #rightDone = false;
  #groupKey: readonly Value[] | undefined;
  #group: Row[] = [];
  #groupComplete = false;

  constructor(left: Operator, right: Operator, shape: MergeShape, run: Run) {
    super();
    this.#left = left;
    this.#right = right;
    this.#shape = shape;
    this.#run = run;
    this.#eval = run.eval;
    this.#loop = new JoinLoop(shape, run.eval, () => this.#candidates);
  }

  #candidates: readonly Row[] = NO_ROWS;

  readonly #feedLeft = (batch: Batch | undefined): Batch => {
    this.#leftBatch = batch;
    this.#leftPosition = 0;
    this.#leftDone = batch === undefined;
    return AGAIN;
  };

  readonly #feedRight = (batch: Batch | undefined): Batch => {
    this.#rightBatch = batch ?? [];
    this.#rightPosition = 0;
    this.#rightDone = batch === undefined;
    return AGAIN;
  };

  readonly #produce = (): Batch => this.#loop.produce();

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#loop.active) {
      const paused = pace(this.#run.ctx);
      return paused instanceof Promise ? paused.then(this.#produce) : this.#loop.produce();
    }
    if (this.#leftDone) return undefined;
    const batch = this.#leftBatch;
    if (batch === undefined || this.#leftPosition >= batch.length) return pull(this.#left, this.#feedLeft);
    const leftRow = batch[this.#leftPosition]!;
    const key = this.#shape.leftKey.values(leftRow, this.#eval);
    if (!key.includes(null)) {
      if (!this.#advanceRight(key)) return pull(this.#right, this.#feedRight);
    }
    this.#startLeftGroup(batch, key);
    return this.#loop.produce();
  }

  /** Collects the right group for a left key; false when more right rows are needed. */
  #advanceRight(key: readonly Value[]): boolean {
    const { compare, rightKey } = this.#shape;
    if (this.#groupKey !== undefined && this.#groupComplete && compare(this.#groupKey, key) >= 0) return true;
    for (;;) {
      if (this.#rightPosition >= this.#rightBatch.length) {
        if (!this.#rightDone) return false;
        this.#groupComplete = true;
        if (this.#groupKey !== undefined && compare(this.#groupKey, key) < 0) this.#group = [];
        return true;
      }
      const row = this.#rightBatch[this.#rightPosition]!;
      const rowKey = rightKey.values(row, this.#eval);
      if (this.#groupKey === undefined || compare(rowKey, this.#groupKey) !== 0) {
        if (this.#groupKey !== undefined && compare(this.#groupKey, key) >= 0) {
          this.#groupComplete = true;
          return true;
        }
        this.#groupKey = rowKey;
        this.#group = [];
        this.#groupComplete = false;
      }
      this.#group.push(row);
      this.#rightPosition++;
    }
  }

  /** Hands all left rows of this batch with the same key to the loop. */
  #startLeftGroup(batch: Batch, key: readonly Value[]): void {
    const { compare, leftKey } = this.#shape;
    const matches = !key.includes(null) && this.#groupKey !== undefined && compare(this.#groupKey, key) === 0;
    this.#candidates = matches ? this.#group : NO_ROWS;
    const start = this.#leftPosition;
    let end = start + 1;
    while (end < batch.length && compare(leftKey.values(batch[end]!, this.#eval), key) === 0) end++;
    this.#leftPosition = end;
    this.#loop.start(batch.slice(start, end));
  }

  close(): void {
    this.#left.close();
    this.#right.close();
  }
}
