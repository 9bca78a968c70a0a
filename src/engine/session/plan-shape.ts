/**
 * What a plan does, without the values it does it with: operators, indexes, the form of index accesses, columns. A template
 * serves a statement when their shapes are the same.
 *
 * Constants and parameters are alike, but for those that meet dates and times: a literal there is checked and rounded
 * when it is planned (error 1525, years of two digits), a parameter is not.
 */
import type { IndexDef, TableDef } from '../../sql/catalog/index.ts';
import type { FieldType } from '../../sql/types/index.ts';
import type { ReadyPlan } from './planning.ts';

type Fields = Readonly<Record<string, unknown>>;

const UNLIKE: ReadonlySet<string> = new Set([
  'id',
  'estimatedRows',
  'estimatedCost',
  'estimatedInputRows',
  'paramCount',
  'warnings',
]);
const TEMPORAL: ReadonlySet<string> = new Set(['date', 'time', 'datetime', 'timestamp', 'year']);

export function planShape(ready: ReadyPlan | undefined): string {
  return ready === undefined ? '' : shapeOf(ready.plan, false);
}

/** `exact`: constants and parameters are told apart. */
function shapeOf(value: unknown, exact: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => shapeOf(item, exact)).join()}]`;
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '' : String(value);
  const fields = value as Fields;
  // Definitions are as good as their names.
  if ('indexes' in fields || 'parts' in fields) return String(fields['name']);
  const { kind } = fields;
  switch (kind) {
    case 'constant':
    case 'param':
      return exact ? kind : '?';
    case 'column':
      return `#${String(fields['index'])}`;
    case 'slot':
      return `$${String(fields['slot'])}`;
    case 'call':
      return callShape(fields, exact);
    default: {
      const own = exact || readsTemporalKeys(fields);
      const parts = Object.keys(fields).filter((key) => !UNLIKE.has(key));
      return `{${parts.map((key) => `${key}:${shapeOf(fields[key], own)}`).join()}}`;
    }
  }
}

function callShape(fields: Fields, exact: boolean): string {
  const args = fields['args'] as readonly { readonly type: FieldType }[];
  const own = exact || args.some((arg) => TEMPORAL.has(arg.type.kind));
  return `${String(fields['name'])}(${args.map((arg) => shapeOf(arg, own)).join()})`;
}

/** Reads an index with dates or times in its key. */
function readsTemporalKeys(fields: Fields): boolean {
  const table = fields['table'] as TableDef | undefined;
  if (typeof table !== 'object' || !('access' in fields || 'keys' in fields || 'scans' in fields)) return false;
  const index = fields['index'] as IndexDef | undefined;
  const isTemporal = (id: number): boolean => {
    const column = table.columns.find((candidate) => candidate.id === id);
    return column === undefined || TEMPORAL.has(column.type.kind);
  };
  const indexes = index === undefined ? table.indexes : [index];
  return indexes.some(({ parts }) => parts.some((part) => isTemporal(part.columnId)));
}
