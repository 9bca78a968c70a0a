/**
 * A table's row as the value of its clustered key.
 *
 *     u8    bits 0-1 width of an offset (0: 1 byte, 1: 2 bytes, 2: 4 bytes), bit 2 all text is ASCII, bit 3 has NULLs,
 *           bits 4-7 format version (1)
 *     u16   n: the row has slots for the columns with ids 1 to n
 *     NULL bitmap, (n + 7) / 8 bytes, present when bit 3 is set; slot i is NULL when bit i is
 *     n end offsets of the slots, relative to the first data byte; ids that are no longer columns have empty slots
 *     data  the columns' bytes (column-value.ts) in order of id
 *
 * Rows do not change when a column is added or dropped: a column with an id beyond n reads its origin default. Any column is
 * found by two offset reads, whatever precedes it. Ids are never reused in a table.
 */
import { type Bytes, DbError, assert } from '../base/index.ts';
import type { ColumnDef, TableDef } from '../sql/catalog/index.ts';
import type { Row, TimeZone, Value } from '../sql/types/index.ts';
import { type ColumnFormat, columnFormatOf } from './column-value.ts';
import { KeyWriter } from './key-writer.ts';

export const ROW_VERSION = 1;
export const WIDTH_MASK = 3;
export const FLAG_ASCII = 4;
export const FLAG_NULLS = 8;
export const HEADER_BYTES = 3;

/**
 * Rows keep all columns. Virtual ones too: their expressions are deterministic over the same row, so a value written once
 * is right until the row changes, and readers, filters and indexes treat all columns alike.
 */
export function isStored(_column: ColumnDef): boolean {
  return true;
}

interface Slot {
  readonly position: number;
  readonly isText: boolean;
  readonly format: ColumnFormat;
}

/** Of the row that is being encoded: nothing interrupts that, so all tables share it. */
const data = new KeyWriter();

/** Encodes rows of one table version. */
export class RowEncoder {
  readonly #slots: readonly (Slot | undefined)[];
  readonly #ends: Int32Array;

  constructor(table: TableDef) {
    const slots: (Slot | undefined)[] = [];
    table.columns.forEach((column, position) => {
      assert(column.id >= 1, 'column ids begin at 1');
      if (!isStored(column)) return;
      slots[column.id - 1] = {
        position,
        isText: column.type.kind === 'string',
        format: columnFormatOf(column.type),
      };
    });
    const count = Math.max(slots.length, ...table.columns.map((column) => column.id));
    this.#slots = Array.from({ length: count }, (_, i) => slots[i]);
    this.#ends = new Int32Array(count);
  }

  /** `row` holds all columns in table order. The result is owned by the caller. */
  encode(row: Row, zone: TimeZone): Bytes {
    const slots = this.#slots;
    const count = slots.length;
    data.reset();
    let ascii = FLAG_ASCII;
    let nulls = 0;
    for (let i = 0; i < count; i++) {
      const slot = slots[i];
      if (slot !== undefined) {
        const value = row[slot.position] as Value;
        if (value === null || value === undefined) nulls = FLAG_NULLS;
        else {
          const before = data.length;
          slot.format.write(data, value, zone);
          if (slot.isText && data.length - before !== (value as string).length) ascii = 0;
        }
      }
      this.#ends[i] = data.length;
    }
    return this.#assemble(row, ascii | nulls);
  }

  #assemble(row: Row, flags: number): Bytes {
    const ends = this.#ends;
    const count = ends.length;
    const width = data.length < 0x100 ? 0 : data.length < 0x10000 ? 1 : 2;
    const nullBytes = (flags & FLAG_NULLS) === 0 ? 0 : (count + 7) >> 3;
    const start = HEADER_BYTES + nullBytes + (count << width);
    const out = new Uint8Array(start + data.length);
    out[0] = (ROW_VERSION << 4) | flags | width;
    out[1] = count;
    out[2] = count >>> 8;
    if (nullBytes > 0) {
      for (let i = 0; i < count; i++) {
        const slot = this.#slots[i];
        if (slot === undefined || (row[slot.position] ?? null) === null) {
          out[HEADER_BYTES + (i >> 3)] = (out[HEADER_BYTES + (i >> 3)] as number) | (1 << (i & 7));
        }
      }
    }
    let at = HEADER_BYTES + nullBytes;
    for (let i = 0; i < count; i++) {
      const end = ends[i] as number;
      out[at++] = end;
      if (width > 0) out[at++] = end >>> 8;
      if (width > 1) {
        out[at++] = end >>> 16;
        out[at++] = end >>> 24;
      }
    }
    if (data.length > 64) out.set(data.bytes.subarray(0, data.length), start);
    else for (let i = 0; i < data.length; i++) out[start + i] = data.bytes[i] as number;
    return out;
  }
}

export function unknownRowVersion(flags: number): DbError {
  return new DbError('corrupt', 'bad-row', `a stored row has format version ${flags >>> 4}`);
}
