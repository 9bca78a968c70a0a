/**
 * The locks of GET_LOCK: by name, held by connections, as often as they were taken.
 *
 * Expressions are evaluated synchronously, so a lock that somebody else holds makes the statement wait outside of the evaluation
 * (`UserLockWait`) and run again; the outcome of that wait is then the answer of the call.
 */
import { sqlError } from '../base/index.ts';
import { type UserLocks, UserLockWait } from '../sql/expr/index.ts';

const LOCKS_MAX = 100_000;

export class UserLockTable {
  readonly #held = new Map<string, { readonly owner: number; count: number }>();

  forConnection(connectionId: number): ConnectionLocks {
    return new ConnectionLocks(this, connectionId);
  }

  ownerOf(name: string): number | null {
    return this.#held.get(name)?.owner ?? null;
  }

  tryAcquire(name: string, connectionId: number): boolean {
    const held = this.#held.get(name);
    if (held === undefined) {
      if (this.#held.size >= LOCKS_MAX) throw sqlError('ER_OUT_OF_RESOURCES');
      this.#held.set(name, { owner: connectionId, count: 1 });
      return true;
    }
    if (held.owner !== connectionId) return false;
    held.count++;
    return true;
  }

  release(name: string, connectionId: number): 0 | 1 | null {
    const held = this.#held.get(name);
    if (held === undefined) return null;
    if (held.owner !== connectionId) return 0;
    if (--held.count === 0) this.#held.delete(name);
    return 1;
  }

  releaseAll(connectionId: number): number {
    let released = 0;
    for (const [name, { owner, count }] of this.#held) {
      if (owner !== connectionId) continue;
      released += count;
      this.#held.delete(name);
    }
    return released;
  }
}

/** One connection's view. `settle` gives the outcome of a wait to the next `acquire` of that lock. */
export class ConnectionLocks implements UserLocks {
  readonly #table: UserLockTable;
  readonly #connectionId: number;
  readonly #outcomes = new Map<string, 0 | 1>();

  constructor(table: UserLockTable, connectionId: number) {
    this.#table = table;
    this.#connectionId = connectionId;
  }

  acquire(name: string, timeoutSeconds: number): 0 | 1 {
    const outcome = this.#outcomes.get(name);
    if (outcome !== undefined) {
      this.#outcomes.delete(name);
      return outcome;
    }
    if (this.#table.tryAcquire(name, this.#connectionId)) return 1;
    if (timeoutSeconds <= 0) return 0;
    throw new UserLockWait(name, timeoutSeconds);
  }

  /** Whether the lock could be had now. */
  settle(name: string, isLastTry: boolean): boolean {
    const got = this.#table.tryAcquire(name, this.#connectionId);
    if (got || isLastTry) this.#outcomes.set(name, got ? 1 : 0);
    return got;
  }

  release(name: string): 0 | 1 | null {
    return this.#table.release(name, this.#connectionId);
  }
  releaseAll(): number {
    return this.#table.releaseAll(this.#connectionId);
  }
  ownerOf(name: string): number | null {
    return this.#table.ownerOf(name);
  }
}
