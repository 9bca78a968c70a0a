/**
 * Ranges of a column followed through a partitioning function that keeps order: the column itself, YEAR, TO_DAYS, TO_SECONDS,
 * UNIX_TIMESTAMP.
 *
 * A date that the function does not know (0000-00-00) gives NULL, so that a range of dates may reach into the partition of NULL.
 */
import type { KeyBound, KeyRange } from '../../sql/ports.ts';
import {
  type DateTime,
  dayOf,
  type FieldType,
  monthOf,
  type Row,
  type TimeZone,
  type Value,
} from '../../sql/types/index.ts';
import type { PartitionFunction } from './partition-function.ts';

export interface RuleFunction {
  readonly evaluate: PartitionFunction;
  /** The only column, and where the row has it; absent when there are several. */
  readonly column: { readonly position: number; readonly type: FieldType } | undefined;
  readonly shape: 'column' | 'year' | 'to_days' | 'to_seconds' | 'unix_timestamp' | 'other';
}

export function shapeOf(sql: string): RuleFunction['shape'] {
  if (/^`(?:[^`]|``)+`$/.test(sql)) return 'column';
  const name = /^(year|to_days|to_seconds|unix_timestamp)\(`(?:[^`]|``)+`\)$/.exec(sql)?.[1];
  return (name as RuleFunction['shape'] | undefined) ?? 'other';
}

export interface FollowedRange {
  /** Of the function's values. */
  readonly range: KeyRange;
  readonly mayBeNull: boolean;
}

/** Undefined when nothing is known of the function's values. */
export function monotonicRange(rule: RuleFunction, range: KeyRange, zone: TimeZone): FollowedRange | undefined {
  const { shape, column } = rule;
  if (shape === 'other' || column === undefined) return undefined;
  if (shape === 'column') return { range: tightened(range), mayBeNull: false };
  const follow = (bound: KeyBound, keepsExclusive: boolean): KeyBound | undefined => {
    const [date] = bound.values;
    if (date === undefined || date === null) return undefined;
    const row: Row = [];
    row[column.position] = date;
    const value = rule.evaluate(row, zone);
    if (value === null) return undefined;
    return { values: [value], inclusive: bound.inclusive || !(keepsExclusive && isFirstMoment(date, rule)) };
  };
  const low = range.low && follow(range.low, column.type.kind === 'date' && shape === 'to_days');
  const high = range.high && follow(range.high, true);
  return {
    range: tightened({ ...(low && { low }), ...(high && { high }) }),
    mayBeNull: shape === 'to_days' || shape === 'to_seconds',
  };
}

/** Integers above 5 are those from 6 on. */
function tightened(range: KeyRange): KeyRange {
  const value = range.low?.values[0];
  if (range.low === undefined || range.low.inclusive || value === null || value === undefined) return range;
  const next = typeof value === 'bigint' ? value + 1n : (value as number) + 1;
  return { ...range, low: { values: [next], inclusive: true } };
}

/** Everything before this date has a lesser value of the function. */
function isFirstMoment(value: Exclude<Value, null>, { shape, column }: RuleFunction): boolean {
  const isDate = column?.type.kind === 'date';
  const { ymd, micros } = isDate ? { ymd: value as number, micros: 0 } : (value as DateTime);
  switch (shape) {
    case 'year':
      return micros === 0 && monthOf(ymd) === 1 && dayOf(ymd) === 1;
    case 'to_days':
      return micros === 0;
    default:
      return micros % 1_000_000 === 0;
  }
}
