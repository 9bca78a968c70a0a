/**
 * One SELECT: names in MySQL's order of visibility, then the stages of the plan
 *
 *   FROM → WHERE → (aggregate) → HAVING → windows → QUALIFY → [project, DISTINCT] → ORDER BY → LIMIT
 *
 * SELECT, HAVING and ORDER BY are bound over FROM first; only then is it known whether the block is grouped, and if it is,
 * `Grouping` rewrites them over the aggregate's output.
 */
import { lastInserted } from './auto-is-null.ts';
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr } from '../../expr/index.ts';
import type { SortKey } from '../../plan/index.ts';
import { intType } from '../../types/index.ts';
import { addColumnIds, sameExpr } from '../logical/expressions.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { filter } from '../logical/make.ts';
import { bindCondition } from './bind-condition.ts';
import { relevanceOrder } from './bind-match.ts';
import { bindFrom } from './bind-from.ts';
import { applyIndexHints } from './bind-index-hints.ts';
import { bindGroupKeys } from './bind-group-by.ts';
import { applyLocking } from './bind-locking.ts';
import { bindLimit } from './bind-limit.ts';
import { bindDistinct, bindOrderKeys } from './bind-order-by.ts';
import { attach, type Attachment, Block, type BoundQuery, type QueryEnv } from './block.ts';
import { findItem } from './find-item.ts';
import { Grouping } from './grouping.ts';
import { findInRelation, type NamedExpr } from './scope.ts';
import { sourceName } from './source-name.ts';

/** What ORDER BY and LIMIT of the query around a SELECT are. */
export interface QueryTail {
  readonly orderBy: readonly ast.OrderItem[];
  readonly limit: ast.Limit | undefined;
  readonly locking: readonly ast.LockingClause[];
}

export interface SelectItem extends NamedExpr {
  /** Written alias, which HAVING, GROUP BY and ORDER BY may use. */
  readonly alias: string | undefined;
  readonly node: ast.Expression | undefined;
}

class Pending {
  readonly list: Attachment[] = [];
  attach(attachment: Attachment): void {
    this.list.push(attachment);
  }

  /** GROUP BY of a select item that holds a subquery: the subquery has to be computed before the rows are grouped. */
  moveKeysDown(keys: readonly Expr[], block: Block): void {
    if (this.list.length === 0 || keys.length === 0) return;
    const read = new Set<number>();
    for (const key of keys) addColumnIds(key, read);
    const kept = this.list.filter((attachment) => {
      const made = attachment.kind === 'join' ? attachment.mark : attachment.output[0];
      const needed = made !== undefined && read.has(made.id);
      if (needed) block.attach(attachment);
      return !needed;
    });
    this.list.splice(0, this.list.length, ...kept);
  }
}

export function bindSelect(select: ast.Select, tail: QueryTail, env: QueryEnv): BoundQuery {
  const block = new Block(env);
  block.namedWindows = namedWindows(select);
  block.relation = bindFrom(select.from, block);
  if (select.hints.length > 0) applyIndexHints(select.hints, block);
  if (isStraight(select)) block.relation.plan = straightened(block.relation.plan);
  if (tail.locking.length > 0) applyLocking(tail.locking, block);
  const post = new Pending();
  const havingPending = new Pending();
  const rollup = select.groupBy !== undefined && select.groupBy.rollup !== 'none';
  if (rollup) {
    block.levelColumn = env.state.newColumn(intType('big', { unsigned: true, nullable: false }), 'grouping level');
    block.groupKeys = bindGroupKeys(select, [], block);
  }
  const items = bindItems(select, block, post);
  const where = bindWhere(select.where, block);
  const keys = rollup ? block.groupKeys : bindGroupKeys(select, items, block);
  post.moveKeysDown(keys, block);
  const having = select.having === undefined ? [] : bindHaving(select.having, items, keys, block, havingPending);
  const qualify = bindQualify(select.qualify, items, block, post);
  const written = bindOrderKeys(tail.orderBy, items, block, post, select.distinct);
  const grouped = keys.length > 0 || select.groupBy !== undefined || block.aggregateCalls.length > 0;
  const isPlain = !grouped && !select.distinct && tail.orderBy.length === 0;
  const order = isPlain ? relevanceOrder(where) : written;
  const parts: Parts = { items, having, qualify, order, havingPending: havingPending.list, post: post.list };
  block.relation.plan = filter(block.relation.plan, where);
  return assemble(
    select,
    tail,
    grouped ? new Grouping(block, keys, rollup).rewrite(parts) : { ...parts, plan: block.relation.plan },
    block,
  );
}

/** SELECT STRAIGHT_JOIN and the hint JOIN_FIXED_ORDER: tables are joined as written. */
function isStraight(select: ast.Select): boolean {
  return (
    select.options.straightJoin ||
    select.hints.some((hint) => hint.name === 'join_fixed_order' || hint.name === 'straight_join')
  );
}

function straightened(plan: LogicalNode): LogicalNode {
  if (plan.kind !== 'join') return plan;
  return { ...plan, straight: true, left: straightened(plan.left), right: straightened(plan.right) };
}

export interface Parts {
  readonly items: readonly SelectItem[];
  readonly having: readonly Expr[];
  readonly qualify: readonly Expr[];
  readonly order: readonly SortKey[];
  readonly havingPending: readonly Attachment[];
  readonly post: readonly Attachment[];
}

function assemble(
  select: ast.Select,
  tail: QueryTail,
  parts: Parts & { readonly plan: LogicalNode },
  block: Block,
): BoundQuery {
  let plan = parts.plan;
  for (const attachment of parts.havingPending) plan = attach(plan, attachment);
  plan = filter(plan, parts.having);
  for (const attachment of parts.post) plan = attach(plan, attachment);
  for (const window of block.windows) {
    const calls = window.calls.map(({ call }) => call);
    const columns = window.calls.map(({ column }) => column);
    plan = { kind: 'window', child: plan, partitionBy: window.partitionBy, orderBy: window.orderBy, calls, columns };
  }
  plan = filter(plan, parts.qualify);
  let outputs: readonly NamedExpr[] = parts.items;
  let order = parts.order;
  if (select.distinct) ({ plan, outputs, order } = bindDistinct(plan, parts.items, order, block));
  if (order.length > 0 && !(block.env.dropOrder && tail.limit === undefined))
    plan = { kind: 'sort', child: plan, by: order };
  plan = bindLimit(plan, tail.limit, block, select.options.calcFoundRows && block.env.top);
  const isMergeable =
    !select.distinct &&
    tail.limit === undefined &&
    block.windows.length === 0 &&
    parts.plan.kind !== 'aggregate' &&
    parts.having.length === 0;
  return { plan, outputs, isMergeable };
}

// ---- select list ----

function bindItems(select: ast.Select, block: Block, post: Pending): SelectItem[] {
  block.clause = 'field list';
  block.allowAggregates = true;
  block.allowWindows = true;
  block.attachPoint = post;
  const items: SelectItem[] = [];
  block.aliasInner = (name) =>
    items.find((item) => name.table === undefined && item.alias?.toLowerCase() === name.name.toLowerCase())?.expr;
  for (const item of select.items) {
    if (item.kind === 'star') expandStar(item, block, items);
    else {
      const expr = block.bind(item.expression);
      items.push({
        name: item.alias ?? ownName(item.expression, block) ?? sourceName(item),
        expr,
        alias: item.alias,
        node: item.expression,
      });
    }
  }
  block.allowAggregates = false;
  block.allowWindows = false;
  block.attachPoint = block;
  return items;
}

function ownName(node: ast.Expression, block: Block): string | undefined {
  if (node.kind !== 'column') return undefined;
  const lower = node.name.toLowerCase();
  for (const source of block.relation!.sources) {
    if (node.table !== undefined && source.alias !== node.table) continue;
    const name = source.nameOf(lower);
    if (name !== undefined) return name;
  }
  return undefined;
}

function expandStar(star: ast.SelectStar, block: Block, into: SelectItem[]): void {
  const relation = block.relation!;
  if (relation.sources.length === 0) throw sqlError('ER_NO_TABLES_USED');
  if (star.table === undefined) {
    for (const { name, expr } of relation.star()) into.push({ name, expr, alias: undefined, node: undefined });
    return;
  }
  const source = relation.sources.find(
    (candidate) => candidate.alias === star.table && (star.schema === undefined || candidate.schema === star.schema),
  );
  if (source === undefined)
    throw sqlError('ER_BAD_TABLE_ERROR', star.schema === undefined ? star.table : `${star.schema}.${star.table}`);
  for (const { name, expr } of source.all()) into.push({ name, expr, alias: undefined, node: undefined });
}

function namedWindows(select: ast.Select): ReadonlyMap<string, ast.WindowSpecification> {
  const named = new Map<string, ast.WindowSpecification>();
  for (const { name, specification } of select.windows) {
    if (named.has(name.toLowerCase())) throw sqlError('ER_WINDOW_DUPLICATE_NAME', name);
    named.set(name.toLowerCase(), specification);
  }
  return named;
}

// ---- conditions ----

function bindWhere(where: ast.Expression | undefined, block: Block): Expr[] {
  if (where === undefined) return [];
  block.clause = 'where clause';
  return bindCondition(block.state.context.session.autoIsNull === true ? lastInserted(where, block) : where, block);
}

/** HAVING sees the select list and the group keys; FROM only inside aggregates. */
function bindHaving(
  having: ast.Expression,
  items: readonly SelectItem[],
  keys: readonly Expr[],
  block: Block,
  pending: Pending,
): Expr[] {
  block.clause = 'having clause';
  block.allowAggregates = true;
  block.fromVisible = false;
  block.attachPoint = pending;
  block.aliasFirst = (name) => (block.insideAggregate ? undefined : findHavingName(name, items, keys, block));
  block.aliasLast = (name) => (block.insideAggregate ? findAggregated(name, items) : undefined);
  try {
    return bindCondition(having, block);
  } finally {
    block.aliasFirst = undefined;
    block.aliasLast = undefined;
    block.attachPoint = block;
    block.fromVisible = true;
    block.allowAggregates = false;
  }
}

function findHavingName(
  name: ast.ColumnReference,
  items: readonly SelectItem[],
  keys: readonly Expr[],
  block: Block,
): Expr | undefined {
  const lower = name.name.toLowerCase();
  if (name.table === undefined) {
    const key = keys.find((expr) => expr.kind === 'column' && expr.name.toLowerCase() === lower);
    return key ?? findItem(name, items, block.clause);
  }
  const column = findInRelation(block.relation!, name, block.clause);
  if (column === undefined) return undefined;
  return keys.find((key) => sameExpr(key, column)) ?? items.find((item) => sameExpr(item.expr, column))?.expr;
}

/** An alias that an aggregate of HAVING reads: of a value of the rows, not of another aggregate. */
function findAggregated({ table, name }: ast.ColumnReference, items: readonly SelectItem[]): Expr | undefined {
  const lower = name.toLowerCase();
  const item = table === undefined ? items.find(({ alias }) => alias?.toLowerCase() === lower) : undefined;
  if (item !== undefined && hasAggregate(item.node)) throw sqlError('ER_INVALID_GROUP_FUNC_USE');
  return item?.expr;
}

function hasAggregate(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  const { kind } = node as { readonly kind?: unknown };
  return kind === 'aggregate' || (kind !== 'query' && Object.values(node).some(hasAggregate));
}

function bindQualify(
  qualify: ast.Expression | undefined,
  items: readonly SelectItem[],
  block: Block,
  post: Pending,
): Expr[] {
  if (qualify === undefined) return [];
  block.allowAggregates = true;
  block.allowWindows = true;
  block.attachPoint = post;
  block.aliasLast = (name) =>
    items.find((item) => name.table === undefined && item.name.toLowerCase() === name.name.toLowerCase())?.expr;
  try {
    return bindCondition(qualify, block);
  } finally {
    block.aliasLast = undefined;
    block.attachPoint = block;
    block.allowAggregates = false;
    block.allowWindows = false;
  }
}
