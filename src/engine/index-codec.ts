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
import { type Bytes, prefixEnd } from '../base/index.ts';
import type { ColumnDef, IndexDef, TableDef } from '../sql/catalog/index.ts';
import type { KeyBound, KeyRange } from '../sql/ports.ts';
import type { DateTime, Row, TimeZone, Value } from '../sql/types/index.ts';
import { storedTimestamp } from './column-value.ts';
import { type KeyPart, keyPartOf } from './key-part.ts';
import { tablePrefix } from './key-space.ts';
import { KeyWriter } from './key-writer.ts';

export const NULL_MARKER = 0x00;
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
    this.#clustered = (clustered?.parts ?? []).map((part) => ({
      part,
      own: this.parts.findIndex(({ position }) => position === part.position),
    }));
    const widths = this.parts.map(({ part, marker }) => (part.width === 0 || marker ? 0 : part.width));
    this.width = this.isHiddenRowId
      ? ROW_ID_BYTES
      : widths.includes(0)
        ? 0
        : widths.reduce((sum, width) => sum + width, 0);
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
  entryKey(
    row: Row,
    handle: Bytes,
    handleSkip: number,
    zone: TimeZone,
  ): { readonly key: Bytes; readonly unique: boolean } {
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
