/** CREATE, ALTER, DROP and TRUNCATE of temporary tables: the same changes as of others, on the session's own branch. */
import { assert, sqlError } from '../../base/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import type { AlterPlan } from '../../sql/ddl/index.ts';
import type { RelationName, SchemaStore } from '../schema-change/schema-store.ts';
import type { EngineSession } from '../session/session.ts';

/** The store of a table's definition. */
export function storeOf(session: EngineSession, table: TableDef, shared: SchemaStore): SchemaStore {
  if (!isOfSession(table)) return shared;
  assert(session.temporary !== undefined, 'a temporary table belongs to the session that sees it');
  return session.temporary.store;
}

/** CREATE and DROP TEMPORARY TABLE are not allowed in a READ ONLY transaction, though changes of rows are. */
export function requireTemporaryChange(session: EngineSession): void {
  if (session.transactions.inTransaction && session.transactions.readOnly)
    throw sqlError('ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION');
}

export async function createTemporary(session: EngineSession, table: TableDef): Promise<void> {
  if (table.foreignKeys.length > 0) throw sqlError('ER_CANNOT_ADD_FOREIGN');
  const temporary = await session.openTemporary();
  await temporary.ensureSchema(table.schema, table.collation);
  await temporary.store.createTable(table);
  if (session.transactions.inTransaction) temporary.noteCreated();
}

export async function dropTemporary(session: EngineSession, names: readonly RelationName[]): Promise<void> {
  const { temporary } = session;
  if (temporary === undefined || names.length === 0) return;
  await temporary.store.dropRelations(names);
  if (session.transactions.inTransaction) temporary.noteDropped();
}

/** Temporary tables are always rebuilt, as in MySQL, and the answer counts their rows. */
export function rebuilt(plan: AlterPlan): AlterPlan {
  return isOfSession(plan.before) ? { ...plan, rebuild: true, countsRows: true } : plan;
}

export function isOfSession(table: TableDef): boolean {
  return table.temporary && table.globalTemporary !== true;
}
