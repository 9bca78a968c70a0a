/**
 * Day arithmetic on MySQL's proleptic Gregorian calendar, with MySQL's day number: TO_DAYS('0000-01-01') is 1 and
 * TO_DAYS('1970-01-01') is 719528. Pure functions on numbers; nothing here knows about values or sessions.
 */

export const EPOCH_DAY = 719528;
/** One past the last day of year 9999. */
export const DAY_NUMBER_END = 3652425;

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || (year % 400 === 0 && year !== 0));
}

export function daysInYear(year: number): number {
  return isLeapYear(year) ? 366 : 365;
}

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_DAYS[month - 1] ?? 31);
}

/** MySQL's calc_daynr; month and day may be zero. */
export function dayNumber(year: number, month: number, day: number): number {
  if (year === 0 && month === 0) return 0;
  let sum = 365 * year + 31 * (month - 1) + day;
  let y = year;
  if (month <= 2) y--;
  else sum -= Math.trunc((month * 4 + 23) / 10);
  return sum + Math.trunc(y / 4) - Math.trunc(((Math.trunc(y / 100) + 1) * 3) / 4);
}

/** Packed date ((year * 16 + month) * 32 + day) of a day number; 0 outside the years 1 to 9999 (as FROM_DAYS). */
export function packedFromDayNumber(days: number): number {
  if (days <= 365 || days >= 3652500) return 0;
  let year = Math.trunc((days * 100) / 36525);
  const century = Math.trunc((Math.trunc((year - 1) / 100 + 1) * 3) / 4);
  let yearDay = days - year * 365 - Math.trunc((year - 1) / 4) + century;
  let length = daysInYear(year);
  while (yearDay > length) {
    yearDay -= length;
    year++;
    length = daysInYear(year);
  }
  let month = 1;
  let left = yearDay;
  while (left > daysInMonth(year, month)) {
    left -= daysInMonth(year, month);
    month++;
  }
  return (year * 16 + month) * 32 + left;
}

/** 0 = Monday … 6 = Sunday; with `sundayFirst`, 0 = Sunday. */
export function weekday(days: number, sundayFirst = false): number {
  return (days + 5 + (sundayFirst ? 1 : 0)) % 7;
}

export const WeekFlag = { MONDAY_FIRST: 1, YEAR: 2, FIRST_WEEKDAY: 4 } as const;

/** The flags of WEEK()'s `mode` argument 0-7. */
export function weekMode(mode: number): number {
  let flags = mode & 7;
  if ((flags & WeekFlag.MONDAY_FIRST) === 0) flags ^= WeekFlag.FIRST_WEEKDAY;
  return flags;
}

/** MySQL's calc_week: week number and the year it belongs to. */
export function weekOf(year: number, month: number, day: number, flags: number): { week: number; year: number } {
  const days = dayNumber(year, month, day);
  let first = dayNumber(year, 1, 1);
  const mondayFirst = (flags & WeekFlag.MONDAY_FIRST) !== 0;
  let weekYear = (flags & WeekFlag.YEAR) !== 0;
  const firstWeekday = (flags & WeekFlag.FIRST_WEEKDAY) !== 0;
  let start = weekday(first, !mondayFirst);
  let resultYear = year;
  if (month === 1 && day <= 7 - start) {
    if (!weekYear && ((firstWeekday && start !== 0) || (!firstWeekday && start >= 4))) return { week: 0, year };
    weekYear = true;
    resultYear--;
    const length = daysInYear(resultYear);
    first -= length;
    start = (start + 53 * 7 - length) % 7;
  }
  const skipsFirst = (firstWeekday && start !== 0) || (!firstWeekday && start >= 4);
  const offset = skipsFirst ? days - (first + (7 - start)) : days - (first - start);
  if (weekYear && offset >= 52 * 7) {
    const next = (start + daysInYear(resultYear)) % 7;
    if ((!firstWeekday && next < 4) || (firstWeekday && next === 0)) return { week: 1, year: resultYear + 1 };
  }
  return { week: Math.trunc(offset / 7) + 1, year: resultYear };
}
