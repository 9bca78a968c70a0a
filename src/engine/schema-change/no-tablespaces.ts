/** Tablespaces and logfile groups: there are none here, so that changing or dropping one fails as it does in MySQL; making one answers 1235. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { keptEngine } from '../../sql/ddl/index.ts';

export function refuseTablespace(statement: ast.DefineObject | ast.DropObject): void {
  const { type, name, kind } = statement;
  if (type === 'logfile group') {
    const engine = statement.options.find((option) => option.name === 'engine')?.value;
    const kept = typeof engine === 'string' ? keptEngine(engine) : undefined;
    throw kept === undefined
      ? sqlError('ER_FEATURE_UNSUPPORTED', 'LOGFILE GROUP', 'by InnoDB')
      : sqlError('ER_ILLEGAL_HA_CREATE_OPTION', kept, 'CREATE/ALTER/DROP LOGFILE GROUP');
  }
  const isTablespace = type === 'tablespace' || type === 'undo tablespace';
  if (!isTablespace || (kind === 'define-object' && statement.action === 'create')) return;
  throw sqlError('ER_TABLESPACE_MISSING_WITH_NAME', name.name);
}
