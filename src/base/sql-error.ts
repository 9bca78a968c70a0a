/**
 * An error that a MySQL client sees: errno, SQLSTATE and text exactly as MySQL prints them.
 *
 * The numbers, states and message templates are in `mysql-errors.data.ts`, one table for the whole system.
 * Use `sqlError('ER_DUP_ENTRY', 'a-1', 't.PRIMARY')`; the template's %s, %d, %lu … are filled in order.
 */
import { MYSQL_ERRORS, type MysqlErrorName } from './mysql-errors.data.ts';

export class SqlError extends Error {
  readonly errno: number;
  readonly sqlState: string;
  readonly symbol: string;

  constructor(symbol: string, errno: number, sqlState: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'SqlError';
    this.symbol = symbol;
    this.errno = errno;
    this.sqlState = sqlState;
  }
}

/** Fills a printf-like template (%s %d %u %lu %lld %.*s %-.64s …) with `args` in order. */
export function fillTemplate(template: string, args: readonly (string | number | bigint)[]): string {
  let next = 0;
  return template.replace(/%(?:-?[0-9]*(?:\.[0-9*]+)?)(?:ll|l|z)?[sdiuxcf]|%%|%M/g, (spec) => {
    if (spec === '%%') return '%';
    const value = next < args.length ? String(args[next]) : '';
    next++;
    const width = /\.([0-9]+)s$/.exec(spec)?.[1];
    return width === undefined ? value : value.slice(0, Number(width));
  });
}

export function sqlError(symbol: MysqlErrorName, ...args: (string | number | bigint)[]): SqlError {
  const [errno, sqlState, template] = MYSQL_ERRORS[symbol];
  return new SqlError(symbol, errno, sqlState, fillTemplate(template, args));
}
