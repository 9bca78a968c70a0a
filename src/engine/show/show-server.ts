/** SHOW ENGINE, SHOW OPEN TABLES, SHOW PROFILE and what MySQL shows of a binary log that is switched off. */
import { type MaybePromise, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { intColumn, type TableColumn, tableResult, textColumn } from '../session/results.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';

type ServerShow = ast.ShowEngine | ast.ShowProfile | ast.ShowLogEvents;

const ENGINE_COLUMNS = [textColumn('Type', 10), textColumn('Name', 512), textColumn('Status', 4096)];
/** Known to MySQL, with nothing to show. */
const SILENT_ENGINES: ReadonlySet<string> = new Set([
  'performance_schema',
  'myisam',
  'memory',
  'csv',
  'archive',
  'blackhole',
  'mrg_myisam',
  'federated',
]);
const EVENT_COLUMNS: readonly TableColumn[] = [
  textColumn('Log_name', 20),
  intColumn('Pos'),
  textColumn('Event_type', 20),
  intColumn('Server_id'),
  intColumn('End_log_pos'),
  textColumn('Info', 20),
];

export function showServer(session: EngineSession, statement: ServerShow): MaybePromise<StatementResult> {
  switch (statement.kind) {
    case 'show-engine':
      return showEngine(session, statement);
    case 'show-profile':
      return tableResult([textColumn('Status', 30), textColumn('Duration', 9)], []);
    case 'show-log-events':
      return tableResult(EVENT_COLUMNS, []);
  }
}

function showEngine(session: EngineSession, { engine, what }: ast.ShowEngine): StatementResult {
  const name = engine?.toLowerCase() ?? 'innodb';
  if (SILENT_ENGINES.has(name)) return tableResult(ENGINE_COLUMNS, []);
  if (name !== 'innodb') throw sqlError('ER_UNKNOWN_STORAGE_ENGINE', engine ?? '');
  return tableResult(ENGINE_COLUMNS, what === 'status' ? [['InnoDB', '', engineStatus(session)]] : []);
}

/** The sections of InnoDB's monitor that mean something here, in its words where tools look for them. */
function engineStatus(session: EngineSession): string {
  const status = new Map(session.host.statusVariables(session, 'global'));
  const of = (name: string): string => status.get(`Innodb_${name}`) ?? '0';
  const now = new Date(session.host.env.clock.nowMs()).toISOString().slice(0, 19).replace('T', ' ');
  const line = '='.repeat(37);
  const section = (title: string, ...lines: string[]): string =>
    ['-'.repeat(12), title, '-'.repeat(12), ...lines].join('\n');
  const open = [...session.host.sessions().values()].filter((one) => one.transactions.inTransaction);
  return [
    '',
    line,
    `${now} EBB MONITOR OUTPUT`,
    line,
    section(
      'TRANSACTIONS',
      `${of('row_lock_current_waits')} waiting for row locks, ${of('row_lock_waits')} waits so far, ${of('row_lock_time')} ms in all`,
      'LIST OF TRANSACTIONS FOR EACH SESSION:',
      ...open.map(
        (one) => `---TRANSACTION, ACTIVE\nthread id ${one.connectionId}, ${one.account.user}@${one.clientHost}`,
      ),
    ),
    section('LOG', `${of('log_writes')} log i/o's done, ${of('os_log_written')} bytes written`),
    section(
      'BUFFER POOL AND MEMORY',
      `Buffer pool size   ${of('buffer_pool_pages_total')}`,
      `Free buffers       ${of('buffer_pool_pages_free')}`,
      `Database pages     ${of('buffer_pool_pages_data')}`,
      `Modified db pages  ${of('buffer_pool_pages_dirty')}`,
    ),
    section(
      'ROW OPERATIONS',
      `Number of rows inserted ${of('rows_inserted')}, updated ${of('rows_updated')}, deleted ${of('rows_deleted')}, read ${of('rows_read')}`,
    ),
    '-'.repeat(28),
    'END OF EBB MONITOR OUTPUT',
    '='.repeat(28),
    '',
  ].join('\n');
}
