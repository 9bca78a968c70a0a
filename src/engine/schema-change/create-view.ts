/** CREATE VIEW, ALTER VIEW: the body is planned once for its columns and kept as canonical text with qualified names. */
import { andThen, type MaybePromise, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { ViewDef } from '../../sql/catalog/index.ts';
import { checkTableName, UNASSIGNED_ID } from '../../sql/ddl/index.ts';
import { okResult } from '../session/results.ts';
import { isUpdatableView, planStatement } from '../../sql/planner/index.ts';
import { plannerContext } from '../session/plan-context.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';
import { schemaOf } from './relation-lookup.ts';
import type { SchemaStore } from './schema-store.ts';
import { viewBodyText } from './view-body.ts';

export function createView(
  store: SchemaStore,
  statement: ast.CreateView,
  session: EngineSession,
): MaybePromise<StatementResult> {
  const schema = schemaOf(session, statement.view.schema);
  checkTableName(statement.view.name);
  const catalog = session.host.catalog();
  if (catalog.findSchema(schema) === undefined) throw sqlError('ER_BAD_DB_ERROR', schema);
  const existing = catalog.findTable(schema, statement.view.name);
  if (existing?.kind === 'table')
    throw statement.alter || statement.orReplace
      ? sqlError('ER_WRONG_OBJECT', schema, statement.view.name, 'VIEW')
      : sqlError('ER_TABLE_EXISTS_ERROR', statement.view.name);
  if (existing === undefined && statement.alter) throw sqlError('ER_NO_SUCH_TABLE', schema, statement.view.name);
  if (existing !== undefined && !statement.orReplace && !statement.alter) {
    if (!statement.ifNotExists) throw sqlError('ER_TABLE_EXISTS_ERROR', statement.view.name);
    session.warn(1050, `Table '${statement.view.name}' already exists`, 'Note');
    return okResult({ warningCount: session.state.diagnostics.warningCount });
  }
  if (existing !== undefined) refuseRecursion(statement.query, schema, session.state.database, existing.name);
  const view = viewDefinition(statement, schema, session, existing?.version ?? 0);
  return andThen(store.putView(view), () => okResult());
}

/** A view that is being replaced is not there for its own body. */
function refuseRecursion(node: unknown, schema: string, database: string | null, view: string): void {
  if (Array.isArray(node)) for (const item of node) refuseRecursion(item, schema, database, view);
  if (Array.isArray(node) || typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
  const tree = node as { readonly kind?: string; readonly schema?: string; readonly name?: string };
  if (tree.kind === 'table' && tree.name === view && (tree.schema ?? database) === schema)
    throw sqlError('ER_NO_SUCH_TABLE', schema, view);
  for (const value of Object.values(node)) refuseRecursion(value, schema, database, view);
}

/** A view reads neither variables nor parameters, and stores nothing. */
function refuseInView(node: unknown): void {
  if (Array.isArray(node)) for (const item of node) refuseInView(item);
  if (Array.isArray(node) || typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
  const { kind, into } = node as { readonly kind?: string; readonly into?: unknown };
  if (kind === 'query' && into !== undefined) throw sqlError('ER_VIEW_SELECT_CLAUSE', 'INTO');
  if (kind === 'user-variable' || kind === 'system-variable' || kind === 'variable-assignment' || kind === 'parameter')
    throw sqlError('ER_VIEW_SELECT_VARIABLE');
  for (const value of Object.values(node)) refuseInView(value);
}

const NAME_CHARACTERS_MAX = 64;
const USER_CHARACTERS_MAX = 32;
const HOST_CHARACTERS_MAX = 255;

/** An expression's text that is too long for a name. */
function nameInView(name: string, place: number): string {
  return [...name].length > NAME_CHARACTERS_MAX ? `Name_exp_${place + 1}` : name;
}

function checkLengths({ user, host }: ast.AccountName): void {
  if (user.length > USER_CHARACTERS_MAX)
    throw sqlError('ER_WRONG_STRING_LENGTH', user, 'user name', USER_CHARACTERS_MAX);
  if (host.length > HOST_CHARACTERS_MAX)
    throw sqlError('ER_WRONG_STRING_LENGTH', host, 'host name', HOST_CHARACTERS_MAX);
}

function viewDefinition(statement: ast.CreateView, schema: string, session: EngineSession, version: number): ViewDef {
  refuseInView(statement.query);
  const tableOf = new Map<unknown, string>();
  const context = plannerContext(session, session.currentSql ?? '', []);
  const plan = planStatement(statement.query, { ...context, onName: (node, table) => tableOf.set(node, table) });
  const ready = { plan, columns: plan.kind === 'query' ? plan.columns : [] };
  const temporary = ready.plan.tables.find((table) => table.temporary);
  if (temporary !== undefined) throw sqlError('ER_VIEW_SELECT_TMPTABLE', temporary.name);
  const columns = ready.columns.map((column, place) => ({ ...column, name: nameInView(column.name, place) }));
  const names = statement.columns.length > 0 ? statement.columns : columns.map((column) => column.name);
  if (names.length !== ready.columns.length) throw sqlError('ER_VIEW_WRONG_LIST');
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw sqlError('ER_DUP_FIELDNAME', name);
    seen.add(name.toLowerCase());
  }
  if (statement.definer !== undefined) checkLengths(statement.definer);
  const definer =
    statement.definer === undefined || statement.definer.current
      ? session.state.currentUser
      : `${statement.definer.user}@${statement.definer.host}`;
  const view: ViewDef = {
    kind: 'view',
    id: UNASSIGNED_ID,
    schema,
    name: statement.view.name,
    version: version + 1,
    columns: [...names],
    ...(statement.columns.length > 0 && { explicitColumns: true }),
    sql: viewBodyText({
      query: statement.query,
      columns,
      tableOf,
      viewSchema: schema,
      database: session.state.database,
    }),
    definer,
    security: statement.security ?? 'definer',
    algorithm: statement.algorithm ?? 'undefined',
    checkOption: statement.checkOption ?? 'none',
    collationConnection: session.state.collationConnection,
    charsetClient: session.clientCharset,
  };
  if (view.checkOption !== 'none' && !isUpdatableView(view, context))
    throw sqlError('ER_VIEW_NONUPD_CHECK', schema, view.name);
  return view;
}
