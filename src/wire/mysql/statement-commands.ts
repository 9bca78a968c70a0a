/** COM_STMT_*: prepare, execute, long data, fetch, reset, close. */
import { isPromise, sqlError, andThen, type MaybePromise } from '../../base/index.ts';
import type { PreparedStatement, ResultColumn, Session, StatementResult } from '../../engine/index.ts';
import { varbinaryType, type Charset } from '../../sql/types/index.ts';
import type { CommandContext } from './commands.ts';
import { Cursor } from './cursor.ts';
import { PayloadReader } from './payload-reader.ts';
import {
  PreparedStatements,
  addLongData,
  readExecution,
  readStatementId,
  type OpenStatement,
} from './prepared-statements.ts';
import { Capability } from './protocol.ts';
import { clientCharset } from './result-format.ts';
import type { ResultSender } from './result-sender.ts';

const CURSOR_READ_ONLY = 0x01;
const PARAMETER: ResultColumn = { id: 0, name: '?', type: varbinaryType(0) };
const PARAMETERS_MAX = 65_535;
/** Parameter definitions are all alike: lists of each length are made once. */
const parameterLists: (readonly ResultColumn[])[] = [];

export class StatementCommands {
  readonly #session: Session;
  readonly #sender: ResultSender;
  readonly #context: CommandContext;
  readonly #statements: PreparedStatements;
  readonly #queryAttributes: boolean;
  /** The statement whose cursor still runs; at most one. */
  #live: OpenStatement | undefined;

  constructor(session: Session, sender: ResultSender, context: CommandContext) {
    this.#session = session;
    this.#sender = sender;
    this.#context = context;
    this.#statements = new PreparedStatements(context.context.statements);
    this.#queryAttributes = (context.capabilities & Capability.QUERY_ATTRIBUTES) !== 0;
  }

  get hasLiveCursor(): boolean {
    return this.#live?.cursor?.live === true;
  }

  async detachCursors(): Promise<void> {
    const open = this.#live;
    this.#live = undefined;
    await open?.cursor?.detach();
  }

  closeAll(): void {
    this.#live = undefined;
    this.#statements.closeAll();
  }

  prepare(sql: string): MaybePromise<void> {
    this.#statements.checkLimit();
    const prepared = this.#session.prepare(sql);
    if (isPromise(prepared)) return prepared.then((statement) => this.#prepared(statement));
    this.#prepared(prepared);
  }

  execute(payload: Buffer): MaybePromise<void> {
    if (this.#live !== undefined) return this.#executeLater(payload);
    const open = this.#statements.get(readStatementId(payload), 'mysqld_stmt_execute');
    return this.#execute(open, payload);
  }

  /** No answer, whatever happens. */
  close(payload: Buffer): MaybePromise<void> {
    const open = this.#statements.find(readStatementId(payload));
    if (open === undefined) return;
    this.#session.countCommand?.('stmt_close');
    return andThen(this.#closeCursor(open), () => this.#statements.close(open.id));
  }

  /** No answer; errors show at execute. */
  sendLongData(payload: Buffer): void {
    if (payload.length < 7) return;
    const open = this.#statements.find(readStatementId(payload));
    const parameter = payload.readUInt16LE(5);
    if (open === undefined || parameter >= open.statement.paramCount) return;
    this.#session.countCommand?.('stmt_send_long_data');
    addLongData(open, parameter, payload.subarray(7), this.#context.context.packetBytesMax());
  }

  reset(payload: Buffer): MaybePromise<void> {
    const open = this.#statements.get(readStatementId(payload), 'mysqld_stmt_reset');
    this.#session.countCommand?.('stmt_reset');
    open.longData = undefined;
    return andThen(this.#closeCursor(open), () => this.#sender.ok());
  }

  async fetch(payload: Buffer): Promise<void> {
    const reader = new PayloadReader(payload, 1);
    const id = reader.u32();
    const count = reader.u32();
    const open = this.#statements.get(id, 'mysqld_stmt_fetch');
    this.#session.countCommand?.('stmt_fetch');
    const { cursor } = open;
    if (cursor === undefined) throw noCursor(id);
    const rows = await cursor.fetch(Math.max(1, count));
    const last = cursor.done;
    if (last) await this.#closeCursor(open);
    this.#sender.fetched(cursor.columns, rows, last);
    if (this.#context.transport.congested) await this.#context.transport.drained();
  }

  async #executeLater(payload: Buffer): Promise<void> {
    const open = this.#statements.get(readStatementId(payload), 'mysqld_stmt_execute');
    if (this.#live !== open) await this.detachCursors();
    await this.#execute(open, payload);
  }

  #execute(open: OpenStatement, payload: Buffer): MaybePromise<void> {
    if (open.cursor !== undefined) return andThen(this.#closeCursor(open), () => this.#execute(open, payload));
    const execution = readExecution(open, new PayloadReader(payload, 5), {
      charset: this.#charset(),
      queryAttributes: this.#queryAttributes,
    });
    const withCursor = (execution.flags & CURSOR_READ_ONLY) !== 0;
    this.#session.countCommand?.('stmt_execute');
    const result = open.statement.execute(execution.params, execution.types);
    if (isPromise(result)) return result.then((value) => this.#executed(open, value, withCursor));
    return this.#executed(open, result, withCursor);
  }

  #executed(open: OpenStatement, result: StatementResult, withCursor: boolean): MaybePromise<void> {
    if (!withCursor || result.kind === 'ok') return this.#sender.send(result, 'binary');
    open.cursor = new Cursor(result);
    this.#live = open;
    this.#sender.cursorOpened(result.columns);
  }

  #closeCursor(open: OpenStatement): MaybePromise<void> {
    const { cursor } = open;
    open.cursor = undefined;
    if (this.#live === open) this.#live = undefined;
    return cursor?.close();
  }

  #prepared(statement: PreparedStatement): void {
    const open = this.#statements.add(statement);
    const { writer } = this.#context.transport;
    const { columns, paramCount } = statement;
    writer.begin();
    writer.u8(0);
    writer.u32(open.id);
    writer.u16(columns.length);
    writer.u16(paramCount);
    writer.u8(0);
    writer.u16(statement.warningCount);
    if ((this.#context.capabilities & Capability.OPTIONAL_RESULTSET_METADATA) !== 0) writer.u8(1);
    writer.end();
    if (paramCount > 0) {
      this.#sender.definitions(parameters(paramCount));
      this.#sender.endOfDefinitions(this.#sender.status());
    }
    if (columns.length === 0) return;
    this.#sender.definitions(columns);
    this.#sender.endOfDefinitions(this.#sender.status());
  }

  #charset(): Charset | undefined {
    const name = this.#session.clientCharset;
    return name === undefined || name === 'utf8mb4' ? undefined : clientCharset(name);
  }
}

function parameters(count: number): readonly ResultColumn[] {
  if (count > PARAMETERS_MAX) return Array.from({ length: count }, () => PARAMETER);
  return (parameterLists[count] ??= Array.from({ length: count }, () => PARAMETER));
}

function noCursor(id: number): Error {
  return sqlError('ER_STMT_HAS_NO_OPEN_CURSOR', id);
}
