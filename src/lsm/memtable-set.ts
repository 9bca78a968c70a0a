/**
 * The memtables of a tree: one that takes commits, and full ones that wait to be flushed, oldest first.
 *
 * Invariants: the log range of the memtables is contiguous and begins right after the flushed position; a full memtable
 * never changes; what is charged to the budget is exactly what the memtables hold.
 */
import { assert, DbError } from '../base/index.ts';
import type { LogPosition, LsmWrite } from './lsm-options.ts';
import { Memtable } from './memtable.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { Timestamp } from './timestamp.ts';

export interface FullMemtable {
  readonly memtable: Memtable;
  /** The last commit that is completely in this memtable or an earlier one. */
  readonly lastPosition: LogPosition;
  readonly lastTimestamp: Timestamp;
  /** The newest commit of which anything is in this memtable: `lastPosition`, or one more when that one was split. */
  readonly upperPosition: LogPosition;
}

/** A commit larger than this many memtables is spread over several; replay makes that harmless. */
const OVERSIZE_FACTOR = 8;

export class MemtableSet {
  readonly #budget: MemoryBudget;
  readonly #bytesMax: number;
  #active: Memtable;
  #charged = 0;
  #full: FullMemtable[] = [];
  lastTimestamp: Timestamp;
  lastPosition: LogPosition;

  constructor(budget: MemoryBudget, bytesMax: number, at: { position: LogPosition; timestamp: Timestamp }) {
    this.#budget = budget;
    this.#bytesMax = bytesMax;
    this.#active = this.#newMemtable();
    this.lastPosition = at.position;
    this.lastTimestamp = at.timestamp;
  }

  get active(): Memtable {
    return this.#active;
  }

  /** Oldest first. */
  get full(): readonly FullMemtable[] {
    return this.#full;
  }

  get sizeBytes(): number {
    return this.#charged;
  }

  get isFull(): boolean {
    return this.#active.usedBytes >= this.#bytesMax;
  }

  apply(timestamp: Timestamp, position: LogPosition, writes: Iterable<LsmWrite>): void {
    if (position <= this.lastPosition || timestamp <= this.lastTimestamp) {
      const state = `${this.lastPosition}@${this.lastTimestamp}`;
      throw new DbError('internal', 'apply-order', `commit ${position}@${timestamp} applied after ${state}`);
    }
    const oversize = this.#bytesMax * OVERSIZE_FACTOR;
    for (const write of writes) {
      this.#active.put(write.key, write.value, timestamp);
      if (this.#active.usedBytes >= oversize) this.#setAside(position);
    }
    this.lastPosition = position;
    this.lastTimestamp = timestamp;
    this.#account();
  }

  /** Sets the active memtable aside, if it has anything or `force` asks for a flush of nothing (to store a position). */
  rotate(force = false): boolean {
    if (this.#active.keys === 0 && !force) return false;
    this.#setAside(this.lastPosition);
    return true;
  }

  #setAside(upperPosition: LogPosition): void {
    const { lastPosition, lastTimestamp } = this;
    this.#full.push({ memtable: this.#active, lastPosition, lastTimestamp, upperPosition });
    this.#active = this.#newMemtable();
    this.#account();
  }

  /** Room for the commit that fills it, too. */
  #newMemtable(): Memtable {
    return new Memtable(this.#bytesMax + (this.#bytesMax >>> 3));
  }

  /** The oldest full memtable was flushed. */
  dropOldest(full: FullMemtable): void {
    assert(this.#full[0] === full, 'memtables are flushed oldest first');
    this.#full.shift();
    this.#account();
  }

  /** Gives all memory back. Nothing may be applied afterwards. */
  clear(): void {
    this.#full = [];
    this.#active = new Memtable();
    this.#budget.chargeMemtable(-this.#charged);
    this.#charged = 0;
  }

  #account(): void {
    let bytes = this.#active.sizeBytes;
    for (const { memtable } of this.#full) bytes += memtable.sizeBytes;
    const grown = bytes - this.#charged;
    if (grown === 0) return;
    this.#charged = bytes;
    this.#budget.chargeMemtable(grown);
  }
}
