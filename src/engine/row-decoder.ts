/**
 * Decodes chosen columns of rows, straight from the bytes of a block.
 *
 * For each (table version, columns) a function is generated, in which slots are constants and each column's reader is called
 * directly: a table scan spends its time in this loop. The format is in row-codec.ts.
 *
 * `take` decodes a whole run. With a filter it decodes the columns that the filter reads, asks, and decodes the others of the rows that pass.
 *
 * Values of columns that the row does not have come from `origin`.
 */
import type { Bytes } from '../base/index.ts';
import type { RowRun } from '../lsm/index.ts';
import type { ColumnDef, TableDef } from '../sql/catalog/index.ts';
import type { Batch, Row, Value } from '../sql/types/index.ts';
import { type ColumnFormat, type ReadContext, asciiRead, columnFormatOf } from './column-value.ts';
import { RecentTexts } from './recent-texts.ts';
import { isStored, unknownRowVersion } from './row-codec.ts';
import { readSigned, readUnsigned } from './stored-integer.ts';

export interface RowDecoder {
  /** A new row array with the wanted columns. */
  readonly decode: (bytes: Bytes, at: number, context: ReadContext) => Row;
  /** Appends rows of the run to the batch, from `from` on, until `to` or until the batch has `room` rows; returns where it stopped. */
  readonly take: (run: RowRun, from: number, to: number, into: TakeInto) => number;
}

export interface TakeInto {
  readonly batch: Batch;
  readonly room: number;
  readonly context: ReadContext;
  /** Sees the columns it was said to read, in their places; it must not keep the row. */
  readonly filter: ((row: Row) => boolean) | undefined;
}

type OriginOf = (column: ColumnDef) => Value;

interface Wanted {
  readonly slot: number;
  readonly format: ColumnFormat;
  readonly isText: boolean;
  readonly origin: Value;
}

/** `columns`: positions in `table.columns`; `filtered`: places in `columns` that a filter reads, all by default. Virtual columns read as NULL. */
export function buildRowDecoder(
  table: TableDef,
  columns: readonly number[],
  originOf: OriginOf,
  filtered: readonly number[] = columns.map((_, place) => place),
): RowDecoder {
  const wanted = columns.map((position): Wanted | undefined => {
    const column = table.columns[position] as ColumnDef;
    if (!isStored(column)) return undefined;
    const format = columnFormatOf(column.type);
    return { slot: column.id - 1, format, isText: column.type.kind === 'string', origin: originOf(column) };
  });
  const known = wanted.filter((column) => column !== undefined);
  const tools = {
    readers: known.map((column) => column.format.read),
    origins: known.map((column) => column.origin),
    asciiRead,
    readSigned,
    readUnsigned,
    badVersion: unknownRowVersion,
  };
  // Readers of one kind are nearly always one function: those of other kinds get code of their own.
  const kinds = `// ${columns.map((position) => table.columns[position]?.type.kind).join(' ')}\n`;
  const decode = generate<RowDecoder['decode']>(kinds + decodeSource(wanted), tools);
  let take: RowDecoder['take'] | undefined;
  return {
    decode,
    // made when a run is read: point reads never need it
    take: (run, from, to, into) => {
      take ??= generate<RowDecoder['take']>(kinds + takeSource(wanted, filtered), {
        ...tools,
        decode,
        recents: known.map((column) => (column.isText ? new RecentTexts() : undefined)),
      });
      return take(run, from, to, into);
    },
  };
}

const MAKERS_MAX = 512;
const makers = new Map<string, (...parameters: unknown[]) => unknown>();

/** Tables whose columns look alike share one function: what the compiler learnt of one is known for the next. */
function generate<F>(source: string, tools: Readonly<Record<string, unknown>>): F {
  let make = makers.get(source);
  if (make === undefined) {
    if (makers.size >= MAKERS_MAX) makers.clear();
    // oxlint-disable-next-line typescript/no-implied-eval -- made of column numbers and our own text only
    make = new Function(...Object.keys(tools), source) as (...parameters: unknown[]) => unknown;
    makers.set(source, make);
  }
  return make(...Object.values(tools)) as F;
}

const HEADER_SOURCE = `
      const flags = b[at];
      if (flags >>> 4 !== 1) throw badVersion(flags);
      const n = b[at + 1] | (b[at + 2] << 8);
      const nulls = at + 3;
      const hasNulls = (flags & 8) !== 0;
      const ascii = (flags & 4) !== 0;
      const offsets = hasNulls ? nulls + ((n + 7) >> 3) : nulls;
      const width = flags & 3;
      const data = offsets + (n << width);`;

function valueNames(wanted: readonly (Wanted | undefined)[]): string[] {
  let next = 0;
  return wanted.map((column) => (column === undefined ? 'null' : `v${next++}`));
}

function variables(names: readonly string[]): string {
  const known = names.filter((name) => name !== 'null');
  return known.length === 0 ? '' : `let s = 0, e = 0, ${known.map((name) => `${name} = null`).join(', ')};`;
}

/** The body of the factory: constants for readers and origins, then the decoding function, one branch per offset width. */
function decodeSource(wanted: readonly (Wanted | undefined)[]): string {
  const known = wanted.filter((column) => column !== undefined);
  const names = valueNames(wanted);
  const widths = [0, 1, 2].map(
    (width) => `{ ${known.map((column, i) => columnSource(column, i, width, 'asciiRead(b, s, e)')).join('\n')} }`,
  );
  return `'use strict'; ${constants(known)}
    return function decodeRow(b, at, context) {
      ${HEADER_SOURCE}
      ${variables(names)}
      if (width === 0) ${widths[0]}
      else if (width === 1) ${widths[1]}
      else ${widths[2]}
      return [${names.join(', ')}];
    };`;
}

/** The same in a loop over a run, for rows of less than 256 bytes; longer ones are rarer, and left to \`decode\`. */
function takeSource(wanted: readonly (Wanted | undefined)[], filtered: readonly number[]): string {
  const known = wanted.filter((column) => column !== undefined);
  const names = valueNames(wanted);
  const isFirst = names.map((name, place) => name !== 'null' && filtered.includes(place));
  const sources = names.map((name) => {
    if (name === 'null') return '';
    const i = Number(name.slice(1));
    return columnSource(known[i] as Wanted, i, 0, `t${i}.read(b, s, e)`);
  });
  const texts = known.map((column, i) => (column.isText ? `const t${i} = recents[${i}];` : ''));
  const probe = names.map((name, place) => (isFirst[place] === true ? `probe[${place}] = ${name};` : ''));
  return `'use strict'; ${constants(known)} ${texts.join(' ')}
    const probe = [${names.map(() => 'null').join(', ')}];
    return function takeRows(run, from, to, into) {
      const { batch, room, context, filter } = into;
      const b = run.buffer;
      const starts = run.valueStarts;
      let i = from;
      for (; i < to && batch.length < room; i++) {
        const at = starts[i];
        ${HEADER_SOURCE}
        if (width !== 0) {
          const row = decode(b, at, context);
          if (filter === undefined || filter(row)) batch.push(row);
          continue;
        }
        ${variables(names)}
        ${sources.filter((_, place) => isFirst[place]).join('\n')}
        if (filter !== undefined) {
          ${probe.join(' ')}
          if (!filter(probe)) continue;
        }
        ${sources.filter((_, place) => isFirst[place] !== true).join('\n')}
        batch.push([${names.join(', ')}]);
      }
      return i;
    };`;
}

function constants(known: readonly Wanted[]): string {
  return known.map((column, i) => `const o${i} = origins[${i}];${readerConstant(column, i)}`).join(' ');
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

function columnSource(column: Wanted, i: number, width: number, ascii: string): string {
  const { slot } = column;
  const start = slot === 0 ? 'data' : `data + ${offsetSource(slot - 1, width)}`;
  const inline = inlineReader(column);
  const plain = inline === undefined ? `r${i}(b, s, e, context)` : `${inline}(b, s, e)`;
  const read = column.isText ? `ascii ? ${ascii} : ${plain}` : plain;
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
