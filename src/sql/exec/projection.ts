/**
 * Projection: computes a list of expressions for each row.
 *
 * Plain columns of a scan or a point read are no work of their own: storage is asked for just those, in that order. The plan
 * reads more when a condition that became a key range names other columns.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { EvalContext, Expr } from '../expr/index.ts';
import type { IndexScanNode, PhysicalNode, PointGetNode, ProjectionNode } from '../plan/index.ts';
import type { Batch, Row } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileIndexScan } from './index-scan.ts';
import { type CompiledNode, type Operator, pull, StepOperator } from './operator.ts';
import { compilePointGet } from './point-get.ts';
import { compileRow, type RowMapper } from './row-mapper.ts';

export function compileProjection(node: ProjectionNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  if (isIdentity(node.exprs, node.child.output.length)) return child;
  const mapper = compileRow(node.exprs);
  const narrow = compileNarrowRead(node);
  return {
    open: (run) =>
      // EXPLAIN ANALYZE counts the rows of each node.
      narrow !== undefined && run.ctx.runtimeStats === undefined
        ? narrow.open(run)
        : new Projection(child.open(run), mapper, run.eval),
  };
}

/** The child with the projection's columns instead of its own, when that is all the projection does. */
function compileNarrowRead(node: ProjectionNode): CompiledNode | undefined {
  const { child } = node;
  if (!isPlainRead(child)) return undefined;
  const columns: number[] = [];
  for (const expr of node.exprs) {
    const position = expr.kind === 'column' ? child.columns[expr.index] : undefined;
    if (position === undefined || columns.includes(position)) return undefined;
    columns.push(position);
  }
  return child.kind === 'point-get' ? compilePointGet({ ...child, columns }) : compileIndexScan({ ...child, columns });
}

/** Whoever filters, locks, or merges partitions in order may need the columns that the plan names. */
function isPlainRead(node: PhysicalNode): node is IndexScanNode | PointGetNode {
  return (
    (node.kind === 'index-scan' || node.kind === 'point-get') &&
    node.filter === undefined &&
    node.lock === undefined &&
    !node.withHandle &&
    node.table.partitioning === undefined
  );
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
