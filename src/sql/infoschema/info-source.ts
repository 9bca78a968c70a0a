/** What the virtual tables are made from; the engine implements it per session. */
import type { MaybePromise } from '../../base/index.ts';
import type { Catalog, SchemaDef, TableDef, ViewDef } from '../catalog/index.ts';
import type { DateTime, FieldType, Row } from '../types/index.ts';

export interface ProcessInfo {
  readonly id: number;
  readonly user: string;
  readonly host: string;
  readonly database: string | null;
  readonly command: string;
  readonly seconds: number;
  readonly state: string;
  readonly info: string | null;
}

export interface InfoSource {
  readonly catalog: Catalog;
  readonly processes: readonly ProcessInfo[];
  variables(scope: 'global' | 'session'): readonly (readonly [name: string, value: string])[];
  status(scope: 'global' | 'session'): readonly (readonly [name: string, value: string])[];
  rowCount(table: TableDef): number;
  dataBytes(table: TableDef): number;
  autoIncrement(table: TableDef): MaybePromise<number | bigint | undefined>;
  /** Columns of a view, by planning its body; undefined when it does not plan any more. */
  viewColumns(view: ViewDef): readonly { readonly name: string; readonly type: FieldType }[] | undefined;
  isUpdatable(view: ViewDef): boolean;
  /** Only what the session has some right on is shown. */
  maySeeSchema(schema: string): boolean;
  maySeeTable(schema: string, table: string): boolean;
  /** Rights as rows, for the *_PRIVILEGES tables. */
  privilegeRows(table: string): readonly (readonly (string | null)[])[];
  /** Of tables that tell about the engine itself: summaries, resource groups, bindings. */
  ownRows(table: string): readonly Row[] | undefined;
  cardinality(table: TableDef, indexId: number, parts: number): number | null;
  toDateTime(ms: number): DateTime;
}

/** Schemas with the virtual ones and the session's rights applied. */
export function visibleSchemas(source: InfoSource): readonly SchemaDef[] {
  return source.catalog.schemas().filter((schema) => source.maySeeSchema(schema.name));
}
