/** Names that MySQL made from the table's name follow a rename: `t_ibfk_1`, `t_chk_1`. */
import type { TableDef } from '../catalog/index.ts';

export function renameTable(table: TableDef, schema: string, name: string): TableDef {
  return {
    ...table,
    schema,
    name,
    foreignKeys: table.foreignKeys.map((key) => ({ ...key, name: renamed(key.name, table.name, name, 'ibfk') })),
    checks: table.checks.map((check) => ({ ...check, name: renamed(check.name, table.name, name, 'chk') })),
  };
}

function renamed(constraint: string, from: string, to: string, word: string): string {
  const prefix = `${from}_${word}_`;
  const isMade = constraint.startsWith(prefix) && /^[1-9][0-9]*$/.test(constraint.slice(prefix.length));
  return isMade ? `${to}_${word}_${constraint.slice(prefix.length)}` : constraint;
}
