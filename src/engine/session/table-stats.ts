/** Statistics of tables for the planner: rows counted by commits, distributions collected by ANALYZE. */
import { andThen, type MaybePromise } from '../../base/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import { collectStatistics, needsAnalyze, type StatsProvider, type TableStatistics } from '../../sql/planner/index.ts';
import type { Documents } from '../documents.ts';
import type { EngineSession } from './session.ts';

const TABLES_MAX = 10_000;

function documentOf(tableId: number): string {
  return `statistics/${tableId}`;
}

export class TableStats implements StatsProvider {
  readonly #rowCount: (table: TableDef) => number;
  readonly #requestAnalyze: (table: TableDef) => void;
  readonly #byTable = new Map<number, TableStatistics>();

  readonly #documents: () => Documents;
  /** Tables whose stored statistics were looked for. */
  readonly #looked = new Set<number>();

  constructor(
    rowCount: (table: TableDef) => number,
    requestAnalyze: (table: TableDef) => void,
    documents: () => Documents,
  ) {
    this.#rowCount = rowCount;
    this.#requestAnalyze = requestAnalyze;
    this.#documents = documents;
  }

  rowCount(table: TableDef): number {
    return this.#rowCount(table);
  }

  find(table: TableDef): TableStatistics | undefined {
    const statistics = this.#byTable.get(table.id) ?? this.#stored(table);
    if (table.id > 0 && needsAnalyze(statistics, this.#rowCount(table), 0)) this.#requestAnalyze(table);
    return statistics;
  }

  /** What was stored before the process started. */
  #stored(table: TableDef): TableStatistics | undefined {
    if (table.id <= 0 || this.#looked.has(table.id)) return undefined;
    this.#looked.add(table.id);
    const stored = this.#documents().get(documentOf(table.id)) as TableStatistics | undefined;
    if (stored?.version !== 1) return undefined;
    this.#byTable.set(table.id, stored);
    return stored;
  }

  /** Keeps them over a restart too. */
  publish(statistics: TableStatistics): Promise<void> {
    this.set(statistics);
    return this.#documents().put(documentOf(statistics.tableId), statistics);
  }

  set(statistics: TableStatistics): void {
    if (this.#byTable.size >= TABLES_MAX) this.#byTable.clear();
    this.#byTable.set(statistics.tableId, statistics);
  }

  analyze(session: EngineSession, table: TableDef): MaybePromise<void> {
    const open = session.transactions.ensure();
    return andThen(session.useUnheld(open.transaction, [table]), () =>
      andThen(
        collectStatistics(table, open.storage, {
          nowMs: session.host.env.clock.nowMs(),
          random: () => session.host.env.random.float(),
          yieldNow: () => session.yieldNow(),
          check: () => session.interrupt.check(),
        }),
        (statistics) => {
          return andThen(this.publish(statistics), () => session.transactions.endStatement());
        },
      ),
    );
  }
}
