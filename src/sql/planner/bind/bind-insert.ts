/** INSERT and REPLACE: target columns, VALUES rows or a query, ON DUPLICATE KEY UPDATE. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { TableDef } from '../../catalog/index.ts';
import type { Assignment, RowWriter } from '../../plan/index.ts';
import { bindTarget } from './bind-target.ts';
import { type Block, type BoundQuery, type QueryEnv } from './block.ts';
import {
  type DuplicateSource,
  duplicateSource,
  querySources,
  selectedWidth,
  withoutUnread,
} from './duplicate-source.ts';
import { ROW_IDS, rowBlock, RowSource } from './row-writer.ts';
import { checkedWriter } from './view-target.ts';
import { columnPositions, type Source } from './scope.ts';

export interface BoundInsert {
  readonly writer: RowWriter;
  readonly columns: readonly number[];
  readonly rows: readonly (readonly Assignment[])[] | undefined;
  readonly query: BoundQuery | undefined;
  readonly onDuplicate: readonly Assignment[];
  /** Where the query's columns stand in the rows of ON DUPLICATE KEY UPDATE. */
  readonly queryOffset: number;
}

export function bindInsert(node: ast.Insert, env: QueryEnv): BoundInsert {
  const privileges = node.replace ? (['insert', 'delete'] as const) : (['insert'] as const);
  const named = node.columns?.map((column) => column.name);
  const { table, access, view, names } = bindTarget(node.table, env, privileges, 'INSERT', node.partitions, named);
  const writer = checkedWriter(table, view, env);
  const columns = targetColumns(node, table, names);
  for (const privilege of access?.written ?? [])
    if (privilege.privilege === 'insert')
      Object.assign(privilege, { columns: columns.map((column) => table.columns[column]!.name) });
  const rows = node.rows === undefined ? undefined : bindRows(node.rows, columns, table, env);
  // VALUES may not read the target in a subquery.
  const isRead = env.state.tableSources.some((source) => source.scan.table === table && !source.inDerived);
  if (rows !== undefined && isRead) throw sqlError('ER_UPDATE_TABLE_USED', table.name);
  const readable = node.query === undefined ? undefined : duplicateSource(node, node.query);
  const bound = readable === undefined ? undefined : bindSource(readable, columns, env);
  const generated =
    node.query === undefined ? undefined : columns.find((column) => table.columns[column]!.generated !== undefined);
  if (generated !== undefined)
    throw sqlError('ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN', table.columns[generated]!.name, table.name);
  const width = table.columns.length;
  const sources = bound === undefined ? [] : querySources(bound, readable?.reads ?? 'nothing', width * 2);
  const onDuplicate =
    node.onDuplicate.length === 0 ? [] : bindOnDuplicate(node, table, columns, sources, { ...env, targetNames: names });
  const query = bound === undefined ? undefined : withoutUnread(bound, width * 2, node, onDuplicate);
  if (onDuplicate.length > 0)
    access?.written.push({
      privilege: 'update',
      columns: onDuplicate.map(({ column }) => table.columns[column]!.name),
    });
  return { writer, columns, rows, query, onDuplicate, queryOffset: width * 2 };
}

function targetColumns(node: ast.Insert, table: TableDef, names?: ReadonlyMap<string, number>): number[] {
  if (node.columns === undefined) {
    const all =
      names !== undefined
        ? [...names.values()]
        : table.columns.flatMap((column, i) =>
            column.hidden || column.invisible || column.state !== 'public' ? [] : [i],
          );
    return node.rows?.every((row) => row.length === 0) === true ? [] : all;
  }
  const positions = names ?? columnPositions(table);
  const columns: number[] = [];
  for (const name of node.columns) {
    const position = positions.get(name.name.toLowerCase());
    if (position === undefined || (name.table !== undefined && name.table !== node.table.name)) {
      throw sqlError(
        'ER_BAD_FIELD_ERROR',
        name.table === undefined ? name.name : `${name.table}.${name.name}`,
        'field list',
      );
    }
    if (columns.includes(position)) throw sqlError('ER_FIELD_SPECIFIED_TWICE', table.columns[position]!.name);
    columns.push(position);
  }
  return columns;
}

function isDefault(node: ast.Expression): boolean {
  return node.kind === 'default';
}

function bindRows(
  rows: readonly (readonly ast.Expression[])[],
  columns: readonly number[],
  table: TableDef,
  env: QueryEnv,
): Assignment[][] {
  const block = rowBlock([new RowSource(table, table.name, { offset: 0, firstId: ROW_IDS })], env);
  block.clause = 'field list';
  return rows.map((row, i) => {
    if (row.length !== columns.length && !(row.length === 0 && rows.length === 1))
      throw sqlError('ER_WRONG_VALUE_COUNT_ON_ROW', i + 1);
    return row.map((value, c) => bindAssignment(value, columns[c]!, table, block));
  });
}

/**
 * A generated column takes DEFAULT only. Without strict mode a value for it is ignored, as in MariaDB: its dump tool
 * writes such values and turns strict mode off to restore them (COMPAT.md).
 */
function bindAssignment(value: ast.Expression, column: number, table: TableDef, block: Block): Assignment {
  if (isDefault(value)) return { column, expr: { default: true } };
  const def = table.columns[column]!;
  if (def.generated !== undefined) {
    const { strictTransTables, strictAllTables } = block.state.context.session.sqlMode;
    if (!strictTransTables && !strictAllTables) return { column, expr: { default: true } };
    throw sqlError('ER_NON_DEFAULT_VALUE_FOR_GENERATED_COLUMN', def.name, table.name);
  }
  return { column, expr: block.bind(value) };
}

function bindSource({ query }: DuplicateSource, columns: readonly number[], env: QueryEnv): BoundQuery {
  const bound = env.binders.query(query, { ...env, top: false, dropOrder: false });
  if (selectedWidth(bound) !== columns.length) throw sqlError('ER_WRONG_VALUE_COUNT_ON_ROW', 1);
  return bound;
}

/** Rows there are: the existing full row, the new full row, then for INSERT … SELECT the row of the query. */
function bindOnDuplicate(
  node: ast.Insert,
  table: TableDef,
  columns: readonly number[],
  readable: readonly Source[],
  env: QueryEnv & { readonly targetNames: ReadonlyMap<string, number> | undefined },
): Assignment[] {
  const width = table.columns.length;
  const { name } = node.table;
  const existing = new RowSource(table, name, { offset: 0, firstId: ROW_IDS }, env.targetNames);
  const inserted = new RowSource(table, name, { offset: width, firstId: ROW_IDS + width }, env.targetNames);
  const sources: Source[] = [existing];
  if (node.rowAlias !== undefined)
    sources.push(
      new RowSource(
        table,
        node.rowAlias,
        { offset: width, firstId: ROW_IDS + width },
        aliasNames(node, table, columns),
      ),
    );
  sources.push(...readable);
  const block = rowBlock(sources, env);
  block.clause = 'field list';
  block.insertedRow = inserted;
  const positions = env.targetNames ?? columnPositions(table);
  const plan = block.relation?.plan;
  const assignments = node.onDuplicate.map(({ column, value }) => {
    const position = positions.get(column.name.toLowerCase());
    const isOther = column.table !== undefined && column.table.toLowerCase() !== name.toLowerCase();
    if (position === undefined || isOther)
      throw sqlError(
        'ER_BAD_FIELD_ERROR',
        column.table === undefined ? column.name : `${column.table}.${column.name}`,
        'field list',
      );
    return bindAssignment(value, position, table, block);
  });
  // A subquery over the rows at hand would have to run per row that is written.
  if (block.relation?.plan !== plan)
    throw sqlError('ER_NOT_SUPPORTED_YET', 'correlated subquery in ON DUPLICATE KEY UPDATE');
  return assignments;
}

function aliasNames(node: ast.Insert, table: TableDef, columns: readonly number[]): ReadonlyMap<string, number> {
  if (node.rowAliasColumns.length === 0) return columnPositions(table);
  if (node.rowAliasColumns.length !== columns.length) throw sqlError('ER_VIEW_WRONG_LIST');
  return new Map(node.rowAliasColumns.map((name, i) => [name.toLowerCase(), columns[i]!]));
}
