/**
 * The commands of an authenticated client. One file, because this is the table of what a client can ask for; each case
 * is short and hands on.
 *
 * `run` answers `true` to go on and `false` to end the connection. It stays synchronous while the session does.
 */
import { andThen, decodeEscapedUtf8, isPromise, type MaybePromise, sqlError } from '../../base/index.ts';
import type { Session, StatementResult } from '../../engine/index.ts';
import { getCharset, type Charset } from '../../sql/types/index.ts';
import { readChangeUser, type ClientIdentity } from './handshake.ts';
import { skipQueryAttributes } from './parameters.ts';
import { PayloadReader } from './payload-reader.ts';
import { Capability, Command } from './protocol.ts';
import { clientCharset } from './result-format.ts';
import type { ResultSender } from './result-sender.ts';
import type { ServerContext } from './server-context.ts';
import { StatementCommands } from './statement-commands.ts';
import type { Transport } from './transport.ts';

export interface CommandContext {
  readonly transport: Transport;
  readonly context: ServerContext;
  readonly capabilities: number;
  changeUser(identity: ClientIdentity): Promise<void>;
}

const FIELD_LIST_COLUMNS_MAX = 4096;

export class Commands {
  readonly #session: Session;
  readonly #sender: ResultSender;
  readonly #context: CommandContext;
  readonly #statements: StatementCommands;
  #multiStatements: boolean;

  constructor(session: Session, sender: ResultSender, context: CommandContext) {
    this.#session = session;
    this.#sender = sender;
    this.#context = context;
    this.#multiStatements = (context.capabilities & Capability.MULTI_STATEMENTS) !== 0;
    this.#statements = new StatementCommands(session, sender, context);
  }

  close(): void {
    this.#statements.closeAll();
  }

  run(payload: Buffer): MaybePromise<boolean> {
    const command = payload[0];
    if (command === Command.STMT_EXECUTE) return goOn(this.#statements.execute(payload));
    if (command === Command.STMT_CLOSE) return goOn(this.#statements.close(payload));
    if (command === Command.STMT_SEND_LONG_DATA) return goOn(this.#statements.sendLongData(payload));
    if (command === Command.STMT_FETCH) return goOn(this.#statements.fetch(payload));
    if (command === Command.STMT_RESET) return goOn(this.#statements.reset(payload));
    if (!this.#statements.hasLiveCursor || command === Command.QUIT) return this.#dispatch(payload);
    return this.#statements.detachCursors().then(() => this.#dispatch(payload));
  }

  #dispatch(payload: Buffer): MaybePromise<boolean> {
    switch (payload[0]) {
      case Command.QUERY:
        return goOn(this.#query(payload));
      case Command.STMT_PREPARE:
        return goOn(this.#statements.prepare(this.#text(payload, 1)));
      case Command.PING:
      case Command.REFRESH:
        this.#session.countCommand?.('admin_commands');
        return this.#ok();
      case Command.DEBUG:
        return this.#eof();
      case Command.INIT_DB:
        this.#session.countCommand?.('change_db');
        return andThen(this.#session.useDatabase(this.#text(payload, 1)), () => this.#ok());
      case Command.QUIT:
        return false;
      case Command.FIELD_LIST:
        return goOn(this.#fieldList(payload));
      case Command.STATISTICS:
        this.#session.countCommand?.('admin_commands');
        return this.#statistics();
      case Command.PROCESS_INFO:
        return goOn(andThen(this.#session.execute('SHOW PROCESSLIST'), (result) => this.#sender.send(result, 'text')));
      case Command.PROCESS_KILL:
        return goOn(this.#statement(`KILL ${new PayloadReader(payload, 1).u32()}`));
      case Command.CREATE_DB:
        return goOn(this.#statement(`CREATE DATABASE ${quoted(this.#text(payload, 1))}`));
      case Command.DROP_DB:
        return goOn(this.#statement(`DROP DATABASE ${quoted(this.#text(payload, 1))}`));
      case Command.SET_OPTION:
        return this.#setOption(payload);
      case Command.CHANGE_USER:
        return this.#changeUser(payload);
      case Command.RESET_CONNECTION:
        return this.#reset();
      case Command.SHUTDOWN:
        return goOn(this.#statement('SHUTDOWN'));
      default:
        throw sqlError('ER_UNKNOWN_COM_ERROR');
    }
  }

  #query(payload: Buffer): MaybePromise<void> {
    let at = 1;
    if ((this.#context.capabilities & Capability.QUERY_ATTRIBUTES) !== 0) {
      const reader = new PayloadReader(payload, 1);
      skipQueryAttributes(reader, this.#charset());
      at = reader.at;
    }
    const sql = this.#text(payload, at);
    // A single statement needs no script; a ';' at the very end does not make two.
    if (!this.#multiStatements || onlySemicolonIsLast(sql)) return this.#statement(sql);
    return this.#script(sql);
  }

  #statement(sql: string): MaybePromise<void> {
    const result = this.#session.execute(sql);
    if (isPromise(result)) return result.then((value) => this.#sender.send(value, 'text'));
    return this.#sender.send(result, 'text');
  }

  /** Results one behind the other; an error ends the script, its earlier results stand. */
  async #script(sql: string): Promise<void> {
    const script = this.#session.run(sql);
    let result: StatementResult | undefined;
    while ((result = await script.next()) !== undefined) await this.#sender.send(result, 'text', script.more);
  }

  #fieldList(payload: Buffer): MaybePromise<void> {
    const reader = new PayloadReader(payload, 1);
    const table = reader.nulText();
    const pattern = like(reader.rest().toString('utf8'));
    return andThen(this.#session.prepare(`SELECT * FROM ${quoted(table)} LIMIT 0`), (prepared) => {
      prepared.close();
      const columns = prepared.columns.filter((column) => pattern.test(column.name)).slice(0, FIELD_LIST_COLUMNS_MAX);
      this.#sender.fieldList(columns);
    });
  }

  #statistics(): boolean {
    const { writer } = this.#context.transport;
    writer.begin();
    writer.text(this.#context.context.statistics());
    writer.end();
    return true;
  }

  #setOption(payload: Buffer): boolean {
    const option = new PayloadReader(payload, 1).u16();
    if (option > 1) throw sqlError('ER_UNKNOWN_COM_ERROR');
    this.#multiStatements = option === 0;
    this.#session.setMultiStatements(this.#multiStatements);
    return this.#eof();
  }

  async #changeUser(payload: Buffer): Promise<boolean> {
    this.#statements.closeAll();
    await this.#context.changeUser(readChangeUser(payload, this.#context.capabilities));
    return this.#ok();
  }

  #reset(): MaybePromise<boolean> {
    this.#statements.closeAll();
    return andThen(this.#session.reset(), () => {
      this.#sender.forgetSettings();
      return this.#ok();
    });
  }

  #ok(): true {
    this.#sender.ok();
    return true;
  }

  #eof(): true {
    this.#sender.end(this.#sender.status(), 0);
    return true;
  }

  #charset(): Charset | undefined {
    const name = this.#session.clientCharset;
    return name === undefined || name === 'utf8mb4' ? undefined : clientCharset(name);
  }

  #text(payload: Buffer, at: number): string {
    const charset = this.#charset();
    if (charset !== undefined) return getCharset(charset.name).decode(payload.subarray(at));
    const text = payload.toString('utf8', at);
    // ill-formed bytes would be lost: dumps write BLOBs raw, behind _binary
    return text.includes('\ufffd') ? decodeEscapedUtf8(payload.subarray(at)) : text;
  }
}

function goOn(outcome: MaybePromise<void>): MaybePromise<boolean> {
  return isPromise(outcome) ? outcome.then(() => true) : true;
}

function onlySemicolonIsLast(sql: string): boolean {
  const first = sql.indexOf(';');
  return first < 0 || first === sql.length - 1;
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A LIKE pattern as the field list takes it; '' matches all. */
function like(pattern: string): RegExp {
  if (pattern === '') return /^/;
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'is');
}
