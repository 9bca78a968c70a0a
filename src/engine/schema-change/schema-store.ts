/**
 * What a schema change asks of storage: definitions persisted, rows and entries made to follow. Each call is one durable,
 * atomic change; other sessions see it from their next statement on.
 */
import type { TableDef, ViewDef } from '../../sql/catalog/index.ts';
import type { AlterPlan, PartitionPlan } from '../../sql/ddl/index.ts';
import type { FoundTable } from '../dropped-tables.ts';
import type { Row, TimeZone } from '../../sql/types/index.ts';
import type { PartitionExchange } from '../partitions/exchange.ts';

export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

/** Makes rows of the new definition from rows of the old one; throws SqlError for a row that does not fit. */
export type RowConversion = (rows: readonly Row[]) => Row[];

/** What an ALTER does to rows. */
export interface AlteredRows {
  /** Used when the plan rebuilds, and where columns that are not stored are indexed. */
  readonly convert: RowConversion;
  /** Called with every row, in the new definition's order, when constraints were added. */
  readonly check: ((rows: readonly Row[]) => void) | undefined;
  /** Called while rows are worked through, with how many more are done; throws when the change is to be given up. */
  readonly progress?: (rows: number) => void;
  /** The session's: TIMESTAMP values are converted as it sees them. */
  readonly zone: TimeZone;
}

export interface SchemaStore {
  createSchema(name: string, collation: string): Promise<void>;
  alterSchema(name: string, collation: string): Promise<void>;
  /** Drops the schema and all in it; returns the number of tables and views dropped. */
  dropSchema(name: string): Promise<number>;
  createTable(table: TableDef): Promise<TableDef>;
  putView(view: ViewDef): Promise<void>;
  dropRelations(names: readonly RelationName[]): Promise<void>;
  renameTables(renames: readonly { readonly from: RelationName; readonly to: RelationName }[]): Promise<void>;
  truncateTable(table: TableDef): Promise<void>;
  alterTable(plan: AlterPlan, rows: AlteredRows): Promise<void>;
  alterPartitions(plan: PartitionPlan, zone: TimeZone): Promise<void>;
  exchangePartition(exchange: PartitionExchange, zone: TimeZone): Promise<void>;
  /** Dropped and truncated tables that can still come back, newest first. */
  droppedTables(): Promise<FoundTable[]>;
  /** Puts them back under the names they have here; with `schema` the database too. */
  restoreTables(tables: readonly FoundTable[], schema?: { name: string; collation: string }): Promise<void>;
}
