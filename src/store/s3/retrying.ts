/**
 * Trying again: exponential back-off with full jitter under a deadline.
 *
 * Every attempt has a time limit of its own, so that a connection that hangs costs one attempt, not the call.
 */
import { DbError } from '../../base/index.ts';
import type { Env } from '../../env/index.ts';
import { S3Failure } from './s3-client.ts';

export interface RetryLimits {
  readonly attemptMs: number;
  readonly deadlineMs: number;
  readonly attemptsMax: number;
  readonly pauseMs: number;
  readonly pauseMsMax: number;
}

export const RETRY_LIMITS: RetryLimits = {
  attemptMs: 10_000,
  deadlineMs: 30_000,
  attemptsMax: 12,
  pauseMs: 20,
  pauseMsMax: 3000,
};

/** Time that the bytes of a request get on top, at the slowest way that is still worth waiting for. */
const BYTES_PER_MS_MIN = 500;

export class Retrying {
  readonly #env: Pick<Env, 'clock' | 'timers' | 'random'>;
  readonly #limits: RetryLimits;

  constructor(env: Pick<Env, 'clock' | 'timers' | 'random'>, limits: RetryLimits = RETRY_LIMITS) {
    this.#env = env;
    this.#limits = limits;
  }

  /**
   * `attempt(signal, earlier)` until it resolves. `earlier` says that a former try may have taken effect. Raises an `S3Failure` that no
   * retry can help with as it is, and `unavailable/store-unavailable` when the time is over.
   */
  async run<T>(
    what: string,
    bytes: number,
    attempt: (signal: AbortSignal, earlier: boolean) => Promise<T>,
  ): Promise<T> {
    const { attemptsMax, deadlineMs, attemptMs } = this.#limits;
    const extraMs = bytes / BYTES_PER_MS_MIN;
    const end = this.#env.clock.monotonicMs() + deadlineMs + extraMs;
    for (let tries = 0; ; tries++) {
      const left = end - this.#env.clock.monotonicMs();
      try {
        return await this.#limited(Math.min(left, attemptMs + extraMs), (signal) => attempt(signal, tries > 0));
      } catch (error) {
        if (!(error instanceof S3Failure) || error.kind !== 'retry') throw error;
        const pause = this.#pauseMs(tries);
        if (tries + 1 >= attemptsMax || this.#env.clock.monotonicMs() + pause >= end) {
          throw new DbError('unavailable', 'store-unavailable', `${what} failed ${tries + 1} times: ${error.message}`, {
            cause: error,
          });
        }
        await this.#env.timers.sleep(pause);
      }
    }
  }

  async #limited<T>(limitMs: number, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    const timer = this.#env.timers.after(Math.max(1, limitMs), () => abort.abort(new Error('no answer in time')));
    try {
      return await attempt(abort.signal);
    } finally {
      timer.cancel();
    }
  }

  #pauseMs(tries: number): number {
    const { pauseMs, pauseMsMax } = this.#limits;
    return this.#env.random.float() * Math.min(pauseMsMax, pauseMs * 2 ** tries);
  }
}
