/**
 * ENGINE = name: all tables are Ebb's own. The two engines that many schemas name, and whose tables behave as any table does as long as nothing
 * is rolled back or restarted, are kept as the table's word, so that a definition comes back as it was written.
 */
import type { TableDef } from '../catalog/index.ts';

const KEPT: Readonly<Record<string, string>> = { myisam: 'MyISAM', memory: 'MEMORY', heap: 'MEMORY' };

/** The word that a table keeps; undefined for InnoDB and for engines that InnoDB stands in for. */
export function keptEngine(name: string): string | undefined {
  return KEPT[name.toLowerCase()];
}

export const ENGINE_OPTION = 'engine';

export function engineOf(table: Pick<TableDef, 'options'>): string {
  return table.options[ENGINE_OPTION] ?? 'InnoDB';
}
