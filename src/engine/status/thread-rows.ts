/**
 * performance_schema.threads and events_transactions_current: a row per session, a row per open transaction.
 *
 * There are no background threads to show, and a transaction is gone from here when it ended. A thread's id is its
 * connection's, so that the two join.
 */
import type { Row } from '../../sql/types/index.ts';
import { DEFAULT_GROUP } from '../tidb/resource-groups.ts';
import type { EngineSession } from '../session/session.ts';

function visibleSessions(session: EngineSession): EngineSession[] {
  const seesAll = session.privileges.has('PROCESS');
  return [...session.host.sessions().values()].filter(
    (other) => seesAll || other.account.user === session.account.user,
  );
}

export function threadRows(session: EngineSession): Row[] {
  const processes = new Map(session.virtualTables.processes.map((process) => [process.id, process]));
  return visibleSessions(session).map((other): Row => {
    const id = other.connectionId;
    const process = processes.get(id);
    const group = other.resourceGroup === DEFAULT_GROUP ? 'USR_default' : other.resourceGroup;
    return [
      id,
      'thread/sql/one_connection',
      'FOREGROUND',
      id,
      other.account.user,
      other.clientHost,
      other.state.database,
      process?.command ?? 'Sleep',
      process?.seconds ?? 0,
      process?.state ?? '',
      process?.info ?? null,
      null,
      null,
      'YES',
      'YES',
      other.tls === undefined ? 'TCP/IP' : 'SSL/TLS',
      null,
      group,
      'PRIMARY',
      0,
      0,
      0,
      0,
      'NO',
    ];
  });
}

export function transactionRows(session: EngineSession): Row[] {
  return visibleSessions(session).flatMap((other): Row[] => {
    const { current, inTransaction } = other.transactions;
    if (current === undefined || !inTransaction) return [];
    const access = current.readOnly ? 'READ ONLY' : 'READ WRITE';
    const level = current.level.replaceAll('-', ' ');
    return [
      [
        other.connectionId,
        1,
        null,
        'transaction',
        'ACTIVE',
        null,
        'AUTOMATIC',
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        access,
        level,
        'NO',
        null,
        null,
        null,
        null,
        null,
        'STATEMENT',
      ],
    ];
  });
}
