/** An immutable picture of all definitions; a change makes a new one that shares what stayed. */
import type { Catalog, ForeignKeyDef, SchemaDef, TableDef, ViewDef } from '../sql/catalog/index.ts';

export type Relation = TableDef | ViewDef;

interface Reference {
  readonly table: TableDef;
  readonly key: ForeignKeyDef;
}

export interface CatalogChanges {
  readonly schemas: ReadonlyMap<string, SchemaDef | undefined>;
  /** By id; undefined = dropped. */
  readonly relations: ReadonlyMap<number, Relation | undefined>;
}

const NO_RELATIONS: ReadonlyMap<string, Relation> = new Map();

export class CatalogSnapshot implements Catalog {
  readonly version: number;
  readonly #schemas: ReadonlyMap<string, SchemaDef>;
  readonly #byId: ReadonlyMap<number, Relation>;
  readonly #byName: ReadonlyMap<string, ReadonlyMap<string, Relation>>;
  #references: ReadonlyMap<string, readonly Reference[]> | undefined = undefined;

  constructor(version: number, schemas: Iterable<SchemaDef>, relations: Iterable<Relation>) {
    this.version = version;
    this.#schemas = new Map([...schemas].map((schema) => [schema.name, schema]));
    const byId = new Map<number, Relation>();
    const byName = new Map<string, Map<string, Relation>>();
    for (const relation of relations) {
      byId.set(relation.id, relation);
      const names = byName.get(relation.schema) ?? new Map<string, Relation>();
      names.set(relation.name, relation);
      byName.set(relation.schema, names);
    }
    this.#byId = byId;
    this.#byName = byName;
  }

  findSchema(name: string): SchemaDef | undefined {
    return this.#schemas.get(name);
  }

  findTable(schema: string, name: string): Relation | undefined {
    return this.#byName.get(schema)?.get(name);
  }

  findRelationById(id: number): Relation | undefined {
    return this.#byId.get(id);
  }

  findTableById(id: number): TableDef | undefined {
    const relation = this.#byId.get(id);
    return relation?.kind === 'table' ? relation : undefined;
  }

  schemas(): readonly SchemaDef[] {
    return [...this.#schemas.values()];
  }

  tables(schema: string): readonly Relation[] {
    return [...(this.#byName.get(schema) ?? NO_RELATIONS).values()];
  }

  referencing(schema: string, table: string): readonly Reference[] {
    this.#references ??= collectReferences(this.#byId.values());
    return this.#references.get(referenceKey(schema, table)) ?? [];
  }

  with(version: number, changes: CatalogChanges): CatalogSnapshot {
    const schemas = new Map(this.#schemas);
    for (const [name, schema] of changes.schemas) {
      if (schema === undefined) schemas.delete(name);
      else schemas.set(name, schema);
    }
    const relations = new Map(this.#byId);
    for (const [id, relation] of changes.relations) {
      if (relation === undefined) relations.delete(id);
      else relations.set(id, relation);
    }
    return new CatalogSnapshot(version, schemas.values(), relations.values());
  }
}

function referenceKey(schema: string, table: string): string {
  return `${schema}\u0000${table}`;
}

function collectReferences(relations: Iterable<Relation>): ReadonlyMap<string, readonly Reference[]> {
  const references = new Map<string, Reference[]>();
  for (const table of relations) {
    if (table.kind !== 'table') continue;
    for (const key of table.foreignKeys) {
      const name = referenceKey(key.referencedSchema, key.referencedTable);
      const list = references.get(name) ?? [];
      list.push({ table, key });
      references.set(name, list);
    }
  }
  return references;
}
