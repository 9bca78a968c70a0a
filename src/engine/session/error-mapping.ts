/** Errors of storage and bugs, as a MySQL client sees them. SqlErrors pass through. */
import { DbError, SqlError, sqlError } from '../../base/index.ts';

export function toSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error;
  if (error instanceof DbError) return fromDbError(error);
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return sqlError('ER_STACK_OVERRUN_NEED_MORE', 0, 0, 0);
  }
  const message = error instanceof Error ? error.message : String(error);
  return new SqlError('ER_UNKNOWN_ERROR', 1105, 'HY000', `Internal error: ${message}`, { cause: error });
}

function fromDbError(error: DbError): SqlError {
  const options = { cause: error };
  switch (error.kind) {
    case 'conflict':
      return new SqlError('ER_WRITE_CONFLICT', 9007, 'HY000', `Write conflict: ${error.message}; try again`, options);
    case 'limit':
      if (error.code === 'disk-full')
        return new SqlError(
          'ER_DISK_FULL',
          1021,
          'HY000',
          `Disk full: ${error.message}. Free some space; nothing acknowledged was lost`,
          options,
        );
      return new SqlError('ER_OUT_OF_RESOURCES', 1041, 'HY000', error.message, options);
    case 'corrupt':
      return new SqlError('ER_FILE_CORRUPT', 3000, 'HY000', `Stored data is corrupt: ${error.message}`, options);
    case 'unavailable':
      return new SqlError('ER_GET_ERRNO', 1030, 'HY000', `Storage is unavailable: ${error.message}`, options);
    case 'closed':
      return new SqlError('ER_SERVER_SHUTDOWN', 1053, '08S01', error.message, options);
    case 'invalid':
      return new SqlError('ER_UNKNOWN_ERROR', 1105, 'HY000', error.message, options);
    case 'internal':
      return new SqlError('ER_INTERNAL_ERROR', 1815, 'HY000', `Internal error: ${error.message}`, options);
  }
}
