/** The changes of one schema statement while it runs: what it locked, and which definitions it will write. */
import { type Bytes, sqlError } from '../base/index.ts';
import type { SchemaDef, TableDef } from '../sql/catalog/index.ts';
import type { Transaction } from '../txn/index.ts';
import type { CatalogChanges, CatalogSnapshot, Relation } from './catalog-snapshot.ts';
import type { CatalogStore } from './catalog-store.ts';
import { encodeDefinition } from './definition-format.ts';
import { MetaKind, metaKey, namedMetaKey } from './key-space.ts';

export class CatalogDraft implements CatalogChanges {
  readonly schemas = new Map<string, SchemaDef | undefined>();
  readonly relations = new Map<number, Relation | undefined>();
  /** For rows that belong to the change (counters, garbage). */
  readonly transaction: Transaction;
  readonly #store: CatalogStore;

  constructor(store: CatalogStore, transaction: Transaction) {
    this.#store = store;
    this.transaction = transaction;
  }

  /** The committed catalog as it is now; after a lock was awaited, look definitions up again. */
  get current(): CatalogSnapshot {
    return this.#store.current;
  }

  /** The catalog as it will be. */
  get preview(): CatalogSnapshot {
    return this.current.with(this.current.version + 1, this);
  }

  get isEmpty(): boolean {
    return this.schemas.size === 0 && this.relations.size === 0;
  }

  allocateId(): Promise<number> {
    return this.#store.allocateId();
  }

  /** Nobody else creates, renames or drops this schema until the change ends. */
  async lockSchema(name: string): Promise<void> {
    await this.transaction.lock(namedMetaKey(MetaKind.SCHEMA, name), 'update');
  }

  /** Nobody else creates, renames or drops a table or view of this name, nor drops its schema. */
  async lockName(schema: string, name: string): Promise<void> {
    await this.transaction.lock(namedMetaKey(MetaKind.SCHEMA, schema), 'share');
    await this.transaction.lock(namedMetaKey(MetaKind.SCHEMA, `${schema}\u0000${name}`), 'update');
  }

  /** Waits until no transaction uses the table, and keeps new ones out. Returns the definition as it is then. */
  async lockTable(table: TableDef): Promise<TableDef> {
    await this.transaction.lock(relationKey(table.id), 'update');
    const now = this.current.findTableById(table.id);
    if (now === undefined) throw sqlError('ER_NO_SUCH_TABLE', table.schema, table.name);
    return now;
  }

  putSchema(schema: SchemaDef): void {
    this.schemas.set(schema.name, schema);
  }

  dropSchema(name: string): void {
    this.schemas.set(name, undefined);
  }

  put(relation: Relation): void {
    this.relations.set(relation.id, relation);
  }

  drop(relation: Relation): void {
    this.relations.set(relation.id, undefined);
  }

  /** The store's: turns the changes into writes of the transaction. */
  write(): void {
    for (const [name, schema] of this.schemas) {
      this.#write(namedMetaKey(MetaKind.SCHEMA, name), schema && encodeDefinition(schema));
    }
    for (const [id, relation] of this.relations) {
      this.#write(relationKey(id), relation && encodeDefinition(relation));
    }
  }

  #write(key: Bytes, value: Bytes | undefined): void {
    if (value === undefined) this.transaction.delete(key);
    else this.transaction.put(key, value);
  }
}

function relationKey(id: number): Bytes {
  return metaKey(MetaKind.RELATION, id);
}
