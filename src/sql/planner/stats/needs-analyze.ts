/** When statistics are too old: the table has changed by a good part since they were collected. */
import type { TableStatistics } from './table-statistics.ts';

const CHANGED_FRACTION = 0.15;
const ROWS_MIN = 1000;

/** `changedRows` = rows inserted, updated or deleted since the last ANALYZE; `rowCount` = rows now. */
export function needsAnalyze(statistics: TableStatistics | undefined, rowCount: number, changedRows: number): boolean {
  if (rowCount < ROWS_MIN && changedRows < ROWS_MIN) return false;
  if (statistics === undefined) return true;
  const changed = Math.max(changedRows, Math.abs(rowCount - statistics.rowCount));
  return changed >= Math.max(ROWS_MIN, statistics.rowCount) * CHANGED_FRACTION;
}
