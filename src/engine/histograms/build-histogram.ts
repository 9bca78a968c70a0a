/**
 * MySQL's two kinds of histogram over the sorted distinct values of a column: singleton (a bucket per value, when they fit) and equi-height
 * (as few values per bucket as fit into the number of buckets asked for; a frequent value has a bucket of its own).
 */

export interface ValueCount {
  /** As the histogram prints it. */
  readonly value: string;
  readonly count: number;
}

export interface Bucket {
  readonly lower: string;
  /** Absent in a singleton histogram. */
  readonly upper?: string;
  readonly cumulativeFrequency: number;
  /** Distinct values, in an equi-height histogram. */
  readonly distinct?: number;
}

export interface BuiltHistogram {
  readonly type: 'singleton' | 'equi-height';
  readonly buckets: readonly Bucket[];
  readonly nullFraction: number;
}

/** `values` sorted, without NULL. */
export function buildHistogram(values: readonly ValueCount[], nulls: number, bucketsMax: number): BuiltHistogram {
  const total = values.reduce((sum, { count }) => sum + count, nulls);
  const nullFraction = total === 0 ? 0 : nulls / total;
  if (values.length <= bucketsMax) return { type: 'singleton', buckets: singletons(values, total), nullFraction };
  return { type: 'equi-height', buckets: equalBuckets(values, total, bucketsMax), nullFraction };
}

function singletons(values: readonly ValueCount[], total: number): Bucket[] {
  let sum = 0;
  return values.map(({ value, count }) => {
    sum += count;
    return { lower: value, cumulativeFrequency: sum / total };
  });
}

function equalBuckets(values: readonly ValueCount[], total: number, bucketsMax: number): Bucket[] {
  const valuesMax = bucketValuesMax(values, bucketsMax);
  const buckets: Bucket[] = [];
  let sum = 0;
  let inBucket = 0;
  let from = 0;
  values.forEach(({ value, count }, place) => {
    sum += count;
    inBucket += count;
    const next = values[place + 1];
    if (next !== undefined && inBucket + next.count <= valuesMax) return;
    buckets.push({
      lower: values[from]?.value ?? value,
      upper: value,
      cumulativeFrequency: sum / total,
      distinct: place - from + 1,
    });
    from = place + 1;
    inBucket = 0;
  });
  return buckets;
}

const SEARCH_STEPS_MAX = 10;

/** The least number of rows per bucket with which all values fit, by a few steps of binary search. */
function bucketValuesMax(values: readonly ValueCount[], bucketsMax: number): number {
  const total = values.reduce((sum, { count }) => sum + count, 0);
  if (bucketsMax === 1) return total;
  let upper = Math.floor((2 * total) / (bucketsMax - 1)) + 1;
  let lower = 0;
  for (let step = 0; step < SEARCH_STEPS_MAX && upper > lower + 1; step++) {
    const middle = Math.floor((upper + lower) / 2);
    if (bucketsNeeded(values, middle) <= bucketsMax) upper = middle;
    else lower = middle;
  }
  return upper;
}

function bucketsNeeded(values: readonly ValueCount[], valuesMax: number): number {
  let buckets = 1;
  let inBucket = 0;
  for (const { count } of values) {
    if (inBucket > 0 && inBucket + count > valuesMax) {
      buckets++;
      inBucket = 0;
    }
    inBucket += count;
  }
  return buckets;
}
