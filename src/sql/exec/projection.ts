/** Projection: computes a list of expressions for each row. */
import type { MaybePromise } from '../../base/index.ts';
import { compile, type EvalContext, type Evaluator, type Expr } from '../expr/index.ts';
import type { ProjectionNode } from '../plan/index.ts';
import type { Batch, Row } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { type CompiledNode, type Operator, pull, StepOperator } from './operator.ts';

export type RowMapper = (row: Row, context: EvalContext) => Row;

export function compileProjection(node: ProjectionNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  if (isIdentity(node.exprs, node.child.output.length)) return child;
  const mapper = compileRow(node.exprs);
  return { open: (run) => new Projection(child.open(run), mapper, run.eval) };
}

class Projection extends StepOperator {
  readonly #child: Operator;
  readonly #mapper: RowMapper;
  readonly #eval: EvalContext;

  constructor(child: Operator, mapper: RowMapper, evalContext: EvalContext) {
    super();
    this.#child = child;
    this.#mapper = mapper;
    this.#eval = evalContext;
  }

  readonly #consume = (batch: Batch | undefined): Batch | undefined => {
    if (batch === undefined) return undefined;
    const mapper = this.#mapper;
    const context = this.#eval;
    const out: Batch = new Array<Row>(batch.length);
    for (let i = 0; i < batch.length; i++) out[i] = mapper(batch[i]!, context);
    return out;
  };

  protected step(): MaybePromise<Batch | undefined> {
    return pull(this.#child, this.#consume);
  }

  close(): void {
    this.#child.close();
  }
}

function isIdentity(exprs: readonly Expr[], width: number): boolean {
  return exprs.length === width && exprs.every((expr, i) => expr.kind === 'column' && expr.index === i);
}

/** One closure that makes a whole row; plain columns are copied without a call. */
export function compileRow(exprs: readonly Expr[]): RowMapper {
  const width = exprs.length;
  if (exprs.every((expr) => expr.kind === 'column')) {
    const indexes = exprs.map((expr) => (expr.kind === 'column' ? expr.index : -1));
    return (row) => {
      const out: Row = new Array<Row[number]>(width);
      for (let i = 0; i < width; i++) out[i] = row[indexes[i]!]!;
      return out;
    };
  }
  const evaluators: readonly Evaluator[] = exprs.map(compile);
  if (width === 1) {
    const only = evaluators[0]!;
    return (row, context) => [only(row, context)];
  }
  return (row, context) => {
    const out: Row = new Array<Row[number]>(width);
    for (let i = 0; i < width; i++) out[i] = evaluators[i]!(row, context);
    return out;
  };
}
