/**
 * Every join operator gives the same rows as the definition of the join, over rows with NULLs, duplicates and no match.
 * The expected rows are those of MySQL for the same tables (l: 1,2,2,3,NULL; r: 2,2,3,4,NULL).
 */
import { describe, expect, it } from 'vitest';
import type {
  HashJoinNode,
  IndexJoinNode,
  JoinType,
  MergeJoinNode,
  NestedLoopJoinNode,
  PhysicalNode,
} from '../plan/index.ts';
import type { Row } from '../types/index.ts';
import { MemoryStorage } from './testing/memory-storage.ts';
import {
  call,
  column,
  INT,
  makeContext,
  makeTable,
  nodeBase,
  rowsFrom,
  rowsOf,
  tableScan,
  TEXT,
} from './testing/plans.ts';

const LEFT: Row[] = [
  [1, 'a'],
  [2, 'b'],
  [2, 'c'],
  [3, 'd'],
  [null, 'e'],
];
const RIGHT: Row[] = [
  [2, 'x'],
  [2, 'y'],
  [3, 'z'],
  [4, 'w'],
  [null, 'v'],
];
const left = (): PhysicalNode => rowsOf([INT, TEXT], LEFT);
const right = (): PhysicalNode => rowsOf([INT, TEXT], RIGHT);

/** SELECT … FROM l <join> r ON l.a = r.a, as MySQL answers it. */
const EXPECTED: Record<JoinType, string[]> = {
  inner: ['2 b 2 x', '2 b 2 y', '2 c 2 x', '2 c 2 y', '3 d 3 z'],
  left: ['1 a NULL NULL', '2 b 2 x', '2 b 2 y', '2 c 2 x', '2 c 2 y', '3 d 3 z', 'NULL e NULL NULL'],
  semi: ['2 b', '2 c', '3 d'],
  anti: ['1 a', 'NULL e'],
  mark: ['1 a 0', '2 b 1', '2 c 1', '3 d 1', 'NULL e 0'],
};
const JOINS: readonly JoinType[] = ['inner', 'left', 'semi', 'anti', 'mark'];

function text(rows: readonly Row[]): string[] {
  return rows.map((row) => row.map((value) => (value === null ? 'NULL' : String(value))).join(' ')).sort();
}

function types(join: JoinType): (typeof INT)[] {
  return join === 'inner' || join === 'left'
    ? [INT, TEXT, INT, TEXT]
    : join === 'mark'
      ? [INT, TEXT, INT]
      : [INT, TEXT];
}

function hashJoin(join: JoinType, build: 'left' | 'right', parts: Partial<HashJoinNode> = {}): HashJoinNode {
  return {
    kind: 'hash-join',
    ...nodeBase(...types(join)),
    join,
    left: left(),
    right: right(),
    build,
    leftKeys: [column(0)],
    rightKeys: [column(0)],
    keyTypes: [INT],
    nullSafe: [false],
    nullAware: false,
    ...parts,
  };
}

describe('joins on equal keys', () => {
  for (const join of JOINS) {
    for (const build of ['left', 'right'] as const) {
      it(`hash join, ${join}, building ${build}`, async () => {
        expect(text(await rowsFrom(hashJoin(join, build)))).toEqual(EXPECTED[join]);
      });
    }

    it(`merge join, ${join}`, async () => {
      const sorted = (rows: Row[]): Row[] => [...rows].sort((a, b) => Number(a[0] ?? -1) - Number(b[0] ?? -1));
      const node: MergeJoinNode = {
        kind: 'merge-join',
        ...nodeBase(...types(join)),
        join,
        left: rowsOf([INT, TEXT], sorted(LEFT)),
        right: rowsOf([INT, TEXT], sorted(RIGHT)),
        leftKeys: [column(0)],
        rightKeys: [column(0)],
        keyTypes: [INT],
      };
      expect(text(await rowsFrom(node))).toEqual(EXPECTED[join]);
    });

    it(`nested loop join, ${join}`, async () => {
      const node: NestedLoopJoinNode = {
        kind: 'nested-loop-join',
        ...nodeBase(...types(join)),
        join,
        left: left(),
        right: right(),
        condition: call('=', column(0), column(2)),
        nullAware: false,
      };
      expect(text(await rowsFrom(node))).toEqual(EXPECTED[join]);
    });

    for (const slow of [false, true]) {
      for (const unique of [false, true]) {
        it(`index join, ${join}, ${unique ? 'unique' : 'plain'} index, ${slow ? 'slow' : 'warm'} storage`, async () => {
          const storage = new MemoryStorage({ slow });
          const table = makeTable(
            1,
            'r',
            [
              { name: 'a', type: INT },
              { name: 'b', type: TEXT },
            ],
            unique
              ? [['PRIMARY', true, 'a']]
              : [
                  ['PRIMARY', true, 'b'],
                  ['a', false, 'a'],
                ],
          );
          const rows = unique ? RIGHT.filter(([a, b]) => a !== null && b !== 'y') : RIGHT;
          for (const row of rows) await storage.insert(table, row);
          const node: IndexJoinNode = {
            kind: 'index-join',
            ...nodeBase(...types(join)),
            join,
            left: left(),
            inner: tableScan(table, { index: table.indexes[unique ? 0 : 1]! }),
            outerKeys: [column(0)],
            nullSafe: [false],
            nullAware: false,
          };
          const expected = unique ? EXPECTED[join].filter((row) => !row.endsWith('y')) : EXPECTED[join];
          expect(text(await rowsFrom(node, makeContext(storage)))).toEqual(expected);
        });
      }
    }
  }

  it('fetches the key columns that the inner output lacks', async () => {
    const storage = new MemoryStorage();
    const table = makeTable(
      1,
      'r',
      [
        { name: 'a', type: INT },
        { name: 'b', type: TEXT },
      ],
      [
        ['PRIMARY', true, 'b'],
        ['a', false, 'a'],
      ],
    );
    for (const row of RIGHT) await storage.insert(table, row);
    const inner = tableScan(table, { index: table.indexes[1]!, columns: [1] });
    const node: IndexJoinNode = {
      kind: 'index-join',
      ...nodeBase(INT, TEXT, TEXT),
      join: 'inner',
      left: left(),
      inner,
      outerKeys: [column(0)],
      nullSafe: [false],
      nullAware: false,
    };
    expect(text(await rowsFrom(node, makeContext(storage)))).toEqual(['2 b x', '2 b y', '2 c x', '2 c y', '3 d z']);
  });
});

describe('conditions beside the keys', () => {
  // SELECT l.*, r.* FROM l LEFT JOIN r ON l.a = r.a AND r.b <> 'x'
  const condition = call('<>', column(3, TEXT), { kind: 'constant', value: 'x', type: TEXT, literal: true });
  for (const build of ['left', 'right'] as const) {
    it(`left hash join building ${build}`, async () => {
      expect(text(await rowsFrom(hashJoin('left', build, { condition })))).toEqual([
        '1 a NULL NULL',
        '2 b 2 y',
        '2 c 2 y',
        '3 d 3 z',
        'NULL e NULL NULL',
      ]);
    });
    it(`anti hash join building ${build}`, async () => {
      const onlyX = call('=', column(3, TEXT), { kind: 'constant', value: 'z', type: TEXT, literal: true });
      expect(text(await rowsFrom(hashJoin('anti', build, { condition: onlyX })))).toEqual([
        '1 a',
        '2 b',
        '2 c',
        'NULL e',
      ]);
    });
  }
  it('null-safe keys match NULL with NULL', async () => {
    expect(text(await rowsFrom(hashJoin('inner', 'right', { nullSafe: [true] })))).toEqual([
      ...EXPECTED.inner,
      'NULL e NULL v',
    ]);
  });
});

describe('NOT IN and IN as a value', () => {
  it('rejects every row when the list holds NULL, but those that match are known', async () => {
    expect(text(await rowsFrom(hashJoin('anti', 'right', { nullAware: true })))).toEqual([]);
    expect(text(await rowsFrom(hashJoin('mark', 'right', { nullAware: true })))).toEqual([
      '1 a NULL',
      '2 b 1',
      '2 c 1',
      '3 d 1',
      'NULL e NULL',
    ]);
  });
  it('keeps all rows when the list is empty, NULL too', async () => {
    const nothing = rowsOf([INT, TEXT], []);
    expect(text(await rowsFrom(hashJoin('anti', 'right', { nullAware: true, right: nothing })))).toEqual([
      '1 a',
      '2 b',
      '2 c',
      '3 d',
      'NULL e',
    ]);
  });
  it('without NULL in the list only a NULL on the left is unknown', async () => {
    const known = rowsOf([INT, TEXT], RIGHT.slice(0, 4));
    expect(text(await rowsFrom(hashJoin('mark', 'right', { nullAware: true, right: known })))).toEqual([
      '1 a 0',
      '2 b 1',
      '2 c 1',
      '3 d 1',
      'NULL e NULL',
    ]);
  });
  it('a nested loop with a three-valued condition agrees', async () => {
    const node: NestedLoopJoinNode = {
      kind: 'nested-loop-join',
      ...nodeBase(INT, TEXT, INT),
      join: 'mark',
      left: left(),
      right: right(),
      condition: call('=', column(0), column(2)),
      nullAware: true,
    };
    expect(text(await rowsFrom(node))).toEqual(['1 a NULL', '2 b 1', '2 c 1', '3 d 1', 'NULL e NULL']);
  });
});

describe('large joins', () => {
  it('gives rows in full batches and offers the thread while it multiplies', async () => {
    const many = Array.from({ length: 3000 }, (_, i): Row => [1, `r${i}`]);
    const few = Array.from({ length: 40 }, (_, i): Row => [1, `l${i}`]);
    const context = makeContext();
    const rows = await rowsFrom(
      hashJoin('inner', 'right', { left: rowsOf([INT, TEXT], few), right: rowsOf([INT, TEXT], many) }),
      context,
    );
    expect(rows.length).toBe(120_000);
    expect(new Set(rows.map((row) => `${row[1] as string}/${row[3] as string}`)).size).toBe(120_000);
    expect(context.yields).toBeGreaterThan(100);
  });
  it('fails with 8175 when the build side is over the memory quota', async () => {
    const many = Array.from({ length: 3000 }, (_, i): Row => [i, `r${i}`]);
    await expect(
      rowsFrom(
        hashJoin('inner', 'right', { right: rowsOf([INT, TEXT], many) }),
        makeContext(undefined, { quotaBytes: 50_000 }),
      ),
    ).rejects.toMatchObject({ errno: 8175 });
  });
});
