import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EntityGenerator } from '@mikro-orm/entity-generator';
import { Migrator } from '@mikro-orm/migrations';
import { EntitySchema, LockMode, MikroORM, raw } from '@mikro-orm/mysql';
import { finish, server, step } from './steps.mjs';

const Author = new EntitySchema({
  name: 'Author',
  properties: {
    id: { type: 'number', primary: true },
    name: { type: 'string', length: 80 },
    email: { type: 'string', unique: true },
    role: { enum: true, items: ['admin', 'writer'], type: 'string', default: 'writer' },
    settings: { type: 'json', nullable: true },
    balance: { type: 'decimal', precision: 12, scale: 2, nullable: true },
    born: { type: 'date', nullable: true },
    seenAt: { type: 'datetime', length: 3, nullable: true },
    version: { type: 'number', version: true },
    books: { kind: '1:m', entity: 'Book', mappedBy: 'author', orphanRemoval: true },
  },
  indexes: [{ properties: ['role', 'name'] }],
});
const Book = new EntitySchema({
  name: 'Book',
  properties: {
    id: { type: 'bigint', primary: true },
    title: { type: 'string' },
    body: { type: 'text', nullable: true },
    author: { kind: 'm:1', entity: 'Author', deleteRule: 'cascade' },
    tags: { kind: 'm:n', entity: 'Tag', pivotTable: 'book_tags' },
  },
});
const Tag = new EntitySchema({
  name: 'Tag',
  properties: { id: { type: 'number', primary: true }, name: { type: 'string', length: 30, unique: true } },
});

const folder = mkdtempSync(join(import.meta.dirname, '..', '.mikro-'));
let orm;

await step('connect and migrate from the entities', async () => {
  orm = await MikroORM.init({
    entities: [Author, Book, Tag],
    dbName: server.database,
    host: server.host,
    port: server.port,
    user: server.user,
    password: server.password,
    extensions: [Migrator, EntityGenerator],
    migrations: { path: folder, emit: 'js', snapshot: false, transactional: true },
    timezone: 'Z',
    discovery: { warnWhenNoEntities: false },
  });
  const migrator = orm.getMigrator();
  const { fileName } = await migrator.createInitialMigration();
  assert.match(fileName, /^Migration/);
  // It was created in this process; its file is CommonJS or ESM by Node's rules, so its SQL is run from the generator.
  await orm.schema.createSchema();
});

await step('the schema reads back as it was made', async () => {
  assert.equal((await orm.schema.getUpdateSchemaSQL({ wrap: false })).trim(), '');
});

await step('the entity generator reads the schema', async () => {
  const files = await orm.entityGenerator.generate({ save: false });
  const text = files.join('\n');
  for (const part of ['class Author', 'class Book', 'author!: Author', "enum AuthorRole", 'precision: 12, scale: 2'])
    assert.ok(text.includes(part), `${part} is not in\n${text}`);
});

await step('persist, find, update, remove', async () => {
  const em = orm.em.fork();
  const ann = em.create('Author', {
    name: 'Ann',
    email: 'a@x',
    settings: { list: [1, 2] },
    balance: '12.30',
    born: '2000-02-29',
    seenAt: new Date('2024-05-06T07:08:09.123Z'),
  });
  em.create('Author', { name: 'Bob', email: 'b@x', role: 'admin' });
  await em.flush();
  assert.equal(ann.id, 1);
  const found = await orm.em.fork().findOneOrFail('Author', { email: 'a@x' });
  assert.deepEqual(found.settings, { list: [1, 2] });
  assert.equal(String(found.balance), '12.30');
  assert.equal(found.born, '2000-02-29');
  assert.equal(found.seenAt.toISOString(), '2024-05-06T07:08:09.123Z');
  assert.equal(found.version, 1);
  const again = orm.em.fork();
  const author = await again.findOneOrFail('Author', ann.id);
  author.name = 'Anna';
  await again.flush();
  assert.equal(author.version, 2);
  await again.upsert('Author', { email: 'b@x', name: 'Bobby' });
  assert.equal(await again.nativeUpdate('Author', { role: 'admin' }, { balance: '7.00' }), 1);
  await again.persistAndFlush(again.create('Author', { name: 'Cid', email: 'c@x' }));
  assert.equal(await again.nativeDelete('Author', { email: 'c@x' }), 1);
  assert.equal(await again.count('Author'), 2);
});

await step('relations', async () => {
  const em = orm.em.fork();
  const ann = await em.findOneOrFail('Author', { email: 'a@x' });
  const one = em.create('Book', { title: 'One', author: ann });
  one.tags.add(em.create('Tag', { name: 'red' }), em.create('Tag', { name: 'blue' }));
  em.create('Book', { title: 'Two', author: ann, body: 'z'.repeat(60_000) });
  await em.flush();
  for (const strategy of ['joined', 'select-in']) {
    const [loaded] = await orm.em.fork().find('Author', { books: { title: { $like: '%' } } }, { populate: ['books.tags'], strategy, orderBy: { books: { id: 'asc' } } });
    assert.deepEqual(loaded.books.getItems().map((book) => [book.title, book.tags.length]), [
      ['One', 2],
      ['Two', 0],
    ]);
  }
  const [page, total] = await orm.em.fork().findAndCount('Book', {}, { limit: 1, offset: 1, orderBy: { id: 'asc' }, populate: ['author'] });
  assert.equal(total, 2);
  assert.equal(page[0].author.email, 'a@x');
  const rows = await orm.em.fork().createQueryBuilder('Book', 'b').leftJoin('b.author', 'a').select(['a.email', raw('count(*) as n')]).groupBy('a.id').execute();
  assert.equal(Number(rows[0].n), 2);
});

await step('transactions, savepoints, locks', async () => {
  await orm.em.fork().transactional(async (em) => {
    const bob = await em.findOneOrFail('Author', { email: 'b@x' }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    bob.name = 'Robert';
    await em.flush();
    await em
      .transactional(async (inner) => {
        inner.create('Author', { name: 'Undone', email: 'u@x' });
        await inner.flush();
        throw new Error('undo');
      })
      .catch(() => undefined);
  });
  await assert.rejects(
    orm.em.fork().transactional(async (em) => {
      em.create('Author', { name: 'Out', email: 'a@x' });
      await em.flush();
    }),
    { name: 'UniqueConstraintViolationException' },
  );
  const first = orm.em.fork();
  const second = orm.em.fork();
  const mine = await first.findOneOrFail('Author', { email: 'a@x' });
  const yours = await second.findOneOrFail('Author', { email: 'a@x' });
  mine.name = 'First';
  await first.flush();
  yours.name = 'Second';
  await assert.rejects(second.flush(), { name: 'OptimisticLockError' });
  assert.deepEqual((await orm.em.fork().find('Author', {}, { orderBy: { name: 'asc' } })).map(({ name }) => name), ['First', 'Robert']);
});

await step('change the schema, then drop it', async () => {
  await orm.em.getConnection().execute('ALTER TABLE `book` DROP COLUMN `body`');
  const sql = await orm.schema.getUpdateSchemaSQL({ wrap: false });
  assert.match(sql, /alter table `book` add `body` text null/);
  await orm.schema.updateSchema();
  assert.equal((await orm.schema.getUpdateSchemaSQL({ wrap: false })).trim(), '');
  await orm.schema.dropSchema();
});

await orm.close();
rmSync(folder, { recursive: true, force: true });
finish();
