/** GET_LOCK, RELEASE_LOCK, RELEASE_ALL_LOCKS, IS_FREE_LOCK, IS_USED_LOCK: locks by name, held by sessions, not transactions. */
import { sqlError } from '../../base/index.ts';
import type { CompiledArgument, EvalContext, FunctionDef, Row } from '../expr/index.ts';
import { boolType, charLength, intType } from '../types/index.ts';
import { define, doubleArg, textArg } from './define.ts';

const NAME_CHARS_MAX = 64;
/** What a negative or missing timeout means: MySQL waits for ever, at most this long. */
const FOREVER_SECONDS = 365 * 24 * 3600;

/** Lock names know no case. */
function nameArg(arg: CompiledArgument): (row: Row, context: EvalContext) => string {
  const read = textArg(arg);
  return (row, context) => {
    const name = read(row, context);
    if (name === null || name === '') throw sqlError('ER_USER_LOCK_WRONG_NAME', name ?? 'NULL');
    if (charLength(name) > NAME_CHARS_MAX) throw sqlError('ER_USER_LOCK_OVERLONG_NAME', name, NAME_CHARS_MAX);
    return name.toLowerCase();
  };
}

const getLock = define(
  'get_lock',
  2,
  () => boolType(),
  ([name, timeout]) => {
    const nameOf = nameArg(name!);
    const seconds = doubleArg(timeout!);
    return (row, context) => {
      const wanted = nameOf(row, context);
      const limit = seconds(row, context) ?? 0;
      return context.session.userLocks.acquire(wanted, limit < 0 ? FOREVER_SECONDS : Math.round(limit));
    };
  },
  'volatile',
);

const releaseLock = define(
  'release_lock',
  1,
  () => boolType(),
  ([name]) => {
    const nameOf = nameArg(name!);
    return (row, context) => context.session.userLocks.release(nameOf(row, context));
  },
  'volatile',
);

const releaseAllLocks = define(
  'release_all_locks',
  0,
  () => intType('big', { width: 21, unsigned: true, nullable: false }),
  () => (_row, context) => context.session.userLocks.releaseAll(),
  'volatile',
);

const isFreeLock = define(
  'is_free_lock',
  1,
  () => boolType(),
  ([name]) => {
    const nameOf = nameArg(name!);
    return (row, context) => (context.session.userLocks.ownerOf(nameOf(row, context)) === null ? 1 : 0);
  },
  'volatile',
);

const isUsedLock = define(
  'is_used_lock',
  1,
  () => intType('big', { width: 21, unsigned: true }),
  ([name]) => {
    const nameOf = nameArg(name!);
    return (row, context) => context.session.userLocks.ownerOf(nameOf(row, context));
  },
  'volatile',
);

export const USER_LOCKS: readonly FunctionDef[] = [getLock, releaseLock, releaseAllLocks, isFreeLock, isUsedLock];
