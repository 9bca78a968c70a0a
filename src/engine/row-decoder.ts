/**
 * Decodes chosen columns of rows, straight from the bytes of a block.
 *
 * For each (table version, columns) a function is generated, in which slots are constants and each column's reader is called
 * directly: a table scan spends its time in this loop. The format is in row-codec.ts.
 *
 * Values of columns that the row does not have come from `origin`.
 */
import type { Bytes } from '../base/index.ts';
import type { ColumnDef, TableDef } from '../sql/catalog/index.ts';
import type { Row, Value } from '../sql/types/index.ts';
import { type ColumnFormat, type ReadContext, asciiRead, columnFormatOf } from './column-value.ts';
import { isStored, unknownRowVersion } from './row-codec.ts';
import { readSigned, readUnsigned } from './stored-integer.ts';

export interface RowDecoder {
  /** A new row array with the wanted columns. */
  readonly decode: (bytes: Bytes, at: number, context: ReadContext) => Row;
}

type OriginOf = (column: ColumnDef) => Value;

interface Wanted {
  readonly slot: number;
  readonly format: ColumnFormat;
  readonly isText: boolean;
  readonly origin: Value;
}

/** `columns`: positions in `table.columns`. Virtual columns read as NULL. */
export function buildRowDecoder(table: TableDef, columns: readonly number[], originOf: OriginOf): RowDecoder {
  const wanted = columns.map((position): Wanted | undefined => {
    const column = table.columns[position] as ColumnDef;
    if (!isStored(column)) return undefined;
    const format = columnFormatOf(column.type);
    return { slot: column.id - 1, format, isText: column.type.kind === 'string', origin: originOf(column) };
  });
  const known = wanted.filter((column) => column !== undefined);
  const source = functionSource(wanted);
  // oxlint-disable-next-line typescript/no-implied-eval -- a decoder per table, made of column numbers and our own text only
  const make = new Function('readers', 'origins', 'asciiRead', 'readSigned', 'readUnsigned', 'badVersion', source) as (
    ...parameters: unknown[]
  ) => RowDecoder['decode'];
  const decode = make(
    known.map((column) => column.format.read),
    known.map((column) => column.origin),
    asciiRead,
    readSigned,
    readUnsigned,
    unknownRowVersion,
  );
  return { decode };
}

/** The body of the factory: constants for readers and origins, then the decoding function, one branch per offset width. */
function functionSource(wanted: readonly (Wanted | undefined)[]): string {
  const known = wanted.filter((column) => column !== undefined);
  const names = wanted.map((column) => (column === undefined ? 'null' : `v${known.indexOf(column)}`));
  const constants = known.map((column, i) => `const o${i} = origins[${i}];${readerConstant(column, i)}`);
  const variables = known.length === 0 ? '' : `let s = 0, e = 0, ${known.map((_, i) => `v${i} = null`).join(', ')};`;
  const widths = [0, 1, 2].map((width) => `{ ${known.map((column, i) => columnSource(column, i, width)).join('\n')} }`);
  return `'use strict'; ${constants.join(' ')}
    return function decodeRow(b, at, context) {
      const flags = b[at];
      if (flags >>> 4 !== 1) throw badVersion(flags);
      const n = b[at + 1] | (b[at + 2] << 8);
      const nulls = at + 3;
      const hasNulls = (flags & 8) !== 0;
      const ascii = (flags & 4) !== 0;
      const offsets = hasNulls ? nulls + ((n + 7) >> 3) : nulls;
      const width = flags & 3;
      const data = offsets + (n << width);
      ${variables}
      if (width === 0) ${widths[0]}
      else if (width === 1) ${widths[1]}
      else ${widths[2]}
      return [${names.join(', ')}];
    };`;
}

function readerConstant(column: Wanted, i: number): string {
  return inlineReader(column) === undefined ? ` const r${i} = readers[${i}];` : '';
}

/** Integer readers are shared functions, small enough for the compiler to inline. */
function inlineReader(column: Wanted): string | undefined {
  if (column.format.read === readSigned) return 'readSigned';
  if (column.format.read === readUnsigned) return 'readUnsigned';
  return undefined;
}

function columnSource(column: Wanted, i: number, width: number): string {
  const { slot } = column;
  const start = slot === 0 ? 'data' : `data + ${offsetSource(slot - 1, width)}`;
  const inline = inlineReader(column);
  const plain = inline === undefined ? `r${i}(b, s, e, context)` : `${inline}(b, s, e)`;
  const read = column.isText ? `ascii ? asciiRead(b, s, e) : ${plain}` : plain;
  return `if (n <= ${slot}) v${i} = o${i};
    else if (!(hasNulls && (b[nulls + ${slot >> 3}] & ${1 << (slot & 7)}) !== 0)) {
      s = ${start}; e = data + ${offsetSource(slot, width)};
      v${i} = ${read};
    }`;
}

function offsetSource(slot: number, width: number): string {
  const at = `offsets + ${slot << width}`;
  if (width === 0) return `b[${at}]`;
  if (width === 1) return `(b[${at}] | (b[${at} + 1] << 8))`;
  return `(b[${at}] | (b[${at} + 1] << 8) | (b[${at} + 2] << 16) | (b[${at} + 3] << 24))`;
}
