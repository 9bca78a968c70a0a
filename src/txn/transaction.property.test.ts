/**
 * Random histories of transactions against a model: snapshot reads, current reads, own writes, savepoints, locks, crashes.
 * The model is the definition of what MySQL's repeatable read and read committed show, over a plain map.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SqlError, utf8Decode, utf8Encode } from '../base/index.ts';
import { realEnv } from '../env/index.ts';
import { MemoryLog } from '../log/index.ts';
import { LsmTree, MemoryBudget } from '../lsm/index.ts';
import { MemoryStore } from '../store/index.ts';
import { SnapshotList } from './snapshots.ts';
import type { Isolation, Transaction } from './transaction.ts';
import { TransactionManager } from './transaction-manager.ts';

type Op = WorldOp | TransactionOp | { readonly kind: 'begin'; readonly who: number; readonly isolation: Isolation };
type WorldOp = { readonly kind: 'flush' | 'crash' };
type TransactionOp =
  | { readonly kind: 'read' | 'lock' | 'delete'; readonly who: number; readonly key: number }
  | { readonly kind: 'put'; readonly who: number; readonly key: number; readonly value: number }
  | {
      readonly kind: 'statement' | 'undo-statement' | 'save' | 'undo' | 'commit' | 'rollback' | 'scan';
      readonly who: number;
    };

const who = fc.integer({ min: 0, max: 3 });
const key = fc.integer({ min: 0, max: 7 });
const ops: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('begin' as const),
      who,
      isolation: fc.constantFrom<Isolation>('repeatable-read', 'read-committed'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('read' as const, 'lock' as const, 'delete' as const), who, key }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), who, key, value: fc.nat(99) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'statement' as const,
        'undo-statement' as const,
        'save' as const,
        'undo' as const,
        'commit' as const,
        'rollback' as const,
        'scan' as const,
      ),
      who,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('flush' as const, 'crash' as const) }) },
);

type State = Map<number, number>;
type Writes = Map<number, number | undefined>;

interface ModelTransaction {
  readonly real: Transaction;
  readonly isolation: Isolation;
  snapshot: State | undefined;
  writes: Writes;
  statement: Writes;
  saved: { readonly writes: Writes; readonly mark: ReturnType<Transaction['savepoint']> } | undefined;
}

const keyOf = (n: number): Uint8Array => utf8Encode(`key${n}`);
const valueOf = (n: number): Uint8Array => utf8Encode(String(n));
const read = (bytes: Uint8Array | undefined): number | undefined =>
  bytes === undefined ? undefined : Number(utf8Decode(bytes));

class World {
  readonly store = new MemoryStore(realEnv());
  readonly log = new MemoryLog();
  committed: State = new Map();
  readonly open = new Map<number, ModelTransaction>();
  readonly locks = new Map<number, number>();
  tree!: LsmTree;
  manager!: TransactionManager;

  async start(): Promise<void> {
    const env = realEnv();
    const snapshots = new SnapshotList();
    const budget = new MemoryBudget({ limitBytes: 64 * 1024 * 1024 });
    this.tree = await LsmTree.open({
      store: this.store,
      prefix: 'p',
      env: { clock: env.clock, random: env.random, timers: env.timers },
      budget,
      background: false,
      oldestReadable: () => snapshots.oldest() ?? this.tree.lastTimestamp,
    });
    this.manager = await TransactionManager.open({
      tree: this.tree,
      log: this.log,
      store: this.store,
      prefix: 'p/commits',
      env,
      snapshots,
      budget,
    });
  }

  /** True when somebody else holds the key: then the real lock must say so too. */
  lock(mine: ModelTransaction, n: number, id: number): boolean {
    const holder = this.locks.get(n);
    if (holder !== undefined && holder !== id) {
      expect(() => mine.real.lock(keyOf(n), 'update', 'nowait')).toThrow(SqlError);
      expect(mine.real.lock(keyOf(n), 'update', 'skip-locked')).toBe('skipped');
      return false;
    }
    expect(mine.real.lock(keyOf(n), 'update', 'nowait')).toBe(holder === id ? 'held' : 'granted');
    this.locks.set(n, id);
    return true;
  }

  end(id: number): void {
    this.open.delete(id);
    for (const [n, holder] of this.locks) if (holder === id) this.locks.delete(n);
  }

  view(mine: ModelTransaction): State {
    mine.snapshot ??= new Map(this.committed);
    return overlay(mine.snapshot, mine.writes);
  }

  async apply(op: Op): Promise<void> {
    if (!('who' in op)) {
      if (op.kind === 'flush') return this.tree.flush();
      this.open.clear();
      this.locks.clear();
      return this.start();
    }
    if (op.kind === 'begin') {
      if (!this.open.has(op.who)) this.begin(op.who, op.isolation);
      return;
    }
    await this.act(
      op,
      this.open.get(op.who) ?? this.begin(op.who, op.who % 2 === 0 ? 'repeatable-read' : 'read-committed'),
    );
  }

  begin(id: number, isolation: Isolation): ModelTransaction {
    const real = this.manager.begin({ isolation });
    const mine = { real, isolation, snapshot: undefined, writes: new Map(), statement: new Map(), saved: undefined };
    this.open.set(id, mine);
    return mine;
  }

  async act(op: TransactionOp, mine: ModelTransaction): Promise<void> {
    const { real } = mine;
    switch (op.kind) {
      case 'read':
        expect(read(await real.get(keyOf(op.key), real.readAt()))).toBe(this.view(mine).get(op.key));
        return;
      case 'scan': {
        const cursor = this.tree.cursor({ at: real.readAt(), overlay: real.writes });
        const rows: [string, number | undefined][] = [];
        while (await cursor.next()) rows.push([utf8Decode(cursor.key()), read(cursor.value())]);
        cursor.close();
        expect(rows).toEqual([...this.view(mine)].sort((a, b) => a[0] - b[0]).map(([n, value]) => [`key${n}`, value]));
        return;
      }
      case 'lock':
        if (!this.lock(mine, op.key, op.who)) return;
        expect(read(await real.get(keyOf(op.key), real.latestAt()))).toBe(
          overlay(this.committed, mine.writes).get(op.key),
        );
        return;
      case 'put':
        if (!this.lock(mine, op.key, op.who)) return;
        real.put(keyOf(op.key), valueOf(op.value));
        mine.writes.set(op.key, op.value);
        return;
      case 'delete':
        if (!this.lock(mine, op.key, op.who)) return;
        real.delete(keyOf(op.key));
        mine.writes.set(op.key, undefined);
        return;
      case 'statement':
        real.beginStatement();
        if (mine.isolation === 'read-committed') mine.snapshot = undefined;
        mine.statement = new Map(mine.writes);
        return;
      case 'undo-statement':
        real.rollbackStatement();
        mine.writes = new Map(mine.statement);
        mine.saved = undefined;
        return;
      case 'save':
        mine.saved = { writes: new Map(mine.writes), mark: real.savepoint() };
        return;
      case 'undo':
        if (mine.saved === undefined) return;
        real.rollbackTo(mine.saved.mark);
        mine.writes = new Map(mine.saved.writes);
        real.beginStatement();
        if (mine.isolation === 'read-committed') mine.snapshot = undefined;
        mine.statement = new Map(mine.writes);
        return;
      case 'commit':
        await real.commit();
        this.committed = overlay(this.committed, mine.writes);
        this.end(op.who);
        return;
      case 'rollback':
        real.rollback();
        this.end(op.who);
    }
  }
}

function overlay(base: State, writes: Writes): State {
  const merged: State = new Map(base);
  for (const [n, value] of writes) {
    if (value === undefined) merged.delete(n);
    else merged.set(n, value);
  }
  return merged;
}

/** Once: a statement undone twice made later writes look like none, and the commit dropped them. */
const UNDONE_TWICE: Op[] = [
  { kind: 'put', who: 0, key: 0, value: 1 },
  { kind: 'undo-statement', who: 0 },
  { kind: 'undo-statement', who: 0 },
  { kind: 'put', who: 0, key: 0, value: 2 },
  { kind: 'commit', who: 0 },
];

describe('transactions', () => {
  it('show what the model shows, whatever the history', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ops, { minLength: 30, maxLength: 120, size: 'max' }), async (history) => {
        const world = new World();
        await world.start();
        for (const op of history) await world.apply(op);
        await world.start();
        const cursor = world.tree.cursor({ at: world.manager.lastTimestamp });
        const rows: State = new Map();
        while (await cursor.next()) rows.set(Number(utf8Decode(cursor.key()).slice(3)), read(cursor.value()) as number);
        cursor.close();
        expect(rows).toEqual(world.committed);
      }),
      { numRuns: 150, examples: [[UNDONE_TWICE]] },
    );
  });
});
