/** Loops over work that is usually synchronous: no promise and no recursion until a step really waits. */
import type { MaybePromise } from '../../../base/index.ts';

export function eachInOrder<T>(
  items: readonly T[],
  work: (item: T, index: number) => MaybePromise<void>,
): MaybePromise<void> {
  for (let i = 0; i < items.length; i++) {
    const done = work(items[i]!, i);
    if (done instanceof Promise) return eachAsync(items, i + 1, done, work);
  }
}

async function eachAsync<T>(
  items: readonly T[],
  from: number,
  pending: Promise<void>,
  work: (item: T, index: number) => MaybePromise<void>,
): Promise<void> {
  await pending;
  for (let i = from; i < items.length; i++) {
    const done = work(items[i]!, i);
    if (done instanceof Promise) await done;
  }
}
