/**
 * How the running statement spends time: its slice of the thread, its time limit, whether somebody killed it, and its waits.
 *
 * `kill` comes from other sessions at any time: it sets a flag, and wakes a statement that waits here. Everything else belongs to
 * the session's own statement.
 */
import { type MaybePromise, sqlError } from '../../base/index.ts';
import type { Env } from '../../env/index.ts';
import type { Interrupt } from '../../sql/exec/index.ts';
import type { UserLockWait } from '../../sql/expr/index.ts';
import type { SessionEval } from './eval-session.ts';

/** A statement gives the thread away after this long; see the fairness benchmark. */
const TIME_SLICE_MS = 4;
/** How often a wait for a user lock looks again. */
const USER_LOCK_STEP_MS = 20;
/** A sleeping statement looks this often at its time limit. */
const SLEEP_STEP_MS = 50;

export class StatementPace {
  readonly #env: Env;
  readonly #eval: SessionEval;
  #killed: 'query' | 'connection' | undefined;
  #pause: AbortController | undefined;
  #deadlineMs = 0;
  #sliceEndsMs = 0;

  constructor(env: Env, evalSession: SessionEval) {
    this.#env = env;
    this.#eval = evalSession;
  }

  /** Returns the moment at which the statement began. */
  begin(limitMs: number): number {
    if (this.#killed === 'connection') throw sqlError('ER_QUERY_INTERRUPTED');
    this.#killed = undefined;
    const nowMs = this.#env.clock.monotonicMs();
    this.#sliceEndsMs = nowMs + TIME_SLICE_MS;
    this.#deadlineMs = limitMs > 0 ? nowMs + limitMs : 0;
    return nowMs;
  }

  kill(what: 'query' | 'connection'): void {
    this.#killed = what;
    this.#pause?.abort(sqlError('ER_QUERY_INTERRUPTED'));
  }

  /** From now on. */
  limit(limitMs: number): void {
    if (limitMs > 0) this.#deadlineMs = this.#env.clock.monotonicMs() + limitMs;
  }

  readonly interrupt: Interrupt = {
    check: () => {
      if (this.#killed !== undefined) throw sqlError('ER_QUERY_INTERRUPTED');
      if (this.#deadlineMs !== 0 && this.#env.clock.monotonicMs() > this.#deadlineMs)
        throw sqlError('ER_QUERY_TIMEOUT');
    },
  };

  readonly yieldNow = (): MaybePromise<void> => {
    const nowMs = this.#env.clock.monotonicMs();
    if (nowMs < this.#sliceEndsMs) return undefined;
    return this.#env.timers.yield().then(() => {
      this.#sliceEndsMs = this.#env.clock.monotonicMs() + TIME_SLICE_MS;
    });
  };

  /** Waits as long as SLEEP asked. */
  async sleep(): Promise<void> {
    while (this.#eval.sleepMs > 0) {
      const stepMs = Math.min(this.#eval.sleepMs, SLEEP_STEP_MS);
      this.#eval.sleepMs -= stepMs;
      await this.#sleepOnce(stepMs);
      this.interrupt.check();
    }
  }

  async waitForUserLock(wait: UserLockWait): Promise<void> {
    const deadlineMs = this.#env.clock.monotonicMs() + wait.timeoutSeconds * 1000;
    for (;;) {
      const isLastTry = this.#env.clock.monotonicMs() >= deadlineMs;
      if (this.#eval.userLocks.settle(wait.lock, isLastTry) || isLastTry) return;
      await this.#sleepOnce(USER_LOCK_STEP_MS);
      this.interrupt.check();
    }
  }

  async #sleepOnce(durationMs: number): Promise<void> {
    this.#pause = new AbortController();
    await this.#env.timers.sleep(durationMs, this.#pause.signal);
    this.#pause = undefined;
  }
}
