/**
 * Subqueries in expressions. An expression never holds one: it becomes
 *
 * - uncorrelated scalar, row or EXISTS: an init plan, read through slots;
 * - correlated scalar: an apply whose output columns the expression reads;
 * - IN, EXISTS, ANY, ALL as a conjunct of WHERE or HAVING: a semi or anti join (apply when correlated);
 * - the same as a value: a mark join or apply, whose mark column the expression reads.
 */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { ColumnExpr, Expr, SlotExpr } from '../../expr/index.ts';
import { coercibilityOf } from '../../functions/index.ts';
import { boolType, Coercibility, withNullable } from '../../types/index.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { dual, join, project } from '../logical/make.ts';
import { freeColumns } from '../logical/plan-tree.ts';
import type { Operand } from './bind-comparison.ts';
import type { Block, BoundQuery } from './block.ts';

/** The left side of an attachment until it is known. */
const OPEN = dual(1);

export type Truth = 'semi' | 'anti' | 'mark';

export function bindInner(query: ast.Query, block: Block): BoundQuery {
  const env = { ...block.env, parent: block, top: false, dropOrder: query.limit === undefined };
  return block.env.binders.query(query, env);
}

/** The outputs as real columns of a plan. */
export function projected(
  query: BoundQuery,
  block: Block,
): { readonly plan: LogicalNode; readonly columns: readonly ColumnExpr[] } {
  const columns = query.outputs.map(({ name, expr }) => block.state.newColumnOf([expr], name));
  return {
    plan: project(
      query.plan,
      query.outputs.map((output) => output.expr),
      columns,
    ),
    columns,
  };
}

function isCorrelated(query: BoundQuery): boolean {
  return (
    freeColumns(
      project(
        query.plan,
        query.outputs.map((output) => output.expr),
        [],
      ),
    ).size > 0
  );
}

export function bindScalarSubquery(query: ast.Query, block: Block): Expr {
  const columns = bindRowSubquery(query, block);
  if (columns.length !== 1) throw sqlError('ER_OPERAND_COLUMNS', 1);
  return columns[0]!;
}

/** The columns of a subquery used as a row (or scalar). */
export function bindRowSubquery(query: ast.Query, block: Block): readonly Expr[] {
  const inner = bindInner(query, block);
  if (
    inner.plan.kind === 'dual' &&
    inner.plan.rowCount === 1 &&
    inner.outputs.every(({ expr }) => expr.kind === 'constant')
  ) {
    return inner.outputs.map((output) => output.expr);
  }
  const { plan, columns } = projected(inner, block);
  const state = block.state;
  if (freeColumns(plan).size === 0) {
    const slots = columns.map(() => state.newSlot());
    state.initPlans.push({ plan, kind: 'scalar', slots });
    return columns.map(
      (column, i): Expr =>
        asItem(
          { kind: 'slot', slot: slots[i]!, type: withNullable(column.type, true), name: column.name },
          inner.outputs[i]!.expr,
        ),
    );
  }
  const output = columns.map((column) =>
    state.newColumnOf([column], column.name, undefined, withNullable(column.type, true)),
  );
  block.attachPoint.attach({
    kind: 'apply',
    mode: 'scalar',
    outer: OPEN,
    inner: plan,
    on: [],
    nullAware: false,
    awareCount: 0,
    output,
  });
  return output;
}

/** A text meets others as the subquery's item would: a literal there is one here. */
function asItem<E extends ColumnExpr | SlotExpr>(made: E, item: Expr): E {
  const coercibility = coercibilityOf(item);
  return coercibility === Coercibility.IMPLICIT ? made : { ...made, coercibility };
}

export function bindExists(query: ast.Query, block: Block): Expr {
  return existsAs('mark', query, block)!;
}

/** EXISTS as a conjunct (undefined: the attachment says it all) or as a value. */
export function existsAs(truth: Truth, query: ast.Query, block: Block): Expr | undefined {
  const inner = bindInner(query, block);
  const state = block.state;
  if (!isCorrelated(inner)) {
    const slot = state.newSlot();
    state.initPlans.push({ plan: inner.plan, kind: 'exists', slots: [slot] });
    const exists: Expr = { kind: 'slot', slot, type: boolType(false), name: 'exists' };
    return truth === 'anti' ? state.calls.not(exists) : exists;
  }
  return attachTruth(truth, inner.plan, { on: [], nullAware: false }, block);
}

export function bindInQuery(node: ast.InQueryExpression, block: Block): Expr {
  const mark = inQueryAs('mark', node, block)!;
  return node.negated ? block.state.calls.not(mark) : mark;
}

/** `truth` speaks of the IN itself; the caller has dealt with NOT. */
export function inQueryAs(truth: Truth, node: ast.InQueryExpression, block: Block): Expr | undefined {
  const left = operandParts(node.operand, block);
  return quantified(truth, '=', left, node.query, block);
}

export function bindQuantifiedSubquery(node: ast.QuantifiedComparison, left: Operand, block: Block): Expr {
  const parts = partsOf(left);
  if (node.quantifier === 'any') return quantified('mark', node.operator, parts, node.query, block)!;
  return block.state.calls.not(quantified('mark', NEGATED[node.operator], parts, node.query, block)!);
}

/** As a conjunct: x op ANY (q) is a semi join, x op ALL (q) an anti join with the negated operator. */
export function quantifiedAs(truth: 'semi' | 'anti', node: ast.QuantifiedComparison, block: Block): void {
  const parts = operandParts(node.left, block);
  const positive = (truth === 'semi') === (node.quantifier === 'any');
  const operator = node.quantifier === 'any' ? node.operator : NEGATED[node.operator];
  quantified(positive ? 'semi' : 'anti', operator, parts, node.query, block);
}

const NEGATED: Record<ast.ComparisonOperator, ast.ComparisonOperator> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '<=>': '<=>',
};

function operandParts(node: ast.Expression, block: Block): readonly Expr[] {
  if (node.kind === 'row') return node.items.map((item) => block.bind(item));
  if (node.kind === 'subquery') return bindRowSubquery(node.query, block);
  return [block.bind(node)];
}

function partsOf(operand: Operand): readonly Expr[] {
  return Array.isArray(operand) ? (operand as readonly Expr[]) : [operand as Expr];
}

function quantified(
  truth: Truth,
  operator: ast.ComparisonOperator,
  left: readonly Expr[],
  query: ast.Query,
  block: Block,
): Expr | undefined {
  if (query.limit !== undefined) throw sqlError('ER_NOT_SUPPORTED_YET', 'LIMIT & IN/ALL/ANY/SOME subquery');
  const inner = bindInner(query, block);
  if (inner.outputs.length !== left.length) throw sqlError('ER_OPERAND_COLUMNS', left.length);
  const { plan, columns } = projected(inner, block);
  const on = left.map((expr, i) => block.state.calls.call(operator, [expr, columns[i]!]));
  return attachTruth(truth, plan, { on, nullAware: truth !== 'semi' && on.some((expr) => expr.type.nullable) }, block);
}

function attachTruth(
  truth: Truth,
  inner: LogicalNode,
  how: { readonly on: readonly Expr[]; readonly nullAware: boolean },
  block: Block,
): Expr | undefined {
  const state = block.state;
  const mark = truth === 'mark' ? state.newColumn(boolType(how.nullAware), 'mark') : undefined;
  const awareCount = how.nullAware ? how.on.length : 0;
  if (freeColumns(inner).size === 0) {
    block.attachPoint.attach(join(truth, OPEN, inner, how.on, { nullAware: how.nullAware, awareCount, mark }));
  } else {
    const output = mark === undefined ? [] : [mark];
    block.attachPoint.attach({
      kind: 'apply',
      mode: truth,
      outer: OPEN,
      inner,
      on: how.on,
      nullAware: how.nullAware,
      awareCount,
      output,
    });
  }
  return mark;
}
