/**
 * Every error as a MySQL error: the one table from our own kinds to errno and SQLSTATE.
 *
 * SqlErrors pass. DbErrors are mapped by what the client can do about them; their message says what happened and is safe
 * to show. Anything else is a bug of ours: the client learns that, and no more.
 */
import { DbError, SqlError, sqlError, type DbErrorKind } from '../../base/index.ts';

/** errno -1 of ER_GET_ERRNO stands for "see the text". */
const BY_KIND: Readonly<Record<DbErrorKind, (error: DbError) => SqlError>> = {
  conflict: () => sqlError('ER_LOCK_DEADLOCK'),
  closed: () => sqlError('ER_SERVER_SHUTDOWN'),
  unavailable: (error) => unknown(error.message),
  invalid: (error) => unknown(error.message),
  corrupt: (error) =>
    new SqlError(
      'ER_GET_ERRNO',
      1030,
      'HY000',
      `Got error 126 - 'stored data is damaged: ${error.message}' from storage engine`,
    ),
  limit: limitError,
  internal: () => unknown('internal error; see the server log'),
};

function limitError(error: DbError): SqlError {
  if (error.code === 'disk-full') {
    return new SqlError('ER_DISK_FULL', 1021, 'HY000', `Disk full (${error.message}); the statement was undone`);
  }
  return new SqlError('ER_OUTOFMEMORY', 1037, 'HY001', error.message);
}

function unknown(message: string): SqlError {
  return new SqlError('ER_UNKNOWN_ERROR', 1105, 'HY000', message);
}

export function toSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  if (error instanceof DbError) return BY_KIND[error.kind](error);
  return unknown('internal error; see the server log');
}

/** Whether the error is a bug of ours that belongs into the log with its stack. */
export function isInternal(error: unknown): boolean {
  if (error instanceof SqlError) return false;
  return !(error instanceof DbError) || error.kind === 'internal' || error.kind === 'corrupt';
}
