/**
 * The shape of every operator, and the loop that drives it.
 *
 * - A `CompiledNode` is made once per plan, holds closures and no state; `open` starts one execution of it.
 * - An `Operator` is one execution: `next` gives batches until undefined; `close` frees what it holds (idempotent, safe in any state).
 * - Work is cut into steps. A step does a bounded piece of work and returns a batch, undefined at the end, or an empty
 *   batch for "go on". So an operator is a state machine that is synchronous while its children are, never recurses, and
 *   awaits only at batch borders.
 *
 * What may interleave: nobody calls `next` again before the last call's promise has settled; `close` may come at any time.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { EvalContext } from '../expr/index.ts';
import type { Batch } from '../types/index.ts';
import type { ExecContext } from './context.ts';
import type { CteRun } from './cte.ts';

export interface Operator {
  next(): MaybePromise<Batch | undefined>;
  close(): void;
}

export interface CompiledNode {
  open(run: Run): Operator;
}

/** State shared by all operators of one execution. */
export interface Run {
  readonly ctx: ExecContext;
  readonly eval: EvalContext;
  readonly ctes: Map<number, CteRun>;
  /** SQL_CALC_FOUND_ROWS: rows that the top limit would have let through. */
  foundRows: number;
}

/** "Go on": what a step returns when it has worked but has no rows to hand out yet. */
export const AGAIN: Batch = [];

export type Step = () => MaybePromise<Batch | undefined>;

/** Calls `step` until it gives rows or the end. */
export function drive(step: Step): MaybePromise<Batch | undefined> {
  for (;;) {
    const result = step();
    if (result instanceof Promise) return driveAsync(result, step);
    if (result === undefined || result.length > 0) return result;
  }
}

async function driveAsync(pending: Promise<Batch | undefined>, step: Step): Promise<Batch | undefined> {
  let result = await pending;
  while (result !== undefined && result.length === 0) {
    const next = step();
    result = next instanceof Promise ? await next : next;
  }
  return result;
}

/** An operator made of steps. */
export abstract class StepOperator implements Operator {
  readonly #step: Step = () => this.step();

  next(): MaybePromise<Batch | undefined> {
    return drive(this.#step);
  }

  protected abstract step(): MaybePromise<Batch | undefined>;
  abstract close(): void;
}

/** Hands a child's next batch (or the end) to `consume`, now or when it is there. */
export function pull<R>(child: Operator, consume: (batch: Batch | undefined) => MaybePromise<R>): MaybePromise<R> {
  const batch = child.next();
  return batch instanceof Promise ? batch.then(consume) : consume(batch);
}

/** Reads a child to its end. For callers outside the step machinery (writes, init plans). */
export function drain(source: Operator, consume: (batch: Batch) => MaybePromise<void>): MaybePromise<void> {
  for (;;) {
    const batch = source.next();
    if (batch instanceof Promise) return drainAsync(batch, undefined, source, consume);
    if (batch === undefined) return;
    const done = consume(batch);
    if (done instanceof Promise) return drainAsync(undefined, done, source, consume);
  }
}

async function drainAsync(
  pending: Promise<Batch | undefined> | undefined,
  consumed: Promise<void> | undefined,
  source: Operator,
  consume: (batch: Batch) => MaybePromise<void>,
): Promise<void> {
  if (consumed !== undefined) await consumed;
  let batch = pending === undefined ? await source.next() : await pending;
  while (batch !== undefined) {
    const done = consume(batch);
    if (done instanceof Promise) await done;
    const next = source.next();
    batch = next instanceof Promise ? await next : next;
  }
}

/** Interrupt check and time slice, once per batch of work. Returns a promise only when the thread should be given away. */
export function pace(ctx: ExecContext): MaybePromise<void> {
  ctx.interrupt.check();
  return ctx.yieldNow();
}

export const EMPTY_OPERATOR: Operator = {
  next: () => undefined,
  close: () => undefined,
};
