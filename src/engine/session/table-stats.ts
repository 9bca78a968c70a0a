/** Statistics of tables for the planner: rows counted by commits, distributions collected by ANALYZE. */
import { andThen, type MaybePromise } from '../../base/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import { collectStatistics, needsAnalyze, type StatsProvider, type TableStatistics } from '../../sql/planner/index.ts';
import type { EngineSession } from './session.ts';

const TABLES_MAX = 10_000;

export class TableStats implements StatsProvider {
  readonly #rowCount: (table: TableDef) => number;
  readonly #requestAnalyze: (table: TableDef) => void;
  readonly #byTable = new Map<number, TableStatistics>();

  constructor(rowCount: (table: TableDef) => number, requestAnalyze: (table: TableDef) => void) {
    this.#rowCount = rowCount;
    this.#requestAnalyze = requestAnalyze;
  }

  rowCount(table: TableDef): number {
    return this.#rowCount(table);
  }

  find(table: TableDef): TableStatistics | undefined {
    const statistics = this.#byTable.get(table.id);
    if (table.id > 0 && needsAnalyze(statistics, this.#rowCount(table), 0)) this.#requestAnalyze(table);
    return statistics;
  }

  set(statistics: TableStatistics): void {
    if (this.#byTable.size >= TABLES_MAX) this.#byTable.clear();
    this.#byTable.set(statistics.tableId, statistics);
  }

  analyze(session: EngineSession, table: TableDef): MaybePromise<void> {
    const open = session.transactions.ensure();
    return andThen(session.host.useTables(open.transaction, [table]), () =>
      andThen(
        collectStatistics(table, open.storage, {
          nowMs: session.host.env.clock.nowMs(),
          random: () => session.host.env.random.float(),
          yieldNow: () => session.yieldNow(),
          check: () => session.interrupt.check(),
        }),
        (statistics) => {
          this.set(statistics);
          return session.transactions.endStatement();
        },
      ),
    );
  }
}
