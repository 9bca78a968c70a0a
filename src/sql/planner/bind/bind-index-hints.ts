/** USE, FORCE and IGNORE INDEX of one table. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { IndexDef, TableDef } from '../../catalog/index.ts';
import type { AccessHints } from '../logical/logical-plan.ts';

export function bindIndexHints(node: ast.TableSource, table: TableDef): AccessHints | undefined {
  if (node.indexHints.length === 0) return undefined;
  const only: IndexDef[] = [];
  const ignored: IndexDef[] = [];
  let restricted = false;
  let force = false;
  for (const hint of node.indexHints) {
    const indexes = hint.indexes.map((name) => findIndex(table, name, node.alias ?? node.name));
    if (hint.scope !== undefined && hint.scope !== 'join') continue;
    if (hint.action === 'ignore') ignored.push(...indexes);
    else {
      restricted = true;
      force ||= hint.action === 'force';
      only.push(...indexes);
    }
  }
  return restricted ? { only, force, ignored } : { force, ignored };
}

function findIndex(table: TableDef, name: string, alias: string): IndexDef {
  const lower = name.toLowerCase();
  const index = table.indexes.find((candidate) => candidate.name.toLowerCase() === lower && candidate.parts.length > 0);
  if (index === undefined) throw sqlError('ER_KEY_DOES_NOT_EXITS', name, alias);
  return index;
}
