/**
 * The object store as a commit log: record n is the object `<prefix>/records/<n in 16 digits>`, put if absent. A bucket is all it needs.
 *
 * A put if absent is compare-and-append, as long as the writer knows that `after` is the tail: position after + 1 is then free, or somebody else
 * has just taken it. So appends go out one at a time (a group commit above fills each), each after the one before was acknowledged.
 *
 * Trimming could break that. A writer that slept through many records and a trim would find its position free again, in front of
 * the log, and take its record for a commit. Hence:
 * - `<prefix>/head` holds the first position that is kept, written before anything is removed;
 * - records are removed only SETTLE_MS after they were put, by the store's own clock, and the last one never, so that the tail is known;
 * - a writer whose knowledge of the tail is older than TRUST_MS (much less) looks again before it appends, and when its put took longer
 *   than that, it reads the head before it believes in it. Then the position cannot have been taken and removed in between.
 *
 * Interleaving: appends wait for each other; reads and trims may run beside them.
 */
import { BytesReader, BytesWriter, DbError, type Bytes } from '../base/index.ts';
import type { Env } from '../env/index.ts';
import { listAll, type ListedObject, type ObjectStore } from '../store/index.ts';
import {
  checkAppend,
  trimmed,
  type AppendResult,
  type CommitLog,
  type LogRecord,
  type Position,
} from './commit-log.ts';

const DIGITS = 16;
const SETTLE_MS = 600_000;
const TRUST_MS = 60_000;
/** Records fetched side by side while reading. */
const FETCHES_AT_ONCE = 16;
const HEAD_TRIES_MAX = 20;

/** What this process knows: the tail was at `position`, at some moment after `sinceMs` (monotonic). */
interface KnownTail {
  readonly position: Position;
  readonly sinceMs: number;
}

interface Head {
  /** The first position that is kept. */
  readonly first: Position;
  readonly etag: string | undefined;
}

export class StoreLog implements CommitLog {
  readonly #store: ObjectStore;
  readonly #env: Pick<Env, 'clock'>;
  readonly #records: string;
  readonly #headPath: string;
  #known: KnownTail | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** The store stays the caller's to close. */
  constructor(store: ObjectStore, prefix: string, env: Pick<Env, 'clock'>) {
    this.#store = store;
    this.#env = env;
    this.#records = `${prefix}/records/`;
    this.#headPath = `${prefix}/head`;
  }

  append(after: Position, record: Bytes): Promise<AppendResult> {
    const done = this.#last.then(() => this.#append(after, record));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #append(after: Position, record: Bytes): Promise<AppendResult> {
    this.#assertOpen();
    checkAppend(after, record);
    let known = this.#known;
    if (known === undefined || known.position !== after || this.#ageMs(known) > TRUST_MS)
      known = await this.#findTail();
    if (known.position !== after) return { ok: false, tail: known.position };
    const sinceMs = this.#env.clock.monotonicMs();
    let put;
    try {
      put = await this.#store.put(this.#pathOf(after + 1), record, { ifAbsent: true });
    } catch (error) {
      this.#known = undefined;
      throw error;
    }
    if (!put.ok) return { ok: false, tail: (await this.#findTail()).position };
    if (this.#ageMs(known) > TRUST_MS && (await this.#readHead()).first > after + 1) {
      this.#known = undefined;
      throw new DbError(
        'unavailable',
        'log-append-late',
        `the log was trimmed while position ${after + 1} was written`,
      );
    }
    // Before this put began nobody had taken a later position, since this one was free.
    this.#known = { position: after + 1, sinceMs };
    return { ok: true, position: after + 1 };
  }

  async *read(after: Position): AsyncGenerator<LogRecord> {
    this.#assertOpen();
    const sinceMs = this.#env.clock.monotonicMs();
    let position = after;
    let batch: Position[] = [];
    // The record at `after` itself, when it is still there, says that the log reaches so far.
    for await (const { path } of this.#listFrom(after)) {
      const found = this.#positionOf(path);
      if (found <= after) {
        this.#learn(found, sinceMs);
        continue;
      }
      if (found !== position + 1) throw trimmed(position + 1, found);
      position = found;
      batch.push(found);
      if (batch.length < FETCHES_AT_ONCE) continue;
      yield* await this.#fetch(batch);
      batch = [];
    }
    yield* await this.#fetch(batch);
    if (position > after || after === 0) this.#learn(position, sinceMs);
  }

  async #fetch(positions: readonly Position[]): Promise<LogRecord[]> {
    return Promise.all(
      positions.map(async (position) => {
        const found = await this.#store.get(this.#pathOf(position));
        this.#assertOpen();
        if (found === undefined) throw trimmed(position, position + 1);
        return { position, record: found.bytes };
      }),
    );
  }

  async tail(): Promise<Position> {
    this.#assertOpen();
    return (await this.#findTail()).position;
  }

  async trim(upTo: Position): Promise<void> {
    this.#assertOpen();
    const limit = Math.min(upTo, (await this.#findTail()).position - 1);
    if (limit < 1) return;
    if (!(await this.#moveHead(limit + 1))) return;
    const removable: string[] = [];
    const nowMs = await this.#storeNowMs();
    for await (const { path, modifiedMs } of listAll(this.#store, this.#records)) {
      if (this.#positionOf(path) > limit) break;
      if (modifiedMs + SETTLE_MS < nowMs) removable.push(path);
    }
    await this.#store.delete(removable);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  /** False when the head is there or further already and nothing newer is to be removed. */
  async #moveHead(first: Position): Promise<boolean> {
    for (let tries = 0; tries < HEAD_TRIES_MAX; tries++) {
      const head = await this.#readHead();
      const target = Math.max(first, head.first);
      const writer = new BytesWriter();
      writer.varint(target);
      const condition = head.etag === undefined ? { ifAbsent: true } : { ifMatch: head.etag };
      if ((await this.#store.put(this.#headPath, writer.finish(), condition)).ok) return true;
    }
    return false;
  }

  async #readHead(): Promise<Head> {
    const found = await this.#store.get(this.#headPath);
    if (found === undefined) return { first: 1, etag: undefined };
    return { first: new BytesReader(found.bytes).varint(), etag: found.etag };
  }

  /** The store's clock, from the head that was just written: no clock of a node decides what is old. */
  async #storeNowMs(): Promise<number> {
    const page = await this.#store.list(this.#headPath);
    return page.objects.find(({ path }) => path === this.#headPath)?.modifiedMs ?? 0;
  }

  async #findTail(): Promise<KnownTail> {
    const sinceMs = this.#env.clock.monotonicMs();
    let position = this.#known?.position ?? 0;
    for await (const { path } of this.#listFrom(position)) position = this.#positionOf(path);
    return this.#learn(position, sinceMs);
  }

  #learn(position: Position, sinceMs: number): KnownTail {
    const known = this.#known;
    if (known !== undefined && known.position > position) return known;
    return (this.#known = { position, sinceMs });
  }

  /** Records from `position` on, that one included. */
  #listFrom(position: Position): AsyncIterable<ListedObject> {
    return listAll(this.#store, this.#records, position > 1 ? this.#pathOf(position - 1) : undefined);
  }

  #ageMs(known: KnownTail): number {
    return this.#env.clock.monotonicMs() - known.sinceMs;
  }

  #pathOf(position: Position): string {
    return this.#records + String(position).padStart(DIGITS, '0');
  }

  #positionOf(path: string): Position {
    const digits = path.slice(this.#records.length);
    if (!/^\d{16}$/.test(digits)) throw new DbError('corrupt', 'log-damaged', `${path} is not a record of a log`);
    return Number(digits);
  }

  #assertOpen(): void {
    if (this.#closed) throw new DbError('closed', 'log-closed', 'the commit log is closed');
  }
}
