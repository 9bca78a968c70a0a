/** SELECT … INTO @variables, OUTFILE, DUMPFILE. */
import { type MaybePromise, sqlError, andThen } from '../../base/index.ts';
import type { QueryPlan } from '../../sql/plan/index.ts';
import type { Row, Value } from '../../sql/types/index.ts';
import type { StatementResult } from '../session-port.ts';
import type { ReadyPlan } from './planning.ts';
import { okResult } from './results.ts';
import type { EngineSession } from './session.ts';
import { runPlan } from './statement-run.ts';

/** Runs a plan; a query with INTO answers OK and keeps its row. */
export function runReady(
  session: EngineSession,
  ready: ReadyPlan,
  params: readonly Value[],
): MaybePromise<StatementResult> {
  const { plan } = ready;
  if (session.temporary === undefined && plan.tables.some((table) => table.globalTemporary === true))
    return andThen(session.openTemporary(), () => runReady(session, ready, params));
  if (plan.kind !== 'query' || plan.into === undefined) return runPlan(session, ready, params);
  const { into, columns } = plan;
  if (!('variables' in into)) throw sqlError('ER_OPTION_PREVENTS_STATEMENT', '--secure-file-priv');
  return andThen(runPlan(session, ready, params), (result) => storeInto(session, result, into.variables, columns));
}

type Variables = readonly { readonly user?: string; readonly name: string }[];

function storeInto(
  session: EngineSession,
  result: StatementResult,
  variables: Variables,
  columns: QueryPlan['columns'],
): MaybePromise<StatementResult> {
  if (result.kind !== 'rows') return result;
  if (variables.length !== columns.length) throw sqlError('ER_WRONG_NUMBER_OF_COLUMNS_IN_SELECT');
  return andThen(twoRows(result), (rows) => {
    if (rows.length > 1) throw sqlError('ER_TOO_MANY_ROWS');
    const row = rows[0];
    if (row === undefined) session.warn(1329, 'No data - zero rows fetched, selected, or processed');
    else {
      variables.forEach((variable, place) => {
        session.eval.setUserVariable(variable.user ?? variable.name, row[place] ?? null, columns[place]!.type);
      });
    }
    return andThen(result.close(), () =>
      okResult({ affectedRows: row === undefined ? 0 : 1, warningCount: session.state.diagnostics.warningCount }),
    );
  });
}

/** At most two rows: enough to know that there is more than one. */
function twoRows(result: Extract<StatementResult, { kind: 'rows' }>): MaybePromise<Row[]> {
  const rows: Row[] = [];
  const pull = (): MaybePromise<Row[]> =>
    andThen(result.next(), (batch) => {
      if (batch === undefined) return rows;
      rows.push(...batch.slice(0, 2));
      return rows.length > 1 ? rows : pull();
    });
  return pull();
}
