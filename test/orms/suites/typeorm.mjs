import 'reflect-metadata';
import assert from 'node:assert/strict';
import { DataSource, EntitySchema, In, Like, MoreThan, Table, TableColumn, TableForeignKey, TableIndex } from 'typeorm';
import { finish, server, step } from './steps.mjs';

const User = new EntitySchema({
  name: 'User',
  columns: {
    id: { type: Number, primary: true, generated: true },
    name: { type: String, length: 80 },
    email: { type: String, unique: true, nullable: true },
    role: { type: 'enum', enum: ['admin', 'writer'], default: 'writer' },
    settings: { type: 'json', nullable: true },
    tags: { type: 'simple-array', nullable: true },
    balance: { type: 'decimal', precision: 12, scale: 2, default: 0 },
    born: { type: 'date', nullable: true },
    active: { type: Boolean, default: true },
    seen: { type: 'datetime', precision: 3, nullable: true },
    created: { type: 'timestamp', createDate: true },
    updated: { type: Date, updateDate: true },
    deleted: { type: Date, deleteDate: true },
    version: { type: Number, version: true },
  },
  indices: [{ columns: ['role', 'name'] }],
  relations: { posts: { type: 'one-to-many', target: 'Post', inverseSide: 'author', cascade: true } },
});
const Post = new EntitySchema({
  name: 'Post',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment' },
    uuid: { type: String, generated: 'uuid' },
    title: { type: String },
    body: { type: 'longtext', nullable: true },
    shout: { type: String, asExpression: 'UPPER(`title`)', generatedType: 'STORED', nullable: true },
  },
  relations: {
    author: { type: 'many-to-one', target: 'User', inverseSide: 'posts', onDelete: 'CASCADE', joinColumn: true },
    labels: { type: 'many-to-many', target: 'Label', joinTable: true, cascade: true },
  },
});
const Label = new EntitySchema({
  name: 'Label',
  columns: { id: { type: Number, primary: true, generated: true }, text: { type: String, length: 30, unique: true } },
});

class AddNotes1700000000000 {
  name = 'AddNotes1700000000000';
  async up(q) {
    await q.createTable(
      new Table({
        name: 'notes',
        columns: [
          { name: 'id', type: 'int', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
          { name: 'text', type: 'varchar', length: '100' },
          { name: 'user_id', type: 'int', isNullable: true },
        ],
      }),
      true,
    );
    await q.addColumn('notes', new TableColumn({ name: 'stars', type: 'tinyint', default: '3' }));
    await q.changeColumn('notes', 'text', new TableColumn({ name: 'content', type: 'varchar', length: '100' }));
    await q.createIndex('notes', new TableIndex({ name: 'by_stars', columnNames: ['stars'] }));
    await q.createForeignKey(
      'notes',
      new TableForeignKey({ name: 'of_user', columnNames: ['user_id'], referencedColumnNames: ['id'], referencedTableName: 'user' }),
    );
  }
  async down(q) {
    await q.dropForeignKey('notes', 'of_user');
    await q.dropIndex('notes', 'by_stars');
    await q.dropTable('notes');
  }
}

const source = new DataSource({
  type: 'mysql',
  host: server.host,
  port: server.port,
  username: server.user,
  password: server.password,
  database: server.database,
  entities: [User, Post, Label],
  migrations: [AddNotes1700000000000],
  timezone: 'Z',
});

await step('connect and create the schema', async () => {
  await source.initialize();
  await source.synchronize();
});

await step('the schema reads back as it was made', async () => {
  const { upQueries } = await source.driver.createSchemaBuilder().log();
  assert.deepEqual(upQueries.map(({ query }) => query), []);
});

await step('migrations up, down and up', async () => {
  assert.equal((await source.runMigrations()).length, 1);
  await source.undoLastMigration();
  assert.equal((await source.runMigrations()).length, 1);
  const runner = source.createQueryRunner();
  const table = await runner.getTable('notes');
  assert.deepEqual(table.columns.map(({ name, type, default: value }) => [name, type, value]), [
    ['id', 'int', undefined],
    ['content', 'varchar', undefined],
    ['user_id', 'int', undefined],
    ['stars', 'tinyint', "'3'"],
  ]);
  assert.deepEqual(table.foreignKeys.map(({ name, referencedTableName }) => [name, referencedTableName]), [['of_user', 'user']]);
  assert.deepEqual(table.indices.map(({ name }) => name), ['by_stars']);
  await runner.release();
});

await step('save, find, update, delete', async () => {
  const users = source.getRepository('User');
  const ann = await users.save({
    name: 'Ann',
    email: 'a@x',
    settings: { deep: [1, { a: null }] },
    tags: ['x', 'y'],
    balance: '12.30',
    born: '2000-02-29',
    seen: new Date('2024-05-06T07:08:09.123Z'),
  });
  const found = await users.findOneByOrFail({ id: ann.id });
  assert.deepEqual(found.settings, { deep: [1, { a: null }] });
  assert.deepEqual(found.tags, ['x', 'y']);
  assert.equal(found.balance, '12.30');
  assert.equal(found.born, '2000-02-29');
  assert.equal(found.seen.toISOString(), '2024-05-06T07:08:09.123Z');
  assert.equal(found.version, 1);
  found.name = 'Anna';
  await users.save(found);
  assert.equal((await users.findOneByOrFail({ id: ann.id })).version, 2);
  await users.insert([{ name: 'Bob', email: 'b@x', role: 'admin' }, { name: 'Cid', email: 'c@x' }]);
  await users.upsert({ name: 'Bobby', email: 'b@x' }, ['email']);
  await users.increment({ email: 'b@x' }, 'balance', 7);
  assert.equal((await users.findOneByOrFail({ email: 'b@x' })).balance, '7.00');
  await users.softDelete({ email: 'c@x' });
  assert.equal(await users.count(), 2);
  assert.equal(await users.count({ withDeleted: true }), 3);
  assert.equal((await users.find({ where: [{ name: Like('An%') }, { id: In([99]) }] })).length, 1);
  await assert.rejects(users.insert({ name: 'Dup', email: 'a@x' }), { code: 'ER_DUP_ENTRY' });
});

await step('relations', async () => {
  const users = source.getRepository('User');
  const posts = source.getRepository('Post');
  const ann = await users.findOneByOrFail({ email: 'a@x' });
  await posts.save([
    { title: 'One', author: ann, labels: [{ text: 'red' }, { text: 'blue' }] },
    { title: 'Two', author: ann, body: 'y'.repeat(70_000) },
  ]);
  const loaded = await users.find({ relations: { posts: { labels: true } }, order: { id: 'ASC', posts: { id: 'ASC' } } });
  assert.deepEqual(loaded[0].posts.map(({ title, shout, labels }) => [title, shout, labels.length]), [
    ['One', 'ONE', 2],
    ['Two', 'TWO', 0],
  ]);
  const [page, total] = await posts.findAndCount({ relations: { author: true }, take: 1, skip: 1, order: { id: 'ASC' } });
  assert.equal(total, 2);
  assert.equal(page[0].author.email, 'a@x');
  const rows = await posts
    .createQueryBuilder('p')
    .innerJoin('p.author', 'a')
    .select('a.name', 'name')
    .addSelect('COUNT(*)', 'n')
    .groupBy('a.id')
    .having('COUNT(*) > :least', { least: 1 })
    .getRawMany();
  assert.deepEqual(rows, [{ name: 'Anna', n: '2' }]);
  const deleted = await users.createQueryBuilder().delete().where({ id: MoreThan(1000) }).execute();
  assert.equal(deleted.affected, 0);
});

await step('transactions and locks', async () => {
  await source.transaction('READ COMMITTED', async (manager) => {
    const bob = await manager.findOne('User', { where: { email: 'b@x' }, lock: { mode: 'pessimistic_write' } });
    bob.name = 'Robert';
    await manager.save('User', bob);
    await manager
      .transaction(async (inner) => {
        await inner.insert('User', { name: 'Undone', email: 'u@x' });
        throw new Error('undo');
      })
      .catch(() => undefined);
  });
  await assert.rejects(
    source.transaction(async (manager) => {
      await manager.insert('User', { name: 'Out', email: 'o@x' });
      throw new Error('no');
    }),
    /no/,
  );
  const names = (await source.getRepository('User').find({ order: { name: 'ASC' } })).map(({ name }) => name);
  assert.deepEqual(names, ['Anna', 'Robert']);
});

await step('drop and create again', async () => {
  await source.dropDatabase();
  await source.synchronize();
});

await source.destroy();
finish();
