/** The histograms that ANALYZE TABLE … UPDATE HISTOGRAM made, a document per table: information_schema.COLUMN_STATISTICS shows them. */
import type { ColumnDef, TableDef } from '../../sql/catalog/index.ts';
import { Decimal, findCollation, JsonValue } from '../../sql/types/index.ts';
import type { Documents } from '../documents.ts';
import type { BuiltHistogram } from './build-histogram.ts';

export type HistogramDataType =
  | 'int'
  | 'uint'
  | 'double'
  | 'decimal'
  | 'string'
  | 'date'
  | 'time'
  | 'datetime'
  | 'enum'
  | 'set';

export interface StoredHistogram extends BuiltHistogram {
  /** A column of another type is another column. */
  readonly typeText: string;
  readonly dataType: HistogramDataType;
  readonly autoUpdate: boolean;
  readonly samplingRate: number;
  readonly updatedAt: string;
  readonly bucketsAsked: number;
}

interface TableHistograms {
  readonly version: 1;
  readonly columns: Readonly<Record<string, StoredHistogram>>;
}

export class Histograms {
  readonly #documents: () => Documents;

  constructor(documents: () => Documents) {
    this.#documents = documents;
  }

  find(table: TableDef, column: ColumnDef): StoredHistogram | undefined {
    const found = this.#of(table)[String(column.id)];
    return found?.typeText === typeTextOf(column) ? found : undefined;
  }

  async put(table: TableDef, column: ColumnDef, histogram: StoredHistogram | undefined): Promise<void> {
    const { [String(column.id)]: _, ...others } = this.#of(table);
    const columns = histogram === undefined ? others : { ...others, [String(column.id)]: histogram };
    const document: TableHistograms | undefined =
      Object.keys(columns).length === 0 ? undefined : { version: 1, columns };
    await this.#documents().put(documentOf(table), document);
  }

  #of(table: TableDef): Readonly<Record<string, StoredHistogram>> {
    const stored = this.#documents().get(documentOf(table)) as TableHistograms | undefined;
    return stored?.version === 1 ? stored.columns : {};
  }
}

function documentOf(table: TableDef): string {
  return `histograms/${table.id}`;
}

export function typeTextOf({ type }: ColumnDef): string {
  return [type.kind, type.length, type.decimals, type.unsigned, type.collation, ...(type.elements ?? [])].join(' ');
}

/** Numbers have the collation of latin1's numbers, as MySQL says. */
const NUMERIC_COLLATION_ID = 8;
const BINARY_COLLATION_ID = 63;

export function histogramJson(column: ColumnDef, histogram: StoredHistogram): JsonValue {
  const { dataType } = histogram;
  const buckets = histogram.buckets.map(({ lower, upper, cumulativeFrequency, distinct }) =>
    JsonValue.array([
      valueJson(dataType, lower),
      ...(upper === undefined ? [] : [valueJson(dataType, upper)]),
      JsonValue.double(cumulativeFrequency),
      ...(distinct === undefined ? [] : [JsonValue.integer(distinct)]),
    ]),
  );
  return JsonValue.object([
    ['buckets', JsonValue.array(buckets)],
    ['data-type', JsonValue.string(dataType)],
    ['auto-update', JsonValue.boolean(histogram.autoUpdate)],
    ['null-values', JsonValue.double(histogram.nullFraction)],
    ['collation-id', JsonValue.integer(collationId(column))],
    ['last-updated', JsonValue.string(histogram.updatedAt)],
    ['sampling-rate', JsonValue.double(histogram.samplingRate)],
    ['histogram-type', JsonValue.string(histogram.type)],
    ['number-of-buckets-specified', JsonValue.integer(histogram.bucketsAsked)],
  ]);
}

function collationId({ type }: ColumnDef): number {
  if (type.kind === 'binary' || type.kind === 'bit') return BINARY_COLLATION_ID;
  if (type.kind !== 'string' && type.kind !== 'enum' && type.kind !== 'set') return NUMERIC_COLLATION_ID;
  return findCollation(type.collation)?.id ?? BINARY_COLLATION_ID;
}

function valueJson(dataType: HistogramDataType, text: string): JsonValue {
  switch (dataType) {
    case 'int':
    case 'enum':
    case 'set':
      return JsonValue.integer(integer(text));
    case 'uint':
      return JsonValue.unsigned(integer(text));
    case 'double':
      return JsonValue.double(Number(text));
    case 'decimal':
      return JsonValue.decimal(Decimal.fromString(text));
    default:
      return JsonValue.string(text);
  }
}

function integer(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
