/**
 * The catalog as a session with temporary tables sees it: names find its own tables first; lists show the shared ones only,
 * unless asked by SHOW COLUMNS and its like, for which `withTemporary` lists them too.
 */
import type { Catalog, ForeignKeyDef, SchemaDef, TableDef, ViewDef } from '../../sql/catalog/index.ts';

export class OverlaidCatalog implements Catalog {
  readonly base: Catalog;
  readonly own: Catalog;
  readonly #lists: boolean;

  constructor(base: Catalog, own: Catalog, lists = false) {
    this.base = base;
    this.own = own;
    this.#lists = lists;
  }

  get version(): number {
    return this.base.version + this.own.version;
  }

  get withTemporary(): OverlaidCatalog {
    return new OverlaidCatalog(this.base, this.own, true);
  }

  findSchema(name: string): SchemaDef | undefined {
    return this.base.findSchema(name) ?? (this.#lists ? this.own.findSchema(name) : undefined);
  }

  findTable(schema: string, name: string): TableDef | ViewDef | undefined {
    return this.own.findTable(schema, name) ?? this.base.findTable(schema, name);
  }

  findTableById(id: number): TableDef | undefined {
    return this.own.findTableById(id) ?? this.base.findTableById(id);
  }

  schemas(): readonly SchemaDef[] {
    return this.base.schemas();
  }

  tables(schema: string): readonly (TableDef | ViewDef)[] {
    const shared = this.base.tables(schema);
    if (!this.#lists) return shared;
    const own = this.own.tables(schema);
    return [...own, ...shared.filter((table) => !own.some((temporary) => temporary.name === table.name))];
  }

  /** Temporary tables neither have nor are the target of foreign keys. */
  referencing(schema: string, table: string): readonly { readonly table: TableDef; readonly key: ForeignKeyDef }[] {
    return this.own.findTable(schema, table) === undefined ? this.base.referencing(schema, table) : [];
  }
}
