/** Grouping, ordering, windows, sets and CTEs; expected rows are MySQL 9.7's for the statement in each title. */
import { describe, expect, it } from 'vitest';
import type { Expr } from '../expr/index.ts';
import { findAggregate, findWindow } from '../functions/index.ts';
import type {
  AggregateNode,
  ApplyNode,
  FrameBound,
  PhysicalNode,
  SetOperationNode,
  SortNode,
  TopNNode,
  WindowCall,
  WindowNode,
} from '../plan/index.ts';
import { decimalType, type Row } from '../types/index.ts';
import { MemoryStorage } from './testing/memory-storage.ts';
import {
  aggregate,
  call,
  column,
  constant,
  INT,
  makeContext,
  makeTable,
  nodeBase,
  rowsFrom,
  rowsOf,
  tableScan,
  TEXT,
} from './testing/plans.ts';

// t (g, v): the rows all groupings below read.
const T: Row[] = [
  ['a', 1],
  ['b', 2],
  ['A', 3],
  [null, 4],
  ['b', null],
  [null, 6],
];
const t = (): PhysicalNode => rowsOf([TEXT, INT], T);

function show(rows: readonly Row[]): string[] {
  return rows.map((row) => row.map((value) => (value === null ? 'NULL' : String(value))).join(' '));
}

function groupNode(parts: Partial<AggregateNode>): AggregateNode {
  return {
    kind: 'hash-aggregate',
    ...nodeBase(TEXT, INT),
    child: t(),
    groupBy: [column(0, TEXT)],
    aggregates: [aggregate('count', []), aggregate('sum', [column(1)])],
    rollup: false,
    ...parts,
  };
}

describe('aggregation', () => {
  it('SELECT g, COUNT(*), SUM(v) FROM t GROUP BY g: groups by collation, NULL is a group', async () => {
    expect(show(await rowsFrom(groupNode({})))).toEqual(['a 2 4', 'b 2 2', 'NULL 2 10']);
  });
  it('SELECT COUNT(*), SUM(v) FROM t WHERE FALSE: one row for no input', async () => {
    expect(show(await rowsFrom(groupNode({ groupBy: [], child: rowsOf([TEXT, INT], []) })))).toEqual(['0 NULL']);
    expect(await rowsFrom(groupNode({ child: rowsOf([TEXT, INT], []) }))).toEqual([]);
  });
  it('SELECT g, COUNT(*), SUM(v) FROM t GROUP BY g WITH ROLLUP', async () => {
    expect(show(await rowsFrom(groupNode({ rollup: true })))).toEqual([
      'NULL 2 10 0',
      'a 2 4 0',
      'b 2 2 0',
      'NULL 6 16 1',
    ]);
  });
  it('ROLLUP over no input still gives the grand total', async () => {
    expect(show(await rowsFrom(groupNode({ rollup: true, child: rowsOf([TEXT, INT], []) })))).toEqual([
      'NULL 0 NULL 1',
    ]);
  });
  it('two-level rollup gives subtotals after their groups', async () => {
    const child = rowsOf(
      [INT, INT, INT],
      [
        [1, 1, 10],
        [1, 2, 20],
        [2, 1, 30],
      ],
    );
    const node = groupNode({
      child,
      groupBy: [column(0), column(1)],
      aggregates: [aggregate('sum', [column(2)])],
      rollup: true,
    });
    expect(show(await rowsFrom(node))).toEqual([
      '1 1 10 0',
      '1 2 20 0',
      '1 NULL 30 2',
      '2 1 30 0',
      '2 NULL 30 2',
      'NULL NULL 60 3',
    ]);
  });
  it('stream aggregation over sorted input agrees with hash aggregation', async () => {
    const child: SortNode = {
      kind: 'sort',
      ...nodeBase(TEXT, INT),
      child: t(),
      by: [{ expr: column(0, TEXT), descending: false }],
    };
    expect(show(await rowsFrom(groupNode({ kind: 'stream-aggregate', child })))).toEqual([
      'NULL 2 10',
      'a 2 4',
      'b 2 2',
    ]);
  });
});

describe('ordering', () => {
  const by = [
    { expr: column(0, TEXT), descending: true },
    { expr: column(1), descending: false },
  ];
  const ordered = ['b NULL', 'b 2', 'a 1', 'A 3', 'NULL 4', 'NULL 6'];
  it('ORDER BY g DESC, v: NULL is last descending and first ascending', async () => {
    const node: SortNode = { kind: 'sort', ...nodeBase(TEXT, INT), child: t(), by };
    expect(show(await rowsFrom(node))).toEqual(ordered);
  });
  it('ORDER BY g DESC, v LIMIT 1, 3', async () => {
    const node: TopNNode = {
      kind: 'top-n',
      ...nodeBase(TEXT, INT),
      child: t(),
      by,
      count: constant(3),
      offset: constant(1),
    };
    expect(show(await rowsFrom(node))).toEqual(ordered.slice(1, 4));
  });
  it('merges sorted runs of a large input, keeping the order of equals', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i): Row => [(i * 7919) % 1000, i]);
    const node: SortNode = {
      kind: 'sort',
      ...nodeBase(INT, INT),
      child: rowsOf([INT, INT], rows),
      by: [{ expr: column(0), descending: false }],
    };
    const sorted = await rowsFrom(node);
    const expected = [...rows].sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1]));
    expect(sorted).toEqual(expected);
  });
});

describe('sets', () => {
  const set = (operation: SetOperationNode['operation'], all: boolean): SetOperationNode => ({
    kind: 'set-operation',
    ...nodeBase(INT),
    operation,
    all,
    children: [rowsOf([INT], [[1], [2], [2], [2], [null]]), rowsOf([INT], [[2], [2], [3], [null]])],
  });
  it.each([
    ['union', true, '1 2 2 2 NULL 2 2 3 NULL'],
    ['union', false, '1 2 NULL 3'],
    ['intersect', true, '2 2 NULL'],
    ['intersect', false, '2 NULL'],
    ['except', true, '1 2'],
    ['except', false, '1'],
  ] as const)('%s, all: %s', async (operation, all, expected) => {
    expect(show(await rowsFrom(set(operation, all))).join(' ')).toBe(expected);
  });
});

describe('limit', () => {
  const child = (): PhysicalNode => rowsOf([INT], [[1], [2], [3], [4], [5]]);
  it('LIMIT 1, 2 takes a window of rows', async () => {
    expect(
      show(
        await rowsFrom({ kind: 'limit', ...nodeBase(INT), child: child(), count: constant(2), offset: constant(1) }),
      ),
    ).toEqual(['2', '3']);
  });
  it('a parameter may be the limit', async () => {
    const count = { kind: 'param', index: 0, type: INT } as const;
    expect(
      show(
        await rowsFrom(
          { kind: 'limit', ...nodeBase(INT), child: child(), count },
          makeContext(undefined, { params: [3] }),
        ),
      ),
    ).toEqual(['1', '2', '3']);
  });
});

describe('common table expressions', () => {
  const counting = (until: number): Parameters<typeof rowsFrom>[2] => ({
    ctes: [
      {
        cte: 1,
        name: 'n',
        distinct: false,
        plan: rowsOf([INT], [[1]]),
        recursive: {
          kind: 'projection',
          ...nodeBase(INT),
          exprs: [call('+', column(0), constant(1))],
          child: {
            kind: 'selection',
            ...nodeBase(INT),
            condition: call('<', column(0), constant(until)),
            child: { kind: 'work-table-scan', outer: [], ...nodeBase(INT), cte: 1, name: 'n' },
          },
        },
      },
    ],
  });
  it('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n', async () => {
    expect(
      show(
        await rowsFrom(
          { kind: 'cte-scan', outer: [], ...nodeBase(INT), cte: 1, name: 'n' },
          makeContext(),
          counting(5),
        ),
      ),
    ).toEqual(['1', '2', '3', '4', '5']);
  });
  it('a recursion without end is error 3636 after cte_max_recursion_depth rounds', async () => {
    const run = rowsFrom(
      { kind: 'cte-scan', outer: [], ...nodeBase(INT), cte: 1, name: 'n' },
      makeContext(),
      counting(1_000_000),
    );
    await expect(run).rejects.toMatchObject({
      errno: 3636,
      message:
        'Recursive query aborted after 1001 iterations. Try increasing @@cte_max_recursion_depth to a larger value.',
    });
  });
  it('is materialised once and read twice', async () => {
    const scan = (): PhysicalNode => ({ kind: 'cte-scan', outer: [], ...nodeBase(INT), cte: 1, name: 'n' });
    const join: PhysicalNode = {
      kind: 'hash-join',
      ...nodeBase(INT, INT),
      join: 'inner',
      left: scan(),
      right: scan(),
      build: 'right',
      leftKeys: [column(0)],
      rightKeys: [column(0)],
      keyTypes: [INT],
      nullSafe: [false],
      nullAware: false,
    };
    expect(show(await rowsFrom(join, makeContext(), counting(3)))).toEqual(['1 1', '2 2', '3 3']);
  });
});

describe('apply', () => {
  it.each([false, true])('runs the inner plan per outer row, with a cache: %s', async (cache) => {
    const storage = new MemoryStorage({ slow: true });
    const table = makeTable(
      1,
      'r',
      [
        { name: 'k', type: INT },
        { name: 'v', type: INT },
      ],
      [
        ['PRIMARY', true, 'v'],
        ['k', false, 'k'],
      ],
    );
    for (const row of [
      [1, 10],
      [1, 11],
      [2, 20],
    ] as Row[])
      await storage.insert(table, row);
    const slot = { kind: 'slot', slot: 0, name: 'o', type: INT } as const;
    const inner = tableScan(table, { index: table.indexes[1]!, access: { alternatives: [{ equal: [slot] }] } });
    const node = (mode: ApplyNode['mode'], child: PhysicalNode): ApplyNode => ({
      kind: 'apply',
      ...nodeBase(INT, INT),
      mode,
      outer: rowsOf([INT], [[1], [2], [3], [1]]),
      inner: child,
      bind: [{ slot: 0, expr: column(0) }],
      nullAware: false,
      cache,
    });
    expect(show(await rowsFrom(node('semi', inner), makeContext(storage)))).toEqual(['1', '2', '1']);
    expect(show(await rowsFrom(node('mark', inner), makeContext(storage)))).toEqual(['1 1', '2 1', '3 0', '1 1']);
    expect(show(await rowsFrom(node('lateral-left', inner), makeContext(storage)))).toEqual([
      '1 1 10',
      '1 1 11',
      '2 2 20',
      '3 NULL NULL',
      '1 1 10',
      '1 1 11',
    ]);
    const sum: AggregateNode = {
      kind: 'hash-aggregate',
      ...nodeBase(INT),
      child: inner,
      groupBy: [],
      aggregates: [aggregate('sum', [column(1)])],
      rollup: false,
    };
    expect(show(await rowsFrom(node('scalar', sum), makeContext(storage)))).toEqual(['1 21', '2 20', '3 NULL', '1 21']);
    await expect(rowsFrom(node('scalar', inner), makeContext(storage))).rejects.toMatchObject({ errno: 1242 });
  });
});

describe('windows', () => {
  const W: Row[] = [
    ['a', 1],
    ['a', 2],
    ['a', 2],
    ['a', 5],
    ['b', 3],
  ];
  const unbounded: FrameBound = { kind: 'unbounded-preceding' };
  const windowNode = (
    frame: WindowCall['frame'],
    name: string,
    kind: 'aggregate' | 'window' = 'aggregate',
  ): WindowNode => {
    const def =
      kind === 'aggregate'
        ? { kind, def: findAggregate(name)!, options: { distinct: false } }
        : { kind, def: findWindow(name)!, options: {} };
    const args = kind === 'aggregate' ? [column(1)] : [];
    return {
      kind: 'window',
      ...nodeBase(TEXT, INT, INT),
      child: rowsOf([TEXT, INT], W),
      partitionBy: [column(0, TEXT)],
      orderBy: [{ expr: column(1), descending: false }],
      calls: [
        { function: def as WindowCall['function'], args, type: kind === 'aggregate' ? decimalType(30, 0) : INT, frame },
      ],
    };
  };
  const last = async (node: WindowNode): Promise<string> =>
    show(await rowsFrom(node))
      .map((row) => row.split(' ')[2])
      .join(' ');
  it.each([
    ['SUM … RANGE UNBOUNDED PRECEDING', 'range', unbounded, { kind: 'current-row' }, '1 5 5 10 3'],
    ['SUM … ROWS UNBOUNDED PRECEDING', 'rows', unbounded, { kind: 'current-row' }, '1 3 5 10 3'],
    [
      'SUM … ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING',
      'rows',
      { kind: 'preceding', offset: constant(1) },
      { kind: 'following', offset: constant(1) },
      '3 5 9 7 3',
    ],
    [
      'SUM … RANGE BETWEEN 1 PRECEDING AND CURRENT ROW',
      'range',
      { kind: 'preceding', offset: constant(1) },
      { kind: 'current-row' },
      '1 5 5 5 3',
    ],
    ['SUM … whole partition', 'range', unbounded, { kind: 'unbounded-following' }, '10 10 10 10 3'],
    [
      'SUM … ROWS BETWEEN 2 FOLLOWING AND 3 FOLLOWING',
      'rows',
      { kind: 'following', offset: constant(2) },
      { kind: 'following', offset: constant(3) },
      '7 5 NULL NULL NULL',
    ],
  ] as const)('%s', async (_title, unit, start, end, expected) => {
    expect(await last(windowNode({ unit, start, end } as WindowCall['frame'], 'sum'))).toBe(expected);
  });
  it('RANK and ROW_NUMBER', async () => {
    const frame = { unit: 'range', start: unbounded, end: { kind: 'current-row' } } as const;
    expect(await last(windowNode(frame, 'rank', 'window'))).toBe('1 2 2 4 1');
    expect(await last(windowNode(frame, 'row_number', 'window'))).toBe('1 2 3 4 1');
  });
});

describe('index access', () => {
  const storage = new MemoryStorage();
  const table = makeTable(
    1,
    't',
    [
      { name: 'a', type: INT },
      { name: 'b', type: INT },
    ],
    [
      ['PRIMARY', true, 'a'],
      ['ba', false, '-b', 'a'],
    ],
  );
  const fill = async (): Promise<void> => {
    if (storage.estimateRows(table) > 0) return;
    for (let i = 1; i <= 9; i++) await storage.insert(table, [i, i % 3]);
  };
  const scan = async (alternatives: readonly unknown[], index = 0): Promise<string> => {
    await fill();
    const node = tableScan(table, { index: table.indexes[index]!, access: { alternatives: alternatives as never } });
    return show(await rowsFrom(node, makeContext(storage)))
      .map((row) => row.split(' ')[0])
      .join(' ');
  };
  it('SELECT b FROM t WHERE a BETWEEN 2 AND 4: storage is asked for b alone; with a filter for both', async () => {
    await fill();
    const asked: (readonly number[])[] = [];
    const scanned = storage.scan.bind(storage);
    const counting: MemoryStorage = Object.create(storage, {
      scan: {
        value: (request: Parameters<typeof scanned>[0]) => {
          asked.push(request.columns);
          return scanned(request);
        },
      },
    });
    const select = async (options: Parameters<typeof tableScan>[1], ...exprs: Expr[]): Promise<string[]> => {
      const bound = (value: number): unknown => ({ expr: constant(value), inclusive: true });
      const access = { alternatives: [{ equal: [], low: bound(2), high: bound(4) }] as never };
      const child = tableScan(table, { index: table.indexes[0]!, access, ...options });
      const root: PhysicalNode = { kind: 'projection', ...nodeBase(...exprs.map(() => INT)), child, exprs };
      return show(await rowsFrom(root, makeContext(counting)));
    };
    expect(await select({}, column(1))).toEqual(['2', '0', '1']);
    expect(await select({}, column(1), column(0))).toEqual(['2 2', '0 3', '1 4']);
    expect(await select({ filter: call('=', column(0), constant(3)) }, column(1))).toEqual(['0']);
    expect(await select({}, column(1), column(1))).toEqual(['2 2', '0 0', '1 1']);
    expect(asked).toEqual([[1], [1, 0], [0, 1], [0, 1]]);
  });
  const decimal = (text: string): ReturnType<typeof constant> => constant(text, TEXT);
  it('WHERE a > 2.5 AND a < 5.5 on INT rounds the bounds', async () => {
    expect(
      await scan([
        {
          equal: [],
          low: { expr: decimal('2.5'), inclusive: false },
          high: { expr: decimal('5.5'), inclusive: false },
        },
      ]),
    ).toBe('3 4 5');
  });
  it('WHERE a = 2.5 on INT matches nothing', async () => {
    expect(await scan([{ equal: [decimal('2.5')] }])).toBe('');
  });
  it('overlapping alternatives are read once', async () => {
    const range = (low: number, high: number): unknown => ({
      equal: [],
      low: { expr: constant(low), inclusive: true },
      high: { expr: constant(high), inclusive: true },
    });
    expect(await scan([range(2, 4), range(3, 6), { equal: [constant(5)] }, { equal: [constant(8)] }])).toBe(
      '2 3 4 5 6 8',
    );
  });
  it('a comparison with NULL reads nothing', async () => {
    expect(await scan([{ equal: [constant(null)] }])).toBe('');
    expect(await scan([{ equal: [], low: { expr: constant(null), inclusive: true } }])).toBe('');
  });
  it('descending parts: WHERE b >= 1 by an index on (b DESC, a)', async () => {
    expect(await scan([{ equal: [], low: { expr: constant(1), inclusive: true } }], 1)).toBe('2 5 8 1 4 7');
  });
  it('descending parts: WHERE b = 2 AND a > 2', async () => {
    expect(await scan([{ equal: [constant(2)], low: { expr: constant(2), inclusive: false } }], 1)).toBe('5 8');
  });
  it('values beyond the column type are beyond all rows', async () => {
    expect(await scan([{ equal: [], low: { expr: constant(9_000_000_000), inclusive: true } }])).toBe('');
    expect(await scan([{ equal: [], high: { expr: constant(9_000_000_000), inclusive: true } }])).toBe(
      '1 2 3 4 5 6 7 8 9',
    );
  });
  it('an IN list reads each key once, in key order', async () => {
    await fill();
    const keys = [7, 3, 7, 99].map((value) => [constant(value)]);
    const node: PhysicalNode = {
      kind: 'point-get',
      ...nodeBase(INT, INT),
      table,
      alias: 't',
      columns: [0, 1],
      withHandle: false,
      index: table.indexes[0]!,
      keys,
    };
    expect(show(await rowsFrom(node, makeContext(storage)))).toEqual(['3 0', '7 1']);
  });
  it('an index merge gives a row once for a union, and only common rows for an intersection', async () => {
    await fill();
    const scans = [
      {
        index: table.indexes[0]!,
        access: { alternatives: [{ equal: [], low: { expr: constant(5), inclusive: true } }] },
      },
      { index: table.indexes[1]!, access: { alternatives: [{ equal: [constant(2)] }] } },
    ];
    const node = (mode: 'union' | 'intersection'): PhysicalNode => ({
      kind: 'index-merge',
      ...nodeBase(INT, INT),
      table,
      alias: 't',
      columns: [0, 1],
      withHandle: false,
      mode,
      scans,
    });
    expect(show(await rowsFrom(node('union'), makeContext(storage))).sort()).toEqual([
      '2 2',
      '5 2',
      '6 0',
      '7 1',
      '8 2',
      '9 0',
    ]);
    expect(show(await rowsFrom(node('intersection'), makeContext(storage))).sort()).toEqual(['5 2', '8 2']);
  });
});
