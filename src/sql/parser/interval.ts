/** Interval units, and the two readings of INTERVAL. */
import type { IntervalUnit } from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { K, T } from './token.ts';

const UNITS: Readonly<Record<number, IntervalUnit>> = {
  [K.MICROSECOND]: 'microsecond',
  [K.SECOND]: 'second',
  [K.MINUTE]: 'minute',
  [K.HOUR]: 'hour',
  [K.DAY]: 'day',
  [K.WEEK]: 'week',
  [K.MONTH]: 'month',
  [K.QUARTER]: 'quarter',
  [K.YEAR]: 'year',
  [K.SECOND_MICROSECOND]: 'second_microsecond',
  [K.MINUTE_MICROSECOND]: 'minute_microsecond',
  [K.MINUTE_SECOND]: 'minute_second',
  [K.HOUR_MICROSECOND]: 'hour_microsecond',
  [K.HOUR_SECOND]: 'hour_second',
  [K.HOUR_MINUTE]: 'hour_minute',
  [K.DAY_MICROSECOND]: 'day_microsecond',
  [K.DAY_SECOND]: 'day_second',
  [K.DAY_MINUTE]: 'day_minute',
  [K.DAY_HOUR]: 'day_hour',
  [K.YEAR_MONTH]: 'year_month',
};

export function intervalUnit(p: Cursor): IntervalUnit {
  const unit = UNITS[p.kind];
  if (unit === undefined) p.fail();
  p.advance();
  return unit;
}

/** Units of TIMESTAMPADD and TIMESTAMPDIFF: the single ones. */
export function simpleIntervalUnit(p: Cursor): IntervalUnit {
  if (UNITS[p.kind]?.includes('_') === true) p.fail();
  return intervalUnit(p);
}

/** How far the look-ahead goes; a longer first argument is taken for an interval's amount. */
const SCAN_TOKENS_MAX = 4096;

/**
 * At INTERVAL: whether the call INTERVAL(a, b, …) follows rather than INTERVAL expression unit. It does when the
 * parentheses right behind hold a comma of their own.
 */
export function intervalCallFollows(p: Cursor): boolean {
  if (p.peek(1) !== T.LEFT_PAREN) return false;
  let depth = 1;
  for (let distance = 2; distance < SCAN_TOKENS_MAX; distance++) {
    switch (p.peek(distance)) {
      case T.LEFT_PAREN:
        depth++;
        break;
      case T.RIGHT_PAREN:
        if (--depth === 0) return false;
        break;
      case T.COMMA:
        if (depth === 1) return true;
        break;
      case T.END:
      case T.ABORT:
        return false;
      default:
        break;
    }
  }
  return false;
}
