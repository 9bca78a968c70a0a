/** LOCK TABLES, UNLOCK TABLES, FLUSH TABLES … WITH READ LOCK. */
import { andThen, type MaybePromise, sqlError } from '../../base/index.ts';
import { quoteName } from '../../sql/ast/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { parseQueryText } from '../../sql/parser/index.ts';
import type { StatementResult } from '../session-port.ts';
import { planFor } from './planning.ts';
import { okResult } from './results.ts';
import type { EngineSession } from './session.ts';
import type { WantedLock } from './table-locks.ts';

export function lockTables(session: EngineSession, statement: ast.LockTables): MaybePromise<StatementResult> {
  session.unlockTables();
  const wanted = wantedLocks(session, statement.locks, true);
  session.state.lockedTables.lock(statement);
  return session.tableLocks.lock(wanted).then(
    () => okResult(),
    (error: unknown) => {
      session.unlockTables();
      throw error;
    },
  );
}

/** Takes the session's locks again after a schema change; tables that are gone are left out. */
export async function lockAgain(session: EngineSession): Promise<void> {
  const { statement } = session.state.lockedTables;
  if (statement !== undefined) await session.tableLocks.lock(wantedLocks(session, statement.locks, false));
}

export function unlockTables(session: EngineSession): MaybePromise<StatementResult> {
  const wasLocked = session.tableLocks.held.size > 0;
  session.unlockTables();
  return andThen(wasLocked ? session.implicitCommit() : undefined, () => okResult());
}

/** Waits for changes that run, then keeps new ones out until UNLOCK TABLES. Everything else of FLUSH has nothing to do. */
export function flush(session: EngineSession, statement: ast.Flush): MaybePromise<StatementResult> {
  for (const target of statement.targets) {
    if (target.kind !== 'tables') {
      if (target.what === 'status') session.host.flushStatus(session);
      continue;
    }
    const locks = target.tables.map((table) => ({ table, type: 'read' as const, alias: undefined }));
    if (target.lock === undefined) {
      wantedLocks(session, locks, false);
      continue;
    }
    if (locks.length === 0) return session.tableLocks.lockAll().then(() => okResult());
    return session.tableLocks.lock(wantedLocks(session, locks, true)).then(() => okResult());
  }
  return okResult();
}

type Lock = Pick<ast.LockTables['locks'][number], 'table'> & { readonly type: string };

function wantedLocks(session: EngineSession, locks: readonly Lock[], mustExist: boolean): WantedLock[] {
  return locks.flatMap(({ table: name, type }): WantedLock[] => {
    const schema = name.schema ?? session.state.database;
    if (schema === null) throw sqlError('ER_NO_DB_ERROR');
    if (session.isTemporary(name)) return [];
    const table = session.host.catalog().findTable(schema, name.name);
    if (table === undefined) {
      if (mustExist) throw sqlError('ER_NO_SUCH_TABLE', schema, name.name);
      return [];
    }
    const write = type === 'write';
    if (table.kind === 'table') return [{ table, write }];
    const body = parseQueryText(`select * from ${quoteName(schema)}.${quoteName(name.name)}`);
    return planFor(session, body, '', []).plan.tables.map((base) => ({ table: base, write }));
  });
}
