/**
 * Keys of one index of one table version: from rows, from bounds and from points; and what entries give back.
 *
 *     clustered key      prefix | parts without markers               hidden row id: 6 bytes big-endian
 *     secondary entry    prefix | parts with markers | clustered parts (without prefix)
 *     unique entry       prefix | parts with markers, while no part is NULL; the value begins with varint length and the
 *                        clustered parts
 *     entry value        [varint length, clustered parts]  then per original: varint length + 1 and the column's bytes, 0 = NULL
 *
 * Originals are the columns of the entry that its key cannot give back (collated text). Columns read from an entry are thus
 * exactly those that the index covers: its unprefixed parts and the clustered key's.
 */
import { type Bytes, BytesReader, BytesWriter, prefixEnd } from '../base/index.ts';
import type { ColumnDef, IndexDef, TableDef } from '../sql/catalog/index.ts';
import type { KeyBound, KeyRange } from '../sql/ports.ts';
import type { DateTime, Row, TimeZone, Value } from '../sql/types/index.ts';
import { type ColumnFormat, type ReadContext, columnFormatOf, sessionTimestamp, storedTimestamp } from './column-value.ts';
import { type KeyPart, keyPartOf } from './key-part.ts';
import { tablePrefix } from './key-space.ts';
import { KeyWriter } from './key-writer.ts';

const NULL_MARKER = 0x00;
const VALUE_MARKER = 0x01;
export const ROW_ID_BYTES = 6;

export interface IndexPart {
  readonly position: number;
  readonly column: ColumnDef;
  readonly part: KeyPart;
  readonly descending: boolean;
  readonly marker: boolean;
  readonly isTimestamp: boolean;
  readonly isPrefix: boolean;
}

export interface ByteRange {
  readonly start: Bytes;
  readonly end: Bytes;
}

const writer = new KeyWriter();

export class IndexCodec {
  readonly index: IndexDef;
  readonly isClustered: boolean;
  readonly prefix: Bytes;
  readonly parts: readonly IndexPart[];
  /** Bytes of every key behind the prefix; 0 when they differ. */
  readonly width: number;
  readonly #end: Bytes;
  /** How ranges go on behind the parts of a secondary entry, into the clustered key: `own` = the part's value is one of the index's own. */
  readonly #clustered: readonly { readonly part: IndexPart; readonly own: number }[];

  /** `clustered`: the codec of the table's clustered index, for a secondary one. */
  constructor(table: TableDef, index: IndexDef, clustered?: IndexCodec) {
    this.index = index;
    this.isClustered = index === table.indexes[0] || index.id === 0;
    this.prefix = tablePrefix(table.id, index.id);
    this.#end = prefixEnd(this.prefix) as Bytes;
    this.parts = index.parts.map((part): IndexPart => {
      const position = table.columns.findIndex((column) => column.id === part.columnId);
      const column = table.columns[position] as ColumnDef;
      const isPrefix = part.prefixLength !== undefined;
      return {
        position,
        column,
        part: keyPartOf(column.type, part.prefixLength),
        descending: part.descending,
        marker: !this.isClustered,
        isTimestamp: column.type.kind === 'timestamp',
        isPrefix,
      };
    });
    this.#clustered = (clustered?.parts ?? []).map((part) => ({ part, own: this.parts.findIndex(({ position }) => position === part.position) }));
    const widths = this.parts.map(({ part, marker }) => (part.width === 0 || marker ? 0 : part.width));
    this.width = this.isHiddenRowId ? ROW_ID_BYTES : widths.includes(0) ? 0 : widths.reduce((sum, width) => sum + width, 0);
  }

  get isHiddenRowId(): boolean {
    return this.isClustered && this.parts.length === 0;
  }

  /** The whole index. */
  get all(): ByteRange {
    return { start: this.prefix, end: this.#end };
  }

  /** The clustered key of a full row; the handle of the row. */
  clusteredKey(row: Row, zone: TimeZone): Bytes {
    this.#begin();
    for (const part of this.parts) putPart(part, row[part.position] as Value, zone);
    return writer.finish();
  }

  rowIdKey(rowId: number): Bytes {
    this.#begin();
    writer.unsigned(rowId, ROW_ID_BYTES);
    return writer.finish();
  }

  /** The entry of a row whose clustered key is `handle`, behind a prefix of `handleSkip` bytes. */
  entryKey(row: Row, handle: Bytes, handleSkip: number, zone: TimeZone): { readonly key: Bytes; readonly unique: boolean } {
    this.#begin();
    let unique = this.index.unique;
    for (const part of this.parts) {
      const value = row[part.position] as Value;
      if (value === null) unique = false;
      putPart(part, value, zone);
    }
    if (!unique) writer.range(handle, handleSkip, handle.length);
    return { key: writer.finish(), unique };
  }

  /** The key of a point: values for all parts. Undefined when one of them is NULL, which no unique key holds. */
  pointKey(values: readonly Value[], zone: TimeZone): Bytes | undefined {
    this.#begin();
    for (let i = 0; i < this.parts.length; i++) {
      const value = values[i] as Value;
      if (value === null) return undefined;
      putPart(this.parts[i] as IndexPart, value, zone);
    }
    return writer.finish();
  }

  /** The byte range of a key range; undefined when it is empty. */
  byteRange(range: KeyRange, zone: TimeZone): ByteRange | undefined {
    let { low, high } = range;
    if (this.#rangedPart(low, high)?.descending === true) [low, high] = [high, low];
    const start = low === undefined ? this.prefix : this.#lowKey(low, zone);
    const end = high === undefined ? this.#end : this.#highKey(high, zone);
    if (start === undefined || end === undefined || !isBefore(start, end)) return undefined;
    return { start, end };
  }

  /** The part in which the two bounds differ: if it descends, the low value is the high end. */
  #rangedPart(low: KeyBound | undefined, high: KeyBound | undefined): IndexPart | undefined {
    const a = low?.values ?? [];
    const b = high?.values ?? [];
    let same = 0;
    while (same < a.length && same < b.length && sameValue(a[same] as Value, b[same] as Value)) same++;
    if (same >= Math.max(a.length, b.length)) return undefined;
    return this.parts[same] ?? this.#clustered.filter(({ own }) => own < 0)[same - this.parts.length]?.part;
  }

  #lowKey(bound: KeyBound, zone: TimeZone): Bytes | undefined {
    const key = this.#boundKey(bound, zone);
    return bound.inclusive ? key : prefixEnd(key);
  }

  #highKey(bound: KeyBound, zone: TimeZone): Bytes | undefined {
    const key = this.#boundKey(bound, zone);
    return bound.inclusive ? prefixEnd(key) : key;
  }

  #boundKey(bound: KeyBound, zone: TimeZone): Bytes {
    this.#begin();
    const { values } = bound;
    const own = Math.min(values.length, this.parts.length);
    for (let i = 0; i < own; i++) putPart(this.parts[i] as IndexPart, values[i] as Value, zone);
    if (values.length > own) this.#putClustered(values, zone);
    return writer.finish();
  }

  /** Bounds name only those clustered columns that the index does not have already; keys have them all. */
  #putClustered(values: readonly Value[], zone: TimeZone): void {
    let next = this.parts.length;
    for (const { part, own } of this.#clustered) {
      if (own < 0 && next >= values.length) return;
      putPart(part, values[own < 0 ? next++ : own] as Value, zone);
    }
  }

  #begin(): void {
    writer.reset();
    writer.raw(this.prefix);
  }
}

function putPart(part: IndexPart, value: Value, zone: TimeZone): void {
  const start = writer.length;
  if (part.marker) writer.byte(value === null ? NULL_MARKER : VALUE_MARKER);
  if (value !== null) part.part.encode(writer, part.isTimestamp ? storedTimestamp(value as DateTime, zone) : value);
  if (part.descending) writer.complementFrom(start);
}

function isBefore(a: Bytes, b: Bytes): boolean {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return (a[i] as number) < (b[i] as number);
  return a.length < b.length;
}

function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return String(a) === String(b);
}

/** Reads and writes what a secondary entry holds of its row. */
export class EntryCodec {
  readonly #codec: IndexCodec;
  readonly #clustered: IndexCodec;
  readonly #originals: readonly { readonly position: number; readonly format: ColumnFormat }[];

  constructor(codec: IndexCodec, clustered: IndexCodec) {
    this.#codec = codec;
    this.#clustered = clustered;
    const positions = new Set<number>();
    for (const part of [...codec.parts, ...clustered.parts]) {
      if (part.part.decode === undefined && !part.isPrefix) positions.add(part.position);
    }
    this.#originals = [...positions].map((position) => {
      const part = [...codec.parts, ...clustered.parts].find((candidate) => candidate.position === position) as IndexPart;
      return { position, format: columnFormatOf(part.column.type) };
    });
  }

  /** Positions of the columns that an entry gives back. */
  get covered(): ReadonlySet<number> {
    const restorable = [...this.#codec.parts, ...this.#clustered.parts].filter((part) => part.part.decode !== undefined && !part.isPrefix);
    return new Set([...restorable, ...this.#originals].map(({ position }) => position));
  }

  encodeValue(row: Row, handle: Bytes, unique: boolean, zone: TimeZone): Bytes {
    if (!unique && this.#originals.length === 0) return EMPTY;
    const out = new BytesWriter(32);
    if (unique) out.varint(handle.length - this.#clustered.prefix.length).range(handle, this.#clustered.prefix.length, handle.length);
    for (const { position, format } of this.#originals) {
      const value = row[position] as Value;
      if (value === null) {
        out.varint(0);
        continue;
      }
      writer.reset();
      format.write(writer, value, zone);
      out.varint(writer.length + 1).range(writer.bytes, 0, writer.length);
    }
    return out.finish();
  }

  /** The clustered key that an entry leads to. `key` and `value` are ranges of one buffer. */
  handleOf(buffer: Bytes, keyStart: number, keyEnd: number, valueStart: number): Bytes {
    const { prefix, width } = this.#clustered;
    const tail = this.#tailStart(buffer, keyStart, keyEnd);
    let from = tail;
    let to = keyEnd;
    if (tail === keyEnd) {
      const reader = new BytesReader(buffer, valueStart);
      const length = reader.varint();
      from = reader.position;
      to = from + length;
    } else if (width !== 0) from = keyEnd - width;
    const handle = new Uint8Array(prefix.length + to - from);
    handle.set(prefix);
    for (let i = from, at = prefix.length; i < to; i++) handle[at++] = buffer[i] as number;
    return handle;
  }

  /** Where the clustered parts begin in an entry's key; its end when they are in the value. */
  #tailStart(buffer: Bytes, keyStart: number, keyEnd: number): number {
    const { width } = this.#clustered;
    if (!this.#codec.index.unique && width !== 0) return keyEnd - width;
    let at = keyStart + this.#codec.prefix.length;
    for (const part of this.#codec.parts) at = skipPart(part, buffer, at);
    return at;
  }

  /** Fills `full` (by column position) with all columns that the entry gives back. */
  decode(buffer: Bytes, at: { keyStart: number; keyEnd: number; valueStart: number; valueEnd: number }, full: Row, context: ReadContext): void {
    let next = at.keyStart + this.#codec.prefix.length;
    for (const part of this.#codec.parts) next = readPart(part, buffer, next, full, context);
    const reader = new BytesReader(buffer, at.valueStart, at.valueEnd);
    let clusteredAt = next;
    if (next === at.keyEnd) {
      const length = reader.varint();
      clusteredAt = reader.position;
      reader.skip(length);
    }
    for (const part of this.#clustered.parts) clusteredAt = readPart(part, buffer, clusteredAt, full, context);
    for (const { position, format } of this.#originals) {
      const length = reader.varint();
      if (length === 0) full[position] = null;
      else {
        const start = reader.position;
        reader.skip(length - 1);
        full[position] = format.read(buffer, start, start + length - 1, context);
      }
    }
  }
}

const EMPTY: Bytes = new Uint8Array(0);
const COMPLEMENT_WINDOW = 16 * 1024;

function isNullMarker(part: IndexPart, byte: number): boolean {
  return byte === (part.descending ? 0xff - NULL_MARKER : NULL_MARKER);
}

function skipPart(part: IndexPart, buffer: Bytes, at: number): number {
  let next = at;
  if (part.marker) {
    next++;
    if (isNullMarker(part, buffer[at] as number)) return next;
  }
  if (part.part.width !== 0) return next + part.part.width;
  if (!part.descending) return part.part.skip(buffer, next);
  return next + part.part.skip(complemented(buffer, next), 0);
}

function readPart(part: IndexPart, buffer: Bytes, at: number, full: Row, context: ReadContext): number {
  let next = at;
  if (part.marker) {
    next++;
    if (isNullMarker(part, buffer[at] as number)) {
      full[part.position] = null;
      return next;
    }
  }
  const decode = part.part.decode;
  if (decode !== undefined && !part.isPrefix) {
    const value = part.descending ? decode(complemented(buffer, next), 0) : decode(buffer, next);
    full[part.position] = part.isTimestamp ? sessionTimestamp(value as DateTime, context.zone) : value;
  }
  return skipPart(part, buffer, at);
}

function complemented(buffer: Bytes, from: number): Bytes {
  const out = buffer.slice(from, from + COMPLEMENT_WINDOW);
  for (let i = 0; i < out.length; i++) out[i] = ~(out[i] as number);
  return out;
}
