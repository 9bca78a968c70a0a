/** EXPLAIN and EXPLAIN ANALYZE. DESCRIBE of a table arrives as SHOW COLUMNS. */
import { type MaybePromise, sqlError, andThen } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { executeQuery, executeWrite, RuntimeStats } from '../../sql/exec/index.ts';
import type { PhysicalNode } from '../../sql/plan/index.ts';
import { explainPlan } from '../../sql/planner/index.ts';
import { explainPartitions } from '../partitions/explain-partitions.ts';
import type { StatementResult } from '../session-port.ts';
import { isPlannable, planFor, type ReadyPlan } from './planning.ts';
import { tableResult, textColumn } from './results.ts';
import type { EngineSession } from './session.ts';
import { evalContext, execContext } from './statement-run.ts';

export function runExplain(session: EngineSession, statement: ast.Explain, sql: string): MaybePromise<StatementResult> {
  const target = statement.statement;
  if (target === undefined) throw sqlError('ER_NOT_SUPPORTED_YET', 'EXPLAIN FOR CONNECTION');
  if (!isPlannable(target)) throw sqlError('ER_NOT_SUPPORTED_YET', `EXPLAIN of ${target.kind}`);
  session.privileges.requireFor(target);
  const format = statement.format ?? 'row';
  const ready = planFor(session, target, sql, []);
  const context = evalContext(session, ready.plan.slotCount, []);
  const partitions = (node: PhysicalNode): string | undefined => explainPartitions(node, context, session.state.zone);
  if (!statement.analyze) return explained(explainPlan(ready.plan, { format, partitions }));
  const stats = new RuntimeStats(() => session.host.env.clock.monotonicMs());
  return andThen(runToEnd(session, ready, stats), () =>
    explained(explainPlan(ready.plan, { format, analyze: stats, partitions })),
  );
}

function explained(table: {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}): StatementResult {
  return tableResult(
    table.columns.map((name) => textColumn(name, 4096)),
    table.rows.map((row) => [...row]),
  );
}

function runToEnd(session: EngineSession, ready: ReadyPlan, stats: RuntimeStats): MaybePromise<void> {
  const open = session.transactions.ensure();
  return andThen(session.useUnheld(open.transaction, ready.plan.tables), () => {
    open.storage.beginStatement();
    session.transactions.statementBegan = true;
    const context = execContext(session, ready.plan, [], stats);
    if (ready.plan.kind !== 'query') {
      return andThen(executeWrite(ready.plan, context), () => session.transactions.endStatement());
    }
    const cursor = executeQuery(ready.plan, context);
    return drain(cursor).then(() => session.transactions.endStatement());
  });
}

async function drain(cursor: { next(): MaybePromise<unknown>; close(): void }): Promise<void> {
  try {
    while ((await cursor.next()) !== undefined);
  } finally {
    cursor.close();
  }
}
