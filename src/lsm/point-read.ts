/**
 * Point reads: the newest version of one key at or before a timestamp, over memtables and tables.
 *
 * Sources are asked newest first, and one is skipped when nothing in it can be newer than what was found already. So a
 * read does not depend on newer data lying above older data (an ingested table may break that order), and still
 * usually asks one source.
 */
import type { Bytes, MaybePromise } from '../base/index.ts';
import { keyHash } from './bloom.ts';
import type { Memtable } from './memtable.ts';
import type { MemtableSet } from './memtable-set.ts';
import type { TableHit } from './table.ts';
import type { Timestamp } from './timestamp.ts';
import { findTable, type Version } from './version.ts';

/** A value in place: bytes `buffer[start, end)`. They never change; a kept reference pins the block. */
export interface ValueRef {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly timestamp: Timestamp;
}

/** The newest version, deletions (`start` < 0) included; undefined when there is none. */
export function findNewest(
  memtables: MemtableSet,
  version: Version,
  key: Bytes,
  at: Timestamp,
): MaybePromise<ValueRef | undefined> {
  let best = findInMemtable(memtables.active, key, at, undefined);
  const full = memtables.full;
  for (let i = full.length - 1; i >= 0; i--)
    best = findInMemtable((full[i] as { memtable: Memtable }).memtable, key, at, best);
  if (best !== undefined && best.timestamp >= version.maxTimestamp) return best;
  return findInTables(version, { key, at, hash: -1 }, 0, best);
}

interface Search {
  readonly key: Bytes;
  readonly at: Timestamp;
  /** The key's bloom hash, -1 until it is needed. */
  hash: number;
}

function findInMemtable(
  memtable: Memtable,
  key: Bytes,
  at: Timestamp,
  best: ValueRef | undefined,
): ValueRef | undefined {
  if (memtable.keys === 0 || (best !== undefined && memtable.maxTimestamp <= best.timestamp)) return best;
  const found = memtable.findVersion(key, at);
  if (found === 0) return best;
  const timestamp = memtable.timestampOf(found);
  if (best !== undefined && best.timestamp >= timestamp) return best;
  const length = memtable.valueLength(found);
  const start = memtable.valueStart(found);
  return length < 0
    ? { buffer: memtable.bytes, start: -1, end: -1, timestamp }
    : { buffer: memtable.bytes, start, end: start + length, timestamp };
}

function findInTables(
  version: Version,
  search: Search,
  first: number,
  found: ValueRef | undefined,
): MaybePromise<ValueRef | undefined> {
  const { runs, runMaxTimestamps } = version;
  const count = version.runsFor(search.at);
  let best = found;
  for (let i = first; i < count; i++) {
    if (best !== undefined && (runMaxTimestamps[i] as number) <= best.timestamp) continue;
    if (version.isShadowed(i, search.at)) continue;
    const table = findTable(runs[i] as (typeof runs)[number], search.key);
    if (table === undefined || table.meta.minTimestamp > search.at) continue;
    if (search.hash < 0) search.hash = keyHash(search.key, 0, search.key.length);
    const hit = table.find(search.key, search.hash, search.at);
    if (hit instanceof Promise) return finishLater(version, search, i, { best, hit });
    best = newer(best, hit);
  }
  return best;
}

/** The rest of a search that had to wait; it holds the version so that its tables stay. */
async function finishLater(
  version: Version,
  search: Search,
  at: number,
  state: { best: ValueRef | undefined; hit: Promise<TableHit | undefined> },
): Promise<ValueRef | undefined> {
  version.retain();
  try {
    return await findInTables(version, search, at + 1, newer(state.best, await state.hit));
  } finally {
    version.release();
  }
}

function newer(best: ValueRef | undefined, hit: TableHit | undefined): ValueRef | undefined {
  if (hit === undefined) return best;
  const { block, row } = hit;
  const timestamp = block.timestampAt(row);
  if (best !== undefined && best.timestamp >= timestamp) return best;
  return {
    buffer: block.buffer,
    start: block.valueStarts[row] as number,
    end: block.valueEnds[row] as number,
    timestamp,
  };
}
