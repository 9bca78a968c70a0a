/** Rows of the virtual tables about the engine itself (sql/infoschema/tidb-tables.data.ts, events_statements_summary_by_digest). */
import type { TableDef } from '../../sql/catalog/index.ts';
import type { Row } from '../../sql/types/index.ts';
import { histogramJson } from '../histograms/index.ts';
import type { EngineSession } from '../session/session.ts';
import { threadRows, transactionRows } from '../status/thread-rows.ts';
import type { BindingRow } from './bindings.ts';
import { unitsText } from './resource-groups.ts';
import type { StatementRecord, SummaryRow, SummaryWindow } from './statement-summary.ts';

const NANOSECONDS = 1e6;
const PICOSECONDS = 1e9;

export function ownRows(session: EngineSession, table: string): readonly Row[] | undefined {
  const make = Object.hasOwn(TABLES, table) ? TABLES[table] : undefined;
  return make?.(session);
}

const TABLES: Readonly<Record<string, (session: EngineSession) => Row[]>> = {
  STATEMENTS_SUMMARY: (session) => windowRows(session, [session.host.additions.summary.window()]),
  STATEMENTS_SUMMARY_HISTORY: (session) => windowRows(session, session.host.additions.summary.windows()),
  SLOW_QUERY: (session) =>
    session.host.additions.summary
      .slow()
      .filter((record) => maySee(session, record.user))
      .map((record) => slowRow(session, record)),
  events_statements_summary_by_digest: (session) =>
    session.host.additions.summary
      .current()
      .filter((row) => maySee(session, row.sampleUser))
      .map((row) => digestRow(session, row)),
  events_transactions_current: transactionRows,
  threads: threadRows,
  RESOURCE_GROUPS: (session) =>
    session.host.additions.resourceGroups
      .list()
      .map((group) => [
        group.name,
        unitsText(group),
        group.priority,
        group.burstable ? 'YES' : 'NO',
        group.queryLimit ?? null,
        group.background ?? null,
      ]),
  SHOW_BINDINGS: (session) => [
    ...session.host.additions.bindings.list().map((row) => bindingRow(session, row, 'global')),
    ...session.bindings.list().map((row) => bindingRow(session, row, 'session')),
  ],
  COLUMN_STATISTICS: (session) => tablesOf(session).flatMap((table) => columnStatistics(session, table)),
  SHOW_STATS_META: (session) => tablesOf(session).map((table) => statsMetaRow(session, table)),
  SHOW_STATS_HEALTHY: (session) =>
    tablesOf(session).flatMap((table): Row[] => {
      const statistics = session.host.stats.find(table);
      if (statistics === undefined) return [];
      const rows = session.host.stats.rowCount(table);
      const changed = Math.abs(rows - statistics.rowCount) / Math.max(1, statistics.rowCount);
      return [[table.schema, table.name, '', Math.max(0, Math.round(100 * (1 - changed)))]];
    }),
  SHOW_STATS_HISTOGRAMS: (session) => tablesOf(session).flatMap((table) => histogramRows(session, table)),
  DDL_JOBS: (session) =>
    session.host.additions.ddlJobs
      .list()
      .map((job) => [
        job.id,
        job.schema,
        job.table,
        job.type,
        job.state === 'running' || job.state === 'cancelling' ? 'write reorganization' : 'public',
        session.host.catalog().findSchema(job.schema)?.id ?? 0,
        session.host.catalog().findTable(job.schema, job.table)?.id ?? 0,
        job.rows,
        time(session, job.createdAtMs),
        time(session, job.createdAtMs),
        job.endedAtMs === undefined ? null : time(session, job.endedAtMs),
        job.state,
        job.query,
      ]),
  SHOW_IMPORT_JOBS: (session) =>
    session.host.additions.imports
      .list()
      .map((job) => [
        job.id,
        job.source,
        job.table,
        job.tableId,
        '',
        job.status,
        bytesText(job.sourceBytes),
        job.rows,
        job.message,
        time(session, job.createdAtMs),
        time(session, job.createdAtMs),
        job.endedAtMs === undefined ? null : time(session, job.endedAtMs),
        job.createdBy,
      ]),
};

function columnStatistics(session: EngineSession, table: TableDef): Row[] {
  const { histograms } = session.host.additions;
  return table.columns.flatMap((column): Row[] => {
    const histogram = histograms.find(table, column);
    return histogram === undefined ? [] : [[table.schema, table.name, column.name, histogramJson(column, histogram)]];
  });
}

function time(session: EngineSession, ms: number): Row[number] {
  return session.virtualTables.toDateTime(ms);
}

/** Without PROCESS only what the account ran itself. */
function maySee(session: EngineSession, user: string): boolean {
  return user === session.account.user || session.privileges.has('PROCESS');
}

function windowRows(session: EngineSession, windows: readonly SummaryWindow[]): Row[] {
  return windows.flatMap((window) =>
    [...window.rows.values()]
      .filter((row) => maySee(session, row.sampleUser))
      .map((row) => [
        time(session, window.beganAtMs),
        time(session, window.endsAtMs),
        row.kind,
        row.database,
        row.digest,
        row.text,
        null,
        null,
        row.sampleUser,
        row.count,
        row.errors,
        row.warnings,
        nanoseconds(row.sumMs),
        nanoseconds(row.maxMs),
        nanoseconds(row.minMs),
        nanoseconds(row.sumMs / row.count),
        row.affectedRows / row.count,
        row.rows / row.count,
        row.maxRows,
        time(session, row.firstSeenMs),
        time(session, row.lastSeenMs),
        row.sampleSql,
        '',
        '',
        '',
        row.resourceGroup,
      ]),
  );
}

function nanoseconds(ms: number): number {
  return Math.round(ms * NANOSECONDS);
}

function slowRow(session: EngineSession, record: StatementRecord): Row {
  const { digest } = session.host.additions.summary.digestFor(record.sql);
  const seconds = record.elapsedMs / 1000;
  return [
    time(session, record.startedAtMs),
    0,
    record.user,
    '',
    record.connectionId,
    seconds,
    0,
    0,
    seconds,
    0,
    record.database,
    0,
    digest,
    '',
    0,
    0,
    record.rows,
    '',
    record.failed === undefined ? 1 : 0,
    record.resourceGroup,
    '',
    '',
    '',
    record.sql,
  ];
}

/** performance_schema's columns count picoseconds; what Ebb does not measure is 0. */
function digestRow(session: EngineSession, row: SummaryRow): Row {
  const pico = (ms: number): number => Math.round(ms * PICOSECONDS);
  const zeros = (count: number): Row => new Array<number>(count).fill(0);
  return [
    row.database,
    row.digest,
    row.text,
    row.count,
    pico(row.sumMs),
    pico(row.minMs),
    pico(row.sumMs / row.count),
    pico(row.maxMs),
    0,
    row.errors,
    row.warnings,
    row.affectedRows,
    row.rows,
    ...zeros(18),
    time(session, row.firstSeenMs),
    time(session, row.lastSeenMs),
    pico(row.maxMs),
    pico(row.maxMs),
    pico(row.maxMs),
    row.sampleSql,
    time(session, row.lastSeenMs),
    pico(row.sumMs / row.count),
  ];
}

function bindingRow(session: EngineSession, row: BindingRow, scope: string): Row {
  return [
    row.original,
    row.using,
    row.database,
    row.enabled ? 'enabled' : 'disabled',
    time(session, row.createdAtMs),
    time(session, row.updatedAtMs),
    'utf8mb4',
    'utf8mb4_0900_ai_ci',
    'manual',
    row.digest,
    '',
    scope,
  ];
}

function tablesOf(session: EngineSession): TableDef[] {
  const { catalog } = session;
  return catalog
    .schemas()
    .flatMap(({ name }) => catalog.tables(name))
    .filter((table): table is TableDef => table.kind === 'table')
    .filter((table) => session.privileges.maySeeTable(table.schema, table.name));
}

function statsMetaRow(session: EngineSession, table: TableDef): Row {
  const { stats } = session.host;
  const statistics = stats.find(table);
  const rows = stats.rowCount(table);
  const analyzed = statistics === undefined ? null : time(session, statistics.analyzedAtMs);
  const changed = statistics === undefined ? 0 : Math.abs(rows - statistics.rowCount);
  return [table.schema, table.name, '', analyzed, changed, rows, analyzed];
}

function histogramRows(session: EngineSession, table: TableDef): Row[] {
  const statistics = session.host.stats.find(table);
  if (statistics === undefined) return [];
  const updated = time(session, statistics.analyzedAtMs);
  const columns = statistics.columns.flatMap((column): Row[] => {
    const name = table.columns.find(({ id }) => id === column.columnId)?.name;
    if (name === undefined) return [];
    const nulls = Math.round(column.nullFraction * statistics.rowCount);
    const row = [table.schema, table.name, '', name, 0, updated, Math.round(column.distinct), nulls, column.width];
    return [[...row, 0, 'allLoaded', 0, 0, 0, 0]];
  });
  const indexes = statistics.indexes.flatMap((index): Row[] => {
    const name = table.indexes.find(({ id }) => id === index.indexId)?.name;
    const distinct = Math.round(index.distinct.at(-1) ?? 0);
    return name === undefined
      ? []
      : [[table.schema, table.name, '', name, 1, updated, distinct, 0, 0, 0, 'allLoaded', 0, 0, 0, 0]];
  });
  return [...columns, ...indexes];
}

function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let amount = bytes;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${Number(amount.toPrecision(4))}${units[unit]}`;
}
