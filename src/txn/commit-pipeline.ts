/**
 * The commit pipeline: turns waiting transactions into log records, one append in flight at a time.
 *
 * While an append is on its way, further commits gather and go out together in the next record (group commit). The next
 * append is started as soon as the last one is durable, before that is applied and answered: the log never waits for us. When
 * another writer was faster, the pipeline reads what it had not seen, applies it, drops the transactions whose locked keys
 * it changed, and tries again. Only after the append is durable are the writes applied, locks released and clients answered.
 *
 * Why own transactions need no check against each other here: their keys stay locked from before their last read of them
 * until they are applied. Optimistic ones lock and check at the start of their commit.
 *
 * An append that fails may still have happened. The same bytes are offered again at the same place: compare-and-append
 * makes that harmless, and the answer tells (the record's id says whether what stands there is ours). When no answer can be
 * had, the branch is fenced: nobody is told anything, and reopening from the log decides.
 *
 * What fails before the record can be in the log is certain (a full disk, a stalled flush): these commits fail, later ones may
 * succeed.
 *
 * Interleaving: `#run` is the only loop; between its awaits transactions may join the queue and take or await locks.
 */
import { type Bytes, type Deferred, type MaybePromise, DbError, deferred, sqlError } from '../base/index.ts';
import type { Env } from '../env/index.ts';
import type { AppendResult, CommitLog, Position } from '../log/index.ts';
import type { LsmTree, LsmWrite, Memtable, TableMeta } from '../lsm/index.ts';
import type { ObjectStore } from '../store/index.ts';
import { CommitObjects } from './commit-objects.ts';
import {
  type CommitRecord,
  type CommitWrites,
  type PendingCommit,
  type RecordId,
  bodyBytesEstimate,
  decodeRecord,
  encodeBody,
  encodeInlineRecord,
  encodeObjectRecord,
  encodeTablesRecord,
} from './commit-record.ts';
import { commitOf } from './replay.ts';
import type { TransactionManager } from './transaction-manager.ts';
import type { Transaction } from './transaction.ts';

interface WaitingCommit {
  readonly transaction: Transaction;
  readonly done: Deferred<void>;
}

/** Sorted tables of a bulk load: a record of their own. */
interface WaitingTables {
  readonly tables: readonly TableMeta[];
  readonly done: Deferred<void>;
}

type Waiting = WaitingCommit | WaitingTables;

/** A record on its way to the log. */
interface StartedGroup {
  readonly group: WaitingCommit[];
  readonly commit: PendingCommit;
  readonly record: Bytes;
  readonly result: Promise<AppendResult>;
}

interface PipelineOptions {
  readonly log: CommitLog;
  readonly store: ObjectStore;
  readonly prefix: string;
  readonly env: Pick<Env, 'clock' | 'random' | 'timers'>;
  readonly onForeignCommits?: () => void;
}

const GROUP_COMMITS_MAX = 1024;
const GROUP_BYTES_MAX = 8 * 1024 * 1024;
/** Beyond this a write set goes to an object that the record names. */
const INLINE_BYTES_MAX = 32 * 1024 * 1024;
const APPEND_ATTEMPTS_MAX = 4;
const RETRY_DELAY_MS = 20;
const RACES_LOST_MAX = 10_000;

export class CommitPipeline {
  readonly #manager: TransactionManager;
  readonly #tree: LsmTree;
  readonly #log: CommitLog;
  readonly #options: PipelineOptions;
  readonly #writer: number;
  #sequence = 0;
  /** What this node appended to the log. */
  readonly written = { records: 0, bytes: 0 };
  #position: Position;
  #trimmed: Position = 0;
  readonly #objects: CommitObjects;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined = undefined;
  /** The next group, when its append was started before the last one was applied. */
  #ahead: StartedGroup | undefined;

  constructor(manager: TransactionManager, options: PipelineOptions) {
    this.#manager = manager;
    this.#tree = manager.tree;
    this.#log = options.log;
    this.#options = options;
    this.#writer = options.env.random.u32() * 0x100000 + (options.env.random.u32() >>> 12);
    this.#position = manager.tree.lastPosition;
    this.#objects = new CommitObjects(options.store, options.prefix);
  }

  submit(transaction: Transaction): Promise<void> {
    return this.#enqueue({ transaction, done: deferred<void>() });
  }

  /** Commits sorted tables, ascending and disjoint, as one record. Nobody else may know their keys. */
  submitTables(tables: readonly TableMeta[]): Promise<void> {
    return this.#enqueue({ tables, done: deferred<void>() });
  }

  #enqueue(waiting: Waiting): Promise<void> {
    this.#queue.push(waiting);
    this.#running ??= this.#start();
    return waiting.done.promise;
  }

  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** With other transactions open, those that are ready in this turn of the event loop join the first record. */
  #start(): Promise<void> {
    if (this.#manager.activeCount <= 1) return this.#run();
    return new Promise((resolve) => {
      this.#options.env.timers.soon(() => resolve(this.#run()));
    });
  }

  async #run(): Promise<void> {
    let group: Waiting[] = [];
    try {
      for (;;) {
        group = this.#ahead?.group ?? [];
        if (group.length === 0) {
          if (this.#queue.length === 0) return;
          group = this.#takeGroup();
        }
        await this.#commit(group);
      }
    } catch (error) {
      this.#fail(group, error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#running = undefined;
    }
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    try {
      const room = this.#ahead === undefined ? this.#tree.waitForRoom() : undefined;
      if (room instanceof Promise) await room.catch(notCommitted);
      const first = group[0] as Waiting;
      if ('tables' in first) await this.#commitTables(first);
      else await this.#commitGroup(group as WaitingCommit[]);
    } catch (error) {
      if (!(error instanceof NotCommitted)) throw error;
      for (const waiting of group) {
        if ('transaction' in waiting) waiting.transaction.settle('rolled-back');
        waiting.done.reject(error.cause);
      }
    }
  }

  #fail(group: readonly Waiting[], error: Error): void {
    const started = this.#ahead?.group ?? [];
    const rest = [...started, ...this.#queue];
    this.#ahead = undefined;
    this.#queue = [];
    this.#manager.fence(error);
    for (const waiting of [...group, ...rest]) {
      if ('transaction' in waiting) waiting.transaction.settle('rolled-back');
      waiting.done.reject(
        new DbError('unavailable', 'commit-unknown', 'the outcome of the commit is unknown', { cause: error }),
      );
    }
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && count < GROUP_COMMITS_MAX) {
      const waiting = this.#queue[count] as Waiting;
      if ('tables' in waiting) {
        if (count === 0) count = 1;
        break;
      }
      const size = waiting.transaction.writes?.usedBytes ?? 0;
      if (count > 0 && bytes + size > GROUP_BYTES_MAX) break;
      bytes += size;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #commitGroup(all: WaitingCommit[]): Promise<void> {
    for (let race = 0; race < RACES_LOST_MAX; race++) {
      const started = this.#ahead;
      this.#ahead = undefined;
      // Only foreign commits doom, and those are applied by this loop alone: whoever is in a started record stays in it.
      const group = started?.group ?? dropDoomed(all);
      if (group.length === 0) return;
      const commit = started?.commit ?? this.#pendingCommit(group);
      const encoded = started?.record ?? this.#encode(commit);
      const record = encoded instanceof Promise ? await encoded.catch(notCommitted) : encoded;
      if (await this.#append(record, started?.result)) {
        this.#startAhead();
        this.#applyOwn(group, commit);
        void this.trim();
        return;
      }
    }
    throw new NotCommitted(new DbError('unavailable', 'log-contended', 'lost the race for the log too many times'));
  }

  #pendingCommit(group: readonly WaitingCommit[]): PendingCommit {
    return {
      timestamp: this.#manager.clock.next(),
      writeSets: group.map(({ transaction }) => transaction.writes as Memtable),
    };
  }

  /** The log need not be idle while the last group is applied and answered: what waits already goes on its way. */
  #startAhead(): void {
    const first = this.#queue[0];
    if (first === undefined || 'tables' in first || !this.#tree.hasRoom) return;
    const group = this.#takeGroup() as WaitingCommit[];
    const commit = this.#pendingCommit(group);
    const isInline = bodyBytesEstimate(commit) <= INLINE_BYTES_MAX;
    if (!isInline || group.some(({ transaction }) => transaction.owner.doomed)) {
      this.#queue.unshift(...group);
      return;
    }
    const record = this.#encode(commit) as Bytes;
    const result = this.#log.append(this.#position, record);
    // `#append` hears of a failure later; until then it is nobody's unhandled rejection.
    result.catch(() => undefined);
    this.#ahead = { group, commit, record, result };
  }

  async #commitTables({ tables, done }: WaitingTables): Promise<void> {
    for (let race = 0; race < RACES_LOST_MAX; race++) {
      const timestamp = this.#manager.clock.next();
      const id = { writer: this.#writer, sequence: ++this.#sequence };
      if (!(await this.#append(encodeTablesRecord(id, timestamp, tables)))) continue;
      this.#tree.ingest(timestamp, this.#position, tables);
      this.#manager.advance(timestamp);
      void this.trim();
      done.resolve();
      return;
    }
    throw new NotCommitted(new DbError('unavailable', 'log-contended', 'lost the race for the log too many times'));
  }

  /** Synchronous unless the record needs an object of its own. */
  #encode(commit: PendingCommit): MaybePromise<Bytes> {
    const id = { writer: this.#writer, sequence: ++this.#sequence };
    if (bodyBytesEstimate(commit) <= INLINE_BYTES_MAX) return encodeInlineRecord(id, commit);
    return this.#encodeInObject(id, commit);
  }

  async #encodeInObject(id: RecordId, commit: PendingCommit): Promise<Bytes> {
    const body = encodeBody(commit);
    const path = await this.#objects.put(this.#position, `${this.#writer.toString(16)}-${id.sequence}`, body);
    return encodeObjectRecord(id, path, body);
  }

  /** True: the record is in the log. False: somebody else's is there, and has been applied. */
  async #append(record: Bytes, started?: Promise<AppendResult>): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      let result: AppendResult;
      try {
        result = await ((attempt === 1 ? started : undefined) ?? this.#log.append(this.#position, record));
      } catch (error) {
        // Only the first attempt tells of all: a later one does not know what became of those before it.
        if (attempt === 1 && isLimit(error)) throw new NotCommitted(error);
        if (attempt >= APPEND_ATTEMPTS_MAX) throw error;
        await this.#options.env.timers.sleep(RETRY_DELAY_MS << attempt);
        // A log that lost track of its end appends nothing more until it is asked where that is.
        await this.#log.tail().catch(() => undefined);
        continue;
      }
      if (!result.ok) return await this.#catchUp();
      this.written.records++;
      this.written.bytes += record.length;
      this.#position = result.position;
      return true;
    }
  }

  /** Applies what others appended. True when the first unseen record is the one that was being appended. */
  async #catchUp(): Promise<boolean> {
    for await (const { position, record } of this.#log.read(this.#position)) {
      const decoded = decodeRecord(record);
      if (decoded.writer === this.#writer && decoded.sequence === this.#sequence) {
        this.#position = position;
        return true;
      }
      await this.#applyForeign(position, decoded);
    }
    return false;
  }

  async #applyForeign(position: Position, record: CommitRecord): Promise<void> {
    const commit: CommitWrites | undefined =
      record.kind === 'tables' ? undefined : await commitOf(record, this.#options.store);
    const room = this.#tree.waitForRoom();
    if (room instanceof Promise) await room;
    const locks = this.#manager.locks;
    if (record.kind === 'tables') this.#tree.ingest(record.timestamp, position, record.tables);
    else if (commit !== undefined) {
      for (const { key } of commit.writes) for (const owner of locks.holdersOf(key)) owner.doomed = true;
      this.#tree.apply(commit.timestamp, position, commit.writes);
    }
    this.#position = position;
    this.#manager.advance(this.#tree.lastTimestamp);
    this.#options.onForeignCommits?.();
  }

  #applyOwn(group: readonly WaitingCommit[], commit: PendingCommit): void {
    this.#tree.apply(commit.timestamp, this.#position, writesOf(commit.writeSets));
    this.#manager.advance(commit.timestamp);
    for (const { transaction, done } of group) {
      transaction.settle('committed');
      done.resolve();
    }
  }

  /** What is in tables need not stay in the log. A failure only keeps more than needed. */
  async trim(): Promise<void> {
    const flushed = this.#tree.flushedPosition;
    if (flushed <= this.#trimmed) return;
    this.#trimmed = flushed;
    await Promise.allSettled([this.#log.trim(flushed), this.#objects.deleteUpTo(flushed)]);
  }
}

/** Rejects those that another node's commit has hit; they end here. */
function dropDoomed(all: WaitingCommit[]): WaitingCommit[] {
  if (!all.some(({ transaction }) => transaction.owner.doomed)) return all;
  const doomed = all.filter(({ transaction }) => transaction.owner.doomed);
  const rest = all.filter(({ transaction }) => !transaction.owner.doomed);
  all.splice(0, all.length, ...rest);
  for (const { transaction, done } of doomed) {
    transaction.settle('rolled-back');
    done.reject(sqlError(transaction.mode === 'optimistic' ? 'ER_WRITE_CONFLICT' : 'ER_LOCK_DEADLOCK'));
  }
  return rest;
}

function writesOf(writeSets: readonly Memtable[]): LsmWrite[] {
  const writes: LsmWrite[] = [];
  for (const set of writeSets) {
    for (let record = set.first; record !== 0; record = set.next(record)) {
      const version = set.newestVersion(record);
      if (version !== 0)
        writes.push({ key: set.key(record), value: set.isDeleted(version) ? undefined : set.value(version) });
    }
  }
  return writes;
}

/** What failed, failed before the record could be in the log: the commits fail, and the branch goes on. */
class NotCommitted extends Error {
  constructor(cause: unknown) {
    super('not committed', { cause });
  }
}

function notCommitted(error: unknown): never {
  throw new NotCommitted(error);
}

/** A full disk, a record too large: the log says that nothing was written. */
function isLimit(error: unknown): boolean {
  return error instanceof DbError && error.kind === 'limit';
}
