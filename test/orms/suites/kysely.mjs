import assert from 'node:assert/strict';
import { Kysely, MysqlDialect, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { createPool } from 'mysql2';
import { compare, finish, server, step } from './steps.mjs';

const db = new Kysely({ dialect: new MysqlDialect({ pool: createPool({ ...server, connectionLimit: 4 }) }) });

const migrations = {
  '2024_01_first': {
    async up(k) {
      await k.schema
        .createTable('person')
        .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
        .addColumn('first_name', 'varchar(60)', (c) => c.notNull())
        .addColumn('gender', sql`enum('male', 'female', 'other')`)
        .addColumn('created_at', 'timestamp', (c) => c.defaultTo(sql`now()`).notNull())
        .execute();
      await k.schema
        .createTable('pet')
        .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
        .addColumn('name', 'varchar(60)', (c) => c.notNull().unique())
        .addColumn('owner_id', 'integer', (c) => c.notNull())
        .addColumn('species', 'varchar(20)')
        .addForeignKeyConstraint('pet_owner', ['owner_id'], 'person', ['id'], (c) => c.onDelete('cascade'))
        .addCheckConstraint('known_species', sql`species in ('cat', 'dog')`)
        .execute();
      await k.schema.createIndex('pet_owner_index').on('pet').columns(['owner_id', 'species desc']).execute();
    },
    async down(k) {
      await k.schema.dropTable('pet').execute();
      await k.schema.dropTable('person').execute();
    },
  },
  '2024_02_second': {
    async up(k) {
      await k.schema
        .alterTable('person')
        .addColumn('last_name', 'varchar(60)', (c) => c.defaultTo('?').notNull())
        .execute();
      await k.schema.alterTable('person').modifyColumn('first_name', 'varchar(80)', (c) => c.notNull()).execute();
      await k.schema.createView('cats').orReplace().as(k.selectFrom('pet').selectAll().where('species', '=', 'cat')).execute();
    },
    async down(k) {
      await k.schema.dropView('cats').execute();
      await k.schema.alterTable('person').dropColumn('last_name').execute();
    },
  },
};
const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });

await step('migrate up, down and up', async () => {
  for (const move of ['migrateToLatest', 'migrateDown', 'migrateToLatest']) {
    const { error } = await migrator[move]();
    if (error !== undefined) throw error;
  }
});

await step('introspection', async () => {
  const tables = await db.introspection.getTables();
  assert.deepEqual(tables.map(({ name, isView }) => `${name}${isView ? ' view' : ''}`).sort(), ['cats view', 'person', 'pet']);
  const person = tables.find(({ name }) => name === 'person');
  assert.deepEqual(
    person.columns.map(({ name, dataType, isNullable, isAutoIncrementing, hasDefaultValue }) => [
      name,
      dataType,
      isNullable,
      isAutoIncrementing,
      hasDefaultValue,
    ]),
    [
      ['id', 'int', false, true, false],
      ['first_name', 'varchar', false, false, false],
      ['gender', 'enum', true, false, false],
      ['created_at', 'timestamp', false, false, true],
      ['last_name', 'varchar', false, false, true],
    ],
  );
});

await step('insert, select, update, delete', async () => {
  const { insertId, numInsertedOrUpdatedRows } = await db
    .insertInto('person')
    .values([
      { first_name: 'Jennifer', last_name: 'Aniston', gender: 'female' },
      { first_name: 'Arnold', last_name: 'S', gender: 'male' },
    ])
    .executeTakeFirst();
  assert.equal(insertId, 1n);
  assert.equal(numInsertedOrUpdatedRows, 2n);
  const updated = await db.updateTable('person').set({ last_name: 'Z' }).where('id', '=', 2).executeTakeFirst();
  assert.equal(updated.numUpdatedRows, 1n);
  assert.equal(updated.numChangedRows, 1n);
  const same = await db.updateTable('person').set({ last_name: 'Z' }).where('id', '=', 2).executeTakeFirst();
  assert.equal(same.numUpdatedRows, 1n);
  assert.equal(same.numChangedRows, 0n);
  const rows = await db.selectFrom('person').select(['first_name', 'last_name']).orderBy('id', 'desc').limit(1).execute();
  assert.deepEqual(rows, [{ first_name: 'Arnold', last_name: 'Z' }]);
});

await step('relations, JSON, subqueries, CTEs, windows', async () => {
  await db
    .insertInto('pet')
    .values([
      { name: 'Catto', owner_id: 1, species: 'cat' },
      { name: 'Doggo', owner_id: 2, species: 'dog' },
      { name: 'Kit', owner_id: 1, species: 'cat' },
    ])
    .execute();
  const people = await db
    .selectFrom('person')
    .select((eb) => [
      'first_name',
      eb
        .selectFrom('pet')
        .select(sql`json_arrayagg(json_object('name', name, 'species', species))`.as('pets'))
        .whereRef('pet.owner_id', '=', 'person.id')
        .as('pets'),
    ])
    .orderBy('id')
    .execute();
  assert.deepEqual(people[0].pets, [
    { name: 'Catto', species: 'cat' },
    { name: 'Kit', species: 'cat' },
  ]);
  const counts = await db
    .with('owned', (k) => k.selectFrom('pet').select(({ fn }) => ['owner_id', fn.countAll().as('count')]).groupBy('owner_id'))
    .selectFrom('person')
    .innerJoin('owned', 'owned.owner_id', 'person.id')
    .select(['first_name', 'count'])
    .orderBy('first_name')
    .execute();
  assert.deepEqual(counts, [
    { first_name: 'Arnold', count: 1 },
    { first_name: 'Jennifer', count: 2 },
  ]);
  const numbered = await db
    .selectFrom('pet')
    .select(['name', sql`row_number() over (partition by species order by name desc)`.as('n')])
    .orderBy('name')
    .execute();
  assert.deepEqual(numbered.map(({ n }) => n), [2, 1, 1]);
  assert.equal((await db.selectFrom('cats').selectAll().execute()).length, 2);
});

await step('upsert, ignore, delete with join', async () => {
  await db.insertInto('pet').values({ name: 'Kit', owner_id: 2, species: 'cat' }).onDuplicateKeyUpdate({ species: 'dog' }).execute();
  await db.insertInto('pet').ignore().values({ name: 'Kit', owner_id: 2, species: 'cat' }).execute();
  assert.equal((await db.selectFrom('pet').select('species').where('name', '=', 'Kit').executeTakeFirstOrThrow()).species, 'dog');
  await assert.rejects(db.insertInto('pet').values({ name: 'Cow', owner_id: 1, species: 'cow' }).execute(), { errno: 3819 });
  const gone = await db
    .deleteFrom('pet')
    .using('pet')
    .innerJoin('person', 'person.id', 'pet.owner_id')
    .where('person.first_name', '=', 'Arnold')
    .executeTakeFirst();
  assert.equal(gone.numDeletedRows, 1n);
});

await step('transactions and savepoints', async () => {
  await db.transaction().setIsolationLevel('read committed').execute(async (trx) => {
    await trx.insertInto('person').values({ first_name: 'In' }).execute();
    await trx.selectFrom('person').selectAll().forUpdate().skipLocked().execute();
  });
  await assert.rejects(
    db.transaction().execute(async (trx) => {
      await trx.insertInto('person').values({ first_name: 'Out' }).execute();
      throw new Error('no');
    }),
    /no/,
  );
  const trx = await db.startTransaction().execute();
  await trx.insertInto('person').values({ first_name: 'Kept' }).execute();
  const saved = await trx.savepoint('one').execute();
  await saved.insertInto('person').values({ first_name: 'Undone' }).execute();
  await saved.rollbackToSavepoint('one').execute();
  await trx.commit().execute();
  const names = (await db.selectFrom('person').select('first_name').execute()).map((row) => row.first_name).toSorted(compare);
  assert.deepEqual(names, ['Arnold', 'In', 'Jennifer', 'Kept']);
});

await step('streams', async () => {
  let rows = 0;
  for await (const row of db.selectFrom('person').selectAll().stream(2)) if (row.id > 0) rows++;
  assert.equal(rows, 4);
});

await db.destroy();
finish();
