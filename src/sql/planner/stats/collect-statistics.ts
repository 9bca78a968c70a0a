/**
 * ANALYZE TABLE: reads the table once, keeps a reservoir sample of its rows, and summarises each column.
 *
 * Distinct values are counted exactly while they are few, and estimated from the sample (Duj1, as PostgreSQL does) beyond.
 */
import { isPromise, type MaybePromise } from '../../../base/index.ts';
import type { IndexDef, TableDef } from '../../catalog/index.ts';
import type { TransactionStorage } from '../../ports.ts';
import type { Row } from '../../types/index.ts';
import { statKey, statNumber } from './stat-key.ts';
import type { ColumnStatistics, IndexStatistics, TableStatistics } from './table-statistics.ts';

export interface CollectOptions {
  readonly nowMs: number;
  random(): number;
  yieldNow(): MaybePromise<void>;
  /** Throws when the statement was killed. */
  check(): void;
}

const SAMPLE_ROWS = 10_000;
const COMMON_MAX = 50;
const BUCKETS = 100;

export async function collectStatistics(
  table: TableDef,
  storage: TransactionStorage,
  options: CollectOptions,
): Promise<TableStatistics> {
  const positions = table.columns.map((_, position) => position).filter((position) => isStored(table, position));
  const cursor = storage.scan({ table, index: table.indexes[0]!, ranges: [{}], columns: positions, reverse: false });
  const sample: Row[] = [];
  let rowCount = 0;
  try {
    for (;;) {
      const next = cursor.next();
      const batch = isPromise(next) ? await next : next;
      if (batch === undefined) break;
      options.check();
      for (const row of batch) {
        rowCount++;
        if (sample.length < SAMPLE_ROWS) sample.push(row);
        else {
          const place = Math.floor(options.random() * rowCount);
          if (place < SAMPLE_ROWS) sample[place] = row;
        }
      }
      const pause = options.yieldNow();
      if (isPromise(pause)) await pause;
    }
  } finally {
    cursor.close();
  }
  return summarise(table, positions, sample, rowCount, options.nowMs);
}

function isStored(table: TableDef, position: number): boolean {
  const column = table.columns[position]!;
  return column.state === 'public' && (column.generated === undefined || column.generated.stored);
}

export function summarise(
  table: TableDef,
  positions: readonly number[],
  sample: readonly Row[],
  rowCount: number,
  nowMs: number,
): TableStatistics {
  const columns = positions.map((position, place) =>
    columnStatistics(
      table,
      position,
      sample.map((row) => row[place] ?? null),
      rowCount,
    ),
  );
  const placeOf = new Map(positions.map((position, place) => [table.columns[position]!.id, place]));
  const indexes = table.indexes.filter(
    (index) => index.parts.length > 0 && index.parts.every((part) => placeOf.has(part.columnId)),
  );
  return {
    version: 1,
    tableId: table.id,
    rowCount,
    analyzedAtMs: nowMs,
    columns,
    indexes: indexes.map((index) => indexStatistics(table, index, placeOf, sample, rowCount)),
  };
}

function columnStatistics(
  table: TableDef,
  position: number,
  values: readonly Row[number][],
  rowCount: number,
): ColumnStatistics {
  const { type, id } = table.columns[position]!;
  const counts = new Map<string, { count: number; number: number }>();
  let nulls = 0;
  let width = 0;
  for (const value of values) {
    if (value === null) {
      nulls++;
      continue;
    }
    const key = statKey(value, type);
    width += typeof value === 'string' ? value.length : value instanceof Uint8Array ? value.length : 8;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { count: 1, number: statNumber(value, type) });
    else known.count++;
  }
  const filled = values.length - nulls;
  const common = frequentValues(counts, values.length);
  const isCommon = new Set(common.map(([key]) => key));
  const rest = [...counts]
    .filter(([key]) => !isCommon.has(key))
    .flatMap(([, { count, number }]) => new Array<number>(count).fill(number));
  rest.sort((a, b) => a - b);
  const numbers = [...counts.values()].map((entry) => entry.number);
  return {
    columnId: id,
    distinct: estimateDistinct(counts, filled, rowCount - Math.round((nulls / Math.max(1, values.length)) * rowCount)),
    nullFraction: values.length === 0 ? 0 : nulls / values.length,
    width: filled === 0 ? 0 : width / filled,
    common,
    bounds: equiDepth(rest.length > 0 ? rest : numbers.sort((a, b) => a - b)),
    min: numbers.length === 0 ? null : numbers.reduce((a, b) => Math.min(a, b)),
    max: numbers.length === 0 ? null : numbers.reduce((a, b) => Math.max(a, b)),
  };
}

/** Values clearly more frequent than the average. */
function frequentValues(counts: ReadonlyMap<string, { count: number }>, total: number): [string, number][] {
  const average = total / Math.max(1, counts.size);
  const all = [...counts].filter(([, { count }]) => counts.size <= COMMON_MAX || (count > 1 && count > average * 1.25));
  all.sort((a, b) => b[1].count - a[1].count);
  return all.slice(0, COMMON_MAX).map(([key, { count }]) => [key, count / Math.max(1, total)]);
}

/** Duj1: n·d / (n − f1 + f1·n/N), where f1 values were seen once in a sample of n out of N rows. */
function estimateDistinct(counts: ReadonlyMap<string, { count: number }>, sampled: number, total: number): number {
  const seen = counts.size;
  if (sampled === 0) return 0;
  if (sampled >= total) return seen;
  let once = 0;
  for (const { count } of counts.values()) if (count === 1) once++;
  const estimate = (sampled * seen) / (sampled - once + (once * sampled) / total);
  return Math.round(Math.min(total, Math.max(seen, estimate)));
}

function equiDepth(sorted: readonly number[]): number[] {
  const buckets = Math.min(BUCKETS, sorted.length);
  return Array.from({ length: buckets }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / buckets) - 1]!);
}

function indexStatistics(
  table: TableDef,
  index: IndexDef,
  placeOf: ReadonlyMap<number, number>,
  sample: readonly Row[],
  rowCount: number,
): IndexStatistics {
  const keys = sample.map(() => '');
  const distinct = index.parts.map((part) => {
    const place = placeOf.get(part.columnId)!;
    const { type } = table.columns.find((column) => column.id === part.columnId)!;
    const counts = new Map<string, { count: number }>();
    for (const [i, row] of sample.entries()) {
      const value = row[place] ?? null;
      keys[i] += value === null ? '\u0000N' : `\u0000${statKey(value, type)}`;
      const known = counts.get(keys[i]!);
      if (known === undefined) counts.set(keys[i]!, { count: 1 });
      else known.count++;
    }
    return estimateDistinct(counts, sample.length, rowCount);
  });
  return { indexId: index.id, distinct };
}
