/** How system tables are made and read: statements of an internal session. */
import type { MaybePromise } from '../../base/index.ts';
import { formatText } from '../../sql/types/index.ts';
import type { SystemSql } from '../system-tables/index.ts';
import type { SqlEngine } from './engine.ts';
import type { EngineSession } from './session.ts';

/** Nobody can log in as this account: a host pattern is never empty. */
const INTERNAL = { user: 'ebb.internal', host: '' };

/** Called before names are looked up. Internal sessions make the tables: they do not wait for them. */
export function prepareSystemTables(session: EngineSession, sql: string): MaybePromise<void> {
  if (session.account.host === INTERNAL.host) return undefined;
  return session.host.systemTables.prepareFor(sql, session.state.database);
}

export function systemSql(engine: SqlEngine): SystemSql {
  return {
    hasSchema: (schema) => engine.catalog().findSchema(schema) !== undefined,
    hasTable: (schema, table) => engine.catalog().findTable(schema, table) !== undefined,
    query: async (sql) => {
      const session = await engine.connect({ user: INTERNAL.user, host: 'localhost', account: INTERNAL });
      try {
        const result = await session.execute(sql);
        if (result.kind === 'ok') return [];
        const rows: (string | null)[][] = [];
        for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
          for (const row of batch)
            rows.push(
              row.map((value, place) => (value === null ? null : formatText(value, result.columns[place]!.type))),
            );
        }
        await result.close();
        return rows;
      } finally {
        await session.close();
      }
    },
  };
}
