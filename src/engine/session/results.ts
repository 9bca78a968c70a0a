/** Ready-made results: OK, and row sets that are in memory already. */
import type { OkResult, ResultColumn, RowsResult } from '../session-port.ts';
import { type Batch, type FieldType, intType, type Row, varcharType } from '../../sql/types/index.ts';

export function okResult(fields: Partial<Omit<OkResult, 'kind'>> = {}): OkResult {
  return { kind: 'ok', affectedRows: 0, lastInsertId: 0, info: '', warningCount: 0, ...fields };
}

export interface TableColumn {
  readonly name: string;
  readonly type: FieldType;
}

export function textColumn(name: string, length = 255, nullable = false): TableColumn {
  return { name, type: varcharType(length, { nullable }) };
}

export function intColumn(name: string): TableColumn {
  return { name, type: intType('big', { nullable: false }) };
}

/** A result whose rows are known now. */
export function tableResult(columns: readonly TableColumn[], rows: readonly Row[], warningCount = 0): RowsResult {
  let sent = rows.length === 0;
  return {
    kind: 'rows',
    columns: columns.map((column, id): ResultColumn => ({ id, name: column.name, type: column.type })),
    next(): Batch | undefined {
      if (sent) return undefined;
      sent = true;
      return [...rows];
    },
    close: () => undefined,
    warningCount: () => warningCount,
  };
}
