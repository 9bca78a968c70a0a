/**
 * INSERT, UPDATE and DELETE of one row: locks and checks its unique keys, then writes the row and its index entries.
 *
 * Each operation is one attempt that runs synchronously to the end, or stops at the first thing that is not here yet (a
 * lock that others hold, a block to load), awaits it and starts over. Locks taken stay taken and blocks loaded are cached,
 * so a restart gets further; nothing is written before all checks have passed.
 *
 * Locks, exclusive: the clustered key; each unique entry that is added or removed. Non-unique entries carry the clustered
 * key and need none.
 */
import { type Bytes, type MaybePromise, DbError, equalBytes, isPromise } from '../base/index.ts';
import type { TableDef } from '../sql/catalog/index.ts';
import type { InsertOutcome } from '../sql/ports.ts';
import type { Row, Value } from '../sql/types/index.ts';
import type { StorageScope } from './storage-scope.ts';
import { type SecondaryIndex, type TableCodec, codecOf } from './table-codec.ts';

/** Restarts of one operation: each follows an awaited lock or block. */
const ATTEMPTS_MAX = 1000;

interface Entry {
  readonly secondary: SecondaryIndex;
  readonly key: Bytes;
  readonly unique: boolean;
}

/** Not finished: await this and try again. */
type Pending = Promise<unknown>;

export class RowWriter {
  readonly #scope: StorageScope;
  readonly #nextRowId: (table: TableDef) => MaybePromise<number>;

  constructor(scope: StorageScope, nextRowId: (table: TableDef) => MaybePromise<number>) {
    this.#scope = scope;
    this.#nextRowId = nextRowId;
  }

  insert(table: TableDef, row: Row): MaybePromise<InsertOutcome> {
    const codec = codecOf(table);
    if (!codec.clustered.isHiddenRowId) {
      const handle = codec.clustered.clusteredKey(row, this.#scope.zone);
      return repeat(() => this.#tryInsert(codec, row, handle, true));
    }
    const rowId = this.#nextRowId(table);
    const insert = (id: number): MaybePromise<InsertOutcome> => {
      const handle = codec.clustered.rowIdKey(id);
      return repeat(() => this.#tryInsert(codec, row, handle, false));
    };
    return rowId instanceof Promise ? rowId.then(insert) : insert(rowId);
  }

  update(table: TableDef, handle: Bytes, before: Row, after: Row): MaybePromise<InsertOutcome> {
    const codec = codecOf(table);
    const moved = codec.clustered.isHiddenRowId ? handle : codec.clustered.clusteredKey(after, this.#scope.zone);
    if (equalBytes(moved, handle)) return repeat(() => this.#tryUpdate(codec, handle, before, after));
    return repeat(() => this.#tryMove(codec, { from: handle, to: moved }, before, after));
  }

  delete(table: TableDef, handle: Bytes, before: Row): MaybePromise<void> {
    const codec = codecOf(table);
    return repeat(() => this.#tryDelete(codec, handle, before));
  }

  #tryInsert(codec: TableCodec, row: Row, handle: Bytes, checkRow: boolean): InsertOutcome | Pending {
    if (checkRow) {
      const found = this.#lockAndFind(handle);
      if (isPromise(found)) return found;
      if (found !== undefined) return this.#duplicate(codec, codec.clustered.index, handle, found);
    }
    const entries = this.#entriesOf(codec, row, handle);
    for (const entry of entries) {
      const taken = this.#checkUnique(codec, entry, handle);
      if (taken !== undefined) return taken;
    }
    this.#put(codec, row, handle);
    for (const entry of entries) this.#putEntry(entry, row, handle);
    this.#scope.transaction.countChange();
    this.#scope.countRows(codec.table, 1);
    return { ok: true, handle };
  }

  #tryUpdate(codec: TableCodec, handle: Bytes, before: Row, after: Row): InsertOutcome | Pending {
    const { transaction } = this.#scope;
    const locked = transaction.lock(handle, 'update');
    if (isPromise(locked)) return locked;
    const added: Entry[] = [];
    const removed: Entry[] = [];
    for (const secondary of codec.secondary) {
      if (!changes(secondary, before, after)) continue;
      const old = this.#entryOf(codec, secondary, before, handle);
      const now = this.#entryOf(codec, secondary, after, handle);
      const same = equalBytes(old.key, now.key);
      if (!same) {
        const gone = this.#lockUnique(old);
        if (isPromise(gone)) return gone;
        const taken = secondary.index.state === 'delete-only' ? undefined : this.#checkUnique(codec, now, handle);
        if (taken !== undefined) return taken;
        removed.push(old);
      }
      if (secondary.index.state !== 'delete-only') added.push(now);
    }
    for (const entry of removed) transaction.delete(entry.key);
    this.#put(codec, after, handle);
    for (const entry of added) this.#putEntry(entry, after, handle);
    transaction.countChange();
    return { ok: true, handle };
  }

  /** The primary key changes: the row and all its entries move. */
  #tryMove(codec: TableCodec, handles: { from: Bytes; to: Bytes }, before: Row, after: Row): InsertOutcome | Pending {
    const { transaction } = this.#scope;
    const { from, to } = handles;
    const locked = transaction.lock(from, 'update');
    if (isPromise(locked)) return locked;
    const found = this.#lockAndFind(to);
    if (isPromise(found)) return found;
    if (found !== undefined) return this.#duplicate(codec, codec.clustered.index, to, found);
    const removed = this.#allEntriesOf(codec, before, from);
    for (const entry of removed) {
      const gone = this.#lockUnique(entry);
      if (isPromise(gone)) return gone;
    }
    const added = this.#entriesOf(codec, after, to);
    for (const entry of added) {
      const taken = this.#checkUnique(codec, entry, from);
      if (taken !== undefined) return taken;
    }
    transaction.delete(from);
    for (const entry of removed) transaction.delete(entry.key);
    this.#put(codec, after, to);
    for (const entry of added) this.#putEntry(entry, after, to);
    transaction.countChange();
    return { ok: true, handle: to };
  }

  #tryDelete(codec: TableCodec, handle: Bytes, before: Row): Pending | undefined {
    const { transaction } = this.#scope;
    const locked = transaction.lock(handle, 'update');
    if (isPromise(locked)) return locked;
    const entries = this.#allEntriesOf(codec, before, handle);
    for (const entry of entries) {
      const gone = this.#lockUnique(entry);
      if (isPromise(gone)) return gone;
    }
    transaction.delete(handle);
    for (const entry of entries) transaction.delete(entry.key);
    transaction.countChange();
    this.#scope.countRows(codec.table, -1);
    return undefined;
  }

  #entriesOf(codec: TableCodec, row: Row, handle: Bytes): Entry[] {
    const entries: Entry[] = [];
    for (const secondary of codec.secondary) {
      if (secondary.index.state !== 'delete-only') entries.push(this.#entryOf(codec, secondary, row, handle));
    }
    return entries;
  }

  #allEntriesOf(codec: TableCodec, row: Row, handle: Bytes): Entry[] {
    return codec.secondary.map((secondary) => this.#entryOf(codec, secondary, row, handle));
  }

  #entryOf(codec: TableCodec, secondary: SecondaryIndex, row: Row, handle: Bytes): Entry {
    const { key, unique } = secondary.codec.entryKey(row, handle, codec.clustered.prefix.length, this.#scope.zone);
    return { secondary, key, unique };
  }

  #lockUnique(entry: Entry): Pending | undefined {
    if (!entry.unique) return undefined;
    const locked = this.#scope.transaction.lock(entry.key, 'update');
    return isPromise(locked) ? locked : undefined;
  }

  /** The value at a key that is locked now. */
  #lockAndFind(key: Bytes): MaybePromise<Bytes | undefined> {
    const { transaction } = this.#scope;
    const locked = transaction.lock(key, 'update');
    if (isPromise(locked)) return locked as unknown as Promise<undefined>;
    return transaction.get(key, transaction.latestAt());
  }

  /** Undefined: the entry may be written. `self` is the row that may hold the key already. */
  #checkUnique(codec: TableCodec, entry: Entry, self: Bytes): InsertOutcome | Pending | undefined {
    if (!entry.unique) return undefined;
    const found = this.#lockAndFind(entry.key);
    if (isPromise(found)) return found;
    if (found === undefined) return undefined;
    const holder = entry.secondary.entries.handleOf(joined(entry.key, found), 0, entry.key.length, entry.key.length);
    if (equalBytes(holder, self)) return undefined;
    const row = this.#lockAndFind(holder);
    if (isPromise(row)) return row;
    if (row === undefined)
      throw new DbError('corrupt', 'dangling-entry', `an entry of ${entry.secondary.index.name} has no row`);
    return this.#duplicate(codec, entry.secondary.index, holder, row);
  }

  #duplicate(codec: TableCodec, index: SecondaryIndex['index'], handle: Bytes, value: Bytes): InsertOutcome {
    const row = codec.fullDecoder.decode(value, 0, this.#scope.reading);
    return { ok: false, duplicate: { index, handle, row } };
  }

  #put(codec: TableCodec, row: Row, handle: Bytes): void {
    this.#scope.transaction.put(handle, codec.rows.encode(row, this.#scope.zone));
  }

  #putEntry(entry: Entry, row: Row, handle: Bytes): void {
    this.#scope.transaction.put(
      entry.key,
      entry.secondary.entries.encodeValue(row, handle, entry.unique, this.#scope.zone),
    );
  }
}

/** Runs attempts until one ends with something else than a promise. */
function repeat<T>(attempt: () => T | Pending, count = 0): MaybePromise<Exclude<T, Pending>> {
  const outcome = attempt();
  if (!isPromise(outcome as MaybePromise<unknown>)) return outcome as Exclude<T, Pending>;
  if (count >= ATTEMPTS_MAX)
    throw new DbError('limit', 'write-starved', 'a write could not get all it needs into memory');
  return (outcome as Pending).then(() => repeat(attempt, count + 1));
}

/** Whether an index entry may differ. Values without identity (dates, decimals) count as changed; then the keys decide. */
function changes(secondary: SecondaryIndex, before: Row, after: Row): boolean {
  for (const position of secondary.positions)
    if ((before[position] as Value) !== (after[position] as Value)) return true;
  return false;
}

function joined(key: Bytes, value: Bytes): Bytes {
  const out = new Uint8Array(key.length + value.length);
  out.set(key);
  out.set(value, key.length);
  return out;
}
