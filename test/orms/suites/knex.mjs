import assert from 'node:assert/strict';
import knexFactory from 'knex';
import { compare, finish, server, step } from './steps.mjs';

const knex = knexFactory({ client: 'mysql2', connection: { ...server, decimalNumbers: true }, pool: { min: 0, max: 4 } });

const migrations = {
  '001_authors': {
    up: (k) =>
      k.schema
        .createTable('authors', (t) => {
          t.increments('id');
          t.string('name', 80).notNullable().index();
          t.string('email').unique();
          t.json('settings');
          t.boolean('active').defaultTo(true);
          t.enum('role', ['admin', 'writer']).defaultTo('writer');
          t.timestamps(true, true);
        })
        .createTable('books', (t) => {
          t.bigIncrements('id');
          t.integer('author_id').unsigned().references('id').inTable('authors').onDelete('CASCADE');
          t.string('title').notNullable();
          t.decimal('price', 10, 2).defaultTo(0);
          t.text('body', 'longtext');
          t.dateTime('published_at', { precision: 3 });
          t.unique(['author_id', 'title'], { indexName: 'one_title' });
        }),
    down: (k) => k.schema.dropTable('books').dropTable('authors'),
  },
  '002_views': {
    up: async (k) => {
      await k.schema.alterTable('books', (t) => {
        t.integer('pages').notNullable().defaultTo(1);
        t.renameColumn('body', 'content');
        t.index(['price', 'pages'], 'price_pages');
      });
      await k.schema.createView('cheap', (view) => {
        view.columns(['id', 'title']);
        view.as(k('books').select('id', 'title').where('price', '<', 10));
      });
    },
    down: async (k) => {
      await k.schema.dropView('cheap');
      await k.schema.alterTable('books', (t) => {
        t.dropIndex(['price', 'pages'], 'price_pages');
        t.renameColumn('content', 'body');
        t.dropColumn('pages');
      });
    },
  },
};
const migrationSource = {
  getMigrations: async () => Object.keys(migrations),
  getMigrationName: (name) => name,
  getMigration: async (name) => migrations[name],
};

await step('migrate to the latest', async () => {
  const [, done] = await knex.migrate.latest({ migrationSource });
  assert.deepEqual(done, ['001_authors', '002_views']);
  assert.equal(await knex.migrate.currentVersion({ migrationSource }), '002');
});

await step('roll a migration back and forth', async () => {
  await knex.migrate.down({ migrationSource });
  assert.equal(await knex.schema.hasColumn('books', 'pages'), false);
  await knex.migrate.latest({ migrationSource });
  assert.equal(await knex.schema.hasColumn('books', 'pages'), true);
});

await step('introspection', async () => {
  const columns = await knex('books').columnInfo();
  assert.deepEqual(Object.keys(columns).sort(), [
    'author_id',
    'content',
    'id',
    'pages',
    'price',
    'published_at',
    'title',
  ]);
  assert.deepEqual(columns.pages, { defaultValue: '1', type: 'int', maxLength: null, nullable: false });
  assert.equal(await knex.schema.hasTable('nothing'), false);
});

await step('insert, select, update, delete', async () => {
  const [id] = await knex('authors').insert({ name: 'Ann', email: 'a@x', settings: JSON.stringify({ a: [1, 2] }) });
  assert.equal(id, 1);
  await knex('authors').insert([
    { name: 'Bob', email: 'b@x', role: 'admin' },
    { name: 'Cid', email: 'c@x', active: false },
  ]);
  assert.equal(await knex('authors').where('name', 'like', '%b%').update({ active: false }), 1);
  const rows = await knex('authors').select('name', 'role', 'active').orderBy('id');
  assert.deepEqual(rows, [
    { name: 'Ann', role: 'writer', active: 1 },
    { name: 'Bob', role: 'admin', active: 0 },
    { name: 'Cid', role: 'writer', active: 0 },
  ]);
  assert.deepEqual((await knex('authors').first('settings').where({ id: 1 })).settings, { a: [1, 2] });
  assert.equal(await knex('authors').where({ id: 3 }).del(), 1);
});

await step('upsert', async () => {
  await knex('authors').insert({ name: 'Ann II', email: 'a@x' }).onConflict('email').merge(['name']);
  await knex('authors').insert({ name: 'Ann III', email: 'a@x' }).onConflict('email').ignore();
  assert.equal((await knex('authors').first('name').where({ email: 'a@x' })).name, 'Ann II');
});

await step('relations and aggregates', async () => {
  await knex('books').insert([
    { author_id: 1, title: 'One', price: 9.5, published_at: '2024-01-02 03:04:05.678' },
    { author_id: 1, title: 'Two', price: 20 },
    { author_id: 2, title: 'Three', price: 3 },
  ]);
  const sums = await knex('authors as a')
    .leftJoin('books as b', 'b.author_id', 'a.id')
    .groupBy('a.id', 'a.email')
    .orderBy('a.id')
    .select('a.email')
    .sum({ total: 'b.price' })
    .count({ books: 'b.id' });
  assert.deepEqual(sums, [
    { email: 'a@x', total: 29.5, books: 2 },
    { email: 'b@x', total: 3, books: 1 },
  ]);
  assert.deepEqual((await knex('cheap').orderBy('id')).map(({ title }) => title), ['One', 'Three']);
  const ranked = await knex('books').select('title').rank('place', (w) => void w.orderBy('price', 'desc')).orderBy('place');
  assert.deepEqual(ranked[0], { title: 'Two', place: 1 });
  const tree = await knex
    .withRecursive('n', knex.raw('select 1 as i union all select i + 1 from n where i < 4'))
    .from('n')
    .sum({ sum: 'i' });
  assert.deepEqual(tree, [{ sum: 10 }]);
});

await step('the database guards what the schema says', async () => {
  await assert.rejects(knex('books').insert({ author_id: 77, title: 'No' }), { errno: 1452 });
  await assert.rejects(knex('books').insert({ author_id: 1, title: 'One' }), { code: 'ER_DUP_ENTRY' });
  await knex('authors').where({ id: 2 }).del();
  assert.deepEqual(await knex('books').where({ title: 'Three' }), []);
});

await step('transactions', async () => {
  await knex.transaction(async (trx) => {
    await trx('authors').insert({ name: 'In', email: 'in@x' });
    await trx('authors').where({ email: 'in@x' }).forUpdate();
  });
  await assert.rejects(
    knex.transaction(async (trx) => {
      await trx('authors').insert({ name: 'Out', email: 'out@x' });
      throw new Error('no');
    }),
    /no/,
  );
  await knex.transaction(async (outer) => {
    await outer('authors').insert({ name: 'Outer', email: 'outer@x' });
    await outer
      .transaction(async (inner) => {
        await inner('authors').insert({ name: 'Inner', email: 'inner@x' });
        throw new Error('undo');
      })
      .catch(() => undefined);
  });
  const names = (await knex('authors').pluck('name')).toSorted(compare);
  assert.deepEqual(names, ['Ann II', 'In', 'Outer']);
});

await step('streams', async () => {
  let rows = 0;
  for await (const row of knex('authors').stream()) if (row.id > 0) rows++;
  assert.equal(rows, 3);
});

await knex.destroy();
finish();
