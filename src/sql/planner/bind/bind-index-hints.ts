/** USE, FORCE and IGNORE INDEX of one table, and the optimizer hints that say the same. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { IndexDef, TableDef } from '../../catalog/index.ts';
import type { AccessHints } from '../logical/logical-plan.ts';
import type { Block } from './block.ts';

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
  const actions = new Set(node.indexHints.map((hint) => hint.action));
  if (actions.has('use') && actions.has('force')) throw sqlError('ER_WRONG_USAGE', 'USE INDEX', 'FORCE INDEX');
  return restricted ? { only, force, ignored } : { force, ignored };
}

function findIndex(table: TableDef, name: string, alias: string): IndexDef {
  const lower = name.toLowerCase();
  const index = table.indexes.find((candidate) => candidate.name.toLowerCase() === lower && candidate.parts.length > 0);
  if (index === undefined) throw sqlError('ER_KEY_DOES_NOT_EXITS', name, alias);
  return index;
}

const USE = new Set(['index', 'join_index', 'use_index']);
const FORCE = new Set(['force_index']);
const IGNORE = new Set(['no_index', 'no_join_index', 'ignore_index']);

/** INDEX(t i), NO_INDEX(t i) and TiDB's USE_INDEX, FORCE_INDEX, IGNORE_INDEX; unknown tables and indexes are only warned about. */
export function applyIndexHints(hints: readonly ast.OptimizerHint[], block: Block): void {
  for (const hint of hints) {
    const isUse = USE.has(hint.name) || FORCE.has(hint.name);
    if (!isUse && !IGNORE.has(hint.name)) continue;
    const target = hint.tables[0];
    const scan = block.relation!.sources.find((source) => source.alias === target?.name)?.scan;
    if (target === undefined || scan === undefined || scan.virtual) {
      block.state.warn(3128, `Unresolved table name \`${target?.name ?? ''}\` for ${hint.name.toUpperCase()} hint`);
      continue;
    }
    const names = new Set(hint.names.map((name) => name.toLowerCase()));
    const indexes = scan.table.indexes.filter((index) => names.has(index.name.toLowerCase()));
    const known = scan.hints ?? { force: false, ignored: [] };
    scan.hints = isUse
      ? { ...known, only: [...(known.only ?? []), ...indexes], force: FORCE.has(hint.name) || hint.name === 'index' }
      : { ...known, ignored: [...known.ignored, ...(names.size === 0 ? scan.table.indexes : indexes)] };
  }
}
