/**
 * The one error class of the storage side, grouped by what the caller must do about it.
 *
 * - `conflict`    somebody else won; read again and retry.
 * - `closed`      the thing was closed; do not retry on it.
 * - `unavailable` a dependency failed or timed out; the outcome may be unknown; retry later.
 * - `invalid`     the request itself is wrong; do not retry.
 * - `corrupt`     stored bytes fail their checksum or grammar; do not trust them.
 * - `limit`       a configured limit (memory, disk, size, queue) was reached.
 * - `internal`    a bug of ours.
 *
 * `code` is one of the registry in docs/errors.md. SQL errors (errno + SQLSTATE) are `SqlError`, beside this file.
 */
export type DbErrorKind = 'conflict' | 'closed' | 'unavailable' | 'invalid' | 'corrupt' | 'limit' | 'internal';

export class DbError extends Error {
  readonly kind: DbErrorKind;
  readonly code: string;

  constructor(kind: DbErrorKind, code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'DbError';
    this.kind = kind;
    this.code = code;
  }
}
