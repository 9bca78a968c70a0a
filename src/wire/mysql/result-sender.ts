/**
 * Sends statement results: OK, or column definitions, rows and their end, in the text or the binary protocol.
 *
 * Rows leave batch by batch. Everything up to the end stays synchronous while the session answers synchronously and the
 * client keeps reading; a promise from the session or a full socket moves the rest into an async continuation.
 *
 * Invariant: a result is closed exactly once, also when the client vanishes or a batch fails.
 */
import { isPromise, andThen, type MaybePromise } from '../../base/index.ts';
import type {
  OkResult,
  ResultColumn,
  RowsResult,
  Session,
  SessionChange,
  StatementResult,
} from '../../engine/index.ts';
import type { Row } from '../../sql/types/index.ts';
import { writeBinaryRow } from './binary-row.ts';
import { writeColumnDefinition } from './column-definition.ts';
import { Capability, ServerStatus } from './protocol.ts';
import { writeEof, writeOk } from './responses.ts';
import { resultFormat, textSettings, type ResultFormat, type TextSettings } from './result-format.ts';
import { writeTextRow } from './text-row.ts';
import type { Transport } from './transport.ts';

/** Bytes collected before they are handed to the socket. */
const FLUSH_BYTES = 32 * 1024;

export type RowProtocol = 'text' | 'binary';

export class ResultSender {
  readonly #transport: Transport;
  capabilities = 0;
  collationId = 0;
  session: Session | undefined;
  #changes: SessionChange[] = [];
  #settings: TextSettings | undefined;
  #settingsCharset = '';

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A change of session state, told with the next OK. */
  noteChange(change: SessionChange): void {
    if ((this.capabilities & Capability.SESSION_TRACK) !== 0 && this.#changes.length < 64) this.#changes.push(change);
  }

  status(more = false): number {
    const session = this.session;
    let flags = more ? ServerStatus.MORE_RESULTS_EXISTS : 0;
    if (session === undefined) return flags | ServerStatus.AUTOCOMMIT;
    const { status } = session;
    if (status.autocommit) flags |= ServerStatus.AUTOCOMMIT;
    if (status.inTransaction) flags |= ServerStatus.IN_TRANS;
    if (status.noBackslashEscapes) flags |= ServerStatus.NO_BACKSLASH_ESCAPES;
    if (status.readOnlyTransaction) flags |= ServerStatus.IN_TRANS_READONLY;
    return flags;
  }

  settings(): TextSettings {
    const charset = this.session?.resultCharset ?? 'utf8mb4';
    if (this.#settings === undefined || this.#settingsCharset !== charset) {
      this.#settings = textSettings(charset, this.collationId);
      this.#settingsCharset = charset;
    }
    return this.#settings;
  }

  forgetSettings(): void {
    this.#settings = undefined;
    this.#changes = [];
  }

  ok(result?: OkResult, more = false): void {
    writeOk(this.#transport.writer, {
      affectedRows: result?.affectedRows ?? 0,
      lastInsertId: result?.lastInsertId ?? 0,
      status: this.status(more),
      warningCount: result?.warningCount ?? 0,
      info: result?.info ?? '',
      changes: this.#takeChanges(),
    });
  }

  /** `more`: another result follows in the same response. */
  send(result: StatementResult, protocol: RowProtocol, more = false): MaybePromise<void> {
    if (result.kind === 'ok') return this.ok(result, more);
    const format = resultFormat(result.columns, this.settings());
    this.#header(result.columns, format, this.status(more));
    return this.#rows(result, format, protocol, more);
  }

  /** Definitions alone, with the status of an open cursor. */
  cursorOpened(columns: readonly ResultColumn[]): void {
    const format = resultFormat(columns, this.settings());
    const status = this.status() | ServerStatus.CURSOR_EXISTS;
    this.#header(columns, format, status, true);
    if (this.#deprecateEof) this.end(status, 0);
  }

  fetched(columns: readonly ResultColumn[], rows: readonly Row[], last: boolean): void {
    const format = resultFormat(columns, this.settings());
    for (const row of rows) writeBinaryRow(this.#transport.writer, format.binary, row);
    this.end(this.status() | ServerStatus.CURSOR_EXISTS | (last ? ServerStatus.LAST_ROW_SENT : 0), 0);
  }

  /** Definitions behind a prepare or in a field list: no count in front. */
  definitions(columns: readonly ResultColumn[]): void {
    const format = resultFormat(columns, this.settings());
    this.#transport.writer.packets(format.definitions, columns.length);
  }

  /** COM_FIELD_LIST: definitions with a default value (always NULL: clients ignore it) and an EOF. */
  fieldList(columns: readonly ResultColumn[]): void {
    const { writer } = this.#transport;
    for (const column of columns) writeColumnDefinition(writer, column, this.settings().text, true);
    this.end(this.status(), 0);
  }

  /** What ends a list of definitions: nothing for newer clients. */
  endOfDefinitions(status: number): void {
    if (!this.#deprecateEof) writeEof(this.#transport.writer, status, 0);
  }

  end(status: number, warningCount: number): void {
    const { writer } = this.#transport;
    if (!this.#deprecateEof) return writeEof(writer, status, warningCount);
    const changes = this.#takeChanges();
    writeOk(writer, { affectedRows: 0, lastInsertId: 0, status, warningCount, info: '', changes }, true);
  }

  get #deprecateEof(): boolean {
    return (this.capabilities & Capability.DEPRECATE_EOF) !== 0;
  }

  /** Column definitions are optional for clients that said so and set resultset_metadata = NONE. */
  #metadataWanted(): boolean {
    return this.session?.systemVariable('resultset_metadata') !== 'NONE';
  }

  #header(columns: readonly ResultColumn[], format: ResultFormat, status: number, cursor = false): void {
    const { writer } = this.#transport;
    const optional = (this.capabilities & Capability.OPTIONAL_RESULTSET_METADATA) !== 0;
    const wanted = !optional || this.#metadataWanted();
    writer.begin();
    if (optional) writer.u8(wanted ? 1 : 0);
    writer.lenenc(columns.length);
    writer.end();
    if (!wanted) return;
    writer.packets(format.definitions, columns.length);
    if (!this.#deprecateEof) writeEof(writer, cursor ? status : status & ~ServerStatus.CURSOR_EXISTS, 0);
  }

  #rows(result: RowsResult, format: ResultFormat, protocol: RowProtocol, more: boolean): MaybePromise<void> {
    for (;;) {
      const batch = result.next();
      if (isPromise(batch)) return this.#rowsLater(result, format, { protocol, more, batch });
      if (batch === undefined) return this.#finish(result, more);
      this.#batch(batch, format, protocol);
      if (this.#transport.congested) return this.#rowsLater(result, format, { protocol, more, batch: undefined });
    }
  }

  /** The continuation, once a batch has to be waited for or the client is slow. */
  async #rowsLater(result: RowsResult, format: ResultFormat, at: Later): Promise<void> {
    let finished = false;
    try {
      let batch = await at.batch;
      if (at.batch === undefined) batch = await this.#nextWhenDrained(result);
      while (batch !== undefined) {
        this.#batch(batch, format, at.protocol);
        batch = await this.#nextWhenDrained(result);
      }
      finished = true;
      await this.#finish(result, at.more);
    } finally {
      if (!finished) await result.close();
    }
  }

  async #nextWhenDrained(result: RowsResult): Promise<Row[] | undefined> {
    if (this.#transport.congested) await this.#transport.drained();
    return result.next();
  }

  #batch(batch: readonly Row[], format: ResultFormat, protocol: RowProtocol): void {
    const { writer } = this.#transport;
    const binary = protocol === 'binary';
    const writers = binary ? format.binary : format.text;
    for (let i = 0; i < batch.length; i++) {
      if (binary) writeBinaryRow(writer, writers, batch[i] as Row);
      else writeTextRow(writer, writers, batch[i] as Row);
      if (writer.pending > FLUSH_BYTES) writer.flush();
    }
  }

  /** The statement ends (and an autocommit transaction with it) before the client hears of the end. */
  #finish(result: RowsResult, more: boolean): MaybePromise<void> {
    return andThen(result.close(), () => this.end(this.status(more), result.warningCount()));
  }

  #takeChanges(): readonly SessionChange[] {
    if (this.#changes.length === 0) return NO_CHANGES;
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }
}

interface Later {
  readonly protocol: RowProtocol;
  readonly more: boolean;
  readonly batch: Promise<Row[] | undefined> | undefined;
}

const NO_CHANGES: readonly SessionChange[] = [];
