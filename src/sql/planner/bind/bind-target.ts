/** The table that a statement writes to: a base table, or an updatable view of one. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { TableDef } from '../../catalog/index.ts';
import type { TablePrivilege } from '../planner-context.ts';
import { findTable } from './bind-from.ts';
import { Block, type QueryEnv } from './block.ts';
import { selectPartitions } from './select-partitions.ts';
import type { TableAccess } from './statement-state.ts';
import { isVirtualSchema } from './virtual-schema.ts';

export interface Target {
  readonly table: TableDef;
  readonly access: TableAccess | undefined;
}

export function bindTarget(
  name: ast.ObjectName,
  env: QueryEnv,
  privileges: readonly TablePrivilege[],
  statement = 'INSERT',
  partitions: readonly string[] = [],
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
  const base = found.kind === 'table' ? found : baseOfView(found.schema, found.name, found.sql, env, statement);
  env.state.tables.add(base);
  return { table: selectPartitions(base, partitions), access };
}

/** SELECT * or plain columns of one table, without anything else, can be written through. */
function baseOfView(schema: string, name: string, sql: string, env: QueryEnv, statement: string): TableDef {
  const query = env.state.context.parseQuery(sql);
  const { body } = query;
  const source = body.kind === 'select' && body.from.length === 1 ? body.from[0] : undefined;
  const simple =
    body.kind === 'select' &&
    !body.distinct &&
    body.groupBy === undefined &&
    body.having === undefined &&
    query.limit === undefined &&
    query.with === undefined;
  if (!simple || source?.kind !== 'table') throw sqlError('ER_NON_UPDATABLE_TABLE', name, statement);
  const inner = findTable(source.schema ?? schema, source.name, new Block({ ...env, database: schema }));
  if (inner.kind === 'table') return inner;
  return baseOfView(inner.schema, inner.name, inner.sql, env, statement);
}
