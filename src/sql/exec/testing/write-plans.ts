/** Output columns of the query under an UPDATE or DELETE: all columns of the table, then the row handle. */
import type { TableDef } from '../../catalog/index.ts';
import type { PlanColumn } from '../../plan/index.ts';
import { varbinaryType } from '../../types/index.ts';
import { planColumns } from './plans.ts';

export type { Row } from '../../types/index.ts';

export function planColumnsOf(table: TableDef, withHandle: boolean): PlanColumn[] {
  const types = table.columns.map((column) => column.type);
  return planColumns(...types, ...(withHandle ? [varbinaryType(16)] : []));
}
