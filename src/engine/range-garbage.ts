/**
 * Key ranges that belong to nothing any more: dropped tables and indexes, and builds that a crash cut short.
 *
 * A row of kind GARBAGE names the range; it is written in the same commit that drops the table (or before a build starts),
 * so nothing is ever forgotten. Dropping is therefore quick whatever the size.
 *
 * A range of a dropped table holds the table's definition and is left alone until the retention is over, so that FLASHBACK
 * can put it back. Of the others, the collector deletes a small one by writes, at once: snapshots and AS OF reads still see its old versions. A large range
 * waits until no readable timestamp lies before its drop; then whole sorted tables are forgotten without being read, and
 * only what is left (in tables shared with others) is deleted by writes.
 */
import type { Bytes } from '../base/index.ts';
import type { Env, Timer } from '../env/index.ts';
import type { Timestamp, Transaction, TransactionManager } from '../txn/index.ts';
import { readAll } from './catalog-store.ts';
import { MetaKind, metaKey, metaPrefix, namedMetaKey, prefixRange, tablePrefix } from './key-space.ts';
import { KeyWriter } from './key-writer.ts';

/** A table with all its indexes, or one index of it. */
export interface GarbageRange {
  readonly tableId: number;
  readonly indexId?: number;
}

const WHOLE_TABLE = 0xffffffff;
const BATCH_KEYS = 2000;
/** A range with more keys than this is large. */
const SMALL_KEYS = 20_000;
const RETRY_MS = 60_000;
/** What else is kept of a table. */
const COUNTER_KINDS = [MetaKind.AUTO_INCREMENT, MetaKind.ROW_ID, MetaKind.ROW_COUNT];
const EMPTY: Bytes = new Uint8Array(0);

function garbageKey(range: GarbageRange): Bytes {
  const writer = new KeyWriter();
  writer.raw(metaPrefix(MetaKind.GARBAGE));
  writer.u32(range.tableId);
  writer.u32(range.indexId ?? WHOLE_TABLE);
  return writer.finish();
}

export function rangeOfKey(key: Bytes): GarbageRange {
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  const tableId = view.getUint32(2);
  const indexId = view.getUint32(6);
  return indexId === WHOLE_TABLE ? { tableId } : { tableId, indexId };
}

/** With a note (dropped-tables.ts) the range can come back, and is left alone as long as old versions are retained. */
export function markGarbage(transaction: Transaction, range: GarbageRange, note = EMPTY): void {
  transaction.put(garbageKey(range), note);
}

/** The range is in use after all: the build was published. */
export function unmarkGarbage(transaction: Transaction, range: GarbageRange): void {
  transaction.delete(garbageKey(range));
}

export interface GarbageOptions {
  readonly env: Pick<Env, 'timers'>;
  /** No read asks for anything before this. */
  readonly oldestReadable: () => Timestamp;
  readonly onBackgroundError?: (error: unknown) => void;
}

export class GarbageCollector {
  readonly #manager: TransactionManager;
  readonly #env: Pick<Env, 'timers'>;
  readonly #oldestReadable: () => Timestamp;
  #retry: Timer | undefined = undefined;
  readonly #onError: ((error: unknown) => void) | undefined;
  #running: Promise<void> | undefined = undefined;
  #again = false;
  #closed = false;
  /** Ranges that are being built now. */
  readonly #building = new Set<string>();

  constructor(manager: TransactionManager, options: GarbageOptions) {
    this.#manager = manager;
    this.#env = options.env;
    this.#oldestReadable = options.oldestReadable;
    this.#onError = options.onBackgroundError;
  }

  /** Keeps the collector away from ranges while `build` fills them. */
  async guard<T>(ranges: readonly GarbageRange[], build: () => Promise<T>): Promise<T> {
    for (const range of ranges) this.#building.add(nameOf(range));
    try {
      return await build();
    } finally {
      for (const range of ranges) this.#building.delete(nameOf(range));
    }
  }

  /** Keeps the collector away from one range; the returned function lets it look again. */
  hold(range: GarbageRange): () => void {
    const name = nameOf(range);
    this.#building.add(name);
    return () => {
      if (this.#building.delete(name)) this.start();
    };
  }

  /** Something was dropped that may come back: there is nothing to do before its retention is over. */
  startLater(): void {
    if (this.#oldestReadable() >= this.#manager.lastTimestamp) this.start();
    else this.#tryLater();
  }

  /** Starts collecting in the background unless it runs already. */
  start(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when nothing is being collected. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#retry?.cancel();
    await this.idle();
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        const ranges: { readonly range: GarbageRange; readonly mayReturn: boolean }[] = [];
        await readAll(this.#manager, MetaKind.GARBAGE, (value, key) =>
          ranges.push({ range: rangeOfKey(key), mayReturn: value.length > 0 }),
        );
        for (const { range, mayReturn } of ranges) {
          if (this.#building.has(nameOf(range))) continue;
          if (mayReturn && !(await this.#isOutOfReach(range))) this.#tryLater();
          else await this.#collect(range);
        }
      }
    } catch (error) {
      if (!this.#closed && this.#manager.fenced === undefined) this.#onError?.(error);
    }
  }

  async #collect(range: GarbageRange): Promise<void> {
    const { start, end } = prefixRange(tablePrefix(range.tableId, range.indexId));
    if (await this.#isLarge(start, end)) {
      if (!(await this.#isOutOfReach(range))) return this.#tryLater();
      await this.#manager.tree.dropTables(start, end);
    }
    while (!this.#closed) {
      const keys = await this.#someKeys(start, end);
      const transaction = this.#manager.begin({ isolation: 'read-committed' });
      for (const key of keys) transaction.delete(key);
      if (keys.length < BATCH_KEYS) {
        unmarkGarbage(transaction, range);
        if (range.indexId === undefined) {
          for (const kind of COUNTER_KINDS) transaction.delete(metaKey(kind, range.tableId));
          for (const name of ['statistics', 'histograms'])
            transaction.delete(namedMetaKey(MetaKind.DOCUMENT, `${name}/${range.tableId}`));
        }
      }
      await transaction.commit();
      if (keys.length < BATCH_KEYS) return;
      await this.#env.timers.yield();
    }
  }

  async #isLarge(start: Bytes, end: Bytes): Promise<boolean> {
    const cursor = this.#manager.tree.cursor({ start, end, at: this.#manager.lastTimestamp });
    let keys = 0;
    try {
      while (keys <= SMALL_KEYS && (await cursor.nextRun())) {
        keys += cursor.run.to - cursor.run.from;
        await this.#env.timers.yield();
      }
    } finally {
      cursor.close();
    }
    return keys > SMALL_KEYS;
  }

  /** Everything that may still be read was committed after the range was dropped. */
  async #isOutOfReach(range: GarbageRange): Promise<boolean> {
    const marked = await this.#manager.tree.newestVersion(garbageKey(range));
    return marked !== undefined && this.#oldestReadable() >= marked.timestamp;
  }

  #tryLater(): void {
    if (this.#closed || this.#retry !== undefined) return;
    this.#retry = this.#env.timers.after(RETRY_MS, () => {
      this.#retry = undefined;
      this.start();
    });
  }

  async #someKeys(start: Bytes, end: Bytes): Promise<Bytes[]> {
    const keys: Bytes[] = [];
    const cursor = this.#manager.tree.cursor({ start, end, at: this.#manager.lastTimestamp, limitHint: BATCH_KEYS });
    try {
      while (keys.length < BATCH_KEYS && (await cursor.next()))
        keys.push(cursor.buffer.slice(cursor.keyStart, cursor.keyEnd));
    } finally {
      cursor.close();
    }
    return keys;
  }
}

function nameOf(range: GarbageRange): string {
  return `${range.tableId}/${range.indexId ?? '*'}`;
}
