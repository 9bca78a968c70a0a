/**
 * Scans that take no locks: of the clustered index, of entries that cover the columns, and of entries with row lookups.
 */
import { type Bytes, type MaybePromise, isPromise } from '../base/index.ts';
import type { RowRun } from '../lsm/index.ts';
import type { RowCursor, ScanRequest } from '../sql/ports.ts';
import type { Batch, Row } from '../sql/types/index.ts';
import type { EntryPlace } from './entry-codec.ts';
import type { ByteRange, IndexCodec } from './index-codec.ts';
import { RunScanner, type RowTaker, type ScanShape, takeEach } from './run-scanner.ts';
import type { StorageScope } from './storage-scope.ts';
import { type SecondaryIndex, type TableCodec, codecOf } from './table-codec.ts';

export function openPlainScan(scope: StorageScope, request: ScanRequest): RowCursor {
  const codec = codecOf(request.table);
  const clustered = request.index.id === codec.clustered.index.id;
  if (clustered)
    return new RunScanner(scope, shapeOf(scope, request, codec.clustered), clusteredTaker(scope, request, codec));
  const secondary = codec.secondaryOf(request.index);
  const shape = shapeOf(scope, request, secondary.codec);
  const { covered } = secondary.entries;
  if (request.columns.every((position) => covered.has(position))) {
    return new RunScanner(scope, shape, entryTaker(scope, request, secondary));
  }
  return new LookupScan(scope, request, shape, secondary);
}

/** Byte ranges in reading order. */
export function byteRanges(request: ScanRequest, codec: IndexCodec, scope: StorageScope): ByteRange[] {
  const ranges: ByteRange[] = [];
  for (const range of request.ranges) {
    const bytes = codec.byteRange(range, scope.zone);
    if (bytes !== undefined) ranges.push(bytes);
  }
  if (ranges.length > 1) ranges.sort((a, b) => compareStarts(a.start, b.start));
  if (request.reverse) ranges.reverse();
  return ranges;
}

/** Ranges ascend by value; where the leading part descends, their bytes do not. */
function compareStarts(a: Bytes, b: Bytes): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return a.length - b.length;
}

function shapeOf(scope: StorageScope, request: ScanRequest, codec: IndexCodec): ScanShape {
  return {
    ranges: byteRanges(request, codec, scope),
    at: scope.readAt(request.asOf),
    reverse: request.reverse,
    limitHint: request.limitHint,
    withOwnWrites: request.asOf === undefined,
    isWhole: request.ranges.every((range) => range.low === undefined && range.high === undefined),
  };
}

function clusteredTaker(scope: StorageScope, request: ScanRequest, codec: TableCodec): RowTaker {
  const { reading } = scope;
  const { filter } = request;
  if (request.withHandle !== true) {
    const { take } = codec.decoder(request.columns, filter === undefined ? undefined : request.filterPlaces);
    return (run, from, to, { batch, room }) => take(run, from, to, { batch, room, context: reading, filter });
  }
  const { decode } = codec.decoder(request.columns);
  return takeEach((run, i) => {
    const row: unknown[] = decode(run.buffer, run.valueStarts[i] as number, reading);
    row.push(run.buffer.slice(run.keyStarts[i], run.keyEnds[i]));
    return row as Row;
  }, filter);
}

function entryTaker(scope: StorageScope, request: ScanRequest, secondary: SecondaryIndex): RowTaker {
  const { entries } = secondary;
  const read = entries.reader(request.columns);
  const { reading } = scope;
  if (request.withHandle !== true)
    return takeEach((run, i) => read(run.buffer, entryPlace(run, i), reading), request.filter);
  return takeEach((run, i) => {
    const at = entryPlace(run, i);
    const row: unknown[] = read(run.buffer, at, reading);
    row.push(entries.handleOf(run.buffer, at.keyStart, at.keyEnd, at.valueStart));
    return row as Row;
  }, request.filter);
}

function entryPlace(run: RowRun, i: number): EntryPlace {
  return {
    keyStart: run.keyStarts[i] as number,
    keyEnd: run.keyEnds[i] as number,
    valueStart: run.valueStarts[i] as number,
    valueEnd: run.valueEnds[i] as number,
  };
}

/** Reads a batch of entries, then their rows, in the entries' order. */
class LookupScan implements RowCursor {
  readonly #scope: StorageScope;
  readonly #request: ScanRequest;
  readonly #shape: ScanShape;
  readonly #handles: RunScanner;
  readonly #decode: (bytes: Bytes, at: number, reading: StorageScope['reading']) => Row;

  constructor(scope: StorageScope, request: ScanRequest, shape: ScanShape, secondary: SecondaryIndex) {
    this.#scope = scope;
    this.#request = request;
    this.#shape = shape;
    this.#decode = codecOf(request.table).decoder(request.columns).decode;
    const { entries } = secondary;
    const handleOf = takeEach((run, i) => {
      const { keyStart, keyEnd, valueStart } = entryPlace(run, i);
      return [entries.handleOf(run.buffer, keyStart, keyEnd, valueStart)];
    });
    this.#handles = new RunScanner(scope, shape, handleOf);
  }

  next(): MaybePromise<Batch | undefined> {
    for (;;) {
      const handles = this.#handles.next();
      if (handles instanceof Promise) return handles.then((ready) => this.#later(ready));
      if (handles === undefined) return undefined;
      const values = this.#read(handles);
      if (values instanceof Promise) return values.then((ready) => this.#take(handles, ready) ?? this.next());
      const batch = this.#take(handles, values);
      if (batch !== undefined) return batch;
    }
  }

  close(): void {
    this.#handles.close();
  }

  async #later(handles: Batch | undefined): Promise<Batch | undefined> {
    if (handles === undefined) return undefined;
    return this.#take(handles, await this.#read(handles)) ?? this.next();
  }

  #read(handles: Batch): MaybePromise<(Bytes | undefined)[]> {
    const { transaction, tree } = this.#scope;
    const { at, withOwnWrites } = this.#shape;
    let waiting = false;
    const values = handles.map(([handle]) => {
      const value = withOwnWrites ? transaction.get(handle as Bytes, at) : tree.get(handle as Bytes, at);
      if (isPromise(value)) waiting = true;
      return value;
    });
    return waiting ? Promise.all(values) : (values as (Bytes | undefined)[]);
  }

  /** Undefined when the filter dropped all. A row that is gone was deleted by this transaction since the entry was read. */
  #take(handles: Batch, values: readonly (Bytes | undefined)[]): Batch | undefined {
    const { filter, withHandle } = this.#request;
    const batch: Batch = [];
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === undefined) continue;
      const row: unknown[] = this.#decode(value, 0, this.#scope.reading);
      if (filter !== undefined && !filter(row as Row)) continue;
      if (withHandle === true) row.push((handles[i] as Row)[0]);
      batch.push(row as Row);
    }
    return batch.length > 0 ? batch : undefined;
  }
}
