/**
 * The catalog of a branch: definitions as rows in its key space, and the current snapshot of them in memory.
 *
 * A change is a transaction. It locks the names it makes or removes and the tables it changes, writes their rows, and, once
 * the commit is durable, publishes a new snapshot; statements that start later see it. A table's row is also its metadata
 * lock: transactions that use the table hold it shared (useTables), so a change waits for them and new users queue behind a
 * waiting change. Lock waits of changes and of users end with 1205.
 *
 * Invariant: what `current` shows is exactly what is committed; snapshots are never changed.
 */
import { type Bytes, type MaybePromise, prefixEnd, sqlError } from '../base/index.ts';
import type { SchemaDef, TableDef } from '../sql/catalog/index.ts';
import type { Timestamp, Transaction, TransactionManager } from '../txn/index.ts';
import { CatalogDraft } from './catalog-draft.ts';
import { CatalogSnapshot, type Relation } from './catalog-snapshot.ts';
import { Counters } from './counters.ts';
import { decodeDefinition } from './definition-format.ts';
import { MetaKind, type MetaKindCode, metaKey, metaPrefix } from './key-space.ts';

export interface ChangeOptions {
  /** lock_wait_timeout; MySQL's default is a year. */
  readonly lockWaitTimeoutMs?: number;
}

/** Catalogs of the past that are kept. */
const PAST_MAX = 8;
const LOCK_WAIT_TIMEOUT_MS = 3_600_000;
/** HEADER rows: the counter of ids, and the catalog's version. */
const ID_COUNTER = 1;

export class CatalogStore {
  readonly #manager: TransactionManager;
  readonly #ids: Counters;
  /** When each table's definition last changed in this process: older snapshots cannot be read with it (1412). */
  readonly #changedAt = new Map<number, Timestamp>();
  #current: CatalogSnapshot;
  /** The newest change that `current` holds: the catalog is the same from then on. */
  #lastChange: Timestamp;
  /** Catalogs of the past, for stale reads. */
  readonly #past = new Map<Timestamp, CatalogSnapshot>();

  readonly #nextId: (() => number) | undefined;

  private constructor(manager: TransactionManager, snapshot: CatalogSnapshot, nextId: (() => number) | undefined) {
    this.#manager = manager;
    this.#nextId = nextId;
    this.#current = snapshot;
    this.#ids = new Counters(manager, MetaKind.HEADER);
    this.#lastChange = manager.lastTimestamp;
  }

  /** `nextId` gives ids from elsewhere. */
  static async open(manager: TransactionManager, nextId?: () => number): Promise<CatalogStore> {
    return new CatalogStore(manager, await loadSnapshot(manager), nextId);
  }

  get current(): CatalogSnapshot {
    return this.#current;
  }

  /** An id that no table, view or schema ever had, durable before it is used: what was written under it is never mistaken. */
  async allocateId(): Promise<number> {
    return this.#nextId?.() ?? Number(await this.#ids.take(ID_COUNTER, 1));
  }

  /** The catalog as it was at `at`, which must still be readable. */
  at(at: Timestamp): MaybePromise<CatalogSnapshot> {
    if (at >= this.#lastChange) return this.#current;
    const known = this.#past.get(at);
    if (known !== undefined) return known;
    return loadSnapshot(this.#manager, at).then((snapshot) => {
      if (this.#past.size >= PAST_MAX) this.#past.clear();
      this.#past.set(at, snapshot);
      return snapshot;
    });
  }

  /** Commits of another node may have changed definitions. */
  async reload(): Promise<void> {
    this.#current = await loadSnapshot(this.#manager);
    this.#lastChange = this.#manager.lastTimestamp;
  }

  /** Runs `work` over a draft and commits what it put there; all or nothing. Returns what `work` returned. */
  async change<T>(work: (draft: CatalogDraft) => MaybePromise<T>, options: ChangeOptions = {}): Promise<T> {
    const transaction = this.#manager.begin({
      isolation: 'read-committed',
      lockWaitTimeoutMs: options.lockWaitTimeoutMs ?? LOCK_WAIT_TIMEOUT_MS,
    });
    try {
      // Published by the commit itself, before anyone who waited for a lock of this change can look.
      const draft = this.join(transaction);
      const result = await work(draft);
      draft.write();
      await transaction.commit();
      return result;
    } finally {
      transaction.rollback();
    }
  }

  /** A draft inside somebody's transaction; its commit publishes what the draft wrote by then. */
  join(transaction: Transaction): CatalogDraft {
    const draft = new CatalogDraft(this, transaction);
    transaction.onCommitted(() => this.#publish(draft));
    return draft;
  }

  /**
   * Keeps the tables' definitions from changing until the transaction ends; waits while a change holds them. Fails with 1412
   * when a definition is no longer the current one, or is newer than the transaction's snapshot: plan again, or start again.
   */
  useTables(transaction: Transaction, tables: readonly TableDef[]): MaybePromise<void> {
    for (let i = 0; i < tables.length; i++) {
      const table = tables[i] as TableDef;
      if (isOfSession(table) || this.#current.findRelationById(table.id) === undefined) continue;
      const locked = transaction.lockAlways(metaKey(MetaKind.RELATION, table.id), 'share');
      if (locked instanceof Promise) return locked.then(() => this.useTables(transaction, tables));
    }
    for (const table of tables) this.#requireCurrent(transaction, table);
    return undefined;
  }

  async close(): Promise<void> {
    await this.#ids.close();
  }

  #requireCurrent(transaction: Transaction, table: TableDef): void {
    if (isOfSession(table) || table.id <= 0) return;
    if (this.#current.findTableById(table.id)?.version !== table.version) throw sqlError('ER_TABLE_DEF_CHANGED');
    const changedAt = this.#changedAt.get(table.id);
    if (changedAt !== undefined && (transaction.snapshotAt ?? changedAt) < changedAt)
      throw sqlError('ER_TABLE_DEF_CHANGED');
  }

  #publish(draft: CatalogDraft): void {
    if (draft.isEmpty) return;
    this.#lastChange = this.#manager.lastTimestamp;
    this.#current = this.#current.with(this.#current.version + 1, draft);
    for (const [id, relation] of draft.relations) {
      if (relation === undefined) this.#changedAt.delete(id);
      else this.#changedAt.set(id, this.#manager.lastTimestamp);
    }
  }
}

/** Nobody else can change it. */
function isOfSession(table: TableDef): boolean {
  return table.temporary && table.globalTemporary !== true;
}

async function loadSnapshot(manager: TransactionManager, at = manager.lastTimestamp): Promise<CatalogSnapshot> {
  const schemas: SchemaDef[] = [];
  const relations: Relation[] = [];
  await readAll(manager, MetaKind.SCHEMA, (value) => schemas.push(decodeDefinition<SchemaDef>(value)), at);
  await readAll(manager, MetaKind.RELATION, (value) => relations.push(decodeDefinition<Relation>(value)), at);
  return new CatalogSnapshot(1, schemas, relations);
}

/** Calls back for each row of a kind. */
export async function readAll(
  manager: TransactionManager,
  kind: MetaKindCode,
  visit: (value: Bytes, key: Bytes) => void,
  at = manager.lastTimestamp,
): Promise<void> {
  const start = metaPrefix(kind);
  const cursor = manager.tree.cursor({ start, end: prefixEnd(start), at });
  try {
    while (await cursor.next()) visit(cursor.value(), cursor.key());
  } finally {
    cursor.close();
  }
}
