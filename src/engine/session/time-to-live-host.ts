/** How the TTL job reaches tables: an internal session that deletes a batch of expired rows by an ordinary statement. */
import { quoteName } from '../../sql/ast/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import { timeToLiveOf } from '../../sql/ddl/index.ts';
import type { TimeToLiveHost } from '../tidb/time-to-live-job.ts';
import type { SqlEngine } from './engine.ts';

/** Nobody can log in as this account: a host pattern is never empty. */
const INTERNAL = { user: 'ebb.internal', host: '' };

export function timeToLiveHost(engine: SqlEngine): TimeToLiveHost {
  return {
    env: engine.env,
    tables: () => {
      const catalog = engine.catalog();
      return catalog
        .schemas()
        .flatMap(({ name }) => catalog.tables(name))
        .filter((table): table is TableDef => table.kind === 'table' && timeToLiveOf(table) !== undefined);
    },
    isEnabled: () => engine.globals.isOn('tidb_ttl_job_enable'),
    batchRows: () => engine.globals.getNumber('tidb_ttl_delete_batch_size'),
    deleteExpired: async (table, limit) => {
      const ttl = timeToLiveOf(table);
      if (ttl === undefined) return 0;
      const session = await engine.connect({ user: INTERNAL.user, host: 'localhost', account: INTERNAL });
      try {
        const name = `${quoteName(table.schema)}.${quoteName(table.name)}`;
        const expiry = `${quoteName(ttl.column.name)} < NOW() - INTERVAL ${ttl.amount} ${ttl.unit}`;
        const result = await session.execute(`DELETE FROM ${name} WHERE ${expiry} LIMIT ${limit}`);
        return result.kind === 'ok' ? Number(result.affectedRows) : 0;
      } finally {
        await session.close();
      }
    },
  };
}
