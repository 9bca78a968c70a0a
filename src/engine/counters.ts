/**
 * AUTO_INCREMENT values and hidden row ids: counters that never give a number twice, not even after a crash, and that a
 * rollback does not take back.
 *
 * A counter's row in the key space holds the first number that nobody may have used; numbers below it are handed out from
 * memory. When they run out, a small transaction of its own moves the row up by a batch, and is durable before the first of
 * those numbers is used. A clean close writes the exact value, so only a crash leaves a gap.
 *
 * Interleaving: `#reserve` is awaited by everyone who needs more numbers; one runs at a time per counter.
 */
import { type MaybePromise, BytesReader, BytesWriter, SqlError } from '../base/index.ts';
import type { TransactionManager } from '../txn/index.ts';
import { type MetaKindCode, metaKey } from './key-space.ts';

const BATCH_FIRST = 64n;
const BATCH_MAX = 65_536n;
const ATTEMPTS_MAX = 10;
export const COUNTER_MAX = 2n ** 64n - 1n;

interface Counter {
  /** The next number to hand out. */
  next: bigint;
  /** Numbers below it are ours. */
  reserved: bigint;
  batch: bigint;
  reserving: Promise<void> | undefined;
}

export class Counters {
  readonly #manager: TransactionManager;
  readonly #kind: MetaKindCode;
  readonly #counters = new Map<number, Counter>();

  constructor(manager: TransactionManager, kind: MetaKindCode) {
    this.#manager = manager;
    this.#kind = kind;
  }

  /** Takes `count` numbers of the form offset + n * step and returns the first. */
  take(tableId: number, count: number, step = 1, offset = 1): MaybePromise<bigint> {
    const counter = this.#counters.get(tableId);
    if (counter === undefined) return this.#load(tableId).then(() => this.take(tableId, count, step, offset));
    const first = step === 1 ? counter.next : aligned(counter.next, BigInt(step), BigInt(offset));
    const end = first + BigInt(step) * BigInt(count - 1) + 1n;
    if (end > counter.reserved && counter.reserved <= COUNTER_MAX) {
      return this.#reserve(tableId, counter, end).then(() => this.take(tableId, count, step, offset));
    }
    counter.next = end;
    return first;
  }

  /** A number was used that did not come from here; later ones are greater. */
  observe(tableId: number, value: bigint): MaybePromise<void> {
    const counter = this.#counters.get(tableId);
    if (counter === undefined) return this.#load(tableId).then(() => this.observe(tableId, value));
    if (value < counter.next) return undefined;
    if (value >= counter.reserved && counter.reserved <= COUNTER_MAX) {
      return this.#reserve(tableId, counter, value + 1n).then(() => this.observe(tableId, value));
    }
    counter.next = value + 1n;
    return undefined;
  }

  /** The number that comes next. */
  peek(tableId: number): MaybePromise<bigint> {
    const counter = this.#counters.get(tableId);
    return counter?.next ?? this.#load(tableId).then((loaded) => loaded.next);
  }

  /** ALTER TABLE … AUTO_INCREMENT = n. The caller has checked that greater numbers are not in use. */
  async reset(tableId: number, next: bigint): Promise<void> {
    const counter = await this.#load(tableId);
    while (counter.reserving !== undefined) await counter.reserving;
    await this.#change(tableId, () => next);
    counter.next = next;
    counter.reserved = next;
  }

  forget(tableId: number): void {
    this.#counters.delete(tableId);
  }

  /** Gives reserved numbers back before a clean close. */
  async close(): Promise<void> {
    for (const [tableId, counter] of this.#counters) {
      while (counter.reserving !== undefined) await counter.reserving;
      if (counter.reserved > counter.next)
        await this.#change(tableId, (present) => (present === counter.reserved ? counter.next : present));
    }
    this.#counters.clear();
  }

  async #load(tableId: number): Promise<Counter> {
    const known = this.#counters.get(tableId);
    if (known !== undefined) return known;
    const stored = await this.#manager.tree.get(metaKey(this.#kind, tableId), this.#manager.lastTimestamp);
    const loaded = this.#counters.get(tableId);
    if (loaded !== undefined) return loaded;
    const next = stored === undefined ? 1n : new BytesReader(stored).u64Big();
    const counter: Counter = { next, reserved: next, batch: BATCH_FIRST, reserving: undefined };
    this.#counters.set(tableId, counter);
    return counter;
  }

  #reserve(tableId: number, counter: Counter, atLeast: bigint): Promise<void> {
    counter.reserving ??= this.#extend(tableId, counter, atLeast).finally(() => {
      counter.reserving = undefined;
    });
    return counter.reserving;
  }

  async #extend(tableId: number, counter: Counter, atLeast: bigint): Promise<void> {
    const { batch } = counter;
    if (batch < BATCH_MAX) counter.batch *= 2n;
    const stored = await this.#change(tableId, (present) => {
      // Another node has reserved numbers since.
      if (present > counter.reserved) counter.next = present > counter.next ? present : counter.next;
      const wanted = (present > atLeast ? present : atLeast) + batch;
      return wanted > COUNTER_MAX ? COUNTER_MAX : wanted;
    });
    counter.reserved = stored >= COUNTER_MAX ? COUNTER_MAX + 1n : stored;
  }

  /** Moves the stored number, tried again when another node moved it first. */
  async #change(tableId: number, change: (present: bigint) => bigint): Promise<bigint> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#tryChange(tableId, change);
      } catch (error) {
        const lostRace = error instanceof SqlError && error.errno === 1213;
        if (!lostRace || attempt >= ATTEMPTS_MAX) throw error;
      }
    }
  }

  async #tryChange(tableId: number, change: (present: bigint) => bigint): Promise<bigint> {
    const transaction = this.#manager.begin({ isolation: 'read-committed' });
    try {
      const key = metaKey(this.#kind, tableId);
      await transaction.lock(key, 'update');
      const stored = await transaction.get(key, transaction.latestAt());
      const value = change(stored === undefined ? 1n : new BytesReader(stored).u64Big());
      transaction.put(key, new BytesWriter(8).u64Big(value).finish());
      await transaction.commit();
      return value;
    } finally {
      transaction.rollback();
    }
  }
}

/** The smallest number >= `from` that is offset + n * step. */
function aligned(from: bigint, step: bigint, offset: bigint): bigint {
  const start = offset > step ? 1n : offset;
  if (from <= start) return start;
  const over = (from - start) % step;
  return over === 0n ? from : from + step - over;
}
