/** SHOW STATUS: the counters under MySQL's names. What stands for InnoDB's buffer pool is the memory budget's block cache. */
import type { MemoryBudget } from '../../lsm/index.ts';
import type { TransactionManager } from '../../txn/index.ts';
import type { EngineSession } from '../session/session.ts';
import { COM_NAMES } from './com-names.data.ts';
import type { EngineStatus } from './engine-status.ts';
import type { StatusCounters } from './status-counters.ts';
import { ZERO_NAMES } from './zero-names.data.ts';

type StatusRow = readonly [name: string, value: string];
type Values = Readonly<Record<string, number | string>>;

export interface StatusSources {
  readonly status: EngineStatus;
  /** Connections that came, served or not. */
  readonly connections: number;
  readonly preparedStatements: number;
  readonly tables: number;
  readonly memory: MemoryBudget;
  readonly transactions: TransactionManager;
}

/** InnoDB's page, in which tools reckon the buffer pool. */
const PAGE_BYTES = 16 * 1024;
/** Commands that are no questions, but queries. */
const PROTOCOL_COMMANDS: ReadonlySet<string> = new Set(['stmt_prepare', 'stmt_close', 'stmt_reset']);

export function statusRows(session: EngineSession, scope: 'global' | 'session', sources: StatusSources): StatusRow[] {
  const total = sources.status.total();
  const counters = scope === 'global' ? total : sources.status.ofSession(session);
  const rows: StatusRow[] = ZERO_NAMES.map((name) => [name, '0']);
  COM_NAMES.forEach((name, place) => rows.push([`Com_${name}`, String(counters.com[place])]));
  const parts: Values[] = [
    counted(counters),
    serverValues(sources),
    storageValues(sources, total),
    { Queries: queriesOf(total), Ssl_cipher: session.tls?.cipher ?? '', Ssl_version: session.tls?.version ?? '' },
  ];
  if (scope === 'session') parts.push(SESSION_ONLY);
  for (const values of parts) for (const name of Object.keys(values)) rows.push([name, String(values[name])]);
  return rows.sort(([a], [b]) => (a < b ? -1 : 1));
}

const SESSION_ONLY: Values = {
  Compression: 'OFF',
  Compression_algorithm: '',
  Compression_level: 0,
  Last_query_cost: '0.000000',
  Last_query_partial_plans: 0,
  Tls_sni_server_name: '',
};

function queriesOf(total: StatusCounters): number {
  return COM_NAMES.reduce(
    (sum, name, place) => (PROTOCOL_COMMANDS.has(name) ? sum + (total.com[place] as number) : sum),
    total.questions,
  );
}

function counted(counters: StatusCounters): Values {
  return {
    Bytes_received: counters.bytesReceived,
    Bytes_sent: counters.bytesSent,
    Created_tmp_tables: counters.createdTmpTables,
    Handler_commit: counters.handlerCommit,
    Handler_delete: counters.handlerDelete,
    Handler_read_key: counters.handlerReadKey,
    Handler_read_next: counters.handlerReadNext,
    Handler_read_rnd_next: counters.handlerReadRndNext,
    Handler_rollback: counters.handlerRollback,
    Handler_savepoint: counters.handlerSavepoint,
    Handler_savepoint_rollback: counters.handlerSavepointRollback,
    Handler_update: counters.handlerUpdate,
    Handler_write: counters.handlerWrite,
    Questions: counters.questions,
    Select_full_join: counters.selectFullJoin,
    Select_full_range_join: counters.selectFullRangeJoin,
    Select_range: counters.selectRange,
    Select_scan: counters.selectScan,
    Slow_queries: counters.slowQueries,
    Sort_range: counters.sortRange,
    Sort_scan: counters.sortScan,
  };
}

function serverValues({ status, connections, preparedStatements, tables }: StatusSources): Values {
  const seconds = (sinceMs: number): number => Math.max(0, Math.floor((status.nowMs - sinceMs) / 1000));
  return {
    Aborted_clients: status.abortedClients,
    Aborted_connects: status.abortedConnects,
    Connection_errors_max_connections: status.refused,
    Connections: connections,
    Flush_commands: status.flushes,
    Max_used_connections: status.connectionsMost,
    Max_used_connections_time: timeText(status.connectionsMostAtMs),
    // Definitions are read at the start and kept: all are open.
    Open_table_definitions: tables,
    Open_tables: tables,
    Opened_table_definitions: tables,
    Opened_tables: tables,
    Prepared_stmt_count: preparedStatements,
    Threads_connected: status.connected,
    Threads_created: status.connectionsMost,
    Threads_running: status.running,
    Uptime: seconds(status.startedAtMs),
    Uptime_since_flush_status: seconds(status.flushedAtMs),
  };
}

function storageValues({ memory, transactions }: StatusSources, total: StatusCounters): Values {
  const pages = (bytes: number): number => Math.ceil(bytes / PAGE_BYTES);
  const { waits } = transactions.locks;
  const { logWritten } = transactions;
  const ended = waits.begun - waits.current;
  return {
    Innodb_buffer_pool_bytes_data: memory.cacheBytes,
    Innodb_buffer_pool_bytes_dirty: memory.memtableBytes,
    Innodb_buffer_pool_pages_data: pages(memory.cacheBytes),
    Innodb_buffer_pool_pages_dirty: pages(memory.memtableBytes),
    Innodb_buffer_pool_pages_free: pages(memory.freeBytes),
    Innodb_buffer_pool_pages_misc: pages(Math.max(0, memory.usedBytes - memory.cacheBytes)),
    Innodb_buffer_pool_pages_total: pages(memory.limitBytes),
    Innodb_log_write_requests: logWritten.records,
    Innodb_log_writes: logWritten.records,
    Innodb_os_log_fsyncs: logWritten.records,
    Innodb_os_log_written: logWritten.bytes,
    Innodb_page_size: PAGE_BYTES,
    Innodb_row_lock_current_waits: waits.current,
    Innodb_row_lock_time: Math.round(waits.totalMs),
    Innodb_row_lock_time_avg: ended === 0 ? 0 : Math.round(waits.totalMs / ended),
    Innodb_row_lock_time_max: Math.round(waits.longestMs),
    Innodb_row_lock_waits: waits.begun,
    Innodb_rows_deleted: total.handlerDelete,
    Innodb_rows_inserted: total.handlerWrite,
    Innodb_rows_read: total.handlerReadKey + total.handlerReadNext + total.handlerReadRndNext,
    Innodb_rows_updated: total.handlerUpdate,
  };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
