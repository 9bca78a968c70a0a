/**
 * The cost model: relative times per row, one unit being a row that a sequential scan decodes. Measured on the engine's
 * micro-benchmarks: a scan makes about 3 million rows a second, a point get takes some 4 µs, a batched lookup 2 µs.
 */
export const COST = {
  /** Next row of a clustered scan. */
  scanRow: 1,
  /** Next entry of a secondary index that covers the query. */
  entryRow: 0.8,
  /** Fetching the row that a secondary entry points at. */
  lookupRow: 6,
  /** Positioning on a key range. */
  seek: 10,
  pointGet: 8,
  /** Evaluating one condition. */
  condition: 0.15,
  expression: 0.1,
  hashBuildRow: 1.2,
  hashProbeRow: 0.5,
  joinedRow: 0.25,
  nestedPair: 0.12,
  sortRow: 0.25,
  aggregateRow: 0.9,
  streamAggregateRow: 0.4,
  groupRow: 0.5,
  mergeRow: 0.3,
  /** Index join: batched lookup of one distinct outer key. */
  indexJoinKey: 5,
  /** Opening a subplan once more (apply). */
  open: 12,
  materializedRow: 0.1,
} as const;

export function sortCost(rows: number): number {
  return rows <= 1 ? 0 : rows * Math.log2(rows) * COST.sortRow;
}

export function topNCost(rows: number, count: number): number {
  return rows <= 1 ? 0 : rows * (0.2 + Math.log2(Math.max(2, Math.min(count, rows))) * 0.05);
}
