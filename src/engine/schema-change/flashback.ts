/**
 * FLASHBACK TABLE, FLASHBACK DATABASE, RECOVER TABLE: what was dropped or truncated comes back, within the retention.
 *
 * The newest drop of a name is the one that comes back; a truncated table under another name, since its own is taken.
 */
import { andThen, type MaybePromise, SqlError, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { checkTableName, renameTable } from '../../sql/ddl/index.ts';
import type { FoundTable } from '../dropped-tables.ts';
import { okResult } from '../session/results.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';
import { schemaOf } from './relation-lookup.ts';
import type { SchemaStore } from './schema-store.ts';

export function runFlashback(
  statement: ast.Flashback,
  store: SchemaStore,
  session: EngineSession,
): MaybePromise<StatementResult> {
  if (statement.what === 'database') return flashbackDatabase(statement, store, session);
  if (statement.what === 'cluster' || statement.timestamp !== undefined)
    throw sqlError('ER_NOT_SUPPORTED_YET', 'FLASHBACK … TO TIMESTAMP');
  if (statement.recover && statement.tables.length === 0)
    throw sqlError('ER_NOT_SUPPORTED_YET', 'RECOVER TABLE BY JOB');
  return flashbackTables(statement, store, session);
}

async function flashbackTables(
  statement: ast.Flashback,
  store: SchemaStore,
  session: EngineSession,
): Promise<StatementResult> {
  const dropped = await store.droppedTables();
  const restored = statement.tables.map((name) => {
    const schema = schemaOf(session, name.schema);
    const found = dropped.find(({ table }) => table.schema === schema && table.name === name.name);
    const current = session.host.catalog().findTable(schema, name.name);
    if (found === undefined) {
      if (current !== undefined) throw sqlError('ER_TABLE_EXISTS_ERROR', name.name);
      throw notFound(name.name);
    }
    const to = statement.to ?? name.name;
    checkTableName(to);
    if (session.host.catalog().findTable(schema, to) !== undefined) throw sqlError('ER_TABLE_EXISTS_ERROR', to);
    return { ...found, table: renameTable(found.table, schema, to) };
  });
  await store.restoreTables(restored);
  return okResult();
}

function notFound(name: string): SqlError {
  const text = `Can't find dropped/truncated table '${name}' in GC safe point`;
  return new SqlError('ER_UNKNOWN_ERROR', 1105, 'HY000', text);
}

async function flashbackDatabase(
  statement: ast.Flashback,
  store: SchemaStore,
  session: EngineSession,
): Promise<StatementResult> {
  const name = statement.database ?? '';
  const to = statement.to ?? name;
  if (session.host.catalog().findSchema(to) !== undefined) throw sqlError('ER_DB_CREATE_EXISTS', to);
  const all = await store.droppedTables();
  const last = all.find(({ schema }) => schema?.name === name);
  if (last?.schema === undefined) {
    const text = `Can't find dropped database: ${name} in GC safe point`;
    throw new SqlError('ER_UNKNOWN_ERROR', 1105, 'HY000', text);
  }
  const { schema } = last;
  const tables: FoundTable[] = all
    .filter((found) => found.schema?.id === schema.id)
    .map((found) => ({ ...found, table: renameTable(found.table, to, found.table.name) }));
  return andThen(store.restoreTables(tables, { name: to, collation: schema.collation }), () => okResult());
}
