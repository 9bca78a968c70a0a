/**
 * The manifest: the one object that says which tables a tree consists of. Everything else is found through it.
 *
 * Stored as JSON (small, readable in an emergency), changed only by compare-and-swap (manifest-store.ts) after the named
 * predicates below hold between the old and the new one. Levels: `recent` are the flushed runs, newest first, which may
 * overlap each other; `levels[0]` is level 1, and so on: sorted, disjoint tables. A run is a list of tables in key order.
 * `history` are runs of replaced versions, newest first: only reads before their `shadowedFrom` look there.
 *
 * Format 1 had no history; it is still read.
 */
import { type Bytes, compareBytes, DbError, fromHex, toHex, utf8Decode, utf8Encode } from '../base/index.ts';
import type { LogPosition } from './lsm-options.ts';
import type { TableMeta } from './table-format.ts';
import type { Timestamp } from './timestamp.ts';

export const MANIFEST_FORMAT = 2;
const MANIFEST_FORMAT_OLDEST = 1;
export const LEVELS = 6;

export interface ObsoleteTable {
  readonly id: string;
  readonly sinceMs: number;
}

export interface Manifest {
  /** Grows by one with each change. */
  readonly sequence: number;
  /** Names the attempt that wrote it: how a writer recognises its own swap after a lost response. */
  readonly nonce: string;
  /** Everything committed at or before this log position is in tables. */
  readonly flushedPosition: LogPosition;
  readonly flushedTimestamp: Timestamp;
  readonly recent: readonly (readonly TableMeta[])[];
  readonly levels: readonly (readonly TableMeta[])[];
  readonly history: readonly (readonly TableMeta[])[];
  /** No longer read by this manifest; deleted when nobody can reach them. */
  readonly obsolete: readonly ObsoleteTable[];
}

export const EMPTY_MANIFEST: Manifest = {
  sequence: 0,
  nonce: '',
  flushedPosition: 0,
  flushedTimestamp: 0,
  recent: [],
  levels: Array.from({ length: LEVELS }, () => []),
  history: [],
  obsolete: [],
};

export function* manifestTables(manifest: Manifest): Generator<TableMeta> {
  for (const run of manifest.recent) yield* run;
  for (const level of manifest.levels) yield* level;
  for (const run of manifest.history) yield* run;
}

/** What must hold whenever one manifest replaces another; each returns what is wrong, or undefined. */
export const MANIFEST_INVARIANTS: Readonly<Record<string, (before: Manifest, after: Manifest) => string | undefined>> =
  {
    sequenceGrowsByOne: (before, after) =>
      after.sequence === before.sequence + 1 ? undefined : `${before.sequence} -> ${after.sequence}`,
    flushedNeverGoesBack: (before, after) =>
      after.flushedPosition >= before.flushedPosition && after.flushedTimestamp >= before.flushedTimestamp
        ? undefined
        : `${before.flushedPosition}@${before.flushedTimestamp} -> ${after.flushedPosition}@${after.flushedTimestamp}`,
    runsAreSorted: (_before, after) =>
      [...after.recent, ...after.levels, ...after.history].map(unsortedPair).find((wrong) => wrong !== undefined),
    onlyHistoryIsShadowed(_before, after) {
      const hidden = [...after.recent, ...after.levels].flat().find((table) => table.shadowedFrom !== undefined);
      return (hidden ?? after.history.flat().find((table) => table.shadowedFrom === undefined))?.id;
    },
    tablesAreNamedOnce(_before, after) {
      const seen = new Set<string>();
      for (const { id } of manifestTables(after)) {
        if (seen.has(id)) return id;
        seen.add(id);
      }
      return undefined;
    },
    droppedTablesAreObsolete(before, after) {
      const kept = new Set([
        ...[...manifestTables(after)].map((table) => table.id),
        ...after.obsolete.map((table) => table.id),
      ]);
      for (const { id } of manifestTables(before)) if (!kept.has(id)) return id;
      return undefined;
    },
    obsoleteTablesAreNotRead(_before, after) {
      const obsolete = new Set(after.obsolete.map((table) => table.id));
      for (const { id } of manifestTables(after)) if (obsolete.has(id)) return id;
      return undefined;
    },
  };

export function checkManifestChange(before: Manifest, after: Manifest): void {
  for (const [name, findWrong] of Object.entries(MANIFEST_INVARIANTS)) {
    const wrong = findWrong(before, after);
    if (wrong !== undefined)
      throw new DbError('internal', 'manifest-invariant', `manifest invariant ${name}: ${wrong}`);
  }
}

function unsortedPair(run: readonly TableMeta[]): string | undefined {
  for (let i = 1; i < run.length; i++) {
    const [left, right] = [run[i - 1] as TableMeta, run[i] as TableMeta];
    if (compareBytes(left.maxKey, right.minKey) >= 0) return `${left.id} reaches into ${right.id}`;
  }
  return undefined;
}

interface StoredTable {
  id: string;
  size: number;
  meta: number;
  entries: number;
  deletions: number;
  min: string;
  max: string;
  from: number;
  to: number;
  at?: number;
  shadowed?: number;
}

export function tableMetaToJson(table: TableMeta): StoredTable {
  const { id, sizeBytes, metaOffset, entries, deletions, minKey, maxKey, minTimestamp, maxTimestamp } = table;
  const { timestamp, shadowedFrom } = table;
  const stored: StoredTable = {
    id,
    size: sizeBytes,
    meta: metaOffset,
    entries,
    deletions,
    min: toHex(minKey),
    max: toHex(maxKey),
    from: minTimestamp,
    to: maxTimestamp,
  };
  if (timestamp !== undefined) stored.at = timestamp;
  if (shadowedFrom !== undefined) stored.shadowed = shadowedFrom;
  return stored;
}

export function tableMetaFromJson(json: unknown): TableMeta {
  const stored = record(json);
  const { at, shadowed } = stored;
  return {
    id: text(stored['id']),
    sizeBytes: integer(stored['size']),
    metaOffset: integer(stored['meta']),
    entries: integer(stored['entries']),
    deletions: integer(stored['deletions']),
    minKey: hex(stored['min']),
    maxKey: hex(stored['max']),
    minTimestamp: integer(stored['from']),
    maxTimestamp: integer(stored['to']),
    ...(at === undefined ? {} : { timestamp: integer(at) }),
    ...(shadowed === undefined ? {} : { shadowedFrom: integer(shadowed) }),
  };
}

export function encodeManifest(manifest: Manifest): Bytes {
  const stored = {
    format: MANIFEST_FORMAT,
    ...manifest,
    recent: manifest.recent.map((run) => run.map(tableMetaToJson)),
    levels: manifest.levels.map((level) => level.map(tableMetaToJson)),
    history: manifest.history.map((run) => run.map(tableMetaToJson)),
  };
  return utf8Encode(JSON.stringify(stored));
}

export function decodeManifest(bytes: Bytes): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(utf8Decode(bytes));
  } catch (cause) {
    throw new DbError('corrupt', 'bad-manifest', 'the manifest is not JSON', { cause });
  }
  const stored = record(json);
  const { format } = stored;
  if (typeof format !== 'number' || !(format >= MANIFEST_FORMAT_OLDEST && format <= MANIFEST_FORMAT)) {
    throw new DbError('invalid', 'manifest-version', `manifest format ${String(format)} is not known to this program`);
  }
  return {
    sequence: integer(stored['sequence']),
    nonce: text(stored['nonce']),
    flushedPosition: integer(stored['flushedPosition']),
    flushedTimestamp: integer(stored['flushedTimestamp']),
    recent: list(stored['recent']).map((run) => list(run).map(tableMetaFromJson)),
    levels: list(stored['levels']).map((level) => list(level).map(tableMetaFromJson)),
    history: list(format === 1 ? [] : stored['history']).map((run) => list(run).map(tableMetaFromJson)),
    obsolete: list(stored['obsolete']).map((entry) => {
      const obsolete = record(entry);
      return { id: text(obsolete['id']), sinceMs: integer(obsolete['sinceMs']) };
    }),
  };
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged();
  return value as Record<string, unknown>;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw damaged();
  return value as unknown[];
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw damaged();
  return value;
}

function integer(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw damaged();
  return value as number;
}

function hex(value: unknown): Bytes {
  const bytes = fromHex(text(value));
  if (bytes === undefined) throw damaged();
  return bytes;
}

function damaged(): DbError {
  return new DbError('corrupt', 'bad-manifest', 'the manifest has an unexpected shape');
}
