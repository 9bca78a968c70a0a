/**
 * HANDLER: rows of a table one by one, by an index or in the table's order.
 *
 * Each open handler has a read transaction and a cursor of its own, from the first READ to CLOSE, so that a walk by NEXT sees one
 * state of the table and costs one scan. A change of direction looks the current row up again. A handler of a table that
 * was altered or dropped is gone.
 */
import { equalBytes, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { IndexDef, TableDef } from '../../sql/catalog/index.ts';
import { compile } from '../../sql/expr/index.ts';
import { bindTableExpression } from '../../sql/planner/index.ts';
import type { KeyRange, RowCursor } from '../../sql/ports.ts';
import { castValue, type Row, type Value } from '../../sql/types/index.ts';
import type { Transaction } from '../../txn/index.ts';
import type { StatementResult } from '../session-port.ts';
import { evaluateExpression } from './evaluate.ts';
import { plannerContext } from './plan-context.ts';
import { NO_PARAMS } from './planning.ts';
import { okResult, tableResult } from './results.ts';
import type { EngineSession } from './session.ts';
import { evalContext } from './statement-run.ts';

const HANDLERS_MAX = 100;

interface Walk {
  readonly index: IndexDef;
  readonly reverse: boolean;
  readonly transaction: Transaction;
  readonly cursor: RowCursor;
  readonly buffer: Row[];
}

interface OpenHandler {
  readonly table: TableDef;
  walk: Walk | undefined;
  /** Handle of the row read last. */
  current: Uint8Array | undefined;
}

export class Handlers {
  readonly byName = new Map<string, OpenHandler>();

  close(name: string): void {
    const handler = this.byName.get(name);
    if (handler !== undefined) endWalk(handler);
    this.byName.delete(name);
  }

  closeAll(): void {
    for (const name of [...this.byName.keys()]) this.close(name);
  }
}

export async function runHandler(session: EngineSession, statement: ast.Handler): Promise<StatementResult> {
  const { handlers } = session;
  const { name } = statement.table;
  if (statement.action === 'open') return open(session, statement);
  const handler = current(session, name);
  if (statement.action === 'close') {
    handlers.close(name);
    return okResult();
  }
  const rows = await read(session, handler, statement, name);
  const columns = handler.table.columns.filter((column) => !column.hidden && !column.invisible);
  return tableResult(columns, rows);
}

function open(session: EngineSession, statement: ast.Handler): StatementResult {
  const { handlers } = session;
  const schema = statement.table.schema ?? session.state.database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  const name = statement.alias ?? statement.table.name;
  const table = session.catalog.findTable(schema, statement.table.name);
  if (handlers.byName.has(name)) {
    if (stillThere(session, handlers.byName.get(name)!)) throw sqlError('ER_NONUNIQ_TABLE', name);
    handlers.close(name);
  }
  if (table === undefined) throw sqlError('ER_NO_SUCH_TABLE', schema, statement.table.name);
  if (table.kind === 'view') throw sqlError('ER_WRONG_OBJECT', schema, table.name, 'BASE TABLE');
  if (handlers.byName.size >= HANDLERS_MAX) throw sqlError('ER_OUT_OF_RESOURCES');
  handlers.byName.set(name, { table, walk: undefined, current: undefined });
  return okResult();
}

function stillThere(session: EngineSession, { table }: OpenHandler): boolean {
  const now = session.catalog.findTable(table.schema, table.name);
  return now?.kind === 'table' && now.id === table.id && now.version === table.version;
}

function current(session: EngineSession, name: string): OpenHandler {
  const handler = session.handlers.byName.get(name);
  if (handler !== undefined && stillThere(session, handler)) return handler;
  if (handler !== undefined) session.handlers.close(name);
  throw sqlError('ER_UNKNOWN_TABLE', name, 'HANDLER');
}

async function read(
  session: EngineSession,
  handler: OpenHandler,
  statement: ast.Handler,
  name: string,
): Promise<Row[]> {
  const { table } = handler;
  const index = indexOf(table, statement.index, name);
  const { position = 'next' } = statement;
  const reverse = position === 'prev' || position === 'last' || position === '<' || position === '<=';
  const continues = position === 'next' || position === 'prev';
  if (!continues) {
    const range = statement.key.length === 0 ? {} : rangeOf(session, table, index, statement);
    startWalk(session, handler, { index, reverse, range });
  } else if (handler.walk?.index !== index || handler.walk.reverse !== reverse) {
    await turn(session, handler, index, reverse);
  }
  const rows = await take(session, handler, statement);
  // What follows a key goes on behind its range.
  if (statement.key.length > 0) endWalk(handler);
  return rows;
}

function indexOf(table: TableDef, written: string | undefined, name: string): IndexDef {
  if (written === undefined) return table.indexes[0]!;
  const index = table.indexes.find(
    (candidate) => candidate.parts.length > 0 && candidate.name.toLowerCase() === written.toLowerCase(),
  );
  if (index === undefined) throw sqlError('ER_KEY_DOES_NOT_EXITS', written, name);
  return index;
}

function rangeOf(session: EngineSession, table: TableDef, index: IndexDef, statement: ast.Handler): KeyRange {
  if (statement.key.length > index.parts.length) throw sqlError('ER_TOO_MANY_KEY_PARTS', index.parts.length);
  const context = evalContext(session, 0, []);
  const values = statement.key.map((expression, place): Value => {
    const { value, type } = evaluateExpression(session, expression, NO_PARAMS);
    const column = table.columns.find((candidate) => candidate.id === index.parts[place]!.columnId)!;
    return castValue(value, type, column.type, context, { column: column.name, row: 1 });
  });
  switch (statement.position) {
    case '=':
      return { low: { values, inclusive: true }, high: { values, inclusive: true } };
    case '>':
      return { low: { values, inclusive: false } };
    case '>=':
      return { low: { values, inclusive: true } };
    case '<':
      return { high: { values, inclusive: false } };
    default:
      return { high: { values, inclusive: true } };
  }
}

interface Start {
  readonly index: IndexDef;
  readonly reverse: boolean;
  readonly range: KeyRange;
}

function startWalk(session: EngineSession, handler: OpenHandler, { index, reverse, range }: Start): Walk {
  endWalk(handler);
  const { table } = handler;
  const transaction = session.host.begin({ isolation: 'repeatable-read', mode: 'pessimistic', lockWaitTimeoutMs: 0 });
  const storage = table.temporary ? session.transactions.ensure().storage : session.host.storage(transaction, session);
  const columns = table.columns.map((_, place) => place);
  const cursor = storage.scan({ table, index, ranges: [range], columns, reverse, withHandle: true });
  const walk = { index, reverse, transaction, cursor, buffer: [] };
  handler.walk = walk;
  return walk;
}

function endWalk(handler: OpenHandler): void {
  handler.walk?.cursor.close();
  handler.walk?.transaction.rollback();
  handler.walk = undefined;
}

/** Goes on from the current row in another direction or index. */
async function turn(session: EngineSession, handler: OpenHandler, index: IndexDef, reverse: boolean): Promise<void> {
  const walk = startWalk(session, handler, { index, reverse, range: {} });
  const { current: handle } = handler;
  if (handle === undefined) return;
  for (let row = await nextRow(session, walk); row !== undefined; row = await nextRow(session, walk))
    if (equalBytes(row.at(-1) as unknown as Uint8Array, handle)) return;
}

async function nextRow(session: EngineSession, walk: Walk): Promise<Row | undefined> {
  while (walk.buffer.length === 0) {
    const batch = await walk.cursor.next();
    if (batch === undefined) return undefined;
    session.interrupt.check();
    await session.yieldNow();
    walk.buffer.push(...batch);
  }
  return walk.buffer.shift();
}

async function take(session: EngineSession, handler: OpenHandler, statement: ast.Handler): Promise<Row[]> {
  const { table } = handler;
  const walk = handler.walk!;
  const count = numberOf(session, statement.limit?.count, 1);
  let skip = numberOf(session, statement.limit?.offset, 0);
  const condition =
    statement.where &&
    compile(bindTableExpression(table, statement.where, plannerContext(session, session.currentSql ?? '', [])));
  const context = evalContext(session, 0, []);
  const shown = table.columns.flatMap((column, place) => (column.hidden || column.invisible ? [] : [place]));
  const rows: Row[] = [];
  while (rows.length < count) {
    const row = await nextRow(session, walk);
    if (row === undefined) break;
    handler.current = row.at(-1) as unknown as Uint8Array;
    if (condition !== undefined && !isTrue(condition(row, context))) continue;
    if (skip-- > 0) continue;
    rows.push(shown.map((place) => row[place] ?? null));
  }
  return rows;
}

function isTrue(value: Value): boolean {
  return value !== null && Number(value) !== 0;
}

function numberOf(session: EngineSession, expression: ast.Expression | undefined, otherwise: number): number {
  return expression === undefined ? otherwise : Number(evaluateExpression(session, expression, NO_PARAMS).value);
}
