/** Random INSERT, UPDATE, DELETE and REPLACE; the runner rolls each back after it has compared the table. */
import { type ExpressionContext, makeCondition, makeExpression } from './expressions.ts';
import type { Random } from './random.ts';
import type { Column, Schema, Table } from './schema.ts';
import { list, node, NOTHING, optional, type Tree } from './tree.ts';

export interface Write {
  readonly tree: Tree;
  readonly table: Table;
}

function contextOf(random: Random, table: Table, alias: string): ExpressionContext {
  const columns = table.columns.map(({ name, kind, coarse }) => ({ text: `${alias}.${name}`, kind, coarse }));
  return { random, columns };
}

function written(table: Table): Column[] {
  return table.columns.filter((column) => !column.generated && column.name !== 'id');
}

export function makeWrite(random: Random, schema: Schema): Write {
  const table = random.pick(schema.tables);
  const tree = random.weighted<() => Tree>([
    [3, () => update(random, table)],
    [2, () => remove(random, table)],
    [3, () => insert(random, table)],
    [2, () => insertSelect(random, table, random.pick(schema.tables))],
    [2, () => joinedUpdate(random, table, random.pick(schema.tables))],
  ])();
  return { tree, table };
}

function assignments(random: Random, table: Table, context: ExpressionContext, most: number, prefix = ''): Tree {
  const columns = random.some(written(table), 1, most);
  return list(
    columns.map(({ name, kind }) => node('assignment', `${prefix}${name} = `, makeExpression(context, kind, 2))),
  );
}

function tail(random: Random, table: Table): Tree {
  if (table.primaryKey.length === 0 || random.chance(0.7)) return NOTHING;
  return optional(` ORDER BY id${random.chance(0.5) ? ' DESC' : ''} LIMIT ${random.between(0, 5)}`);
}

function update(random: Random, table: Table): Tree {
  const context = contextOf(random, table, table.name);
  const ignore = random.chance(0.2) ? optional('IGNORE ') : NOTHING;
  const where = random.chance(0.8) ? optional(' WHERE ', makeCondition(context, 2)) : NOTHING;
  return node(
    'write',
    'UPDATE ',
    ignore,
    `${table.name} SET `,
    assignments(random, table, context, 2),
    where,
    tail(random, table),
  );
}

function remove(random: Random, table: Table): Tree {
  const context = contextOf(random, table, table.name);
  return node(
    'write',
    `DELETE FROM ${table.name}`,
    optional(' WHERE ', makeCondition(context, 3)),
    tail(random, table),
  );
}

function insert(random: Random, table: Table): Tree {
  const columns = written(table);
  const context: ExpressionContext = { random, columns: [] };
  const rows = Array.from({ length: random.between(1, 3) }, () => {
    const values = columns.map(({ kind }) => makeExpression(context, kind, 1));
    return node('row', '(', list([String(random.between(1, 40)), ...values]), ')');
  });
  const verb = random.pick(['INSERT INTO', 'INSERT IGNORE INTO', 'REPLACE INTO']);
  const names = ['id', ...columns.map(({ name }) => name)].join(', ');
  const onDuplicate =
    verb === 'INSERT INTO' && random.chance(0.4)
      ? optional(' ON DUPLICATE KEY UPDATE ', assignments(random, table, contextOf(random, table, table.name), 2))
      : NOTHING;
  return node('write', `${verb} ${table.name} (${names}) VALUES `, list(rows), onDuplicate);
}

function insertSelect(random: Random, table: Table, from: Table): Tree {
  const context = contextOf(random, from, 's');
  const columns = random.some(written(table), 1, 6);
  const items = columns.map(({ kind }) => makeExpression(context, kind, 2));
  const ignore = random.chance(0.4) ? 'IGNORE ' : '';
  const names = ['id', ...columns.map(({ name }) => name)].join(', ');
  const where = random.chance(0.5) ? optional(' WHERE ', makeCondition(context, 1)) : NOTHING;
  return node(
    'write',
    `INSERT ${ignore}INTO ${table.name} (${names}) SELECT `,
    list(['s.id + 100', ...items]),
    ` FROM ${from.name} AS s`,
    where,
    ' ORDER BY s.id',
  );
}

function joinedUpdate(random: Random, table: Table, other: Table): Tree {
  const own = contextOf(random, table, 'u');
  const all: ExpressionContext = { random, columns: [...own.columns, ...contextOf(random, other, 'o').columns] };
  const where = random.chance(0.5) ? optional(' WHERE ', makeCondition(all, 2)) : NOTHING;
  // one assignment, because their order is not determined; joined by the key, so that each row of `u` has one partner at most
  return node(
    'write',
    `UPDATE ${table.name} AS u JOIN ${other.name} AS o ON u.id = o.id SET `,
    assignments(random, table, own, 1, 'u.'),
    where,
  );
}
