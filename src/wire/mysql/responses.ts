/** The short answers: OK, ERR, EOF, and what OK says of changed session state. */
import type { Charset } from '../../sql/types/index.ts';
import type { SqlError } from '../../base/index.ts';
import type { SessionChange } from '../../engine/index.ts';
import type { PacketWriter } from './packet-writer.ts';
import { Capability, ServerStatus, SessionTrack } from './protocol.ts';

const OK_HEADER = 0x00;
const EOF_HEADER = 0xfe;
const ERR_HEADER = 0xff;
/** Clients read messages into a buffer of this size (MYSQL_ERRMSG_SIZE). */
const MESSAGE_CHARACTERS_MAX = 511;

export interface OkFacts {
  readonly affectedRows: number | bigint;
  readonly lastInsertId: number | bigint;
  readonly status: number;
  readonly warningCount: number;
  readonly info: string;
  /** State changes for SESSION_TRACK; empty when the client did not ask. */
  readonly changes: readonly SessionChange[];
}

export const PLAIN_OK: Omit<OkFacts, 'status'> = {
  affectedRows: 0,
  lastInsertId: 0,
  warningCount: 0,
  info: '',
  changes: [],
};

/** `asEof`: the OK packet that ends rows for clients with DEPRECATE_EOF. */
export function writeOk(writer: PacketWriter, facts: OkFacts, asEof = false): void {
  const changed = facts.changes.length > 0;
  writer.begin();
  writer.u8(asEof ? EOF_HEADER : OK_HEADER);
  writer.lenenc(facts.affectedRows);
  // An explicit negative AUTO_INCREMENT value goes as the 64 bits it has.
  const id = facts.lastInsertId;
  writer.lenenc(id < 0 ? BigInt.asUintN(64, BigInt(id)) : id);
  writer.u16(changed ? facts.status | ServerStatus.SESSION_STATE_CHANGED : facts.status);
  writer.u16(Math.min(facts.warningCount, 0xffff));
  // The manual says "string to the end of the packet" for clients without SESSION_TRACK; MySQL sends a length for them too,
  // and mysqlnd (PHP) depends on it.
  if (changed || facts.info !== '') writer.lenencText(facts.info);
  if (changed) writeChanges(writer, facts.changes);
  writer.end();
}

function writeChanges(writer: PacketWriter, changes: readonly SessionChange[]): void {
  const entries: Buffer[] = [];
  for (const change of changes) {
    const parts = change.kind === 'schema' ? [change.name] : [change.name, change.value];
    const data = Buffer.concat(parts.map(lenencText));
    const type = change.kind === 'schema' ? SessionTrack.SCHEMA : SessionTrack.SYSTEM_VARIABLES;
    entries.push(Buffer.concat([Buffer.from([type]), lenencLength(data.length), data]));
  }
  writer.lenencBytes(Buffer.concat(entries));
}

function lenencText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([lenencLength(bytes.length), bytes]);
}

function lenencLength(length: number): Buffer {
  return length < 251 ? Buffer.from([length]) : Buffer.from([0xfd, length, length >>> 8, length >>> 16]);
}

export function writeEof(writer: PacketWriter, status: number, warningCount: number): void {
  writer.begin();
  writer.u8(EOF_HEADER);
  writer.u16(Math.min(warningCount, 0xffff));
  writer.u16(status);
  writer.end();
}

/** `charset` = of results, where it is not UTF-8. */
export function writeError(
  writer: PacketWriter,
  error: SqlError,
  capabilities: number = Capability.PROTOCOL_41,
  charset?: Charset,
): void {
  writer.begin();
  writer.u8(ERR_HEADER);
  writer.u16(error.errno);
  if ((capabilities & Capability.PROTOCOL_41) !== 0) writer.text(`#${error.sqlState}`);
  const message = error.message.slice(0, MESSAGE_CHARACTERS_MAX);
  if (charset === undefined) writer.text(message);
  else writer.bytes(charset.encode(message));
  writer.end();
}
