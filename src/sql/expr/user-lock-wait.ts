/** How an evaluation, which is synchronous, says that it needs a lock that somebody else holds. */

/** Not an error of the statement: its caller waits for the lock and runs it again. */
export class UserLockWait extends Error {
  readonly lock: string;
  readonly timeoutSeconds: number;

  constructor(lock: string, timeoutSeconds: number) {
    super(`waiting for the user lock ${lock}`);
    this.lock = lock;
    this.timeoutSeconds = timeoutSeconds;
  }
}
