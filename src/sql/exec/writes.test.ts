/**
 * Data changes over storage that answers at once and over storage that answers later: the outcome is the same. Counts as MySQL
 * reports them; SQL-level behaviour is in test/statements.
 */
import { describe, expect, it } from 'vitest';
import type { ForeignKeyDef, TableDef } from '../catalog/index.ts';
import type { DeletePlan, InsertPlan, RowWriter, StatementPlan, UpdatePlan } from '../plan/index.ts';
import { planColumnsOf, type Row } from './testing/write-plans.ts';
import { executeWrite } from './execute.ts';
import { MemoryStorage } from './testing/memory-storage.ts';
import { call, column, constant, INT, makeContext, makeTable, rowsFrom, tableScan, TEXT } from './testing/plans.ts';

const BASE = {
  initPlans: [],
  ctes: [],
  slotCount: 0,
  paramCount: 0,
  tables: [],
  warnings: [],
  cacheable: true,
} satisfies Partial<StatementPlan>;

function writerOf(table: TableDef, parts: Partial<RowWriter> = {}): RowWriter {
  return {
    table,
    defaults: table.columns.map(() => undefined),
    generated: [],
    onUpdateNow: [],
    checks: [],
    parents: [],
    children: [],
    autoIncrementColumn: -1,
    ...parts,
  };
}

function insertPlan(writer: RowWriter, rows: readonly Row[], parts: Partial<InsertPlan> = {}): InsertPlan {
  const columns = writer.table.columns.map((_, i) => i);
  const values = rows.map((row) =>
    row.map((value, i) => ({ column: i, expr: constant(value, writer.table.columns[i]!.type) })),
  );
  return {
    ...BASE,
    kind: 'insert',
    writer,
    mode: 'insert',
    ignore: false,
    columns,
    source: { kind: 'values', rows: values },
    ...parts,
  };
}

function updatePlan(
  writer: RowWriter,
  assignments: UpdatePlan['targets'][number]['assignments'],
  ignore = false,
): UpdatePlan {
  const { table } = writer;
  const root = { ...tableScan(table, { withHandle: true }), output: planColumnsOf(table, true) };
  return {
    ...BASE,
    kind: 'update',
    root,
    ignore,
    targets: [{ writer, offset: 0, handle: table.columns.length, assignments }],
  };
}

function deletePlan(writer: RowWriter, condition: Parameters<typeof tableScan>[1] = {}): DeletePlan {
  const { table } = writer;
  const root = { ...tableScan(table, { withHandle: true, ...condition }), output: planColumnsOf(table, true) };
  return {
    ...BASE,
    kind: 'delete',
    root,
    ignore: false,
    targets: [{ writer, offset: 0, handle: table.columns.length }],
  };
}

describe.each([false, true])('storage that answers later: %s', (slow) => {
  const table = makeTable(
    1,
    't',
    [
      { name: 'id', type: { ...INT, nullable: false } },
      { name: 'v', type: INT },
      { name: 's', type: TEXT },
    ],
    [
      ['PRIMARY', true, 'id'],
      ['v', true, 'v'],
    ],
  );
  const writer = writerOf(table);
  const show = async (storage: MemoryStorage, of = table): Promise<string[]> =>
    (await rowsFrom(tableScan(of), makeContext(storage))).map((row) => row.map(String).join(' '));

  it('INSERT, REPLACE and ON DUPLICATE KEY UPDATE count rows in and rows in the way', async () => {
    const storage = new MemoryStorage({ slow });
    const run = (plan: InsertPlan): Promise<number> =>
      Promise.resolve(executeWrite(plan, makeContext(storage))).then((result) => result.affectedRows);
    expect(
      await run(
        insertPlan(writer, [
          [1, 10, 'a'],
          [2, 20, 'b'],
          [3, 30, 'c'],
        ]),
      ),
    ).toBe(3);
    // (1, 20) is in the way of both rows 1 and 2.
    expect(await run(insertPlan(writer, [[1, 20, 'r']], { mode: 'replace' }))).toBe(3);
    const addHundred = [{ column: 1, expr: call('+', column(1), constant(100)) }];
    expect(
      await run(
        insertPlan(
          writer,
          [
            [3, 99, 'x'],
            [4, 40, 'd'],
          ],
          { onDuplicate: addHundred },
        ),
      ),
    ).toBe(3);
    expect(await show(storage)).toEqual(['1 20 r', '3 130 c', '4 40 d']);
  });

  it('a duplicate is error 1062, and with IGNORE a warning', async () => {
    const storage = new MemoryStorage({ slow });
    await executeWrite(insertPlan(writer, [[1, 10, 'a']]), makeContext(storage));
    const run = async (plan: InsertPlan): Promise<unknown> => executeWrite(plan, makeContext(storage));
    await expect(run(insertPlan(writer, [[2, 10, 'b']]))).rejects.toMatchObject({
      errno: 1062,
      message: "Duplicate entry '10' for key 't.v'",
    });
    const context = makeContext(storage);
    const result = await executeWrite(
      insertPlan(
        writer,
        [
          [1, 11, 'x'],
          [2, 20, 'b'],
        ],
        { ignore: true },
      ),
      context,
    );
    expect(result).toMatchObject({ affectedRows: 1, info: 'Records: 2  Duplicates: 1  Warnings: {warnings}' });
    expect(context.warnings).toEqual([{ errno: 1062, message: "Duplicate entry '1' for key 't.PRIMARY'" }]);
  });

  it('UPDATE tells matched from changed rows and meets no row twice', async () => {
    const storage = new MemoryStorage({ slow });
    await executeWrite(
      insertPlan(writer, [
        [1, 10, 'a'],
        [2, 20, 'b'],
        [3, null, 'c'],
      ]),
      makeContext(storage),
    );
    const move = updatePlan(writer, [{ column: 0, expr: call('+', column(0), constant(10)) }]);
    expect(await executeWrite(move, makeContext(storage))).toMatchObject({ affectedRows: 3, matchedRows: 3 });
    const same = updatePlan(writer, [{ column: 1, expr: constant(20) }], true);
    expect((await executeWrite(same, makeContext(storage))).info).toBe(
      'Rows matched: 3  Changed: 0  Warnings: {warnings}',
    );
    expect(await show(storage)).toEqual(['11 10 a', '12 20 b', '13 null c']);
  });

  it('foreign keys forbid, cascade and set NULL', async () => {
    const storage = new MemoryStorage({ slow });
    const parent = makeTable(2, 'p', [{ name: 'id', type: { ...INT, nullable: false } }], [['PRIMARY', true, 'id']]);
    const child = makeTable(
      3,
      'c',
      [
        { name: 'id', type: { ...INT, nullable: false } },
        { name: 'pid', type: INT },
      ],
      [
        ['PRIMARY', true, 'id'],
        ['pid', false, 'pid'],
      ],
    );
    const key = (onDelete: ForeignKeyDef['onDelete']): ForeignKeyDef => ({
      id: 1,
      name: 'fk',
      columnIds: [2],
      referencedSchema: 'test',
      referencedTable: 'p',
      referencedColumns: ['id'],
      onDelete,
      onUpdate: 'cascade',
    });
    const childWriter = (onDelete: ForeignKeyDef['onDelete']): RowWriter =>
      writerOf(child, { parents: [{ key: key(onDelete), parent }] });
    const parentWriter = (onDelete: ForeignKeyDef['onDelete']): RowWriter =>
      writerOf(parent, { children: [{ key: key(onDelete), child, writer: () => childWriter(onDelete) }] });
    const run = async (plan: Parameters<typeof executeWrite>[0]): Promise<unknown> =>
      executeWrite(plan, makeContext(storage));
    await run(insertPlan(parentWriter('restrict'), [[1], [2], [3]]));
    await run(
      insertPlan(childWriter('restrict'), [
        [10, 1],
        [11, 2],
        [12, null],
      ]),
    );
    await expect(run(insertPlan(childWriter('restrict'), [[13, 9]]))).rejects.toMatchObject({ errno: 1452 });
    storage.beginStatement();
    const only = (id: number): Parameters<typeof tableScan>[1] => ({
      access: { alternatives: [{ equal: [constant(id)] }] },
    });
    await expect(run(deletePlan(parentWriter('restrict'), only(1)))).rejects.toMatchObject({
      errno: 1451,
      message:
        'Cannot delete or update a parent row: a foreign key constraint fails (`test`.`c`, CONSTRAINT `fk` FOREIGN KEY (`pid`) REFERENCES `p` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE)',
    });
    await run(updatePlan(parentWriter('restrict'), [{ column: 0, expr: call('+', column(0), constant(100)) }]));
    expect(await show(storage, child)).toContain('10 101');
    await run(deletePlan(parentWriter('set null'), only(102)));
    await run(deletePlan(parentWriter('cascade'), only(101)));
    expect((await show(storage, child)).filter((row) => !row.startsWith('13'))).toEqual(['11 null', '12 null']);
  });
});
