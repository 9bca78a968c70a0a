/** Finding what a schema change names, with MySQL's errors when it is not there. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { TableDef, ViewDef } from '../../sql/catalog/index.ts';
import { isVirtualSchema } from '../../sql/infoschema/index.ts';
import { isOfSession } from '../temporary/temporary-changes.ts';
import type { EngineSession } from '../session/session.ts';

export function schemaOf(session: EngineSession, written: string | undefined): string {
  const schema = written ?? session.state.database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  if (isVirtualSchema(schema))
    throw sqlError('ER_DBACCESS_DENIED_ERROR', session.account.user, session.account.host, schema.toLowerCase());
  return schema;
}

/** `ifView` is the error for a view of that name. */
export function getTable(
  session: EngineSession,
  name: ast.TableName,
  ifView: 'ER_WRONG_OBJECT' | 'ER_NO_SUCH_TABLE' = 'ER_WRONG_OBJECT',
): TableDef {
  const schema = schemaOf(session, name.schema);
  const table = session.catalog.findTable(schema, name.name);
  if (table === undefined) throw sqlError('ER_NO_SUCH_TABLE', schema, name.name);
  if (table.kind === 'view' && ifView === 'ER_NO_SUCH_TABLE') throw sqlError(ifView, schema, name.name);
  if (table.kind === 'view') throw sqlError('ER_WRONG_OBJECT', schema, name.name, 'BASE TABLE');
  return table;
}

export function requireFree(session: EngineSession, relation: TableDef | ViewDef): void {
  if (relation.kind === 'table' && isOfSession(relation)) {
    if (session.temporary?.find(relation.schema, relation.name) === undefined) return;
    throw sqlError('ER_TABLE_EXISTS_ERROR', relation.name);
  }
  const catalog = session.host.catalog();
  if (catalog.findSchema(relation.schema) === undefined) throw sqlError('ER_BAD_DB_ERROR', relation.schema);
  if (catalog.findTable(relation.schema, relation.name) !== undefined)
    throw sqlError('ER_TABLE_EXISTS_ERROR', relation.name);
}
