/** All encodings of one table version, made once per definition and shared by every session. */
import { assert } from '../base/index.ts';
import type { ColumnDef, IndexDef, TableDef } from '../sql/catalog/index.ts';
import type { Value } from '../sql/types/index.ts';
import { EntryCodec } from './entry-codec.ts';
import { IndexCodec } from './index-codec.ts';
import { originValue } from './origin-value.ts';
import { RowEncoder, isStored } from './row-codec.ts';
import { type RowDecoder, buildRowDecoder } from './row-decoder.ts';

/** A secondary index with its position in `table.indexes`. */
export interface SecondaryIndex {
  readonly index: IndexDef;
  readonly codec: IndexCodec;
  readonly entries: EntryCodec;
  /** Columns whose change changes the entry. */
  readonly positions: readonly number[];
}

/** Decoders kept per table version; a statement's columns nearly always repeat. */
const DECODERS_MAX = 64;

export class TableCodec {
  readonly table: TableDef;
  readonly clustered: IndexCodec;
  /** Indexes that writes maintain; those in state 'delete-only' get no new entries. */
  readonly secondary: readonly SecondaryIndex[];
  readonly rows: RowEncoder;
  readonly autoIncrementPosition: number;
  readonly #allColumns: readonly number[];
  readonly #decoders = new Map<string, RowDecoder>();
  readonly #origins = new Map<number, Value>();
  /** By the plan's own array, which never changes: no text is made to look one up. */
  readonly #decodersOfPlans = new WeakMap<readonly number[], RowDecoder>();

  constructor(table: TableDef) {
    this.table = table;
    this.clustered = new IndexCodec(table, table.indexes[0] as IndexDef);
    this.secondary = table.indexes
      .slice(1)
      .flatMap((index) => (index.kind === 'btree' ? [this.#secondaryOf(index)] : []));
    this.rows = new RowEncoder(table);
    this.autoIncrementPosition = table.columns.findIndex((column) => column.autoIncrement);
    this.#allColumns = table.columns.map((_, position) => position);
  }

  secondaryOf(index: IndexDef): SecondaryIndex {
    const found = this.secondary.find((candidate) => candidate.index.id === index.id);
    assert(found !== undefined, `table ${this.table.name} has an index ${index.name}`);
    return found;
  }

  /** `filtered` is a list that belongs to this list of columns: its identity stands for both. */
  decoder(columns: readonly number[], filtered?: readonly number[]): RowDecoder {
    const known = this.#decodersOfPlans.get(filtered ?? columns);
    if (known !== undefined) return known;
    const key = filtered === undefined ? columns.join(',') : `${columns.join(',')};${filtered.join(',')}`;
    let decoder = this.#decoders.get(key);
    if (decoder === undefined) {
      if (this.#decoders.size >= DECODERS_MAX) this.#decoders.clear();
      decoder = buildRowDecoder(this.table, columns, (column) => this.#originOf(column), filtered);
      this.#decoders.set(key, decoder);
    }
    this.#decodersOfPlans.set(filtered ?? columns, decoder);
    return decoder;
  }

  get fullDecoder(): RowDecoder {
    return this.decoder(this.#allColumns);
  }

  #secondaryOf(index: IndexDef): SecondaryIndex {
    const codec = new IndexCodec(this.table, index, this.clustered);
    const entries = new EntryCodec(codec, this.clustered);
    // The key's text may change under an equal clustered key ('a' to 'A'); then the originals in the entry change.
    const collated = this.clustered.parts.filter((part) => part.part.decode === undefined);
    const positions = [...new Set([...codec.parts, ...collated].map((part) => part.position))];
    return { index, codec, entries, positions };
  }

  #originOf(column: ColumnDef): Value {
    if (!isStored(column)) return null;
    let value = this.#origins.get(column.id);
    if (value === undefined) {
      value = originValue(column);
      this.#origins.set(column.id, value);
    }
    return value;
  }
}

const codecs = new WeakMap<TableDef, TableCodec>();

export function codecOf(table: TableDef): TableCodec {
  let codec = codecs.get(table);
  if (codec === undefined) {
    codec = new TableCodec(table);
    codecs.set(table, codec);
  }
  return codec;
}
