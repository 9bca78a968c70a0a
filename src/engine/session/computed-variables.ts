/** Session variables that are computed when they are read. */
import type { EngineSession } from './session.ts';
import { startTso } from './stale-read.ts';

export function defineComputedVariables(session: EngineSession): void {
  const { host, state, transactions } = session;
  const { computed, diagnostics } = state;
  computed.set('warning_count', () => String(diagnostics.previousWarnings));
  computed.set('error_count', () => String(diagnostics.previousErrors));
  computed.set('last_insert_id', () => String(session.eval.lastInsertId));
  computed.set('identity', () => String(session.eval.lastInsertId));
  computed.set('pseudo_thread_id', () => String(session.connectionId));
  computed.set('timestamp', () => (session.eval.nowMicros / 1e6).toFixed(6));
  computed.set('proxy_user', () => '');
  computed.set('last_plan_from_cache', () => (session.previousUsedPlanCache ? 'ON' : 'OFF'));
  computed.set('last_plan_from_binding', () => (session.previousUsedBinding ? 'ON' : 'OFF'));
  computed.set('tidb_current_ts', () => {
    const { current, inTransaction } = transactions;
    return current === undefined || !inTransaction ? '0' : String(startTso(current.transaction, host.env));
  });
}
