import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { and, count, desc, eq, gt, relations, sql, sum } from 'drizzle-orm';
import * as my from 'drizzle-orm/mysql-core';
import { drizzle } from 'drizzle-orm/mysql2';
import { migrate } from 'drizzle-orm/mysql2/migrator';
import mysql from 'mysql2/promise';
import { finish, server, step } from './steps.mjs';

const here = join(import.meta.dirname, '..');
const url = `mysql://${server.user}${server.password === '' ? '' : `:${server.password}`}@${server.host}:${server.port}/${server.database}`;
const folder = mkdtempSync(join(here, '.drizzle-'));

const schemaText = (more = '') => `
import { bigint, boolean, check, datetime, decimal, index, int, json, mysqlEnum, mysqlTable, primaryKey, text, timestamp, unique, varchar } from 'drizzle-orm/mysql-core';
import { sql } from 'drizzle-orm';
export const users = mysqlTable('users', {
  id: int('id').autoincrement().primaryKey(),
  name: varchar('name', { length: 80 }).notNull(),
  email: varchar('email', { length: 120 }).unique(),
  role: mysqlEnum('role', ['admin', 'writer']).default('writer').notNull(),
  verified: boolean('verified').notNull().default(false),
  settings: json('settings'),
  createdAt: timestamp('created_at').notNull().defaultNow(),${more}
});
export const posts = mysqlTable('posts', {
  id: bigint('id', { mode: 'number', unsigned: true }).autoincrement().primaryKey(),
  title: varchar('title', { length: 200 }).notNull(),
  body: text('body'),
  price: decimal('price', { precision: 10, scale: 2 }).default('0.00'),
  authorId: int('author_id').notNull().references(() => users.id, { onDelete: 'cascade' }),
  at: datetime('at', { fsp: 3 }),
}, (t) => [index('by_author').on(t.authorId, t.title), check('priced', sql\`\${t.price} >= 0\`)]);
export const tags = mysqlTable('tags', { post: bigint('post', { mode: 'number', unsigned: true }).notNull(), tag: varchar('tag', { length: 20 }).notNull() }, (t) => [primaryKey({ columns: [t.post, t.tag] })]);
`;

const users = my.mysqlTable('users', {
  id: my.int('id').autoincrement().primaryKey(),
  name: my.varchar('name', { length: 80 }).notNull(),
  email: my.varchar('email', { length: 120 }).unique(),
  role: my.mysqlEnum('role', ['admin', 'writer']).default('writer').notNull(),
  verified: my.boolean('verified').notNull().default(false),
  settings: my.json('settings'),
  createdAt: my.timestamp('created_at').notNull().defaultNow(),
});
const posts = my.mysqlTable('posts', {
  id: my.bigint('id', { mode: 'number', unsigned: true }).autoincrement().primaryKey(),
  title: my.varchar('title', { length: 200 }).notNull(),
  body: my.text('body'),
  price: my.decimal('price', { precision: 10, scale: 2 }).default('0.00'),
  authorId: my.int('author_id').notNull(),
  at: my.datetime('at', { fsp: 3 }),
});
const usersRelations = relations(users, ({ many }) => ({ posts: many(posts) }));
const postsRelations = relations(posts, ({ one }) => ({ author: one(users, { fields: [posts.authorId], references: [users.id] }) }));

const pool = mysql.createPool({ ...server, connectionLimit: 3 });
const db = drizzle(pool, { schema: { users, posts, usersRelations, postsRelations }, mode: 'default' });

function kit(...args) {
  const config = join(folder, 'drizzle.config.mjs');
  writeFileSync(
    config,
    `export default ${JSON.stringify({ dialect: 'mysql', schema: './schema.ts', out: './out', dbCredentials: { url } })};`,
  );
  const run = spawnSync(process.execPath, [join(here, 'node_modules/drizzle-kit/bin.cjs'), ...args, `--config=${config}`], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 90_000,
  });
  const output = `${run.stdout}${run.stderr}`;
  if (run.status !== 0) throw new Error(`drizzle-kit ${args.join(' ')} ended with ${run.status}:\n${output}`);
  return output;
}

await step('drizzle-kit generate, then migrate', async () => {
  writeFileSync(join(folder, 'schema.ts'), schemaText());
  kit('generate', '--name=first');
  await migrate(db, { migrationsFolder: join(folder, 'out') });
  writeFileSync(join(folder, 'schema.ts'), schemaText("\n  nick: varchar('nick', { length: 20 }).default('none'),"));
  kit('generate', '--name=second');
  await migrate(db, { migrationsFolder: join(folder, 'out') });
  await migrate(db, { migrationsFolder: join(folder, 'out') });
  const [rows] = await pool.query('SELECT COUNT(*) AS n FROM __drizzle_migrations');
  assert.equal(rows[0].n, 2);
});

await step('drizzle-kit push agrees with what was migrated', async () => {
  const output = kit('push', '--force');
  assert.match(output, /No changes detected|Changes applied/);
});

await step('drizzle-kit pull reads the schema back', async () => {
  rmSync(join(folder, 'out'), { recursive: true });
  kit('pull');
  const file = readdirSync(join(folder, 'out')).find((name) => name === 'schema.ts');
  const text = readFileSync(join(folder, 'out', file), 'utf8');
  for (const part of [
    'mysqlTable("users"',
    'varchar({ length: 80 }).notNull()',
    "mysqlEnum(['admin','writer']).default('writer').notNull()",
    'decimal({ precision: 10, scale: 2 }).default(\'0.00\')',
    'references(() => users.id, { onDelete: "cascade" } )',
    'index("by_author").on(table.authorId, table.title)',
    'check("priced"',
    'unique("users_email_unique").on(table.email)',
  ])
    assert.ok(text.includes(part), `${part} is not in\n${text}`);
});

await step('insert, select, update, delete', async () => {
  const [{ id }] = await db.insert(users).values({ name: 'Ann', email: 'a@x', settings: { a: [1] } }).$returningId();
  assert.equal(id, 1);
  await db.insert(users).values([{ name: 'Bob', email: 'b@x', role: 'admin' }, { name: 'Cid', email: 'c@x' }]);
  await db.insert(users).values({ name: 'Ann II', email: 'a@x' }).onDuplicateKeyUpdate({ set: { name: sql`values(${users.name})` } });
  await db.update(users).set({ verified: true }).where(eq(users.role, 'admin'));
  const [result] = await db.delete(users).where(eq(users.name, 'Cid'));
  assert.equal(result.affectedRows, 1);
  const rows = await db.select({ name: users.name, verified: users.verified, settings: users.settings }).from(users).orderBy(users.id);
  assert.deepEqual(rows, [
    { name: 'Ann II', verified: false, settings: { a: [1] } },
    { name: 'Bob', verified: true, settings: null },
  ]);
});

await step('joins, aggregates, CTEs, set operations', async () => {
  await db.insert(posts).values([
    { title: 'One', price: '9.50', authorId: 1, at: new Date('2024-01-02T03:04:05.678Z') },
    { title: 'Two', price: '20.00', authorId: 1 },
    { title: 'Three', price: '3.00', authorId: 2 },
  ]);
  const totals = await db
    .select({ name: users.name, total: sum(posts.price), n: count(posts.id) })
    .from(users)
    .leftJoin(posts, eq(posts.authorId, users.id))
    .groupBy(users.id)
    .having(({ n }) => gt(n, 0))
    .orderBy(({ total }) => desc(total));
  assert.deepEqual(totals, [
    { name: 'Ann II', total: '29.50', n: 2 },
    { name: 'Bob', total: '3.00', n: 1 },
  ]);
  const cheap = db.$with('cheap').as(db.select().from(posts).where(sql`${posts.price} < 10`));
  assert.deepEqual((await db.with(cheap).select({ title: cheap.title }).from(cheap).orderBy(cheap.title)).map((r) => r.title), ['One', 'Three']);
  const both = await my.union(db.select({ n: users.name }).from(users), db.select({ n: posts.title }).from(posts)).orderBy(sql`name`);
  assert.equal(both.length, 5);
  const [one] = await db.select({ at: posts.at }).from(posts).where(and(eq(posts.title, 'One')));
  assert.equal(one.at.toISOString(), '2024-01-02T03:04:05.678Z');
});

await step('relational queries (lateral joins and JSON)', async () => {
  const found = await db.query.users.findMany({
    with: { posts: { columns: { title: true }, orderBy: (p) => desc(p.title), limit: 5 } },
    orderBy: (u) => u.id,
  });
  assert.deepEqual(found.map(({ name, posts: own }) => [name, own.map(({ title }) => title)]), [
    ['Ann II', ['Two', 'One']],
    ['Bob', ['Three']],
  ]);
  const post = await db.query.posts.findFirst({ where: eq(posts.title, 'Three'), with: { author: true } });
  assert.equal(post.author.name, 'Bob');
});

await step('transactions and savepoints', async () => {
  await db.transaction(
    async (tx) => {
      await tx.insert(users).values({ name: 'Kept', email: 'k@x' });
      await tx.transaction(async (inner) => {
        await inner.insert(users).values({ name: 'Undone', email: 'u@x' });
        inner.rollback();
      }).catch(() => undefined);
    },
    { isolationLevel: 'read committed', accessMode: 'read write' },
  );
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.insert(users).values({ name: 'Out', email: 'o@x' });
      await tx.insert(posts).values({ title: 'No', authorId: 99 });
    }),
    (error) => error.cause?.errno === 1452,
  );
  const rows = await db.select({ name: users.name }).from(users).orderBy(users.name);
  assert.deepEqual(rows.map(({ name }) => name), ['Ann II', 'Bob', 'Kept']);
  const prepared = db.select().from(users).where(eq(users.id, sql.placeholder('id'))).prepare();
  assert.equal((await prepared.execute({ id: 1 }))[0].name, 'Ann II');
});

await pool.end();
rmSync(folder, { recursive: true, force: true });
finish();
