/**
 * What MySQL 9.7 does differently from 8.0/8.4, which Ebb follows, and what Ebb does differently on purpose (COMPAT.md). A difference that one of these
 * rules explains is counted by its name and not as a failure.
 */
import type { Result } from './compare.ts';

export interface KnownDifference {
  readonly name: string;
  readonly explains: (sql: string, mysql: Result, ebb: Result) => boolean;
}

const COLLATION_ERRORS = new Set([1267, 1270, 1271]);

/** A derived table that shows an expression without columns. */
function showsConstant(sql: string): boolean {
  for (const [, items] of sql.matchAll(/\(SELECT (?:DISTINCT )?((?:(?! FROM ).)*?) FROM/g)) {
    const shown = items!.split(/ AS x\d+(?:, )?/).filter((item) => item !== '');
    if (items!.includes(' AS x') && shown.some((item) => !/\b[adw]\d+\.\w|COUNT\(\*\)/.test(item))) return true;
  }
  return false;
}

/** Numbers that differ in trailing zeros only. */
function sameDigits(_sql: string, mysql: Result, ebb: Result): boolean {
  if (mysql.rows === undefined || ebb.rows === undefined || mysql.rows.length !== ebb.rows.length) return false;
  const plain = (result: Result): string[] =>
    result
      .rows!.map((row) => row.map((cell) => cell?.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')).join('|'))
      .sort();
  const own = plain(ebb);
  return plain(mysql).every((text, place) => text === own[place]);
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    name: 'IF and CASE of decimals: MySQL prints the digits of the value that was chosen, Ebb those of the type',
    explains: (sql, mysql, ebb) => /\b(?:IF|CASE|NULLIF|IFNULL|COALESCE)\b/.test(sql) && sameDigits(sql, mysql, ebb),
  },
  {
    name: 'GREATEST and LEAST of a date and a text that is no date: 9.7 prints 16383-15-31',
    explains: (_sql, mysql) => mysql.rows?.some((row) => row.some((cell) => cell?.includes('16383'))) ?? false,
  },
  {
    name: 'MySQL refuses a mix of collations that Ebb compares (results of NULLIF, MIN and MAX, typed NULLs, JSON texts)',
    explains: (_sql, mysql, ebb) => COLLATION_ERRORS.has(mysql.errno ?? 0) && ebb.errno === undefined,
  },
  {
    name: '9.7 repeats rows for EXISTS or IN in ON of an outer join',
    explains: (sql, mysql, ebb) =>
      /(?:LEFT|RIGHT) JOIN.* ON .*(?:EXISTS|IN) \(SELECT/.test(sql) &&
      (mysql.rows?.length ?? 0) > (ebb.rows?.length ?? Number.POSITIVE_INFINITY),
  },
  {
    name: 'MySQL takes a constant of a derived table for its value in rows that an outer join or ROLLUP made',
    explains: (sql) => /LEFT JOIN|RIGHT JOIN|WITH ROLLUP/.test(sql) && showsConstant(sql),
  },
  {
    name: 'a subquery counts as a column when collations meet, MySQL looks into it',
    explains: (sql, mysql, ebb) =>
      mysql.errno === undefined && COLLATION_ERRORS.has(ebb.errno ?? 0) && /\(\s*SELECT/i.test(sql),
  },
];

export function explanation(sql: string, mysql: Result, ebb: Result): string | undefined {
  return KNOWN_DIFFERENCES.find((known) => known.explains(sql, mysql, ebb))?.name;
}
