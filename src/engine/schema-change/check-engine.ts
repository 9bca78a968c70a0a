/** ENGINE = name: names that MySQL does not know, engines that InnoDB stands in for, and tables that may not change theirs. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import { ENGINE_OPTION, engineOf, keptEngine } from '../../sql/ddl/index.ts';
import type { EngineSession } from '../session/session.ts';

const KNOWN_ENGINES = new Set(
  'innodb myisam memory heap csv archive blackhole merge mrg_myisam federated ndb ndbcluster'.split(' '),
);

/** All tables are Ebb's; an engine that MySQL knows, and whose name is not kept, is answered with MySQL's own warning. */
export function checkNewEngine(session: EngineSession, statement: ast.CreateTable): void {
  const engine = namedEngine(session, statement.options);
  if (engine === undefined || engine.toLowerCase() === 'innodb') return;
  if (statement.partitioning !== undefined) throw sqlError('ER_CHECK_NOT_IMPLEMENTED', 'native partitioning');
  if (keptEngine(engine) === undefined)
    session.warn(1266, `Using storage engine InnoDB for table '${statement.table.name}'`);
}

export function checkEngineChange(session: EngineSession, statement: ast.AlterTable, table: TableDef): void {
  const options = statement.actions.flatMap((action) => (action.kind === 'set-options' ? action.options : []));
  const engine = namedEngine(session, options);
  if (engine === undefined || (keptEngine(engine) ?? 'InnoDB') === engineOf(table)) return;
  const isReferenced = session.host.catalog().referencing(table.schema, table.name).length > 0;
  if (isReferenced || table.foreignKeys.length > 0) throw sqlError('ER_FK_CANNOT_CHANGE_ENGINE');
}

function namedEngine(session: EngineSession, options: readonly ast.TableOption[]): string | undefined {
  const engine = options.findLast((option) => option.name === ENGINE_OPTION)?.value;
  if (typeof engine !== 'string') return undefined;
  if (!KNOWN_ENGINES.has(engine.toLowerCase()) && session.state.sqlMode.text.includes('NO_ENGINE_SUBSTITUTION'))
    throw sqlError('ER_UNKNOWN_STORAGE_ENGINE', engine);
  return engine;
}
