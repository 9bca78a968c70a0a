/**
 * "Hit = synchronous, miss = promise."
 *
 * Reads that are answered from memory return a plain value; only a miss costs a promise. Every layer from the block
 * cache up to the executor's operators speaks this type, so that a warm query never awaits per row.
 */
export type MaybePromise<T> = T | Promise<T>;

export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return value instanceof Promise;
}

/**
 * Applies `next` now when `value` is here already, later when it is a promise. (Not named "then": a module that exports `then` is itself a
 * thenable, and `await import()` of it never gives the module.)
 */
export function andThen<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
