/** information_schema and performance_schema as one session sees them: the planner's definitions, the executor's rows. */
import type { MaybePromise } from '../../base/index.ts';
import type { Catalog, TableDef, ViewDef } from '../../sql/catalog/index.ts';
import type { VirtualTables } from '../../sql/exec/index.ts';
import { findVirtualTable, type InfoSource, type ProcessInfo, virtualRows } from '../../sql/infoschema/index.ts';
import { parseQueryText } from '../../sql/parser/index.ts';
import { isUpdatableView, type VirtualTableProvider } from '../../sql/planner/index.ts';
import {
  type Batch,
  BATCH_ROWS,
  DateTime,
  type FieldType,
  fromCivilSeconds,
  type Row,
  type Value,
} from '../../sql/types/index.ts';
import { ownRows } from '../tidb/own-rows.ts';
import { SYSTEM_VARIABLES } from '../variables/index.ts';
import { plannerContext } from './plan-context.ts';
import { planFor } from './planning.ts';
import type { EngineSession } from './session.ts';

const NO_ROWS: Batch[] = [];

export class SessionVirtualTables implements VirtualTableProvider, VirtualTables, InfoSource {
  readonly #session: EngineSession;
  /** While SHOW COLUMNS and its like look at a temporary table. */
  listsTemporary = false;

  constructor(session: EngineSession) {
    this.#session = session;
  }

  find(schema: string, table: string): TableDef | undefined {
    return findVirtualTable(schema, table);
  }

  scan(schema: string, table: string, equal: Readonly<Record<string, Value>>): MaybePromise<Iterable<Batch>> {
    const rows = virtualRows(this, schema, table, equal);
    return rows instanceof Promise ? rows.then(batches) : batches(rows);
  }

  get catalog(): Catalog {
    const { temporary, host } = this.#session;
    const shared = this.#session.transactions.current?.catalog ?? host.catalog();
    return this.listsTemporary && temporary !== undefined ? temporary.over(shared).withTemporary : shared;
  }

  get processes(): readonly ProcessInfo[] {
    const nowMs = this.#session.host.env.clock.nowMs();
    const seesAll = this.#session.privileges.has('PROCESS');
    return [...this.#session.host.sessions().values()]
      .filter((session) => seesAll || session.account.user === this.#session.account.user)
      .map((session) => ({
        id: session.connectionId,
        user: session.account.user,
        host: session.clientHost,
        database: session.state.database,
        command: session.currentSql === undefined ? 'Sleep' : 'Query',
        seconds: Math.max(0, Math.floor((nowMs - session.startedAtMs) / 1000)),
        state: session.currentSql === undefined ? '' : 'executing',
        info: session.currentSql ?? null,
      }));
  }

  variables(scope: 'global' | 'session'): (readonly [string, string])[] {
    const { state } = this.#session;
    return SYSTEM_VARIABLES.flatMap((row): (readonly [string, string])[] => {
      if (scope === 'global' && row.scope === 'session') return [];
      const text = state.readVariableText(row, scope === 'global' ? 'global' : undefined);
      return [[row.name, text ?? '']];
    });
  }

  status(scope: 'global' | 'session'): (readonly [string, string])[] {
    return this.#session.host.statusVariables(this.#session, scope);
  }

  rowCount(table: TableDef): number {
    return this.#session.stats.rowCount(table);
  }

  dataBytes(table: TableDef): number {
    // An estimate from the declared widths: sizes by table are not kept.
    const width = table.columns.reduce((sum, column) => sum + Math.min(64, Math.max(4, column.type.length)), 16);
    return this.rowCount(table) * width;
  }

  autoIncrement(table: TableDef): MaybePromise<number | bigint | undefined> {
    if (!table.columns.some((column) => column.autoIncrement)) return undefined;
    return this.#session.autoIncrementOf(table);
  }

  viewColumns(view: ViewDef): readonly { name: string; type: FieldType }[] | undefined {
    try {
      const ready = planFor(this.#session, parseQueryText(view.sql), view.sql, []);
      return ready.columns.map((column, place) => ({ name: view.columns[place] ?? column.name, type: column.type }));
    } catch {
      return undefined;
    }
  }

  isUpdatable(view: ViewDef): boolean {
    try {
      return isUpdatableView(view, plannerContext(this.#session, view.sql, []));
    } catch {
      return false;
    }
  }

  maySeeSchema(schema: string): boolean {
    return this.#session.privileges.maySeeSchema(schema);
  }

  maySeeTable(schema: string, table: string): boolean {
    return this.#session.privileges.maySeeTable(schema, table);
  }

  privilegeRows(table: string): readonly (readonly (string | null)[])[] {
    return this.#session.privileges.privilegeRows(table);
  }

  cardinality(table: TableDef, indexId: number, parts: number): number | null {
    const index = table.indexes.find((candidate) => candidate.id === indexId);
    const rows = this.rowCount(table);
    if (index?.unique && parts === index.parts.length) return rows;
    const statistics = this.#session.stats.find(table);
    const distinct = statistics?.indexes.find((candidate) => candidate.indexId === indexId)?.distinct[parts - 1];
    // What was counted once grows with the table until it is counted again.
    if (statistics !== undefined && distinct !== undefined)
      return Math.min(rows, Math.round((distinct * rows) / Math.max(1, statistics.rowCount)));
    return Math.min(rows, Math.ceil(rows / 10));
  }

  ownRows(table: string): readonly Row[] | undefined {
    return ownRows(this.#session, table);
  }

  toDateTime(ms: number): DateTime {
    return fromCivilSeconds(Math.floor(ms / 1000)) ?? new DateTime(0, 0);
  }
}

function batches(rows: readonly Row[]): Batch[] {
  if (rows.length === 0) return NO_ROWS;
  const result: Batch[] = [];
  for (let from = 0; from < rows.length; from += BATCH_ROWS) result.push(rows.slice(from, from + BATCH_ROWS));
  return result;
}
