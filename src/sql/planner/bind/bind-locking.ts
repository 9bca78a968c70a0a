/** FOR UPDATE and FOR SHARE: which scans lock their rows, and how they wait. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { LockRequest } from '../../ports.ts';
import type { Block } from './block.ts';
import type { Source } from './scope.ts';

export function applyLocking(clauses: readonly ast.LockingClause[], block: Block): void {
  const sources = block.relation!.sources;
  for (const clause of clauses) {
    const lock: LockRequest = { strength: clause.strength, wait: clause.wait ?? 'wait' };
    const targets = clause.tables.length === 0 ? sources : clause.tables.map((table) => target(table, sources));
    for (const source of targets) {
      if (source.scan === undefined || source.scan.virtual) continue;
      source.scan.lock = lock;
      block.state.locking = true;
      if (clause.strength === 'update') source.access?.written.push({ privilege: 'update', columns: [] });
    }
  }
}

function target(table: ast.TableName, sources: readonly Source[]): Source {
  const found = sources.find(
    (source) => source.alias === table.name && (table.schema === undefined || source.schema === table.schema),
  );
  if (found === undefined) throw sqlError('ER_UNRESOLVED_TABLE_LOCK', table.name);
  return found;
}
