/**
 * Which partitions a scan has to read, from ranges of the partitioning columns.
 *
 * Ranges and bounds are cuts between tuples: a partition is read when its stretch meets the range's. An expression is followed
 * through where it keeps order (YEAR, TO_DAYS, …); else only single values, and short runs of integers, tell partitions apart.
 */
import type { KeyRange, PartitionRanges, ScanRequest } from '../../sql/ports.ts';
import type { Row, TimeZone, Value } from '../../sql/types/index.ts';
import { boundCut, compareCuts, type Cut, highCut, lowCut, tupleCut } from './cut.ts';
import { monotonicRange } from './monotonic.ts';
import type { PartitionLayout } from './partition-layout.ts';
import { NO_PARTITION, type RuleRouter } from './partition-rule.ts';

/** Integers between two bounds are tried one by one up to here, as in MySQL. */
const WALK_MAX = 32;

/** Ordinals, ascending. */
export function prunedOrdinals(layout: PartitionLayout, request: ScanRequest, zone: TimeZone): readonly number[] {
  const chosen = request.table.selection?.ordinals;
  const ranges = request.partitions ?? rangesByIndex(layout, request);
  const found = ranges === undefined ? undefined : ordinalsIn(layout, ranges, zone);
  if (found === undefined) return chosen ?? layout.leaves.map((_, ordinal) => ordinal);
  return chosen === undefined ? found : found.filter((ordinal) => chosen.includes(ordinal));
}

/** Undefined when the ranges say nothing. */
function ordinalsIn(layout: PartitionLayout, ranges: PartitionRanges, zone: TimeZone): number[] | undefined {
  const { router, subRouter, perPartition } = layout;
  const partitions = placesIn(router, ranges.partition, zone);
  if (subRouter === undefined) return partitions && [...partitions].sort((a, b) => a - b);
  const subpartitions = placesIn(subRouter, ranges.subpartition, zone);
  if (partitions === undefined && subpartitions === undefined) return undefined;
  const ordinals: number[] = [];
  for (let ordinal = 0; ordinal < layout.leaves.length; ordinal++) {
    if (partitions?.has(Math.floor(ordinal / perPartition)) === false) continue;
    if (subpartitions?.has(ordinal % perPartition) === false) continue;
    ordinals.push(ordinal);
  }
  return ordinals;
}

function placesIn(
  router: RuleRouter,
  ranges: readonly KeyRange[] | undefined,
  zone: TimeZone,
): ReadonlySet<number> | undefined {
  if (ranges === undefined) return undefined;
  const places = new Set<number>();
  for (const range of ranges) {
    const found = placesOfRange(router, range, zone);
    if (found === undefined) return undefined;
    for (const place of found) places.add(place);
  }
  return places;
}

/** Undefined = any partition. */
function placesOfRange(router: RuleRouter, range: KeyRange, zone: TimeZone): Iterable<number> | undefined {
  const points = pointsOf(router, range);
  if (points !== undefined) {
    return points.map((values) => router.find(rowOf(router, values), zone)).filter((place) => place !== NO_PARTITION);
  }
  const { stretches, lists } = router;
  if (stretches === undefined && lists === undefined) return undefined;
  const followed =
    router.function === undefined ? { range, mayBeNull: false } : monotonicRange(router.function, range, zone);
  if (followed === undefined) return undefined;
  const low = lowCut(followed.range.low, router.valueCompares.length);
  const high = highCut(followed.range.high, router.valueCompares.length);
  const places: number[] = [];
  if (stretches !== undefined) {
    const bounds = stretches.map(boundCut);
    for (const [place, bound] of bounds.entries()) {
      const before = bounds[place - 1];
      const begins = before === undefined || compareCuts(before, high, router.valueCompares) < 0;
      if (begins && compareCuts(bound, low, router.valueCompares) > 0) places.push(place);
    }
    if (followed.mayBeNull && !places.includes(0)) places.unshift(0);
    return places;
  }
  for (const { values, place } of lists ?? []) {
    const cut: Cut = tupleCut(values);
    const isInside =
      compareCuts(low, cut, router.valueCompares) <= 0 && compareCuts(cut, high, router.valueCompares) < 0;
    if (isInside || (followed.mayBeNull && values[0] === null)) places.push(place);
  }
  if (router.others !== undefined) places.push(router.others);
  return places;
}

/** The tuples of a range that holds only a few. */
function pointsOf({ columnCompares, isInteger }: RuleRouter, range: KeyRange): Value[][] | undefined {
  const { low, high } = range;
  if (low === undefined || high === undefined) return undefined;
  const width = columnCompares.length;
  if (low.values.length !== width || high.values.length !== width) return undefined;
  const isSame = low.values.every((value, i) => {
    const other = high.values[i] as Value;
    return value === null || other === null ? value === other : columnCompares[i]?.(value, other) === 0;
  });
  if (isSame) return low.inclusive && high.inclusive ? [[...low.values]] : [];
  if (width !== 1 || !isInteger) return undefined;
  const from = low.values[0] as number | bigint | null;
  const to = high.values[0] as number | bigint | null;
  if (from === null || to === null) return undefined;
  const first = BigInt(from) + (low.inclusive ? 0n : 1n);
  const last = BigInt(to) - (high.inclusive ? 0n : 1n);
  if (last - first >= BigInt(WALK_MAX)) return undefined;
  const points: Value[][] = [];
  for (let value = first; value <= last; value++)
    points.push([
      value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value,
    ]);
  return points;
}

function rowOf({ positions }: RuleRouter, values: readonly Value[]): Row {
  const row: Row = [];
  for (let i = 0; i < positions.length; i++) row[positions[i] as number] = values[i] as Value;
  return row;
}

/** Lookups by an index that holds the partitioning columns in front know their partition. */
function rangesByIndex(layout: PartitionLayout, { table, index, ranges }: ScanRequest): PartitionRanges | undefined {
  if (layout.subRouter !== undefined || ranges.length > WALK_MAX) return undefined;
  const places = layout.router.positions.map((position) => {
    const id = table.columns[position]?.id;
    return index.parts.findIndex((part) => part.columnId === id && part.prefixLength === undefined);
  });
  const width = Math.max(...places) + 1;
  if (places.includes(-1)) return undefined;
  const partition: KeyRange[] = [];
  for (const { low, high } of ranges) {
    if (low === undefined || high === undefined || low.values.length < width || high.values.length < width)
      return undefined;
    for (let i = 0; i < width; i++) if (low.values[i] !== high.values[i]) return undefined;
    const bound = { values: places.map((place) => low.values[place] as Value), inclusive: true };
    partition.push({ low: bound, high: bound });
  }
  return { partition };
}
