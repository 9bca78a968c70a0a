/** Reads of at most one row by a full unique key: the hot path of OLTP. A warm read is synchronous. */
import { type Bytes, type MaybePromise, andThen } from '../base/index.ts';
import type { LockRequest, PointRequest } from '../sql/ports.ts';
import type { Row, Value } from '../sql/types/index.ts';
import type { Timestamp } from '../txn/index.ts';
import type { StorageScope } from './storage-scope.ts';
import { type TableCodec, codecOf } from './table-codec.ts';

export function readPoint(scope: StorageScope, request: PointRequest): MaybePromise<Row | undefined> {
  const codec = codecOf(request.table);
  if (request.index.id === codec.clustered.index.id) {
    const handle = codec.clustered.pointKey(request.key, scope.zone);
    return handle === undefined ? undefined : readHandle(scope, codec, request, handle);
  }
  return readThroughIndex(scope, codec, request);
}

function readHandle(
  scope: StorageScope,
  codec: TableCodec,
  request: PointRequest,
  handle: Bytes,
): MaybePromise<Row | undefined> {
  const value =
    request.lock === undefined ? plainValue(scope, request, handle) : lockedValue(scope, handle, request.lock);
  if (value instanceof Promise) return value.then((ready) => rowOf(scope, codec, request, handle, ready));
  return rowOf(scope, codec, request, handle, value);
}

function plainValue(scope: StorageScope, request: PointRequest, key: Bytes): MaybePromise<Bytes | undefined> {
  if (request.asOf !== undefined) return scope.tree.get(key, request.asOf);
  return scope.transaction.get(key, scope.transaction.readAt());
}

/** Locks, then reads what is committed now. */
export function lockedValue(scope: StorageScope, key: Bytes, lock: LockRequest): MaybePromise<Bytes | undefined> {
  const { transaction } = scope;
  return andThen(transaction.lock(key, lock.strength, lock.wait), (outcome) =>
    outcome === 'skipped' ? undefined : transaction.get(key, transaction.latestAt()),
  );
}

function rowOf(
  scope: StorageScope,
  codec: TableCodec,
  request: Pick<PointRequest, 'columns' | 'withHandle'>,
  handle: Bytes,
  value: Bytes | undefined,
): Row | undefined {
  if (value === undefined) return undefined;
  const row: unknown[] = codec.decoder(request.columns).decode(value, 0, scope.reading);
  if (request.withHandle === true) row.push(handle);
  return row as Row;
}

/** The unique entry first, which also is what a lock is taken on when the key does not exist. */
function readThroughIndex(
  scope: StorageScope,
  codec: TableCodec,
  request: PointRequest,
): MaybePromise<Row | undefined> {
  const secondary = codec.secondaryOf(request.index);
  const key = secondary.codec.pointKey(request.key, scope.zone);
  if (key === undefined) return undefined;
  const lock = request.lock;
  const at: Timestamp =
    lock === undefined ? (request.asOf ?? scope.transaction.readAt()) : scope.transaction.latestAt();
  const entry = request.asOf === undefined ? scope.transaction.get(key, at) : scope.tree.get(key, at);
  return andThen(entry, (value) => {
    if (value === undefined) return undefined;
    const handle = secondary.entries.handleOf(joined(key, value), 0, key.length, key.length);
    if (lock === undefined) return readHandle(scope, codec, request, handle);
    return andThen(lockedValue(scope, handle, lock), (row) => {
      if (row === undefined || !hasKey(scope, codec, request, row)) return undefined;
      return rowOf(scope, codec, request, handle, row);
    });
  });
}

/** After the wait for a row's lock: does the row still have the key that led to it? */
function hasKey(scope: StorageScope, codec: TableCodec, request: PointRequest, value: Bytes): boolean {
  const secondary = codec.secondaryOf(request.index);
  if (secondary.codec.parts.some((part) => part.column.generated?.stored === false)) return true;
  const full = codec.fullDecoder.decode(value, 0, scope.reading);
  const values = secondary.codec.parts.map((part) => full[part.position] as Value);
  const now = secondary.codec.pointKey(values, scope.zone);
  const asked = secondary.codec.pointKey(request.key, scope.zone);
  return (
    now !== undefined && asked !== undefined && now.length === asked.length && now.every((byte, i) => byte === asked[i])
  );
}

function joined(key: Bytes, value: Bytes): Bytes {
  const out = new Uint8Array(key.length + value.length);
  out.set(key);
  out.set(value, key.length);
  return out;
}
