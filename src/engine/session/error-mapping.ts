/**
 * Every error as a MySQL error: the one table from our own kinds to errno and SQLSTATE.
 *
 * SqlErrors pass. DbErrors are mapped by what the client can do about them; their message says what happened and is safe
 * to show. Anything else is a bug of ours: the client learns that, the log the rest (`internalCause`).
 */
import { DbError, type DbErrorKind, SqlError, sqlError } from '../../base/index.ts';

type Mapping = (error: DbError) => SqlError;

const BY_KIND: Readonly<Record<DbErrorKind, Mapping>> = {
  conflict: (error) => make('ER_WRITE_CONFLICT', 9007, `Write conflict: ${error.message}; try again`, error),
  closed: (error) => new SqlError('ER_SERVER_SHUTDOWN', 1053, '08S01', error.message, { cause: error }),
  unavailable: (error) => make('ER_GET_ERRNO', 1030, `Storage is unavailable: ${error.message}`, error),
  invalid: (error) => make('ER_UNKNOWN_ERROR', 1105, error.message, error),
  corrupt: (error) => make('ER_FILE_CORRUPT', 3000, `Stored data is corrupt: ${error.message}`, error),
  limit: (error) =>
    error.code === 'disk-full'
      ? make('ER_DISK_FULL', 1021, `Disk full: ${error.message}. Free some space; nothing acknowledged was lost`, error)
      : make('ER_OUT_OF_RESOURCES', 1041, error.message, error),
  internal: (error) => make('ER_INTERNAL_ERROR', 1815, `Internal error: ${error.message}`, error),
};

function make(symbol: string, errno: number, message: string, cause: unknown): SqlError {
  return new SqlError(symbol, errno, 'HY000', message, { cause });
}

export function toSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  if (error instanceof DbError) return BY_KIND[error.kind](error);
  if (error instanceof RangeError && /call stack/i.test(error.message))
    return sqlError('ER_STACK_OVERRUN_NEED_MORE', 0, 0, 0);
  return make(
    'ER_UNKNOWN_ERROR',
    1105,
    'internal error; see the server log',
    error instanceof Error ? error : new Error(String(error)),
  );
}

/** What belongs into the log with its stack: a bug of ours or damaged data, behind whatever the client was told. */
export function internalCause(error: unknown): Error | undefined {
  const cause = error instanceof SqlError ? error.cause : error;
  if (!(cause instanceof Error) || cause instanceof SqlError) return undefined;
  if (cause instanceof DbError && cause.kind !== 'internal' && cause.kind !== 'corrupt') return undefined;
  return cause;
}
