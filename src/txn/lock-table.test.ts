import { describe, expect, it } from 'vitest';
import { type SqlError, utf8Encode } from '../base/index.ts';
import type { Timer } from '../env/index.ts';
import { LockOwner, LockTable, type LockOutcome, type LockStrength, type LockWait } from './lock-table.ts';

/** Timers that fire when told. */
class ManualTimers {
  #now = 0;
  #pending: { at: number; action: () => void }[] = [];

  after(delayMs: number, action: () => void): Timer {
    const entry = { at: this.#now + delayMs, action };
    this.#pending.push(entry);
    return { cancel: () => void (this.#pending = this.#pending.filter((other) => other !== entry)) };
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#pending.filter(({ at }) => at <= this.#now);
    this.#pending = this.#pending.filter(({ at }) => at > this.#now);
    for (const { action } of due) action();
  }

  get pending(): number {
    return this.#pending.length;
  }
}

class Bench {
  readonly timers = new ManualTimers();
  readonly table = new LockTable(this.timers);
  readonly log: string[] = [];
  readonly owners = new Map<string, LockOwner>();

  owner(name: string): LockOwner {
    let owner = this.owners.get(name);
    if (owner === undefined) {
      owner = new LockOwner(this.owners.size + 1);
      this.owners.set(name, owner);
    }
    return owner;
  }

  /** 'T1 update k' and the like; what becomes of a wait is logged. */
  lock(name: string, strength: LockStrength, key: string, wait: LockWait = 'wait'): LockOutcome | 'waiting' {
    const outcome = this.table.acquire(this.owner(name), { key: utf8Encode(key), strength, wait, timeoutMs: 50_000 });
    if (!(outcome instanceof Promise)) return outcome;
    outcome.then(
      (result) => this.log.push(`${name} ${result}`),
      (error: SqlError) => this.log.push(`${name} ${error.errno}`),
    );
    return 'waiting';
  }

  end(name: string): void {
    this.table.releaseAll(this.owner(name));
  }

  async settled(): Promise<string[]> {
    for (let i = 0; i < 5; i++) await Promise.resolve();
    return this.log.splice(0);
  }
}

describe('lock table', () => {
  it('lets readers share, makes a writer wait, and gives the lock on when all readers end', async () => {
    const bench = new Bench();
    expect(bench.lock('A', 'share', 'k')).toBe('granted');
    expect(bench.lock('B', 'share', 'k')).toBe('granted');
    expect(bench.lock('W', 'update', 'k')).toBe('waiting');
    bench.end('A');
    expect(await bench.settled()).toEqual([]);
    bench.end('B');
    expect(await bench.settled()).toEqual(['W waited']);
    expect(bench.lock('W', 'update', 'k')).toBe('held');
    bench.end('W');
    expect(bench.table.size).toBe(0);
    expect(bench.timers.pending).toBe(0);
  });

  it('does not starve a waiting writer: later readers queue behind it', async () => {
    const bench = new Bench();
    bench.lock('A', 'share', 'k');
    bench.lock('W', 'update', 'k');
    expect(bench.lock('B', 'share', 'k')).toBe('waiting');
    expect(bench.lock('C', 'share', 'k')).toBe('waiting');
    bench.end('A');
    expect(await bench.settled()).toEqual(['W waited']);
    bench.end('W');
    expect(await bench.settled()).toEqual(['B waited', 'C waited']);
  });

  it('upgrades a shared lock at once when alone, and in front of the queue otherwise', async () => {
    const bench = new Bench();
    bench.lock('A', 'share', 'k');
    expect(bench.lock('A', 'update', 'k')).toBe('granted');
    bench.end('A');
    bench.lock('A', 'share', 'k');
    bench.lock('B', 'share', 'k');
    bench.lock('W', 'update', 'k');
    expect(bench.lock('A', 'update', 'k')).toBe('waiting');
    bench.end('B');
    expect(await bench.settled()).toEqual(['A waited']);
    bench.end('A');
    expect(await bench.settled()).toEqual(['W waited']);
  });

  it('NOWAIT fails with 3572 and SKIP LOCKED passes, without touching the queue', () => {
    const bench = new Bench();
    bench.lock('A', 'update', 'k');
    expect(() => bench.lock('B', 'update', 'k', 'nowait')).toThrow(expect.objectContaining({ errno: 3572 }));
    expect(bench.lock('B', 'share', 'k', 'skip-locked')).toBe('skipped');
    expect(bench.lock('B', 'update', 'other', 'skip-locked')).toBe('granted');
  });

  it('SKIP LOCKED really locks what it returns: two takers never get the same key', () => {
    const bench = new Bench();
    const keys = ['1', '2', '3', '4', '5'];
    const take = (name: string): string[] =>
      keys.filter((key) => bench.lock(name, 'update', key, 'skip-locked') === 'granted').slice(0, 2);
    const first = ['1', '2'].filter((key) => bench.lock('A', 'update', key, 'skip-locked') === 'granted');
    expect(first).toEqual(['1', '2']);
    expect(take('B')).toEqual(['3', '4']);
  });

  it('ends a wait with 1205 at the timeout, and those behind move up', async () => {
    const bench = new Bench();
    bench.lock('A', 'share', 'k');
    bench.lock('W', 'update', 'k');
    bench.timers.advance(10_000);
    bench.lock('B', 'share', 'k');
    bench.timers.advance(40_000);
    expect(await bench.settled()).toEqual(['W 1205', 'B waited']);
    expect(bench.timers.pending).toBe(0);
  });

  it('breaks a cycle of two with 1213 for the cheaper side, the requester when equal', async () => {
    const equal = new Bench();
    equal.lock('A', 'update', 'x');
    equal.lock('B', 'update', 'y');
    equal.lock('A', 'update', 'y');
    equal.lock('B', 'update', 'x');
    expect(await equal.settled()).toEqual(['B 1213']);
    equal.end('B');
    expect(await equal.settled()).toEqual(['A waited']);

    const uneven = new Bench();
    uneven.lock('A', 'update', 'x');
    uneven.lock('B', 'update', 'y');
    uneven.owner('B').changes = 10;
    uneven.lock('A', 'update', 'y');
    uneven.lock('B', 'update', 'x');
    expect(await uneven.settled()).toEqual(['A 1213']);
    uneven.end('A');
    expect(await uneven.settled()).toEqual(['B waited']);
  });

  it('finds cycles through queues and shared locks, of three owners', async () => {
    const bench = new Bench();
    bench.lock('A', 'share', 'x');
    bench.lock('B', 'share', 'x');
    bench.lock('C', 'update', 'y');
    bench.lock('C', 'update', 'x');
    bench.lock('A', 'update', 'z');
    bench.lock('B', 'update', 'z');
    bench.owner('B').changes = 1;
    bench.owner('C').changes = 1;
    bench.lock('A', 'update', 'y');
    expect(await bench.settled()).toEqual(['A 1213']);
    bench.end('A');
    expect(await bench.settled()).toEqual(['B waited']);
  });

  it('who only stands in line before a cycle is not made to pay for it', async () => {
    const bench = new Bench();
    bench.lock('A', 'update', 'x');
    bench.lock('C', 'update', 'y');
    bench.owner('A').changes = 5;
    bench.owner('C').changes = 3;
    bench.lock('B', 'update', 'x'); // the cheapest, but no part of the ring
    bench.lock('A', 'update', 'y');
    bench.lock('C', 'update', 'x');
    expect(await bench.settled()).toEqual(['C 1213']);
    bench.end('C');
    expect(await bench.settled()).toEqual(['A waited']);
    bench.end('A');
    expect(await bench.settled()).toEqual(['B waited']);
  });

  it('two holders that both upgrade are a deadlock', async () => {
    const bench = new Bench();
    bench.lock('A', 'share', 'x');
    bench.lock('B', 'share', 'x');
    bench.lock('A', 'update', 'x');
    bench.lock('B', 'update', 'x');
    expect(await bench.settled()).toEqual(['B 1213']);
    bench.end('B');
    expect(await bench.settled()).toEqual(['A waited']);
  });

  it('gives one lock back alone', async () => {
    const bench = new Bench();
    bench.lock('A', 'update', 'x');
    bench.lock('A', 'update', 'y');
    bench.lock('B', 'update', 'y');
    bench.table.release(bench.owner('A'), utf8Encode('y'));
    expect(await bench.settled()).toEqual(['B waited']);
    expect(bench.table.holds(bench.owner('A'), utf8Encode('x'), 'update')).toBe(true);
  });

  it('holds many keys and forgets them all', () => {
    const bench = new Bench();
    for (let i = 0; i < 5000; i++) expect(bench.lock('A', 'update', `key${i}`)).toBe('granted');
    for (let i = 0; i < 5000; i += 7)
      expect(bench.table.conflicts(bench.owner('B'), utf8Encode(`key${i}`), 'share')).toBe(true);
    bench.end('A');
    expect(bench.table.size).toBe(0);
    expect(bench.table.conflicts(bench.owner('B'), utf8Encode('key7'), 'share')).toBe(false);
  });
});
