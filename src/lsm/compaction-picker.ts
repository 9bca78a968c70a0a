/**
 * Chooses the next compaction: pure functions from a manifest to a plan.
 *
 * Leveled: when enough flushed runs have gathered they are merged into level 1; when a level outgrows its target (ten
 * times the one above), one of its tables, the one that overlaps least below, goes down. Tables that overlap nothing are moved
 * by a manifest change alone, so data loaded in key order is written once.
 *
 * History is not leveled: its runs are dropped whole when no read reaches them any more, and neighbours in time are merged
 * when there are too many.
 */
import { compareBytes } from '../base/index.ts';
import { LEVELS, type Manifest } from './manifest.ts';
import type { KeyRange } from './merge-job.ts';
import type { TableMeta } from './table-format.ts';
import { TIMESTAMP_MAX, type Timestamp } from './timestamp.ts';

export interface CompactionTuning {
  /** Flushed runs that start a compaction. */
  readonly recentRunsMax: number;
  readonly levelBytesBase: number;
}

export interface CompactionPlan {
  /** Tables that only change their place. Then there is nothing to merge. */
  readonly moves: readonly TableMeta[];
  /** Sorted runs to be merged, in no particular order (versions decide). */
  readonly inputs: readonly (readonly TableMeta[])[];
  /** 0 = level 1. */
  readonly targetLevel: number;
  /** Set: the inputs are neighbouring runs of history, which become one. */
  readonly shadowedFrom?: Timestamp | undefined;
}

const LEVEL_FACTOR = 10;
/** More runs of history than this, and some are merged; so many at a time. */
const HISTORY_RUNS_MAX = 16;
const HISTORY_MERGE_RUNS = 8;

export function pickCompaction(manifest: Manifest, tuning: CompactionTuning): CompactionPlan | undefined {
  if (manifest.recent.length >= tuning.recentRunsMax) return pickRecent(manifest);
  let bestScore = 1;
  let bestLevel = -1;
  let target = tuning.levelBytesBase;
  for (let level = 0; level < LEVELS - 1; level++) {
    const score = bytesOf(manifest.levels[level] ?? []) / target;
    if (score > bestScore) {
      bestScore = score;
      bestLevel = level;
    }
    target *= LEVEL_FACTOR;
  }
  if (bestLevel >= 0) return pickFromLevel(manifest, bestLevel);
  return manifest.history.length > HISTORY_RUNS_MAX ? pickHistory(manifest) : undefined;
}

/** The neighbours in time that are smallest together: each version is rewritten about log8(runs) times. */
function pickHistory({ history }: Manifest): CompactionPlan {
  let inputs: Manifest['history'] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i + HISTORY_MERGE_RUNS <= history.length; i++) {
    const window = history.slice(i, i + HISTORY_MERGE_RUNS);
    const bytes = bytesOf(window.flat());
    if (bytes >= least) continue;
    least = bytes;
    inputs = window;
  }
  return { moves: [], inputs, targetLevel: 0, shadowedFrom: shadowedFromOf(inputs.flat()) };
}

/** From when on no read looks at any of these tables. */
function shadowedFromOf(tables: readonly TableMeta[]): Timestamp {
  return tables.reduce((max, table) => Math.max(max, table.shadowedFrom ?? TIMESTAMP_MAX), 0);
}

/** Runs of history that a read at or after `oldestReadable` may look at. */
export function historyInReach(history: Manifest['history'], oldestReadable: Timestamp): Manifest['history'] {
  return history
    .map((run) => run.filter((table) => shadowedFromOf([table]) > oldestReadable))
    .filter((run) => run.length > 0);
}

/** Everything into the last level that holds anything. For tests, benchmarks, and dropping all old versions at once. */
export function pickAll(manifest: Manifest): CompactionPlan | undefined {
  const inputs = [...manifest.recent, ...manifest.levels, ...manifest.history].filter((run) => run.length > 0);
  if (inputs.length === 0) return undefined;
  let last = 0;
  for (let level = 0; level < LEVELS; level++) if ((manifest.levels[level] ?? []).length > 0) last = level;
  return { moves: [], inputs, targetLevel: last };
}

function pickRecent(manifest: Manifest): CompactionPlan {
  const below = manifest.levels[0] ?? [];
  const moves = manifest.recent.flatMap((run, i) =>
    run.filter((table) => {
      const others = manifest.recent.filter((_, j) => j !== i);
      return overlapping(below, table).length === 0 && others.every((other) => overlapping(other, table).length === 0);
    }),
  );
  if (moves.length > 0) return { moves, inputs: [], targetLevel: 0 };
  const low = below.filter((table) => manifest.recent.some((run) => overlapping(run, table).length > 0));
  return { moves: [], inputs: low.length > 0 ? [...manifest.recent, low] : manifest.recent, targetLevel: 0 };
}

function pickFromLevel(manifest: Manifest, level: number): CompactionPlan {
  const below = manifest.levels[level + 1] ?? [];
  let best: TableMeta | undefined;
  let bestOverlap: readonly TableMeta[] = [];
  let bestRatio = Number.POSITIVE_INFINITY;
  for (const table of manifest.levels[level] ?? []) {
    const overlap = overlapping(below, table);
    const ratio = bytesOf(overlap) / table.sizeBytes;
    if (ratio >= bestRatio) continue;
    bestRatio = ratio;
    best = table;
    bestOverlap = overlap;
  }
  const chosen = best as TableMeta; // a level above its target has tables
  if (bestOverlap.length === 0) return { moves: [chosen], inputs: [], targetLevel: level + 1 };
  return { moves: [], inputs: [[chosen], bestOverlap], targetLevel: level + 1 };
}

/** Where deletions must survive the plan: the ranges of tables it does not read and that could hold something older. */
export function rangesToKeepDeletions(
  manifest: Manifest,
  plan: CompactionPlan,
  oldestReadable: Timestamp,
): KeyRange[] | undefined {
  // A deletion among replaced versions may hide an older version in any other table.
  if (plan.shadowedFrom !== undefined) return undefined;
  const inputs = new Set(plan.inputs.flat().map((table) => table.id));
  const span = spanOf(plan.inputs.flat());
  return [...manifest.recent, ...manifest.levels, ...historyInReach(manifest.history, oldestReadable)]
    .flatMap((run) => overlapping(run, span))
    .filter((table) => !inputs.has(table.id))
    .map((table) => ({ min: table.minKey, max: table.maxKey }))
    .sort((a, b) => compareBytes(a.min, b.min));
}

/** Outputs must not reach over tables that stay in the target level: they are cut before each of those. */
export function keysToCutAt(manifest: Manifest, plan: CompactionPlan): Uint8Array[] {
  if (plan.shadowedFrom !== undefined) return [];
  const inputs = new Set(plan.inputs.flat().map((table) => table.id));
  const stay = overlapping(manifest.levels[plan.targetLevel] ?? [], spanOf(plan.inputs.flat()));
  return stay.filter((table) => !inputs.has(table.id)).map((table) => table.minKey);
}

/** The manifest's runs after the plan, with `outputs` in place of the inputs; undefined when an input is gone. */
export function applyPlan(
  manifest: Manifest,
  plan: CompactionPlan,
  outputs: readonly TableMeta[],
): Pick<Manifest, 'recent' | 'levels' | 'history'> | undefined {
  const leaving = new Set([...plan.moves, ...plan.inputs.flat()].map((table) => table.id));
  let found = 0;
  const without = (run: readonly TableMeta[]): TableMeta[] =>
    run.filter((table) => {
      if (!leaving.has(table.id)) return true;
      found++;
      return false;
    });
  const recent = manifest.recent.map(without).filter((run) => run.length > 0);
  const levels = manifest.levels.map(without);
  // Merged history takes the place of its inputs; what others added since is newer.
  const newer = manifest.history.findIndex((run) => run.some((table) => leaving.has(table.id)));
  const history = manifest.history.map(without);
  if (found !== leaving.size) return undefined;
  const target = levels[plan.targetLevel] as TableMeta[];
  target.push(...plan.moves, ...outputs.filter((table) => table.shadowedFrom === undefined));
  target.sort((a, b) => compareBytes(a.minKey, b.minKey));
  const replaced = outputs.filter((table) => table.shadowedFrom !== undefined);
  history.splice(plan.shadowedFrom === undefined ? 0 : newer, 0, replaced);
  return { recent, levels, history: history.filter((run) => run.length > 0) };
}

/** The deepest level that sorted disjoint `tables` may enter: nothing there or above overlaps them. -1 = none. */
export function levelForIngest(manifest: Manifest, tables: readonly TableMeta[]): number {
  const free = (run: readonly TableMeta[]): boolean => tables.every((table) => overlapping(run, table).length === 0);
  if (!manifest.recent.every(free)) return -1;
  let level = -1;
  while (level + 1 < LEVELS && free(manifest.levels[level + 1] ?? [])) level++;
  return level;
}

export function overlapping(
  run: readonly TableMeta[],
  range: { readonly minKey: Uint8Array; readonly maxKey: Uint8Array },
): TableMeta[] {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes((run[middle] as TableMeta).maxKey, range.minKey) < 0) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < run.length && compareBytes((run[end] as TableMeta).minKey, range.maxKey) <= 0) end++;
  return run.slice(low, end);
}

function spanOf(tables: readonly TableMeta[]): { minKey: Uint8Array; maxKey: Uint8Array } {
  const first = tables[0] as TableMeta;
  let { minKey, maxKey } = first;
  for (const table of tables) {
    if (compareBytes(table.minKey, minKey) < 0) minKey = table.minKey;
    if (compareBytes(table.maxKey, maxKey) > 0) maxKey = table.maxKey;
  }
  return { minKey, maxKey };
}

function bytesOf(tables: readonly TableMeta[]): number {
  return tables.reduce((sum, table) => sum + table.sizeBytes, 0);
}
