/** Nested loop join: the right side is materialised once, every left row meets all of it. For joins without equal keys. */
import type { MaybePromise } from '../../base/index.ts';
import type { NestedLoopJoinNode } from '../plan/index.ts';
import type { Batch, Row } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { JoinLoop, type JoinShape } from './join-loop.ts';
import type { MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pace, pull, type Run, StepOperator } from './operator.ts';
import { compileVerdict } from './predicate.ts';

export function compileNestedLoopJoin(node: NestedLoopJoinNode, scope: CompileScope): CompiledNode {
  const left = scope.compile(node.left);
  const right = scope.compile(node.right);
  const shape: JoinShape = {
    join: node.join,
    rightWidth: node.right.output.length,
    verdict: node.condition === undefined ? undefined : compileVerdict(node.condition),
    nullAware: node.nullAware,
  };
  return { open: (run) => new NestedLoopJoin(left.open(run), right.open(run), shape, run) };
}

class NestedLoopJoin extends StepOperator {
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #run: Run;
  readonly #memory: MemoryAccount;
  readonly #loop: JoinLoop;
  readonly #rows: Row[] = [];
  #built = false;

  constructor(left: Operator, right: Operator, shape: JoinShape, run: Run) {
    super();
    this.#left = left;
    this.#right = right;
    this.#run = run;
    this.#memory = run.ctx.memory.open();
    this.#loop = new JoinLoop(shape, run.eval, () => this.#rows);
  }

  readonly #build = (batch: Batch | undefined): Batch => {
    if (batch === undefined) {
      this.#built = true;
      this.#right.close();
    } else {
      this.#memory.chargeBatch(batch);
      for (const row of batch) this.#rows.push(row);
    }
    return AGAIN;
  };

  readonly #feed = (batch: Batch | undefined): Batch | undefined => {
    if (batch === undefined) return undefined;
    this.#loop.start(batch);
    return AGAIN;
  };

  readonly #produce = (): Batch => this.#loop.produce();

  protected step(): MaybePromise<Batch | undefined> {
    if (!this.#built) return pull(this.#right, this.#build);
    if (!this.#loop.active) return pull(this.#left, this.#feed);
    const paused = pace(this.#run.ctx);
    return paused instanceof Promise ? paused.then(this.#produce) : this.#loop.produce();
  }

  close(): void {
    this.#left.close();
    this.#right.close();
    this.#memory.close();
  }
}
