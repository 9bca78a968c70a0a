/** Selection: keeps the rows of its child that meet a condition. */
import type { MaybePromise } from '../../base/index.ts';
import type { EvalContext } from '../expr/index.ts';
import type { SelectionNode } from '../plan/index.ts';
import type { Batch } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { AGAIN, type CompiledNode, type Operator, pull, StepOperator } from './operator.ts';
import { compilePredicate, type RowPredicate } from './predicate.ts';

export function compileSelection(node: SelectionNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  const predicate = compilePredicate(node.condition);
  return { open: (run) => new Selection(child.open(run), predicate, run.eval) };
}

class Selection extends StepOperator {
  readonly #child: Operator;
  readonly #predicate: RowPredicate;
  readonly #eval: EvalContext;

  constructor(child: Operator, predicate: RowPredicate, evalContext: EvalContext) {
    super();
    this.#child = child;
    this.#predicate = predicate;
    this.#eval = evalContext;
  }

  readonly #consume = (batch: Batch | undefined): Batch | undefined => {
    if (batch === undefined) return undefined;
    const out = filterRows(batch, this.#predicate, this.#eval);
    return out.length === 0 ? AGAIN : out;
  };

  protected step(): MaybePromise<Batch | undefined> {
    return pull(this.#child, this.#consume);
  }

  close(): void {
    this.#child.close();
  }
}

export function filterRows(batch: Batch, predicate: RowPredicate, evalContext: EvalContext): Batch {
  const out: Batch = [];
  for (const row of batch) if (predicate(row, evalContext)) out.push(row);
  return out;
}
