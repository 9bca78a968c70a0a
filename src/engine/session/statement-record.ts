/** What is kept of the running statement until it is over: its record for the summary, and what must be put back then. */
import { DEFAULT_GROUP } from '../tidb/resource-groups.ts';
import type { StatementOrigin } from '../tidb/statement-summary.ts';
import type { EngineSession } from './session.ts';

export class StatementRecord {
  readonly #session: EngineSession;
  readonly #origin: StatementOrigin;
  #beganMs = 0;
  #sql = '';
  /** The running statement has left no record in the summary yet. */
  #isOpen = false;
  #atEnd: (() => void)[] = [];

  constructor(session: EngineSession) {
    this.#session = session;
    this.#origin = {
      connectionId: session.connectionId,
      get database() {
        return session.state.database;
      },
      get user() {
        return session.account.user;
      },
      get resourceGroup() {
        return session.resourceGroup;
      },
    };
  }

  begin(sql: string, nowMs: number): void {
    this.#beganMs = nowMs;
    this.#isOpen = true;
    this.#sql = sql;
  }

  /** Called when the running statement is over, however it ended. */
  atEnd(action: () => void): void {
    this.#atEnd.push(action);
  }

  end(rows: number, affectedRows: number, failed: string | undefined): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { host, state, counters, resourceGroup, account, statementTemplate } = this.#session;
    const { additions, env } = host;
    const elapsedMs = env.clock.monotonicMs() - this.#beganMs;
    if (elapsedMs > state.longQueryTimeMs) counters.slowQueries++;
    if (resourceGroup !== DEFAULT_GROUP) additions.resourceGroups.charge(resourceGroup, 0.125 + elapsedMs / 3);
    if (additions.summarizes && account.host !== '') {
      const outcome = { elapsedMs, rows, affectedRows, warnings: state.diagnostics.warningCount, failed };
      additions.summary.add(this.#sql, this.#origin, outcome, statementTemplate);
    }
    if (this.#atEnd.length === 0) return;
    for (const action of this.#atEnd) action();
    this.#atEnd = [];
  }
}
