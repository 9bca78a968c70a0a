/**
 * What the database knows about its own schema: immutable definitions, shared freely between sessions.
 *
 * A DDL statement makes new definitions and publishes a new `Catalog`; nobody ever changes one in place. Definitions
 * are plain JSON (no bigint, no class), because they are stored as catalog rows in the same key space as the data.
 * Expressions (defaults, generated columns, checks, key parts, view bodies) are kept as canonical SQL text.
 */
import type { FieldType } from '../types/index.ts';

/** State of an online schema change; readers use 'public' only, writers maintain the others too (DESIGN.md §2). */
export type SchemaState = 'public' | 'write-only' | 'delete-only';

export type ColumnDefault =
  | { readonly kind: 'literal'; readonly text: string | null; readonly binary?: boolean } // as the column would print it; null = DEFAULT NULL; binary: `text` is the bytes in hexadecimal
  | { readonly kind: 'expression'; readonly sql: string } // (uuid()), CURRENT_TIMESTAMP(6), …
  | { readonly kind: 'current-timestamp'; readonly decimals: number };

export interface ColumnDef {
  /** Never reused within a table; rows are stored by it, so that ADD COLUMN is instant. */
  readonly id: number;
  readonly name: string;
  readonly type: FieldType;
  readonly defaultValue?: ColumnDefault; // absent = no default
  /** Value of the column for rows written before it was added (literal text), for instant ADD COLUMN. */
  readonly originDefault?: ColumnDefault;
  readonly onUpdateNow: boolean;
  readonly autoIncrement: boolean;
  /** AUTO_RANDOM(S, R): the generated number has S random bits above the counter; `autoIncrement` too. */
  readonly autoRandom?: { readonly shardBits: number; readonly rangeBits: number };
  readonly generated?: { readonly sql: string; readonly stored: boolean };
  readonly comment: string;
  readonly invisible: boolean;
  readonly state: SchemaState;
  /** For a hidden column that carries an expression key part. */
  readonly hidden: boolean;
  /** Charset was given explicitly on the column (SHOW CREATE TABLE prints it). */
  readonly explicitCharset?: boolean;
}

export interface KeyPartDef {
  readonly columnId: number;
  /** Characters (strings) or bytes (binary); absent = whole column. */
  readonly prefixLength?: number;
  readonly descending: boolean;
}

export interface IndexDef {
  readonly id: number; // 0 = the primary key (or the hidden row id when `parts` is empty)
  readonly name: string; // 'PRIMARY' for the primary key
  readonly unique: boolean;
  readonly primary: boolean;
  readonly parts: readonly KeyPartDef[];
  readonly visible: boolean;
  readonly comment: string;
  readonly kind: 'btree' | 'fulltext' | 'spatial';
  readonly state: SchemaState;
  /** Made for a foreign key: goes when a written key, or another foreign key's, begins with the same columns. */
  readonly generated?: boolean;
  /** GLOBAL: unique over all partitions, whichever columns decide on those. */
  readonly global?: boolean;
  /** TiDB's NONCLUSTERED was written behind the primary key; it is clustered all the same. */
  readonly nonclustered?: boolean;
  /** USING BTREE was written. */
  readonly explicitAlgorithm?: boolean;
  /** FULLTEXT … WITH PARSER. */
  readonly parser?: string;
}

export type ReferentialAction = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface ForeignKeyDef {
  readonly id: number;
  readonly name: string;
  readonly columnIds: readonly number[];
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
}

export interface CheckDef {
  readonly name: string;
  readonly sql: string;
  readonly enforced: boolean;
}

/** A value of VALUES LESS THAN or VALUES IN: as the column (or BIGINT) would print it; null = NULL. */
export type PartitionValueDef = string | null | { readonly maxvalue: true };

/** How rows are told apart, on one of the two levels. */
export interface PartitionRule {
  readonly method: 'range' | 'list' | 'hash' | 'key';
  readonly linear: boolean;
  /** RANGE COLUMNS, LIST COLUMNS. */
  readonly byColumns: boolean;
  /** Canonical text over the columns; absent for COLUMNS and KEY. */
  readonly expression?: string;
  /** In the order written (COLUMNS, KEY), or those that the expression names. */
  readonly columnIds: readonly number[];
  /** KEY (): the primary key's columns. */
  readonly implicitColumns?: boolean;
  /** KEY ALGORITHM = n, as written. */
  readonly algorithm?: number;
}

export interface SubpartitionDef {
  /** Of the stored rows: a key range of its own, as a table has. */
  readonly id: number;
  readonly name: string;
  readonly comment: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface PartitionDef extends SubpartitionDef {
  readonly lessThan?: readonly PartitionValueDef[];
  readonly in?: readonly (readonly PartitionValueDef[])[];
  /** Rows are in these then, and the partition's own id is not used. */
  readonly subpartitions: readonly SubpartitionDef[];
}

export interface PartitioningDef {
  readonly rule: PartitionRule;
  readonly subRule?: PartitionRule;
  readonly partitions: readonly PartitionDef[];
  /** Names were made from a count (PARTITIONS n): SHOW CREATE TABLE prints the count; absent when neither was written. */
  readonly defaultNames: boolean;
  readonly printCount: boolean;
  readonly defaultSubNames: boolean;
  readonly printSubCount: boolean;
}

/** `t PARTITION (p0, p1)`: the definition a statement sees. Never stored. */
export interface PartitionSelection {
  readonly of: TableDef;
  /** Ordinals of the chosen (sub)partitions, ascending; subpartitions are counted through. */
  readonly ordinals: readonly number[];
}

export interface TableDef {
  readonly kind: 'table';
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  /** Increases with each DDL on the table; DML certifies the key that holds it. */
  readonly version: number;
  readonly columns: readonly ColumnDef[]; // in column order, hidden ones last
  /** indexes[0] is the clustered index: the primary key, or a hidden row id (parts = []). */
  readonly indexes: readonly IndexDef[];
  readonly foreignKeys: readonly ForeignKeyDef[];
  readonly checks: readonly CheckDef[];
  readonly collation: string;
  readonly comment: string;
  /** Other table options as given, kept for SHOW CREATE TABLE (ROW_FORMAT …). */
  readonly options: Readonly<Record<string, string>>;
  readonly temporary: boolean;
  /** TiDB's GLOBAL TEMPORARY … ON COMMIT DELETE ROWS: everybody's definition, rows of one transaction. `temporary` too. */
  readonly globalTemporary?: true;
  readonly createdAtMs: number;
  readonly nextColumnId: number;
  readonly nextIndexId: number;
  readonly partitioning?: PartitioningDef;
  readonly selection?: PartitionSelection;
}

export interface ViewDef {
  readonly kind: 'view';
  readonly id: number;
  readonly schema: string;
  readonly name: string;
  readonly version: number;
  readonly columns: readonly string[]; // explicit or derived names
  /** The names were written in CREATE VIEW v (a, b), and are printed there again. */
  readonly explicitColumns?: boolean;
  readonly sql: string; // canonical SELECT
  readonly definer: string;
  readonly security: 'definer' | 'invoker';
  readonly algorithm: 'undefined' | 'merge' | 'temptable';
  readonly checkOption: 'none' | 'local' | 'cascaded';
  readonly collationConnection: string;
  readonly charsetClient: string;
}

export interface SchemaDef {
  readonly id: number;
  readonly name: string;
  readonly collation: string;
  readonly readOnly?: boolean;
}

/** A consistent, immutable picture of all schemas at one version. Names are looked up case-insensitively for columns, case-sensitively for schemas and tables (lower_case_table_names = 0). */
export interface Catalog {
  readonly version: number;
  findSchema(name: string): SchemaDef | undefined;
  findTable(schema: string, name: string): TableDef | ViewDef | undefined;
  findTableById(id: number): TableDef | undefined;
  schemas(): readonly SchemaDef[];
  tables(schema: string): readonly (TableDef | ViewDef)[];
  /** Foreign keys of other tables that reference this one. */
  referencing(schema: string, table: string): readonly { readonly table: TableDef; readonly key: ForeignKeyDef }[];
}
