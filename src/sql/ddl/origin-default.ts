/** What rows written before a column existed read for it: its literal default, or the type's implicit one. */
import type { ColumnDef, ColumnDefault } from '../catalog/index.ts';

/** undefined: the default differs from row to row (an expression), so the rows must be rewritten. */
export function originDefaultOf(column: ColumnDef, nowMs: number): ColumnDefault | undefined {
  const written = column.defaultValue;
  if (written?.kind === 'literal') return written;
  if (written?.kind === 'expression') return undefined;
  if (written?.kind === 'current-timestamp') {
    return { kind: 'literal', text: new Date(nowMs).toISOString().slice(0, 23).replace('T', ' ') };
  }
  if (column.type.nullable) return { kind: 'literal', text: null };
  return { kind: 'literal', text: implicitDefault(column) };
}

function implicitDefault(column: ColumnDef): string {
  switch (column.type.kind) {
    case 'string':
    case 'binary':
    case 'set':
      return '';
    case 'enum':
      return column.type.elements?.[0] ?? '';
    case 'date':
      return '0000-00-00';
    case 'datetime':
    case 'timestamp':
      return '0000-00-00 00:00:00';
    case 'time':
      return '00:00:00';
    case 'json':
      return 'null';
    default:
      return '0';
  }
}
