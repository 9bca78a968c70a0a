/**
 * UPDATE and DELETE, of one table or several: the query that finds the rows, with each target's full row and handle among
 * its columns, and what to assign.
 */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import type { SortKey } from '../../plan/index.ts';
import { varbinaryType } from '../../types/index.ts';
import type { LogicalNode, ScanNode } from '../logical/logical-plan.ts';
import { filter } from '../logical/make.ts';
import { bindCondition } from './bind-condition.ts';
import { bindFrom } from './bind-from.ts';
import { bindLimit } from './bind-limit.ts';
import { bindOrderKeys } from './bind-order-by.ts';
import { bindWith } from './bind-with.ts';
import { Block, type QueryEnv } from './block.ts';
import { type Source, TableSource } from './scope.ts';
import { type ViewTarget, viewTarget } from './view-target.ts';
import { isVirtualSchema } from './virtual-schema.ts';

export interface BoundAssignment {
  readonly column: number;
  readonly expr: Expr | { readonly default: true };
}

export interface BoundTarget {
  readonly source: TableSource;
  /** The full row, in the order of the table's columns, then the handle. */
  readonly columns: readonly ColumnExpr[];
  readonly handle: ColumnExpr;
  readonly assignments: BoundAssignment[];
}

export interface BoundModify {
  readonly plan: LogicalNode;
  readonly targets: readonly BoundTarget[];
}

export function bindUpdate(node: ast.Update, outer: QueryEnv): BoundModify {
  const env = node.with === undefined ? outer : { ...outer, ctes: bindWith(node.with, outer) };
  const block = new Block(env);
  block.relation = bindFrom(node.tables, block);
  const targets: BoundTarget[] = [];
  block.clause = 'field list';
  for (const assignment of node.assignments) {
    const { source, position } = assignedColumn(assignment.column, block);
    const target = targets.find((candidate) => candidate.source === source) ?? addTarget(source, targets, block);
    target.assignments.push({ column: position, expr: bindValue(assignment.value, source, position, block) });
  }
  refuseSeveralThroughView(targets, block);
  refuseKeyConflicts(targets);
  for (const target of targets) {
    const columns = target.assignments.map(({ column }) => target.source.scan.table.columns[column]!.name);
    target.source.access?.written.push({ privilege: 'update', columns });
  }
  const plan = finishPlan(node, block);
  requireNotRead(targets, block);
  return { plan, targets };
}

/** A table that is updated under two names must keep its primary key and its partition: rows would be found twice. */
function refuseKeyConflicts(targets: readonly BoundTarget[]): void {
  targets.forEach((target, place) => {
    const { table } = target.source.scan;
    for (const other of targets.slice(place + 1)) {
      if (other.source.scan.table.id !== table.id) continue;
      const keys = new Set(
        table.indexes[0]?.primary === true ? table.indexes[0].parts.map((part) => part.columnId) : [],
      );
      for (const id of table.partitioning?.rule.columnIds ?? []) keys.add(id);
      for (const id of table.partitioning?.subRule?.columnIds ?? []) keys.add(id);
      const moves = [...target.assignments, ...other.assignments].some(({ column }) =>
        keys.has(table.columns[column]!.id),
      );
      if (moves) throw sqlError('ER_MULTI_UPDATE_KEY_CONFLICT', target.source.alias, other.source.alias);
    }
  });
}

export function bindDelete(node: ast.Delete, outer: QueryEnv): BoundModify {
  const env = node.with === undefined ? outer : { ...outer, ctes: bindWith(node.with, outer) };
  const block = new Block(env);
  block.relation = bindFrom(node.from, block);
  const targets: BoundTarget[] = [];
  const sources =
    node.targets === undefined
      ? [block.relation.sources[0]!]
      : node.targets.map((target) => deletedSource(target, block));
  for (const source of sources) {
    const target = addTarget(requireTable(source, 'DELETE', block), targets, block);
    target.source.access?.written.push({ privilege: 'delete', columns: [] });
    if (target.source.access !== undefined) target.source.access.writeOnly = true;
  }
  const plan = finishPlan(node, block);
  requireNotRead(targets, block);
  return { plan, targets };
}

function deletedSource(target: ast.TableName, block: Block): Source {
  const source = block.relation!.sources.find(
    (candidate) =>
      candidate.alias === target.name && (target.schema === undefined || candidate.schema === target.schema),
  );
  if (source === undefined) throw sqlError('ER_UNKNOWN_TABLE', target.name, 'MULTI DELETE');
  return source;
}

/** One statement changes one table behind a view. */
function refuseSeveralThroughView(targets: readonly BoundTarget[], block: Block): void {
  for (const { view, sources } of block.state.views)
    if (targets.filter(({ source }) => sources.includes(source)).length > 1)
      throw sqlError('ER_VIEW_MULTIUPDATE', view.schema, view.name);
}

/** The view through which a table of the statement is seen, resolved for writing. */
export function viewOf(source: TableSource, env: QueryEnv): ViewTarget | undefined {
  const through = env.state.views.find(({ sources }) => sources.includes(source));
  return through && viewTarget(through.view, env);
}

function requireUpdatable(source: TableSource, statement: string, block: Block): void {
  const through = block.state.views.find(({ sources }) => sources.includes(source));
  if (through !== undefined && viewTarget(through.view, block.env) === undefined)
    throw sqlError('ER_NON_UPDATABLE_TABLE', through.alias, statement);
}

/** Only base tables can be written; a mergeable view leads to the one table behind it. */
function requireTable(source: Source, statement: string, block: Block): TableSource {
  if (source instanceof TableSource && !source.scan.virtual && !isVirtualSchema(source.schema)) return source;
  if (source.schema !== undefined && !isVirtualSchema(source.schema)) {
    const tables = new Set(
      source.all().map(({ expr }) => (expr.kind === 'column' ? sourceOfColumn(expr.id, block) : undefined)),
    );
    tables.delete(undefined);
    const [only] = tables;
    const through = block.state.views.find(({ sources }) => only !== undefined && sources.includes(only));
    const target = through && viewTarget(through.view, block.env);
    if (target !== undefined && target.bases.length > 1 && statement === 'DELETE')
      throw sqlError('ER_VIEW_DELETE_MERGE_VIEW', target.view.schema, target.view.name);
    if (tables.size === 1 && only !== undefined && target !== undefined) return only;
  }
  throw sqlError('ER_NON_UPDATABLE_TABLE', source.alias, statement);
}

/** What performance_schema watches: tools switch it on by UPDATE. These tables have no rows here, so nothing is ever written. */
function isSetupTable(source: TableSource): boolean {
  return source.schema === 'performance_schema' && SETUP_TABLES.has(source.scan.table.name);
}

const SETUP_TABLES: ReadonlySet<string> = new Set([
  'setup_actors',
  'setup_consumers',
  'setup_instruments',
  'setup_objects',
  'setup_threads',
]);

function sourceOfColumn(id: number, block: Block): TableSource | undefined {
  return block.state.tableSources.find((source) => source.scan.columns.some((column) => column.id === id));
}

function assignedColumn(name: ast.ColumnReference, block: Block): { source: TableSource; position: number } {
  const column = block.resolve(name);
  const source = column.kind === 'column' ? sourceOfColumn(column.id, block) : undefined;
  if (column.kind !== 'column') refuseComputed(name, block);
  if (source === undefined || column.kind !== 'column' || (source.scan.virtual && !isSetupTable(source))) {
    throw sqlError('ER_NON_UPDATABLE_TABLE', column.kind === 'column' ? (column.table ?? '') : '', 'UPDATE');
  }
  requireUpdatable(source, 'UPDATE', block);
  const at = source.scan.columns.findIndex((candidate) => candidate.id === column.id);
  return { source, position: source.scan.positions[at]! };
}

/** A computed column of a view that can be written otherwise. */
function refuseComputed(name: ast.ColumnReference, block: Block): void {
  const through = block.state.views.find(({ view }) =>
    view.columns.some((column) => column.toLowerCase() === name.name.toLowerCase()),
  );
  if (through === undefined) return;
  if (viewTarget(through.view, block.env) === undefined)
    throw sqlError('ER_NON_UPDATABLE_TABLE', through.alias, 'UPDATE');
  throw sqlError('ER_NONUPDATEABLE_COLUMN', name.name);
}

function bindValue(
  value: ast.Expression,
  source: TableSource,
  position: number,
  block: Block,
): Expr | { readonly default: true } {
  if (value.kind === 'default') return { default: true };
  const column = source.scan.table.columns[position]!;
  if (column.generated !== undefined)
    throw sqlError('ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN', column.name, source.scan.table.name);
  return block.bind(value);
}

/** Reads the whole row and its handle, and locks what it reads. */
function addTarget(source: TableSource, targets: BoundTarget[], block: Block): BoundTarget {
  if (targets.some((target) => target.source === source)) throw sqlError('ER_NONUNIQ_TABLE', source.alias);
  const { scan } = source;
  const used = new Set(source.access?.columns);
  const columns = scan.table.columns.map((_, position) => source.column(position));
  if (source.access !== undefined) {
    source.access.columns.clear();
    for (const name of used) source.access.columns.add(name);
  }
  orderColumns(scan);
  scan.lock = { strength: 'update', wait: 'wait' };
  scan.handle = block.state.newColumn(varbinaryType(3072), 'handle', source.alias);
  const target: BoundTarget = { source, columns, handle: scan.handle, assignments: [] };
  targets.push(target);
  return target;
}

/** In table order, so that the row comes out of the scan as it is written back. */
function orderColumns(scan: ScanNode): void {
  const pairs = scan.columns.map((column, i) => ({ column, position: scan.positions[i]! }));
  pairs.sort((a, b) => a.position - b.position);
  for (const [i, { column, position }] of pairs.entries()) {
    scan.columns[i] = column;
    scan.positions[i] = position;
  }
}

/** A subquery may not read the table that is being changed (1093), unless through a derived table. */
function requireNotRead(targets: readonly BoundTarget[], block: Block): void {
  for (const { source } of targets) {
    for (const other of block.state.tableSources) {
      if (
        other.inDerived ||
        other.scan.table !== source.scan.table ||
        block.relation!.sources.includes(other) ||
        other === source
      )
        continue;
      throw sqlError('ER_UPDATE_TABLE_USED', source.alias);
    }
  }
}

interface Tail {
  readonly where: ast.Expression | undefined;
  readonly orderBy: readonly ast.OrderItem[];
  readonly limit: ast.Limit | undefined;
}

function finishPlan(node: Tail, block: Block): LogicalNode {
  if (block.relation!.sources.length > 1 && (node.orderBy.length > 0 || node.limit !== undefined)) {
    throw sqlError('ER_WRONG_USAGE', 'UPDATE', node.limit === undefined ? 'ORDER BY' : 'LIMIT');
  }
  if (node.where !== undefined) {
    block.clause = 'where clause';
    const conditions = bindCondition(node.where, block);
    block.relation!.plan = filter(block.relation!.plan, conditions);
  }
  const by: readonly SortKey[] = bindOrderKeys(node.orderBy, [], block, block, false);
  let plan = block.relation!.plan;
  if (by.length > 0) plan = { kind: 'sort', child: plan, by };
  return bindLimit(plan, node.limit, block, false);
}
