/**
 * The prepared statements of one connection: ids, bound types, long data, cursors.
 *
 * Invariants: ids are never reused within a connection; the number of statements of all connections together stays
 * below max_prepared_stmt_count (1461); long data of one parameter stays below max_allowed_packet.
 */
import { SqlError, sqlError } from '../../base/index.ts';
import type { PreparedStatement } from '../../engine/index.ts';
import { blobType, type Charset, type FieldType, type Value } from '../../sql/types/index.ts';
import type { Cursor } from './cursor.ts';
import { bytesToValue, readParameter, readTypes, type BoundType } from './parameters.ts';
import { malformed, PayloadReader } from './payload-reader.ts';

/** Shared by all connections of a server. */
export interface StatementCount {
  open: number;
  max: number;
}

export interface OpenStatement {
  readonly id: number;
  readonly statement: PreparedStatement;
  bound: readonly BoundType[] | undefined;
  types: readonly FieldType[];
  longData: Map<number, LongData> | undefined;
  cursor: Cursor | undefined;
}

interface LongData {
  readonly chunks: Buffer[];
  bytes: number;
}

/** The head of COM_STMT_EXECUTE with its parameters. */
export interface Execution {
  readonly flags: number;
  readonly params: readonly Value[];
  /** The types as bound, but binary where a string turned out to be bytes. */
  readonly types: readonly FieldType[];
}

/** Where text of a packet comes from, and how much of it there may be. */
export interface ParameterContext {
  readonly charset: Charset | undefined;
  readonly queryAttributes: boolean;
}

const PARAMETER_COUNT_AVAILABLE = 0x08;
const NO_PARAMS: readonly Value[] = [];
const BYTES = blobType('long');

export class PreparedStatements {
  readonly #open = new Map<number, OpenStatement>();
  readonly #count: StatementCount;
  #nextId = 1;

  constructor(count: StatementCount) {
    this.#count = count;
  }

  /** Call before preparing. */
  checkLimit(): void {
    if (this.#count.open >= this.#count.max) throw sqlError('ER_MAX_PREPARED_STMT_COUNT_REACHED', this.#count.max);
  }

  add(statement: PreparedStatement): OpenStatement {
    const id = this.#nextId++;
    const open: OpenStatement = { id, statement, bound: undefined, types: [], longData: undefined, cursor: undefined };
    this.#open.set(id, open);
    this.#count.open++;
    return open;
  }

  find(id: number): OpenStatement | undefined {
    return this.#open.get(id);
  }

  /** Throws 1243 in MySQL's words. */
  get(id: number, command: string): OpenStatement {
    const open = this.#open.get(id);
    if (open === undefined) {
      throw new SqlError(
        'ER_UNKNOWN_STMT_HANDLER',
        1243,
        'HY000',
        `Unknown prepared statement handler (${id}) given to ${command}`,
      );
    }
    return open;
  }

  close(id: number): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    this.#count.open--;
    open.statement.close();
  }

  closeAll(): void {
    for (const id of this.#open.keys()) this.close(id);
  }
}

/** COM_STMT_SEND_LONG_DATA: no answer; an overflow is reported at execute. */
export function addLongData(open: OpenStatement, parameter: number, data: Buffer, bytesMax: number): void {
  open.longData ??= new Map();
  let entry = open.longData.get(parameter);
  if (entry === undefined) open.longData.set(parameter, (entry = { chunks: [], bytes: 0 }));
  entry.bytes += data.length;
  if (entry.bytes <= bytesMax) entry.chunks.push(data);
}

/** Reads COM_STMT_EXECUTE behind the statement id and leaves the bound types in `open`. */
export function readExecution(open: OpenStatement, reader: PayloadReader, context: ParameterContext): Execution {
  const flags = reader.u8();
  reader.skip(4);
  let sent = open.statement.paramCount;
  if (context.queryAttributes && (flags & PARAMETER_COUNT_AVAILABLE) !== 0) sent = reader.lenenc();
  if (sent === 0) {
    if (open.statement.paramCount !== 0) throw sqlError('ER_WRONG_ARGUMENTS', 'mysqld_stmt_execute');
    return { flags, params: NO_PARAMS, types: open.types };
  }
  const nulls = reader.take((sent + 7) >> 3);
  if (reader.u8() !== 0) bind(open, readTypes(reader, sent, context.queryAttributes));
  const bound = open.bound;
  const count = open.statement.paramCount;
  if (bound === undefined || bound.length < sent || count > sent) {
    throw sqlError('ER_WRONG_ARGUMENTS', 'mysqld_stmt_execute');
  }
  const params: Value[] = [];
  for (let i = 0; i < sent; i++) {
    const type = bound[i] as BoundType;
    const long = open.longData?.get(i);
    let value: Value = null;
    if (long !== undefined) value = longValue(long, type, context.charset);
    else if (((nulls[i >> 3] as number) & (1 << (i & 7))) === 0) value = readParameter(reader, type, context.charset);
    if (i < count) params.push(value);
  }
  open.longData = undefined;
  return { flags, params, types: actualTypes(open.types, params) };
}

function actualTypes(types: readonly FieldType[], params: readonly Value[]): readonly FieldType[] {
  for (let i = 0; i < params.length; i++) {
    if (params[i] instanceof Uint8Array && types[i]?.kind === 'string') {
      return types.map((type, at) => (params[at] instanceof Uint8Array ? BYTES : type));
    }
  }
  return types;
}

/** Query attributes may follow the statement's own parameters; the session does not see them. */
function bind(open: OpenStatement, types: readonly BoundType[]): void {
  const bound = open.bound;
  if (bound !== undefined && bound.length === types.length && bound.every((type, i) => type === types[i])) return;
  open.bound = types;
  open.types = types.slice(0, open.statement.paramCount).map((type) => type.type);
}

function longValue(long: LongData, type: BoundType, charset: Charset | undefined): Value {
  const bytes = Buffer.concat(long.chunks);
  if (bytes.length !== long.bytes) throw sqlError('ER_NET_PACKET_TOO_LARGE');
  return bytesToValue(bytes, type, charset);
}

export function readStatementId(payload: Buffer): number {
  if (payload.length < 5) throw malformed();
  return payload.readUInt32LE(1);
}
