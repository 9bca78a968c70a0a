/** A scalar subquery's guard: 1242 when there is a second row. */
import { type MaybePromise, sqlError } from '../../base/index.ts';
import type { MaxOneRowNode } from '../plan/index.ts';
import type { Batch } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { AGAIN, type CompiledNode, type Operator, pull, StepOperator } from './operator.ts';

export function compileMaxOneRow(node: MaxOneRowNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  return { open: (run) => new MaxOneRow(child.open(run)) };
}

class MaxOneRow extends StepOperator {
  readonly #child: Operator;
  #only: Batch | undefined;
  #done = false;

  constructor(child: Operator) {
    super();
    this.#child = child;
  }

  readonly #consume = (batch: Batch | undefined): Batch | undefined => {
    if (batch === undefined) {
      this.#done = true;
      return this.#only;
    }
    if (batch.length > 1 || this.#only !== undefined) throw sqlError('ER_SUBQUERY_NO_1_ROW');
    this.#only = batch;
    return AGAIN;
  };

  protected step(): MaybePromise<Batch | undefined> {
    return this.#done ? undefined : pull(this.#child, this.#consume);
  }

  close(): void {
    this.#done = true;
    this.#child.close();
  }
}
