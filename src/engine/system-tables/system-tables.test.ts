/** The tables are made once, when a statement first names their schema; HELP answers as MySQL's server does. */
import { expect, test } from 'vitest';
import { runHelp, type SystemSql, SystemTables } from './index.ts';

/** Answers queries of help tables by their first table and name. */
function fake(answers: Readonly<Record<string, (string | null)[][]>> = {}): SystemSql & { made: string[] } {
  const made: string[] = [];
  return {
    made,
    hasSchema: () => true,
    hasTable: (_, table) => made.includes(table) || Object.hasOwn(answers, table),
    query: async (sql) => {
      const created = /^CREATE TABLE `mysql`\.`(\w+)`/.exec(sql)?.[1];
      if (created !== undefined) made.push(created);
      const table = /\bFROM mysql\.(\w+)/.exec(sql)?.[1] ?? '';
      return answers[table] ?? [];
    },
  };
}

test('nothing is made before a statement names the schema, and all of it once', async () => {
  const sql = fake();
  const tables = new SystemTables(sql);
  expect(tables.prepareFor('SELECT mysqlx FROM t', 'test')).toBeUndefined();
  await Promise.all([tables.prepareFor('SELECT * FROM mysql.plugin', 'test'), tables.prepareFor('SELECT 1', 'mysql')]);
  expect(sql.made).toContain('plugin');
  expect(new Set(sql.made).size).toBe(sql.made.length);
  expect(tables.prepareFor('SELECT * FROM mysql.plugin', 'test')).toBeUndefined();
});

async function help(answers: Readonly<Record<string, (string | null)[][]>>, words: string): Promise<unknown[]> {
  const result = await runHelp(new SystemTables(fake(answers)), words);
  if (result.kind !== 'rows') throw new Error('no rows');
  return [result.columns.map((column) => column.name), await result.next()];
}

test('one topic is shown, several are listed before the categories', async () => {
  expect(await help({ help_topic: [['ABS', 'text', 'example']] }, 'abs')).toEqual([
    ['name', 'description', 'example'],
    [['ABS', 'text', 'example']],
  ]);
  const several = { help_topic: [['A'], ['B']], help_category: [['Functions', '3']] };
  expect(await help(several, '%')).toEqual([
    ['name', 'is_it_category'],
    [
      ['A', 'N'],
      ['B', 'N'],
      ['Functions', 'Y'],
    ],
  ]);
  expect(await help({}, 'x')).toEqual([['name', 'is_it_category'], undefined]);
});
