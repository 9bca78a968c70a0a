/**
 * Row locks of one node: shared and exclusive locks on keys, with fair queues, deadlock detection and timeouts.
 *
 * The uncontended path is synchronous and allocates one object; only a wait costs a promise.
 *
 * Invariants:
 * - Strictly first come, first served per key: a request that conflicts with a holder or with anyone queued before it
 *   queues. The one exception is an upgrade (shared to exclusive by a holder), which goes in front, since everybody
 *   queued waits for that holder anyway.
 * - An owner waits for at most one lock at a time, and every cycle of waits is broken when its last edge appears; so the
 *   graph of waits has no cycle whenever no code runs.
 * - Keys passed in are owned by the table from then on and never changed.
 */
import { type Bytes, type MaybePromise, assert, equalBytes, sqlError } from '../base/index.ts';
import type { Clock, Timer, Timers } from '../env/index.ts';
import { chooseVictim, findCycle } from './deadlock.ts';

export type LockStrength = 'share' | 'update';
export type LockWait = 'wait' | 'nowait' | 'skip-locked';

/** `held`: had it already; `granted`: got it at once; `waited`: got it after others; `skipped`: others hold it (skip-locked). */
export type LockOutcome = 'held' | 'granted' | 'waited' | 'skipped';

export interface LockRequest {
  readonly key: Bytes;
  readonly strength: LockStrength;
  readonly wait: LockWait;
  readonly timeoutMs: number;
}

/** Whoever holds and awaits locks: a transaction. */
export class LockOwner {
  readonly id: number;
  /** Rows changed so far: the cheaper side of a deadlock is the victim, as in InnoDB. */
  changes = 0;
  readonly held: LockEntry[] = [];
  waiting: LockWaiter | undefined = undefined;
  /** A commit of another node changed a key that this owner had locked: it can only fail. */
  doomed = false;

  constructor(id: number) {
    this.id = id;
  }

  get weight(): number {
    return this.changes + this.held.length;
  }
}

export class LockWaiter {
  readonly owner: LockOwner;
  readonly entry: LockEntry;
  readonly strength: LockStrength;
  readonly settle: (error: Error | undefined) => void;
  timer: Timer | undefined = undefined;

  constructor(owner: LockOwner, entry: LockEntry, strength: LockStrength, settle: (error: Error | undefined) => void) {
    this.owner = owner;
    this.entry = entry;
    this.strength = strength;
    this.settle = settle;
  }
}

/** One locked key. `holders` is empty or all share; an exclusive lock has one holder. */
export class LockEntry {
  readonly key: Bytes;
  readonly hash: number;
  chain: LockEntry | undefined;
  exclusive = false;
  /** The first holder, apart from the rest, because there is nearly always exactly one. */
  holder: LockOwner | undefined = undefined;
  others: LockOwner[] | undefined = undefined;
  queue: LockWaiter[] | undefined = undefined;

  constructor(key: Bytes, hash: number, chain: LockEntry | undefined) {
    this.key = key;
    this.hash = hash;
    this.chain = chain;
  }

  isHeldBy(owner: LockOwner): boolean {
    return this.holder === owner || (this.others !== undefined && this.others.includes(owner));
  }

  /** Could `owner` take it now, looking at holders only? */
  admits(owner: LockOwner, strength: LockStrength): boolean {
    if (this.holder === undefined) return true;
    if (this.others === undefined && this.holder === owner) return true;
    return strength === 'share' && !this.exclusive;
  }
}

const BUCKETS_FIRST = 1024;

export class LockTable {
  readonly #timers: Pick<Timers, 'after'>;
  readonly #clock: Pick<Clock, 'monotonicMs'> | undefined;
  readonly #locksMax: number;
  #buckets: (LockEntry | undefined)[] = new Array<LockEntry | undefined>(BUCKETS_FIRST).fill(undefined);
  #mask = BUCKETS_FIRST - 1;
  #count = 0;
  /** Waits that began, that last, and how long those that ended took. */
  readonly waits = { begun: 0, current: 0, totalMs: 0, longestMs: 0 };

  constructor(timers: Pick<Timers, 'after'>, locksMax = 20_000_000, clock?: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
    this.#timers = timers;
    this.#locksMax = locksMax;
  }

  /** Locked keys at present. */
  get size(): number {
    return this.#count;
  }

  /** A promise only when it has to wait. Throws 3572 for nowait, 1205 on timeout, 1213 when chosen to break a deadlock. */
  acquire(owner: LockOwner, request: LockRequest): MaybePromise<LockOutcome> {
    const { key, strength } = request;
    const hash = hashBytes(key);
    const entry = this.#find(key, hash);
    if (entry === undefined) {
      this.#hold(this.#insert(key, hash), owner, strength);
      return 'granted';
    }
    const holds = entry.isHeldBy(owner);
    if (holds && (entry.exclusive || strength === 'share')) return 'held';
    const free = entry.admits(owner, strength) && (holds || entry.queue === undefined);
    if (free) {
      if (holds) entry.exclusive = true;
      else this.#hold(entry, owner, strength);
      return 'granted';
    }
    if (request.wait === 'skip-locked') return 'skipped';
    if (request.wait === 'nowait') throw sqlError('ER_LOCK_NOWAIT');
    return this.#wait(owner, entry, request, holds);
  }

  /** Would `owner` have to wait for this lock? Takes nothing. */
  conflicts(owner: LockOwner, key: Bytes, strength: LockStrength): boolean {
    if (this.#count === 0) return false;
    const entry = this.#find(key, hashBytes(key));
    if (entry === undefined) return false;
    if (entry.isHeldBy(owner)) return strength === 'update' && !entry.exclusive && entry.others !== undefined;
    return !entry.admits(owner, strength) || entry.queue !== undefined;
  }

  holds(owner: LockOwner, key: Bytes, strength: LockStrength): boolean {
    const entry = this.#find(key, hashBytes(key));
    return entry !== undefined && entry.isHeldBy(owner) && (entry.exclusive || strength === 'share');
  }

  /** Everyone who holds the key: a commit of another node has just changed it under them. */
  holdersOf(key: Bytes): readonly LockOwner[] {
    const entry = this.#count === 0 ? undefined : this.#find(key, hashBytes(key));
    if (entry?.holder === undefined) return [];
    return [entry.holder, ...(entry.others ?? [])];
  }

  /** Gives one lock back before the end of the transaction (read committed: the row did not match). */
  release(owner: LockOwner, key: Bytes): void {
    const entry = this.#find(key, hashBytes(key));
    if (entry === undefined || !entry.isHeldBy(owner)) return;
    // The lock to give back is nearly always the newest.
    const at = owner.held.lastIndexOf(entry);
    owner.held.splice(at, 1);
    this.#drop(entry, owner);
  }

  /** The end of the transaction. */
  releaseAll(owner: LockOwner): void {
    const held = owner.held;
    if (owner.waiting !== undefined) this.cancel(owner, sqlError('ER_QUERY_INTERRUPTED'));
    for (let i = 0; i < held.length; i++) this.#drop(held[i] as LockEntry, owner);
    held.length = 0;
  }

  /** Ends the owner's wait, if it waits, with an error (KILL, shutdown). */
  cancel(owner: LockOwner, error: Error): void {
    const waiter = owner.waiting;
    if (waiter === undefined) return;
    waiter.settle(error);
    this.#leaveQueue(waiter);
  }

  #wait(owner: LockOwner, entry: LockEntry, request: LockRequest, upgrade: boolean): Promise<LockOutcome> {
    assert(owner.waiting === undefined, 'an owner waits for one lock at a time');
    const startMs = this.#clock?.monotonicMs() ?? 0;
    this.waits.begun++;
    this.waits.current++;
    return new Promise<LockOutcome>((resolve, reject) => {
      const waiter = new LockWaiter(owner, entry, request.strength, (error) => {
        this.#waited((this.#clock?.monotonicMs() ?? 0) - startMs);
        if (error === undefined) resolve('waited');
        else reject(error);
      });
      owner.waiting = waiter;
      this.#enqueue(entry, waiter, upgrade);
      this.#breakDeadlocks(waiter);
      if (owner.waiting !== waiter) return; // was the victim
      waiter.timer = this.#timers.after(request.timeoutMs, () => {
        waiter.timer = undefined;
        if (owner.waiting === waiter) this.cancel(owner, sqlError('ER_LOCK_WAIT_TIMEOUT'));
      });
    });
  }

  #waited(tookMs: number): void {
    this.waits.current--;
    this.waits.totalMs += tookMs;
    this.waits.longestMs = Math.max(this.waits.longestMs, tookMs);
  }

  #enqueue(entry: LockEntry, waiter: LockWaiter, upgrade: boolean): void {
    if (entry.queue === undefined) {
      entry.queue = [waiter];
      return;
    }
    if (!upgrade) {
      entry.queue.push(waiter);
      return;
    }
    let at = 0;
    while (at < entry.queue.length && entry.isHeldBy((entry.queue[at] as LockWaiter).owner)) at++;
    entry.queue.splice(at, 0, waiter);
  }

  /** Each pass ends one victim's wait, so the loop ends with the owners. */
  #breakDeadlocks(waiter: LockWaiter): void {
    while (waiter.owner.waiting === waiter) {
      const cycle = findCycle(waiter);
      if (cycle === undefined) return;
      this.cancel(chooseVictim(cycle), sqlError('ER_LOCK_DEADLOCK'));
    }
  }

  #leaveQueue(waiter: LockWaiter): void {
    waiter.owner.waiting = undefined;
    waiter.timer?.cancel();
    waiter.timer = undefined;
    const entry = waiter.entry;
    const queue = entry.queue as LockWaiter[];
    queue.splice(queue.indexOf(waiter), 1);
    if (queue.length === 0) entry.queue = undefined;
    this.#grantQueued(entry);
  }

  #drop(entry: LockEntry, owner: LockOwner): void {
    if (entry.others === undefined) {
      entry.holder = undefined;
      entry.exclusive = false;
    } else {
      if (entry.holder === owner) entry.holder = entry.others.pop();
      else entry.others.splice(entry.others.indexOf(owner), 1);
      if (entry.others.length === 0) entry.others = undefined;
    }
    if (entry.queue !== undefined) this.#grantQueued(entry);
    if (entry.holder === undefined) this.#remove(entry);
  }

  #grantQueued(entry: LockEntry): void {
    while (entry.queue !== undefined) {
      const waiter = entry.queue[0] as LockWaiter;
      if (!entry.admits(waiter.owner, waiter.strength)) return;
      entry.queue.shift();
      if (entry.queue.length === 0) entry.queue = undefined;
      if (entry.isHeldBy(waiter.owner)) entry.exclusive = true;
      else this.#hold(entry, waiter.owner, waiter.strength);
      waiter.owner.waiting = undefined;
      waiter.timer?.cancel();
      waiter.settle(undefined);
    }
  }

  #hold(entry: LockEntry, owner: LockOwner, strength: LockStrength): void {
    if (entry.holder === undefined) entry.holder = owner;
    else if (entry.others === undefined) entry.others = [owner];
    else entry.others.push(owner);
    entry.exclusive = strength === 'update';
    owner.held.push(entry);
  }

  #find(key: Bytes, hash: number): LockEntry | undefined {
    let entry = this.#buckets[hash & this.#mask];
    while (entry !== undefined && (entry.hash !== hash || !equalBytes(entry.key, key))) entry = entry.chain;
    return entry;
  }

  #insert(key: Bytes, hash: number): LockEntry {
    if (this.#count >= this.#locksMax) throw sqlError('ER_LOCK_TABLE_FULL');
    if (this.#count > this.#mask) this.#grow();
    const at = hash & this.#mask;
    const entry = new LockEntry(key, hash, this.#buckets[at]);
    this.#buckets[at] = entry;
    this.#count++;
    return entry;
  }

  #remove(entry: LockEntry): void {
    const at = entry.hash & this.#mask;
    let link = this.#buckets[at];
    if (link === entry) this.#buckets[at] = entry.chain;
    else {
      while (link !== undefined && link.chain !== entry) link = link.chain;
      assert(link !== undefined, 'a removed lock is in its bucket');
      link.chain = entry.chain;
    }
    this.#count--;
    if (this.#count === 0 && this.#mask >= BUCKETS_FIRST * 64) this.#reset();
  }

  #reset(): void {
    this.#buckets = new Array<LockEntry | undefined>(BUCKETS_FIRST).fill(undefined);
    this.#mask = BUCKETS_FIRST - 1;
  }

  #grow(): void {
    const old = this.#buckets;
    const size = old.length * 2;
    const buckets = new Array<LockEntry | undefined>(size).fill(undefined);
    this.#mask = size - 1;
    for (let i = 0; i < old.length; i++) {
      let entry = old[i];
      while (entry !== undefined) {
        const next = entry.chain;
        const at = entry.hash & this.#mask;
        entry.chain = buckets[at];
        buckets[at] = entry;
        entry = next;
      }
    }
    this.#buckets = buckets;
  }
}

/** FNV-1a with a final mix: keys differ mostly in their last bytes. */
function hashBytes(key: Bytes): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ (key[i] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
