/**
 * Tables of the schema `mysql` that tools look for and Ebb itself has no use for (help_topic, plugin, time_zone_name, …). They are made when a
 * statement first names the schema: making all of them when a data folder is new would double the time that takes.
 *
 * What may interleave: statements of several sessions may ask at once; they wait for the same work. A failure is not kept: the next one tries again.
 */
import type { MaybePromise } from '../../base/index.ts';
import { timeZoneNames } from '../../sql/types/index.ts';
import { SYSTEM_TABLE_DDL } from './system-tables.data.ts';

/** Statements that run with all rights in a session of their own. */
export interface SystemSql {
  hasSchema(schema: string): boolean;
  hasTable(schema: string, table: string): boolean;
  /** Rows as text. */
  query(sql: string): Promise<readonly (readonly (string | null)[])[]>;
}

const SCHEMA = 'mysql';
const NAMES_SCHEMA = /\bmysql\b/i;
/** A large INSERT is not searched to its end. */
const SEARCHED_CHARS = 65_536;

export class SystemTables {
  readonly #sql: SystemSql;
  #done = false;
  #making: Promise<void> | undefined;

  constructor(sql: SystemSql) {
    this.#sql = sql;
  }

  /** Settles when the tables are there that a statement may name. */
  prepareFor(sql: string, database: string | null): MaybePromise<void> {
    if (
      this.#done ||
      !(
        database?.toLowerCase() === SCHEMA ||
        NAMES_SCHEMA.test(sql.length > SEARCHED_CHARS ? sql.slice(0, SEARCHED_CHARS) : sql)
      )
    )
      return undefined;
    // A database in memory keeps its accounts elsewhere and has no such schema.
    if (!this.#sql.hasSchema(SCHEMA)) return undefined;
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #make(): Promise<void> {
    for (const [table, definition] of Object.entries(SYSTEM_TABLE_DDL)) {
      if (this.#sql.hasTable(SCHEMA, table)) continue;
      await this.#sql.query(definition);
      if (table === 'time_zone_name') await this.#fillTimeZones();
    }
    this.#done = true;
  }

  /** Applications ask these two which named zones there are; the zones' rules are built in. */
  async #fillTimeZones(): Promise<void> {
    const names = timeZoneNames();
    const rows = names.map((name, place) => `('${name}', ${place + 1})`);
    await this.#sql.query(`INSERT INTO mysql.time_zone_name (Name, Time_zone_id) VALUES ${rows.join(', ')}`);
    const zones = names.map((_, place) => `(${place + 1}, 'N')`);
    await this.#sql.query(`INSERT INTO mysql.time_zone (Time_zone_id, Use_leap_seconds) VALUES ${zones.join(', ')}`);
  }

  /** Rows of one of these tables; none where it was never made. */
  async rows(table: string, sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return this.#sql.hasTable(SCHEMA, table) ? this.#sql.query(sql) : [];
  }
}
