/**
 * The log record of one group of commits.
 *
 *     u8       format version (1)
 *     u8       kind: 1 the writes follow; 2 an object holds them; 3 sorted tables hold them
 *     u64      writer: random per process life, so that a writer knows its own record again
 *     varint   sequence of the record in that life
 *     kind 1:
 *       u64    commit timestamp
 *       varint number of writes
 *       per write: varint key length, key, varint value length + 1 (0 = deleted), value
 *     kind 2:
 *       varint length of the object, u32 checksum (base checksum32) of the object, string path; the object holds kind 1's body
 *     kind 3 (bulk load): u64 commit timestamp, string: JSON list of the tables' metas (lsm tableMetaToJson)
 *
 * A group of transactions is one commit with one timestamp: their keys are locked against each other until it is applied, so
 * they are disjoint, and any order among them is the same.
 * Timestamps strictly increase along the log.
 */
import { BytesReader, BytesWriter, type Bytes, DbError, checksum32 } from '../base/index.ts';
import { type LsmWrite, type Memtable, type TableMeta, tableMetaFromJson, tableMetaToJson } from '../lsm/index.ts';
import type { Timestamp } from './timestamp.ts';

const FORMAT_VERSION = 1;
const KIND_INLINE = 1;
const KIND_OBJECT = 2;
const KIND_TABLES = 3;
const HEADER_BYTES_MAX = 32;

export interface RecordId {
  readonly writer: number;
  readonly sequence: number;
}

export interface CommitWrites {
  readonly timestamp: Timestamp;
  readonly writes: readonly LsmWrite[];
}

export type CommitRecord = RecordId &
  (
    | { readonly kind: 'inline'; readonly commit: CommitWrites }
    | { readonly kind: 'tables'; readonly timestamp: Timestamp; readonly tables: readonly TableMeta[] }
    | { readonly kind: 'object'; readonly path: string; readonly lengthBytes: number; readonly checksum: number }
  );

/** A record whose writes are keys and values. */
export type WriteRecord = Exclude<CommitRecord, { kind: 'tables' }>;

/** A commit before it is encoded: the write sets of a group. */
export interface PendingCommit {
  readonly timestamp: Timestamp;
  readonly writeSets: readonly Memtable[];
}

/** A record without its header: what kind 1 carries and kind 2's object holds. */
export function encodeBody(commit: PendingCommit): Bytes {
  const writer = new BytesWriter(bodyBytesEstimate(commit));
  putBody(writer, commit);
  return writer.view();
}

export function encodeInlineRecord(id: RecordId, commit: PendingCommit): Bytes {
  const writer = new BytesWriter(HEADER_BYTES_MAX + bodyBytesEstimate(commit));
  putHeader(writer, KIND_INLINE, id);
  putBody(writer, commit);
  return writer.view();
}

export function encodeObjectRecord(id: RecordId, path: string, body: Bytes): Bytes {
  const writer = new BytesWriter(HEADER_BYTES_MAX + path.length * 3);
  putHeader(writer, KIND_OBJECT, id);
  writer.varint(body.length).u32(checksum32(body)).string(path);
  return writer.view();
}

export function encodeTablesRecord(id: RecordId, timestamp: Timestamp, tables: readonly TableMeta[]): Bytes {
  const json = JSON.stringify(tables.map(tableMetaToJson));
  const writer = new BytesWriter(HEADER_BYTES_MAX + json.length);
  putHeader(writer, KIND_TABLES, id);
  writer.u64(timestamp).string(json);
  return writer.view();
}

export function decodeRecord(record: Bytes): CommitRecord {
  const reader = new BytesReader(record);
  const version = reader.u8();
  if (version !== FORMAT_VERSION) throw corrupt(`commit record of unknown format version ${version}`);
  const kind = reader.u8();
  const id = { writer: reader.u64(), sequence: reader.varint() };
  if (kind === KIND_INLINE) return { kind: 'inline', ...id, commit: readBody(reader) };
  if (kind === KIND_TABLES) {
    const timestamp = reader.u64();
    const metas = JSON.parse(reader.string()) as unknown[];
    return { kind: 'tables', ...id, timestamp, tables: metas.map(tableMetaFromJson) };
  }
  if (kind !== KIND_OBJECT) throw corrupt(`commit record of unknown kind ${kind}`);
  const lengthBytes = reader.varint();
  const checksum = reader.u32();
  return { kind: 'object', ...id, path: reader.string(), lengthBytes, checksum };
}

export function decodeBody(body: Bytes): CommitWrites {
  return readBody(new BytesReader(body));
}

/** Upper bound of the encoded size, so that the writer never grows. */
export function bodyBytesEstimate(commit: PendingCommit): number {
  let bytes = 32;
  for (const writes of commit.writeSets) bytes += writes.usedBytes;
  return bytes;
}

function putHeader(writer: BytesWriter, kind: number, id: RecordId): void {
  writer.u8(FORMAT_VERSION).u8(kind).u64(id.writer).varint(id.sequence);
}

function putBody(writer: BytesWriter, commit: PendingCommit): void {
  let count = 0;
  for (const writes of commit.writeSets) count += countWrites(writes);
  writer.u64(commit.timestamp).varint(count);
  for (const writes of commit.writeSets) putWrites(writer, writes);
}

function putWrites(writer: BytesWriter, writes: Memtable): void {
  const bytes = writes.bytes;
  for (let record = writes.first; record !== 0; record = writes.next(record)) {
    const version = writes.newestVersion(record);
    if (version === 0) continue; // undone by a savepoint
    const keyStart = writes.keyStart(record);
    const keyLength = writes.keyLength(record);
    writer.varint(keyLength).range(bytes, keyStart, keyStart + keyLength);
    if (writes.isDeleted(version)) {
      writer.u8(0);
      continue;
    }
    const start = writes.valueStart(version);
    const length = writes.valueLength(version);
    writer.varint(length + 1).range(bytes, start, start + length);
  }
}

/** Keys that a savepoint left without a version do not count. */
function countWrites(writes: Memtable): number {
  let count = 0;
  for (let record = writes.first; record !== 0; record = writes.next(record)) {
    if (writes.newestVersion(record) !== 0) count++;
  }
  return count;
}

function readBody(reader: BytesReader): CommitWrites {
  const timestamp = reader.u64();
  const count = reader.varint();
  const writes: LsmWrite[] = [];
  for (let i = 0; i < count; i++) {
    const key = reader.lengthPrefixed();
    const length = reader.varint();
    writes.push({ key, value: length === 0 ? undefined : reader.take(length - 1) });
  }
  if (!reader.done) throw corrupt('a commit record has bytes behind its end');
  return { timestamp, writes };
}

function corrupt(message: string): DbError {
  return new DbError('corrupt', 'bad-commit-record', message);
}
