/**
 * LIMIT count OFFSET offset. Stops its child as soon as it has enough, unless SQL_CALC_FOUND_ROWS wants all rows counted.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { EvalContext, Expr } from '../expr/index.ts';
import type { LimitNode } from '../plan/index.ts';
import type { Batch } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileConstant } from './dual.ts';
import { AGAIN, type CompiledNode, EMPTY_OPERATOR, type Operator, pull, type Run, StepOperator } from './operator.ts';

export function compileLimit(node: LimitNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  const count = compileRowCount(node.count, Infinity);
  const offset = compileRowCount(node.offset, 0);
  const countAll = node.countAll === true;
  return {
    open: (run) => {
      const rows = count(run.eval);
      if (rows === 0 && !countAll) return EMPTY_OPERATOR;
      return new Limit(child.open(run), rows, offset(run.eval), countAll ? run : undefined);
    },
  };
}

/** LIMIT's operands are unsigned integers up to 2^64-1; beyond 2^53 they are as good as infinite. */
export function compileRowCount(expr: Expr | undefined, absent: number): (context: EvalContext) => number {
  if (expr === undefined) return () => absent;
  const evaluate = compileConstant(expr);
  return (context) => {
    const value = evaluate(context);
    return value === null ? 0 : Math.max(0, Number(value));
  };
}

export class Limit extends StepOperator {
  readonly #child: Operator;
  readonly #counting: Run | undefined;
  #skip: number;
  #left: number;
  #seen = 0;
  #done = false;

  constructor(child: Operator, count: number, offset: number, counting: Run | undefined) {
    super();
    this.#child = child;
    this.#left = count;
    this.#skip = offset;
    this.#counting = counting;
  }

  readonly #consume = (batch: Batch | undefined): Batch | undefined => {
    if (batch === undefined) {
      this.#done = true;
      if (this.#counting !== undefined) this.#counting.foundRows = this.#seen;
      return undefined;
    }
    this.#seen += batch.length;
    const start = Math.min(this.#skip, batch.length);
    this.#skip -= start;
    const end = Math.min(batch.length, start + this.#left);
    this.#left -= end - start;
    if (this.#left <= 0 && this.#counting === undefined) {
      this.#done = true;
      this.#child.close();
    }
    if (start === end) return this.#done ? undefined : AGAIN;
    return start === 0 && end === batch.length ? batch : batch.slice(start, end);
  };

  protected step(): MaybePromise<Batch | undefined> {
    return this.#done ? undefined : pull(this.#child, this.#consume);
  }

  close(): void {
    this.#done = true;
    this.#child.close();
  }
}
