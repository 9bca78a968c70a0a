/** ANALYZE, CHECK, FLUSH, LOCK TABLES and what Ebb has no use for: each answers as MySQL does, or with 1235. */
import { type MaybePromise, SqlError, sqlError, andThen } from '../../base/index.ts';
import { quoteName } from '../../sql/ast/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { TableDef, ViewDef } from '../../sql/catalog/index.ts';
import type { Row } from '../../sql/types/index.ts';

import { parseQueryText } from '../../sql/parser/index.ts';
import { planFor } from './planning.ts';
import type { StatementResult } from '../session-port.ts';
import { runHelp } from '../system-tables/index.ts';
import { refuseTablespace } from '../schema-change/no-tablespaces.ts';
import { runTidb } from '../tidb/run-tidb.ts';
import { runHandler } from './handler-statement.ts';
import { flush, lockTables, unlockTables } from './lock-statements.ts';
import { histogramRows } from './histogram-statement.ts';
import { okResult, tableResult, textColumn } from './results.ts';
import type { EngineSession } from './session.ts';
import { engineOf } from '../../sql/ddl/index.ts';

const MAINTENANCE_COLUMNS = [
  textColumn('Table', 128),
  textColumn('Op', 10),
  textColumn('Msg_type', 10),
  textColumn('Msg_text', 4096),
];

export function runAdmin(session: EngineSession, statement: ast.Statement, sql: string): MaybePromise<StatementResult> {
  switch (statement.kind) {
    case 'analyze-table':
      return analyze(session, statement);
    case 'maintain-table':
      return maintain(session, statement);
    case 'lock-tables':
      return lockTables(session, statement);
    case 'unlock-tables':
      return unlockTables(session);
    case 'cache-index':
    case 'load-index':
      return tableResult(MAINTENANCE_COLUMNS, cacheRows(session, statement));
    case 'handler':
      return runHandler(session, statement);
    case 'help':
      return runHelp(session.host.systemTables, statement.topic);
    case 'flush':
      return flush(session, statement);
    case 'lock-instance':
    case 'reset-persist':
    case 'purge-logs':
      return okResult();
    case 'replication':
      return runReplication(session, statement);
    case 'reset':
      if (statement.targets.some(({ name }) => !name.startsWith('replica'))) break;
      return okResult();
    default: {
      const done = runTidb(session, statement, sql);
      if (done !== undefined) return done;
      if (statement.kind === 'define-object' || statement.kind === 'drop-object') refuseTablespace(statement);
    }
  }
  throw sqlError('ER_NOT_SUPPORTED_YET', statement.kind.toUpperCase().replaceAll('-', ' '));
}

/** A server that is nobody's replica, as MySQL answers for one; to become one is not to be had. */
function runReplication(session: EngineSession, { action, channel }: ast.Replication): StatementResult {
  if (action === 'start replica') throw sqlError('ER_BAD_REPLICA');
  if (action !== 'stop replica') throw sqlError('ER_NOT_SUPPORTED_YET', 'REPLICATION');
  const note = `Replication thread(s) for channel '${channel ?? ''}' are already stopped.`;
  session.warn(3084, note, 'Note');
  return okResult();
}

/** Indexes are cached by InnoDB as it sees fit; so they are here. */
function cacheRows(session: EngineSession, statement: ast.CacheIndex): Row[] {
  const { cache } = statement;
  if (cache !== undefined && cache.toLowerCase() !== 'default') throw sqlError('ER_UNKNOWN_KEY_CACHE', cache);
  const op = cache === undefined ? 'preload_keys' : 'assign_to_keycache';
  return statement.tables.flatMap(({ table: name }): Row[] => {
    const schema = name.schema ?? session.state.database;
    if (schema === null) throw sqlError('ER_NO_DB_ERROR');
    const label = `${schema}.${name.name}`;
    const table = session.catalog.findTable(schema, name.name);
    if (table?.kind === 'table' && engineOf(table) === 'MyISAM') return [[label, op, 'status', 'OK']];
    if (table === undefined)
      return [
        [label, op, 'Error', `Table '${label}' doesn't exist`],
        [label, op, 'status', 'Operation failed'],
      ];
    return [[label, op, 'note', `The storage engine for the table doesn't support ${op}`]];
  });
}

/** TiDB's words: statistics are always made of the whole table, but what is named must exist. */
function checkParts(table: TableDef, parts: ast.AnalyzedParts): void {
  if (parts.incremental) {
    throw new SqlError(
      'ER_UNKNOWN_ERROR',
      1105,
      'HY000',
      'the incremental analyze feature has already been removed in TiDB v7.5.0, so this will have no effect',
    );
  }
  const isIndex = (name: string): boolean => table.indexes.some((index) => index.name.toLowerCase() === name);
  for (const name of parts.indexes) {
    if (!isIndex(name.toLowerCase())) throw sqlError('ER_KEY_DOES_NOT_EXITS', name, table.name);
  }
}

function analyze(session: EngineSession, statement: ast.AnalyzeTable): MaybePromise<StatementResult> {
  const { histogram } = statement;
  if (histogram !== undefined)
    return andThen(histogramRows(session, statement, histogram), (changed) =>
      tableResult(MAINTENANCE_COLUMNS, changed),
    );
  const rows: Row[] = [];
  const step = (place: number): MaybePromise<StatementResult> => {
    const name = statement.tables[place];
    if (name === undefined)
      return statement.partial === undefined ? tableResult(MAINTENANCE_COLUMNS, rows) : okResult();
    const schema = name.schema ?? session.state.database ?? '';
    const label = `${schema}.${name.name}`;
    const table = session.catalog.findTable(schema, name.name);
    if (table === undefined) {
      rows.push(
        [label, 'analyze', 'Error', `Table '${label}' doesn't exist`],
        [label, 'analyze', 'status', 'Operation failed'],
      );
      return step(place + 1);
    }
    if (table.kind === 'view') {
      rows.push(
        [label, 'analyze', 'Error', `'${label}' is not BASE TABLE`],
        [label, 'analyze', 'status', 'Operation failed'],
      );
      return step(place + 1);
    }
    if (statement.partial !== undefined) checkParts(table, statement.partial);
    return andThen(session.host.analyzeTable(session, table), () => {
      rows.push(
        engineOf(table) === 'MEMORY'
          ? [label, 'analyze', 'note', "The storage engine for the table doesn't support analyze"]
          : [label, 'analyze', 'status', 'OK'],
      );
      return step(place + 1);
    });
  };
  return step(0);
}

async function checksum(session: EngineSession, table: TableDef): Promise<number> {
  return session.host.checksumTable(session, table);
}

function maintain(session: EngineSession, statement: ast.MaintainTable): MaybePromise<StatementResult> {
  if (statement.action === 'checksum') return checksums(session, statement);
  const rows: Row[] = statement.tables.flatMap((name): Row[] => {
    const schema = name.schema ?? session.state.database ?? '';
    const label = `${schema}.${name.name}`;
    const table = session.catalog.findTable(schema, name.name);
    const op = statement.action;
    if (table === undefined) {
      return [
        [label, op, 'Error', `Table '${label}' doesn't exist`],
        [label, op, 'status', 'Operation failed'],
      ];
    }
    if (table.kind === 'view' && op === 'check') return checkView(session, table, label);
    if (table.kind === 'view')
      return [
        [label, op, 'Error', `'${label}' is not BASE TABLE`],
        [label, op, 'status', 'Operation failed'],
      ];
    // Of a partitioned table the partitions are asked, and they say yes.
    const engine = engineOf(table);
    if (engine === 'MEMORY') return [[label, op, 'note', `The storage engine for the table doesn't support ${op}`]];
    if (engine === 'MyISAM') return [[label, op, 'status', 'OK']];
    if (op === 'repair' && table.partitioning === undefined)
      return [[label, op, 'note', "The storage engine for the table doesn't support repair"]];
    if (op === 'optimize')
      return [
        [label, op, 'note', 'Table does not support optimize, doing recreate + analyze instead'],
        [label, op, 'status', 'OK'],
      ];
    return [[label, op, 'status', 'OK']];
  });
  return tableResult(MAINTENANCE_COLUMNS, rows);
}

function checkView(session: EngineSession, view: ViewDef, label: string): Row[] {
  try {
    planFor(session, parseQueryText(`select * from ${quoteName(view.schema)}.${quoteName(view.name)}`), '', []);
    return [[label, 'check', 'status', 'OK']];
  } catch (error) {
    const text = error instanceof SqlError ? error.message : String(error);
    return [
      [label, 'check', 'Error', text],
      [label, 'check', 'error', 'Corrupt'],
    ];
  }
}

async function checksums(session: EngineSession, statement: ast.MaintainTable): Promise<StatementResult> {
  const rows: Row[] = [];
  for (const name of statement.tables) {
    const schema = name.schema ?? session.state.database ?? '';
    const table = session.catalog.findTable(schema, name.name);
    const label = `${schema}.${name.name}`;
    if (table === undefined || table.kind === 'view') {
      session.warn(1146, `Table '${label}' doesn't exist`, 'Error');
      rows.push([label, null]);
    } else rows.push([label, await checksum(session, table)]);
  }
  return tableResult(
    [
      textColumn('Table', 128),
      {
        name: 'Checksum',
        type: { ...textColumn('', 21).type, kind: 'int', mysqlType: 8, nullable: true, collation: 'binary' },
      },
    ],
    rows,
  );
}
