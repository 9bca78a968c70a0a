/** CREATE TABLE: columns, LIKE, and AS SELECT (the rows go in by the executor's INSERT). */
import { andThen, type MaybePromise, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import { buildTable, buildTableLike, checkReferencingKeys } from '../../sql/ddl/index.ts';
import { okResult } from '../session/results.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';
import { createTemporary, dropTemporary, isOfSession, requireTemporaryChange } from '../temporary/temporary-changes.ts';
import { buildContext, checkExpressions } from './build-context.ts';
import { columnsOfQuery } from './query-columns.ts';
import { schemaOf } from './relation-lookup.ts';
import type { SchemaStore } from './schema-store.ts';
import { checkNewEngine } from './check-engine.ts';

export function createTable(
  store: SchemaStore,
  statement: ast.CreateTable,
  session: EngineSession,
): MaybePromise<StatementResult> {
  const schema = schemaOf(session, statement.table.schema);
  const isTemporary = statement.temporary || statement.globalTemporary;
  if (isTemporary && statement.partitioning !== undefined) throw sqlError('ER_PARTITION_NO_TEMPORARY');
  if (statement.temporary) requireTemporaryChange(session);
  const context = buildContext(session, schema);
  const { name } = statement.table;
  const existing = statement.temporary
    ? session.temporary?.find(schema, name)
    : context.catalog.findTable(schema, name);
  if (!statement.temporary && existing === undefined && session.host.additions.sequences.has(schema, name))
    throw sqlError('ER_TABLE_EXISTS_ERROR', name);
  if (existing !== undefined) {
    if (!statement.ifNotExists) throw sqlError('ER_TABLE_EXISTS_ERROR', statement.table.name);
    session.warn(1050, `Table '${statement.table.name}' already exists`, 'Note');
    return okResult({ warningCount: session.state.diagnostics.warningCount });
  }
  if (statement.like !== undefined) return createLike(store, statement, statement.like, session);
  checkNewEngine(session, statement);
  const fromQuery = statement.query && columnsOfQuery(session, statement.query);
  const extra = fromQuery?.definitions ?? [];
  const built = buildTable(statement, context, extra);
  const table = fromQuery === undefined ? built : fromQuery.finish(built);
  checkExpressions(session, table);
  checkReferencingKeys(table, context);
  return andThen(save(store, table, session), () => {
    if (statement.query === undefined) return okResult({ warningCount: session.state.diagnostics.warningCount });
    return fillOrDrop(store, insertOf(statement, extra, statement.query), table, session);
  });
}

/** CREATE TABLE … SELECT is all or nothing: a table that could not be filled goes again. */
async function fillOrDrop(
  store: SchemaStore,
  insert: ast.Insert,
  table: TableDef,
  session: EngineSession,
): Promise<StatementResult> {
  try {
    const result = await session.runStatement(insert, session.currentSql ?? '', 0);
    if (!isOfSession(table)) await session.implicitCommit();
    return result;
  } catch (error) {
    if (isOfSession(table)) {
      await dropTemporary(session, [table]);
      throw error;
    }
    // What the session's transaction holds of the table would keep the drop waiting.
    await session.transactions.rollback();
    await store.dropRelations([table]);
    throw error;
  }
}

function createLike(
  store: SchemaStore,
  statement: ast.CreateTable,
  like: ast.TableName,
  session: EngineSession,
): MaybePromise<StatementResult> {
  const sourceSchema = schemaOf(session, like.schema);
  const source = session.catalog.findTable(sourceSchema, like.name);
  if (source === undefined) throw sqlError('ER_NO_SUCH_TABLE', sourceSchema, like.name);
  if (source.kind === 'view') throw sqlError('ER_WRONG_OBJECT', sourceSchema, like.name, 'BASE TABLE');
  if ((statement.temporary || statement.globalTemporary) && source.partitioning !== undefined)
    throw sqlError('ER_PARTITION_NO_TEMPORARY');
  const table = buildTableLike(source, statement, buildContext(session, schemaOf(session, statement.table.schema)));
  return andThen(save(store, table, session), () => okResult());
}

function save(store: SchemaStore, table: TableDef, session: EngineSession): MaybePromise<unknown> {
  if (isOfSession(table)) return createTemporary(session, table);
  if (table.temporary && table.foreignKeys.length > 0) throw sqlError('ER_CANNOT_ADD_FOREIGN');
  return store.createTable(table);
}

function insertOf(statement: ast.CreateTable, columns: readonly ast.ColumnDefinition[], query: ast.Query): ast.Insert {
  const span = { start: statement.start, end: statement.end };
  return {
    kind: 'insert',
    ...span,
    replace: statement.duplicates === 'replace',
    hints: [],
    priority: undefined,
    ignore: statement.duplicates === 'ignore',
    table: statement.table,
    partitions: [],
    columns: columns.map((column) => ({
      kind: 'column',
      ...span,
      schema: undefined,
      table: undefined,
      name: column.name,
    })),
    rows: undefined,
    query,
    rowAlias: undefined,
    rowAliasColumns: [],
    onDuplicate: [],
  };
}
