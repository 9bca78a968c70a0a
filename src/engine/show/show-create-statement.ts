/** SHOW CREATE TABLE, VIEW, DATABASE. */
import { andThen, type MaybePromise, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { showCreateDatabase, showCreateTable, showCreateView } from '../../sql/ddl/index.ts';
import { findVirtualTable, isVirtualSchema } from '../../sql/infoschema/index.ts';
import { tableResult, textColumn } from '../session/results.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';

export function showCreate(session: EngineSession, statement: ast.ShowCreate): MaybePromise<StatementResult> {
  if (statement.type === 'database') return database(session, statement);
  if (statement.type !== 'table' && statement.type !== 'view') {
    throw statement.type === 'trigger'
      ? sqlError('ER_TRG_DOES_NOT_EXIST')
      : statement.type === 'event'
        ? sqlError('ER_EVENT_DOES_NOT_EXIST', statement.name.name)
        : sqlError('ER_SP_DOES_NOT_EXIST', statement.type.toUpperCase(), statement.name.name);
  }
  const schema = statement.name.schema ?? session.state.database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  const found = isVirtualSchema(schema)
    ? findVirtualTable(schema, statement.name.name)
    : (statement.type === 'view' ? session.host.catalog() : session.catalog).findTable(schema, statement.name.name);
  const { sequences } = session.host.additions;
  if (found === undefined && statement.type === 'table' && sequences.has(schema, statement.name.name)) {
    const text = sequences.show(schema, statement.name.name);
    return tableResult(
      [textColumn('Sequence', 64), textColumn('Create Sequence', 1024)],
      [[statement.name.name, text]],
    );
  }
  if (found === undefined) {
    if (!isVirtualSchema(schema) && session.catalog.findSchema(schema) === undefined)
      throw sqlError('ER_BAD_DB_ERROR', schema);
    throw sqlError('ER_NO_SUCH_TABLE', schema, statement.name.name);
  }
  session.privileges.check('select', schema, found.name, []);
  if (found.kind === 'view') {
    return tableResult(
      [
        textColumn('View', 64),
        textColumn('Create View', 1024),
        textColumn('character_set_client', 32),
        textColumn('collation_connection', 64),
      ],
      [[found.name, showCreateView(found), found.charsetClient, found.collationConnection]],
    );
  }
  if (statement.type === 'view') throw sqlError('ER_WRONG_OBJECT', schema, found.name, 'VIEW');
  const counter = found.columns.some((column) => column.autoIncrement) ? session.autoIncrementOf(found) : undefined;
  return andThen(counter, (next) =>
    tableResult(
      [textColumn('Table', 64), textColumn('Create Table', 1024)],
      [[found.name, showCreateTable(found, next)]],
    ),
  );
}

function database(session: EngineSession, statement: ast.ShowCreate): StatementResult {
  const name = statement.name.name;
  const found =
    session.catalog.findSchema(name) ??
    (isVirtualSchema(name) ? { id: 0, name: name.toLowerCase(), collation: 'utf8mb3_general_ci' } : undefined);
  if (found === undefined) throw sqlError('ER_BAD_DB_ERROR', name);
  session.privileges.requireDatabase(found.name);
  return tableResult(
    [textColumn('Database', 64), textColumn('Create Database', 1024)],
    [[found.name, showCreateDatabase(found, statement.ifNotExists)]],
  );
}
