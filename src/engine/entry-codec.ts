/**
 * What a secondary entry holds of its row, and how it is read back: see index-codec.ts for the layout.
 *
 * `reader` makes a function for the wanted columns. When they all lie in the key, it touches nothing else: a covering scan is
 * then about as quick as a table scan.
 */
import { type Bytes, BytesReader, BytesWriter } from '../base/index.ts';
import type { DateTime, Row, TimeZone, Value } from '../sql/types/index.ts';
import { type ColumnFormat, type ReadContext, columnFormatOf, sessionTimestamp } from './column-value.ts';
import type { IndexCodec, IndexPart } from './index-codec.ts';
import { NULL_MARKER } from './index-codec.ts';
import { KeyWriter } from './key-writer.ts';

const writer = new KeyWriter();

export interface EntryPlace {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export type EntryReader = (buffer: Bytes, at: EntryPlace, context: ReadContext) => Row;

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
      const part = [...codec.parts, ...clustered.parts].find(
        (candidate) => candidate.position === position,
      ) as IndexPart;
      return { position, format: columnFormatOf(part.column.type) };
    });
  }

  /** Positions of the columns that an entry gives back. */
  get covered(): ReadonlySet<number> {
    const restorable = [...this.#codec.parts, ...this.#clustered.parts].filter(
      (part) => part.part.decode !== undefined && !part.isPrefix,
    );
    return new Set([...restorable, ...this.#originals].map(({ position }) => position));
  }

  encodeValue(row: Row, handle: Bytes, unique: boolean, zone: TimeZone): Bytes {
    if (!unique && this.#originals.length === 0) return EMPTY;
    const out = new BytesWriter(32);
    if (unique)
      out
        .varint(handle.length - this.#clustered.prefix.length)
        .range(handle, this.#clustered.prefix.length, handle.length);
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

  /** Makes rows of the wanted columns (positions in the table) from entries; all of them must be covered. */
  reader(columns: readonly number[]): EntryReader {
    return this.#keyReader(columns) ?? this.#fullReader(columns);
  }

  #fullReader(columns: readonly number[]): EntryReader {
    const full: Row = [];
    return (buffer, at, context) => {
      this.decode(buffer, at, full, context);
      return columns.map((position) => full[position] as Value);
    };
  }

  /** Undefined when a wanted column is not in the key at a place that can be found from its ends. */
  #keyReader(columns: readonly number[]): EntryReader | undefined {
    const { parts, prefix, index } = this.#codec;
    const clustered = this.#clustered;
    const targets = parts.map((part) =>
      part.isPrefix || part.part.decode === undefined ? -1 : columns.indexOf(part.position),
    );
    const tail = index.unique || clustered.width === 0 ? [] : tailPlaces(clustered, columns, new Set(targets));
    const found = new Set([...targets, ...tail.map(({ target }) => target)]);
    if (columns.some((_, target) => !found.has(target)) || new Set(columns).size !== columns.length) return undefined;
    const count = targets.findLastIndex((target) => target >= 0) + 1;
    const blank: Row = columns.map(() => null);
    return (buffer, { keyStart, keyEnd }, context) => {
      const row = blank.slice();
      let at = keyStart + prefix.length;
      for (let i = 0; i < count; i++) {
        const part = parts[i] as IndexPart;
        const target = targets[i] as number;
        if (target >= 0) row[target] = valueOfPart(part, buffer, at, context);
        at = skipPart(part, buffer, at);
      }
      for (const { part, target, fromEnd } of tail) row[target] = valueOfPart(part, buffer, keyEnd - fromEnd, context);
      return row;
    };
  }

  /** Fills `full` (by column position) with all columns that the entry gives back. */
  decode(buffer: Bytes, at: EntryPlace, full: Row, context: ReadContext): void {
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

/** The value of a part that can be read back. */
function valueOfPart(part: IndexPart, buffer: Bytes, at: number, context: ReadContext): Value {
  let start = at;
  if (part.marker) {
    if (isNullMarker(part, buffer[at] as number)) return null;
    start++;
  }
  const decode = part.part.decode as NonNullable<IndexPart['part']['decode']>;
  const value = part.descending ? decode(complemented(buffer, start), 0) : decode(buffer, start);
  return part.isTimestamp ? sessionTimestamp(value as DateTime, context.zone) : value;
}

function readPart(part: IndexPart, buffer: Bytes, at: number, full: Row, context: ReadContext): number {
  if (part.part.decode !== undefined && !part.isPrefix) full[part.position] = valueOfPart(part, buffer, at, context);
  else if (part.marker && isNullMarker(part, buffer[at] as number)) full[part.position] = null;
  return skipPart(part, buffer, at);
}

/** Clustered parts of fixed width at the end of an entry's key, as distances from its end. */
function tailPlaces(
  clustered: IndexCodec,
  columns: readonly number[],
  have: ReadonlySet<number>,
): { part: IndexPart; target: number; fromEnd: number }[] {
  let fromEnd = clustered.width;
  const places: { part: IndexPart; target: number; fromEnd: number }[] = [];
  for (const part of clustered.parts) {
    const target = columns.indexOf(part.position);
    if (target >= 0 && !have.has(target) && part.part.decode !== undefined) places.push({ part, target, fromEnd });
    fromEnd -= part.part.width;
  }
  return places;
}

function complemented(buffer: Bytes, from: number): Bytes {
  const out = buffer.slice(from, from + COMPLEMENT_WINDOW);
  for (let i = 0; i < out.length; i++) out[i] = ~(out[i] as number);
  return out;
}
