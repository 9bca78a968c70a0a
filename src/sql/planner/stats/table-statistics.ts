/**
 * What ANALYZE TABLE learns about a table, as plain JSON so that it can be stored like any other row.
 *
 * Values are kept as statistic keys (stat-key.ts): a number that grows with the value, so that histograms interpolate,
 * and for equality a short text that equal values share.
 */
export interface TableStatistics {
  readonly version: 1;
  readonly tableId: number;
  readonly rowCount: number;
  readonly analyzedAtMs: number;
  readonly columns: readonly ColumnStatistics[];
  /** Distinct values of each prefix of an index's parts, of all parts last. */
  readonly indexes: readonly IndexStatistics[];
}

export interface IndexStatistics {
  readonly indexId: number;
  readonly distinct: readonly number[];
}

export interface ColumnStatistics {
  readonly columnId: number;
  readonly distinct: number;
  readonly nullFraction: number;
  /** Average bytes of a value. */
  readonly width: number;
  /** Most frequent values: equality key and its fraction of all rows. */
  readonly common: readonly (readonly [key: string, fraction: number])[];
  /** Equi-depth over what is not in `common`: ascending upper bounds; each bucket holds the same share of the rest. */
  readonly bounds: readonly number[];
  readonly min: number | null;
  readonly max: number | null;
}
