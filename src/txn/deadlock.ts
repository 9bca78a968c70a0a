/**
 * Finds cycles in the graph of lock waits, and says who pays.
 *
 * The edges of a waiter are the holders it conflicts with; only a shared request that all holders would admit waits for the
 * nearest exclusive one in front of it in its queue instead.
 */
import type { LockEntry, LockOwner, LockWaiter } from './lock-table.ts';

/** The owners of a cycle through `start`, beginning with its owner; undefined when there is none. */
export function findCycle(start: LockWaiter): readonly LockOwner[] | undefined {
  const target = start.owner;
  const cameFrom = new Map<LockOwner, LockOwner | undefined>([[target, undefined]]);
  const stack: LockOwner[] = [target];
  for (let owner = stack.pop(); owner !== undefined; owner = stack.pop()) {
    const waiter = owner.waiting;
    if (waiter === undefined) continue;
    for (const blocker of blockers(waiter)) {
      if (blocker === target) return path(cameFrom, owner);
      if (cameFrom.has(blocker)) continue;
      cameFrom.set(blocker, owner);
      stack.push(blocker);
    }
  }
  return undefined;
}

/** The one with the fewest changes and locks; between equals the one whose request closed the cycle (the first). */
export function chooseVictim(cycle: readonly LockOwner[]): LockOwner {
  let victim = cycle[0] as LockOwner;
  for (const owner of cycle) if (owner.weight < victim.weight) victim = owner;
  return victim;
}

function path(cameFrom: ReadonlyMap<LockOwner, LockOwner | undefined>, last: LockOwner): readonly LockOwner[] {
  const owners: LockOwner[] = [];
  for (let owner: LockOwner | undefined = last; owner !== undefined; owner = cameFrom.get(owner)) owners.push(owner);
  return owners.reverse();
}

/**
 * Where the holders are in the way themselves, they are all that counts: who stands in line before the waiter waits for the same
 * holders, so a ring through it is a ring without it, and ending its wait would not break that one.
 */
function blockers(waiter: LockWaiter): LockOwner[] {
  const entry = waiter.entry;
  const queue = entry.queue ?? [];
  const found: LockOwner[] = [];
  if (waiter.strength === 'share' && !entry.exclusive) {
    for (let i = queue.indexOf(waiter) - 1; i >= 0; i--) {
      const ahead = queue[i] as LockWaiter;
      if (ahead.strength !== 'update') continue;
      found.push(ahead.owner);
      return found;
    }
  }
  pushHolders(entry, waiter.owner, found);
  return found;
}

/** A queue is never empty behind compatible holders only, so every other holder conflicts. */
function pushHolders(entry: LockEntry, self: LockOwner, found: LockOwner[]): void {
  if (entry.holder !== undefined && entry.holder !== self) found.push(entry.holder);
  for (const owner of entry.others ?? []) if (owner !== self) found.push(owner);
}
