/** UNION, INTERSECT, EXCEPT: operands of equal width, brought to common types by projections. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import { coercibilityOf } from '../../functions/index.ts';
import { Coercibility, type FieldType, isTextual } from '../../types/index.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { project } from '../logical/make.ts';
import { bindSelect } from './bind-select.ts';
import { type BoundQuery, type QueryEnv } from './block.ts';
import { constant } from './call-builder.ts';

export function bindSetOperation(node: ast.SetOperation, env: QueryEnv, nested = false): BoundQuery {
  const operands = flatten(node).map((body) => bindOperandBody(body, env));
  return combineOperands(node.operator, !node.distinct, operands, env, nested);
}

/** a UNION b UNION c is one node when all are of the same kind. */
function flatten(node: ast.SetOperation): ast.QueryBody[] {
  const { left, right } = node;
  const sameKind =
    left.kind === 'set-operation' &&
    left.operator === node.operator &&
    left.distinct === node.distinct &&
    node.operator === 'union';
  return sameKind ? [...flatten(left), right] : [left, right];
}

export function bindOperandBody(body: ast.QueryBody, env: QueryEnv): BoundQuery {
  if (body.kind === 'select') return bindSelect(body, { orderBy: [], limit: undefined, locking: [] }, env);
  if (body.kind === 'set-operation') return bindSetOperation(body, env, true);
  if (body.kind === 'query') return env.binders.query(body, { ...env, dropOrder: body.limit === undefined });
  const query: ast.Query = {
    kind: 'query',
    with: undefined,
    body,
    orderBy: [],
    limit: undefined,
    locking: [],
    into: undefined,
    start: body.start,
    end: body.end,
  };
  return env.binders.query(query, env);
}

export function combineOperands(
  operation: ast.SetOperation['operator'],
  all: boolean,
  operands: readonly BoundQuery[],
  env: QueryEnv,
  nested = false,
): BoundQuery {
  const first = operands[0]!;
  for (const operand of operands)
    if (operand.outputs.length !== first.outputs.length) throw sqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
  const types = first.outputs.map((_, i) =>
    unionType(
      operands.map((operand) => operand.outputs[i]!.expr),
      env,
    ),
  );
  const columns = types.map((type, i) => {
    const parts = operands.map((operand) => operand.outputs[i]!.expr);
    const column = env.state.newColumnOf(parts, first.outputs[i]!.name, undefined, type);
    const coercibility = coercibilityOfUnion(parts, type);
    if (coercibility === Coercibility.NONE && !nested) throw sqlError('ER_CANT_AGGREGATE_NCOLLATIONS', 'UNION');
    return nested && coercibility !== Coercibility.IMPLICIT ? { ...column, coercibility } : column;
  });
  const children = operands.map((operand) => toTypes(operand, types, env));
  const plan: LogicalNode = { kind: 'set-operation', operation, all, children, columns };
  return { plan, outputs: columns.map((expr) => ({ name: expr.name, expr })) };
}

/** Types of the columns are aggregated as COALESCE does it; constants must not fold here. */
function unionType(exprs: readonly Expr[], env: QueryEnv): FieldType {
  const nullable = exprs.some((expr) => expr.type.nullable);
  const def = env.state.calls.find('coalesce');
  if (def === undefined || exprs.length === 1) return { ...exprs[0]!.type, nullable };
  const typed = exprs.map((expr) =>
    expr.kind === 'constant' && expr.type.kind !== 'null' ? constant(expr.value, expr.type) : expr,
  );
  const type = def.infer(
    typed.map((expr) => ({ type: expr.type, constant: expr.kind === 'constant' ? expr : undefined, expr })),
    {},
    env.state.calls.inferContext,
  );
  return type.nullable === nullable ? type : { ...type, nullable };
}

/** Columns of several collations may mix in a string and inside a set operation, but not in what a set operation gives. */
function coercibilityOfUnion(exprs: readonly Expr[], type: FieldType): number {
  if (type.kind !== 'string') return Coercibility.IMPLICIT;
  const texts = exprs.filter((expr) => isTextual(expr.type));
  const best = Math.min(Coercibility.COERCIBLE, ...texts.map(coercibilityOf));
  const strongest = texts.filter((expr) => coercibilityOf(expr) === best);
  const isMix = strongest.length > 1 && strongest.every((expr) => expr.type.collation !== type.collation);
  return isMix ? Coercibility.NONE : best;
}

export function toTypes(operand: BoundQuery, types: readonly FieldType[], env: QueryEnv): LogicalNode {
  const exprs = operand.outputs.map(({ expr }, i) => castTo(expr, types[i]!, env));
  const columns = exprs.map((expr, i): ColumnExpr => env.state.newColumn(types[i]!, operand.outputs[i]!.name));
  return project(operand.plan, exprs, columns);
}

/** A cast where the representation of the value differs; equal representations pass as they are. */
export function castTo(expr: Expr, type: FieldType, env: QueryEnv): Expr {
  const from = expr.type;
  const same =
    from.kind === 'null' ||
    (from.kind === type.kind &&
      ((from.kind !== 'decimal' && from.kind !== 'datetime' && from.kind !== 'timestamp' && from.kind !== 'time') ||
        from.decimals === type.decimals));
  return same ? expr : env.state.calls.call('cast', [expr], { castType: type });
}
