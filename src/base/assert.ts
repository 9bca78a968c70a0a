/** Assertions stay on in production. A failed one stops one branch (fence, drop memory, reopen from the log), never the process. */
import { DbError } from './db-error.ts';

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new DbError('internal', 'assertion', `assertion failed: ${message}`);
}

/** For `switch` defaults that the types say cannot be reached. */
export function unreachable(value: never, what = 'value'): never {
  throw new DbError('internal', 'unreachable', `unreachable ${what}: ${String(value)}`);
}
