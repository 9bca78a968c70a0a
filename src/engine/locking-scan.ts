/**
 * Scans for FOR UPDATE, FOR SHARE, UPDATE and DELETE: rows as committed now, each locked in the order it is read.
 *
 * Per row: when others hold it, wait (or fail, or skip); then read it again, check that it is still at this place of the
 * index, and filter. A row that nobody holds is filtered first and locked only when it matches: nobody can change it
 * between, since no code of others runs. Thus rows that do not match stay unlocked in both isolation levels (no gap locks
 * either; COMPAT.md), but a row that others are changing is waited for, as MySQL does, because it may match afterwards.
 * Read committed gives the lock back when it does not; `semiConsistent` (UPDATE) does not even wait for a row whose
 * committed version does not match.
 *
 * After a wait the cursor is opened again behind the current row, so that it sees what was committed meanwhile.
 */
import { type Bytes, type MaybePromise, equalBytes, isPromise, keySuccessor } from '../base/index.ts';
import type { Cursor } from '../lsm/index.ts';
import type { LockRequest, RowCursor, ScanRequest } from '../sql/ports.ts';
import { BATCH_ROWS, type Batch, type Row } from '../sql/types/index.ts';
import type { LockOutcome, Timestamp } from '../txn/index.ts';
import type { ByteRange } from './index-codec.ts';
import { byteRanges } from './plain-scan.ts';
import type { RowDecoder } from './row-decoder.ts';
import type { StorageScope } from './storage-scope.ts';
import { type SecondaryIndex, type TableCodec, codecOf } from './table-codec.ts';

/** The place of the scan: an index key, and the clustered key it leads to. */
interface Place {
  readonly key: Bytes;
  readonly handle: Bytes;
  /** The row as the cursor saw it; undefined when it has to be read through the handle. */
  readonly value: Bytes | undefined;
}

type Step = 'taken' | 'passed' | 'waited';

const YIELD_ROWS = 2048;

export class LockingScan implements RowCursor {
  readonly #scope: StorageScope;
  readonly #request: ScanRequest;
  readonly #lock: LockRequest;
  readonly #codec: TableCodec;
  readonly #secondary: SecondaryIndex | undefined;
  readonly #decode: RowDecoder['decode'];
  readonly #ranges: ByteRange[];
  readonly #batchRows: number;
  #range: ByteRange | undefined = undefined;
  #cursor: Cursor | undefined = undefined;
  #at: Timestamp = 0;
  #untilYield = YIELD_ROWS;

  constructor(scope: StorageScope, request: ScanRequest, lock: LockRequest) {
    this.#scope = scope;
    this.#request = request;
    this.#lock = lock;
    this.#codec = codecOf(request.table);
    const clustered = request.index.id === this.#codec.clustered.index.id;
    this.#secondary = clustered ? undefined : this.#codec.secondaryOf(request.index);
    this.#decode = this.#codec.decoder(request.columns).decode;
    this.#ranges = byteRanges(request, this.#secondary?.codec ?? this.#codec.clustered, scope);
    this.#batchRows = Math.max(1, Math.min(request.limitHint ?? BATCH_ROWS, BATCH_ROWS));
  }

  next(): MaybePromise<Batch | undefined> {
    return this.#fill([]);
  }

  close(): void {
    this.#cursor?.close();
    this.#cursor = undefined;
    this.#ranges.length = 0;
  }

  #fill(batch: Batch): MaybePromise<Batch | undefined> {
    while (batch.length < this.#batchRows) {
      if (this.#cursor === undefined && !this.#openNext()) return batch.length === 0 ? undefined : batch;
      if (this.#untilYield-- <= 0) {
        this.#untilYield = YIELD_ROWS;
        const pause = this.#scope.session.yieldNow?.();
        if (pause instanceof Promise) return pause.then(() => this.#fill(batch));
      }
      const found = (this.#cursor as Cursor).next();
      if (found instanceof Promise) return found.then((more) => this.#resume(more, batch));
      if (!found) {
        this.#leaveRange();
        continue;
      }
      const step = this.#visit(this.#place(), batch);
      if (isPromise(step)) return step.then(() => this.#fill(batch));
    }
    return batch;
  }

  async #resume(more: boolean, batch: Batch): Promise<Batch | undefined> {
    if (more) await this.#visit(this.#place(), batch);
    else this.#leaveRange();
    return this.#fill(batch);
  }

  #place(): Place {
    const cursor = this.#cursor as Cursor;
    const key = cursor.buffer.slice(cursor.keyStart, cursor.keyEnd);
    if (this.#secondary === undefined) return { key, handle: key, value: cursor.value() };
    const handle = this.#secondary.entries.handleOf(cursor.buffer, cursor.keyStart, cursor.keyEnd, cursor.valueStart);
    return { key, handle, value: undefined };
  }

  #visit(place: Place, batch: Batch): MaybePromise<Step> {
    const { transaction } = this.#scope;
    if (!transaction.isLockedByOthers(place.handle, this.#lock.strength)) {
      const value = this.#current(place);
      if (value instanceof Promise) return this.#visitLater(place, value, batch);
      return this.#lockMatching(place, value, batch);
    }
    if (this.#lock.wait === 'skip-locked') return 'passed';
    return this.#waitFor(place, batch);
  }

  /** The row's newest committed (or own) bytes. */
  #current(place: Place): MaybePromise<Bytes | undefined> {
    const { transaction, tree } = this.#scope;
    const latest = transaction.latestAt();
    if (place.value === undefined) return transaction.get(place.handle, latest);
    if (latest === this.#at) return place.value;
    // Something was committed since the cursor was opened; nearly always elsewhere.
    const changed = tree.changedSince(place.handle, this.#at);
    if (changed instanceof Promise)
      return changed.then((yes) => (yes ? transaction.get(place.handle, latest) : place.value));
    return changed ? transaction.get(place.handle, latest) : place.value;
  }

  /** Reading the row took an await, in which others may have locked or changed it. */
  async #visitLater(place: Place, value: Promise<Bytes | undefined>, batch: Batch): Promise<Step> {
    return this.#match(place, await value) === undefined ? 'passed' : this.#waitFor(place, batch);
  }

  #lockMatching(place: Place, value: Bytes | undefined, batch: Batch): MaybePromise<Step> {
    const row = this.#match(place, value);
    if (row === undefined) return 'passed';
    const outcome = this.#scope.transaction.lock(place.handle, this.#lock.strength, this.#lock.wait);
    if (outcome instanceof Promise) return outcome.then(() => this.#afterWait(place, batch, false));
    if (outcome === 'skipped') return 'passed';
    batch.push(row);
    return 'taken';
  }

  async #waitFor(place: Place, batch: Batch): Promise<Step> {
    if (this.#request.semiConsistent === true && this.#scope.transaction.isolation === 'read-committed') {
      if (this.#match(place, await this.#current(place)) === undefined) return 'passed';
    }
    const heldBefore = this.#scope.transaction.holdsLock(place.handle, 'share');
    const outcome: LockOutcome = await this.#scope.transaction.lock(place.handle, this.#lock.strength, this.#lock.wait);
    return outcome === 'skipped' ? 'passed' : this.#afterWait(place, batch, heldBefore);
  }

  async #afterWait(place: Place, batch: Batch, heldBefore: boolean): Promise<Step> {
    const { transaction } = this.#scope;
    this.#reopenBehind(place.key);
    const row = this.#match(place, await transaction.get(place.handle, transaction.latestAt()));
    if (row === undefined) {
      if (transaction.isolation === 'read-committed' && !heldBefore) transaction.unlock(place.handle);
      return 'waited';
    }
    batch.push(row);
    return 'waited';
  }

  /** The result row, when the row exists, is still where the index said, and passes the filter. */
  #match(place: Place, value: Bytes | undefined): Row | undefined {
    if (value === undefined) return undefined;
    if (this.#secondary !== undefined && !this.#isAtPlace(this.#secondary, place, value)) return undefined;
    const row: unknown[] = this.#decode(value, 0, this.#scope.reading);
    if (this.#request.filter !== undefined && !this.#request.filter(row as Row)) return undefined;
    if (this.#request.withHandle === true) row.push(place.handle);
    return row as Row;
  }

  #isAtPlace(secondary: SecondaryIndex, place: Place, value: Bytes): boolean {
    if (secondary.codec.parts.some((part) => part.column.generated?.stored === false)) return true;
    const full = this.#codec.fullDecoder.decode(value, 0, this.#scope.reading);
    const { key } = secondary.codec.entryKey(full, place.handle, this.#codec.clustered.prefix.length, this.#scope.zone);
    return equalBytes(key, place.key);
  }

  #openNext(): boolean {
    this.#range = this.#ranges.shift();
    if (this.#range === undefined) return false;
    this.#open(this.#range);
    return true;
  }

  #open(range: ByteRange): void {
    const { transaction, tree } = this.#scope;
    this.#cursor?.close();
    this.#at = transaction.latestAt();
    this.#cursor = tree.cursor({
      start: range.start,
      end: range.end,
      at: this.#at,
      reverse: this.#request.reverse,
      limitHint: this.#request.limitHint,
      overlay: transaction.writes,
    });
  }

  #leaveRange(): void {
    this.#cursor?.close();
    this.#cursor = undefined;
  }

  #reopenBehind(key: Bytes): void {
    const range = this.#range;
    if (range === undefined || this.#cursor === undefined) return;
    this.#range = this.#request.reverse
      ? { start: range.start, end: key }
      : { start: keySuccessor(key), end: range.end };
    this.#open(this.#range);
  }
}
