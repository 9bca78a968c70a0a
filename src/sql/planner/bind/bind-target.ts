/** The table that a statement writes to: a base table, or an updatable view of one. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { TableDef, ViewDef } from '../../catalog/index.ts';
import type { TablePrivilege } from '../planner-context.ts';
import { findTable } from './bind-from.ts';
import { Block, type QueryEnv } from './block.ts';
import { selectPartitions } from './select-partitions.ts';
import type { TableAccess } from './statement-state.ts';
import { type ViewTarget, viewTarget } from './view-target.ts';
import { isVirtualSchema } from './virtual-schema.ts';

export interface Target {
  readonly table: TableDef;
  readonly access: TableAccess | undefined;
  /** The view that is written through. */
  readonly view: ViewTarget | undefined;
  /** Its columns, in order, by lower-case name; absent for a table. */
  readonly names: ReadonlyMap<string, number> | undefined;
}

export function bindTarget(
  name: ast.ObjectName,
  env: QueryEnv,
  privileges: readonly TablePrivilege[],
  statement = 'INSERT',
  partitions: readonly string[] = [],
  named?: readonly string[],
): Target {
  const schema = name.schema ?? env.database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  const found = findTable(schema, name.name, new Block(env));
  const access: TableAccess | undefined = env.privileges && {
    privileges: env.privileges,
    schema,
    table: name.name,
    columns: new Set(),
    written: privileges.map((privilege) => ({ privilege, columns: [] })),
    writeOnly: true,
  };
  if (isVirtualSchema(schema))
    throw sqlError(
      'ER_DBACCESS_DENIED_ERROR',
      env.state.context.evalSession.user.split('@')[0] ?? '',
      env.state.context.evalSession.user.split('@')[1] ?? '',
      schema,
    );
  if (access !== undefined) env.state.accesses.push(access);
  if (found.kind === 'view') {
    const through = throughView(found, env, statement, named);
    env.state.tables.add(through.table);
    return { ...through, access };
  }
  env.state.tables.add(found);
  return { table: selectPartitions(found, partitions), access, view: undefined, names: undefined };
}

/** The one table that the named columns of the view belong to; all of the view's columns when none are named. */
function throughView(
  view: ViewDef,
  env: QueryEnv,
  statement: string,
  named: readonly string[] | undefined,
): Pick<Target, 'table' | 'view' | 'names'> {
  const target = viewTarget(view, env);
  const wanted = named === undefined ? undefined : new Set(named.map((name) => name.toLowerCase()));
  const computed = target?.columns.filter(({ place }) => place === undefined) ?? [];
  const written = computed.find(({ name }) => wanted?.has(name.toLowerCase()) ?? true);
  if (written !== undefined) throw sqlError('ER_NONUPDATEABLE_COLUMN', written.name);
  if (target === undefined || computed.length > 0) throw sqlError('ER_NON_INSERTABLE_TABLE', view.name, statement);
  if (named === undefined && target.bases.length > 1)
    throw sqlError('ER_VIEW_NO_INSERT_FIELD_LIST', view.schema, view.name);
  const columns = target.columns.filter(({ name }) => wanted?.has(name.toLowerCase()) ?? true);
  const base = columns[0]?.place?.base ?? target.bases[0]!;
  if (columns.some(({ place }) => place?.base !== base)) throw sqlError('ER_VIEW_MULTIUPDATE', view.schema, view.name);
  const names = new Map(
    target.columns.flatMap(({ name, place }) =>
      place?.base === base ? [[name.toLowerCase(), place.position] as const] : [],
    ),
  );
  requireDefaults(base.table, new Set(names.values()), view);
  return { table: base.table, view: target, names };
}

/** Columns that the view does not have must have a value without being named. */
function requireDefaults(table: TableDef, reached: ReadonlySet<number>, view: ViewDef): void {
  for (const [position, column] of table.columns.entries()) {
    const needsValue =
      column.defaultValue === undefined &&
      !column.type.nullable &&
      !column.autoIncrement &&
      column.generated === undefined &&
      !column.hidden;
    if (needsValue && !reached.has(position)) throw sqlError('ER_NO_DEFAULT_FOR_VIEW_FIELD', view.schema, view.name);
  }
}
