import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import mysql from 'mysql2/promise';
import { finish, server, skipped, step } from './steps.mjs';

const here = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(here, '.prisma-'));
const url = `mysql://${server.user}:${server.password}@${server.host}:${server.port}/${server.database}`;

const MODELS = `
enum Role {
  ADMIN
  WRITER
}

model User {
  id        Int       @id @default(autoincrement())
  email     String    @unique
  name      String?   @db.VarChar(80)
  role      Role      @default(WRITER)
  settings  Json?
  balance   Decimal   @default(0) @db.Decimal(12, 2)
  active    Boolean   @default(true)
  big       BigInt?
  photo     Bytes?
  createdAt DateTime  @default(now())
  updatedAt DateTime  @updatedAt
  posts     Post[]
  profile   Profile?

  @@index([role, name])
}

model Profile {
  id     Int    @id @default(autoincrement())
  bio    String @db.Text
  user   User   @relation(fields: [userId], references: [id], onDelete: Cascade)
  userId Int    @unique
}

model Post {
  id       String     @id @default(uuid())
  title    String
  views    Int        @default(0)
  author   User       @relation(fields: [authorId], references: [id])
  authorId Int
  tags     Category[]
}

model Category {
  id    Int    @id @default(autoincrement())
  name  String @unique
  posts Post[]
}
`;

// What \`prisma migrate dev\` writes for these models: the schema engine that would write it is a program of its own.
const MIGRATION = `
CREATE TABLE \`User\` (\`id\` INTEGER NOT NULL AUTO_INCREMENT, \`email\` VARCHAR(191) NOT NULL, \`name\` VARCHAR(80) NULL,
  \`role\` ENUM('ADMIN', 'WRITER') NOT NULL DEFAULT 'WRITER', \`settings\` JSON NULL, \`balance\` DECIMAL(12, 2) NOT NULL DEFAULT 0,
  \`active\` BOOLEAN NOT NULL DEFAULT true, \`big\` BIGINT NULL, \`photo\` LONGBLOB NULL,
  \`createdAt\` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), \`updatedAt\` DATETIME(3) NOT NULL,
  UNIQUE INDEX \`User_email_key\`(\`email\`), INDEX \`User_role_name_idx\`(\`role\`, \`name\`), PRIMARY KEY (\`id\`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE \`Profile\` (\`id\` INTEGER NOT NULL AUTO_INCREMENT, \`bio\` TEXT NOT NULL, \`userId\` INTEGER NOT NULL,
  UNIQUE INDEX \`Profile_userId_key\`(\`userId\`), PRIMARY KEY (\`id\`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE \`Post\` (\`id\` VARCHAR(191) NOT NULL, \`title\` VARCHAR(191) NOT NULL, \`views\` INTEGER NOT NULL DEFAULT 0,
  \`authorId\` INTEGER NOT NULL, PRIMARY KEY (\`id\`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE \`Category\` (\`id\` INTEGER NOT NULL AUTO_INCREMENT, \`name\` VARCHAR(191) NOT NULL,
  UNIQUE INDEX \`Category_name_key\`(\`name\`), PRIMARY KEY (\`id\`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE TABLE \`_CategoryToPost\` (\`A\` INTEGER NOT NULL, \`B\` VARCHAR(191) NOT NULL,
  UNIQUE INDEX \`_CategoryToPost_AB_unique\`(\`A\`, \`B\`), INDEX \`_CategoryToPost_B_index\`(\`B\`)) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
ALTER TABLE \`Profile\` ADD CONSTRAINT \`Profile_userId_fkey\` FOREIGN KEY (\`userId\`) REFERENCES \`User\`(\`id\`) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE \`Post\` ADD CONSTRAINT \`Post_authorId_fkey\` FOREIGN KEY (\`authorId\`) REFERENCES \`User\`(\`id\`) ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE \`_CategoryToPost\` ADD CONSTRAINT \`_CategoryToPost_A_fkey\` FOREIGN KEY (\`A\`) REFERENCES \`Category\`(\`id\`) ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE \`_CategoryToPost\` ADD CONSTRAINT \`_CategoryToPost_B_fkey\` FOREIGN KEY (\`B\`) REFERENCES \`Post\`(\`id\`) ON DELETE CASCADE ON UPDATE CASCADE;
`;

function prisma(env, ...args) {
  const run = spawnSync(process.execPath, [join(here, 'node_modules/prisma/build/index.js'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
    env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1', ...env },
  });
  return { status: run.status, output: `${run.stdout}${run.stderr}` };
}

function succeed(env, ...args) {
  const { status, output } = prisma(env, ...args);
  if (status !== 0) throw new Error(`prisma ${args.join(' ')} ended with ${status}:\n${output}`);
  return output;
}

/** Locks, lists and reads as the engine does for MySQL (its describer's and connector's statements). */
async function readSchema() {
  const connection = await mysql.createConnection({ ...server });
  const query = async (sql, ...params) => (await connection.execute(sql, params))[0];
  const { database } = server;
  assert.deepEqual(await query("SELECT GET_LOCK('prisma_migrate', 10) AS l"), [{ l: 1 }]);
  assert.deepEqual(await query('SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name = ?', database), [
    { name: database },
  ]);
  await query(
    'CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at DATETIME(3), migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at DATETIME(3), started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
  );
  const tables = await query(
    "SELECT DISTINCT BINARY table_info.table_name AS table_name, table_info.create_options AS create_options, table_info.table_comment AS table_comment FROM information_schema.tables AS table_info JOIN information_schema.columns AS column_info ON BINARY column_info.table_name = BINARY table_info.table_name WHERE table_info.table_schema = ? AND column_info.table_schema = ? AND table_info.table_type = 'BASE TABLE' ORDER BY BINARY table_info.table_name",
    database,
    database,
  );
  assert.deepEqual(tables.map(({ table_name: name }) => String(name)), [
    'Category',
    'Post',
    'Profile',
    'User',
    '_CategoryToPost',
    '_prisma_migrations',
  ]);
  const columns = await query(
    "SELECT column_name column_name, data_type data_type, column_type full_data_type, character_maximum_length character_maximum_length, numeric_precision numeric_precision, numeric_scale numeric_scale, datetime_precision datetime_precision, column_default column_default, is_nullable is_nullable, extra extra, table_name table_name, IF(column_comment = '', NULL, column_comment) AS column_comment FROM information_schema.columns WHERE table_schema = ? ORDER BY ordinal_position",
    database,
  );
  const user = columns.filter(({ table_name: name }) => name === 'User');
  assert.deepEqual(
    user.map((c) => [c.column_name, c.full_data_type, c.is_nullable, c.column_default, c.extra].join(' ')),
    [
      'id int NO  auto_increment',
      'email varchar(191) NO  ',
      'name varchar(80) YES  ',
      "role enum('ADMIN','WRITER') NO WRITER ",
      'settings json YES  ',
      'balance decimal(12,2) NO 0.00 ',
      'active tinyint(1) NO 1 ',
      'big bigint YES  ',
      'photo longblob YES  ',
      'createdAt datetime(3) NO CURRENT_TIMESTAMP(3) DEFAULT_GENERATED',
      'updatedAt datetime(3) NO  ',
    ],
  );
  const indexes = await query(
    'SELECT DISTINCT BINARY index_name AS index_name, non_unique AS non_unique, BINARY column_name AS column_name, seq_in_index AS seq_in_index, BINARY table_name AS table_name, sub_part AS partial, Binary collation AS column_order, Binary index_type AS index_type FROM INFORMATION_SCHEMA.STATISTICS WHERE table_schema = ? ORDER BY BINARY table_name, BINARY index_name, seq_in_index',
    database,
  );
  assert.deepEqual(
    indexes.filter(({ table_name: name }) => String(name) === 'User').map((i) => `${i.index_name} ${i.column_name} ${i.non_unique}`),
    ['PRIMARY id 0', 'User_email_key email 0', 'User_role_name_idx role 1', 'User_role_name_idx name 1'],
  );
  const keys = await query(
    'SELECT BINARY kcu.constraint_name AS constraint_name, BINARY kcu.column_name AS column_name, BINARY kcu.referenced_table_name AS referenced_table_name, BINARY kcu.referenced_column_name AS referenced_column_name, kcu.ordinal_position AS ordinal_position, BINARY kcu.table_name AS table_name, rc.delete_rule AS delete_rule, rc.update_rule AS update_rule FROM information_schema.key_column_usage AS kcu INNER JOIN information_schema.referential_constraints AS rc ON BINARY kcu.constraint_name = BINARY rc.constraint_name WHERE BINARY kcu.table_schema = ? AND BINARY rc.constraint_schema = ? AND kcu.referenced_column_name IS NOT NULL ORDER BY BINARY kcu.table_schema, BINARY kcu.table_name, BINARY kcu.constraint_name, kcu.ordinal_position',
    database,
    database,
  );
  assert.deepEqual(
    keys.map((k) => `${k.constraint_name} ${k.referenced_table_name}.${k.referenced_column_name} ${k.delete_rule} ${k.update_rule}`),
    [
      'Post_authorId_fkey User.id RESTRICT CASCADE',
      'Profile_userId_fkey User.id CASCADE CASCADE',
      '_CategoryToPost_A_fkey Category.id CASCADE CASCADE',
      '_CategoryToPost_B_fkey Post.id CASCADE CASCADE',
    ],
  );
  assert.deepEqual(
    await query(
      "SELECT BINARY routine_name AS name, routine_definition AS definition FROM information_schema.routines WHERE ROUTINE_SCHEMA = ? AND ROUTINE_TYPE = 'PROCEDURE'",
      database,
    ),
    [],
  );
  assert.deepEqual(
    await query('SELECT BINARY table_name AS view_name, view_definition AS view_sql FROM INFORMATION_SCHEMA.VIEWS WHERE TABLE_SCHEMA = ?', database),
    [],
  );
  assert.deepEqual(await query("SELECT RELEASE_LOCK('prisma_migrate') AS l"), [{ l: 1 }]);
  await connection.end();
}

writeFileSync(
  join(folder, 'schema.prisma'),
  `generator client {\n  provider = "prisma-client"\n  output = "./generated"\n  moduleFormat = "esm"\n}\ndatasource db {\n  provider = "mysql"\n}\n${MODELS}`,
);
writeFileSync(
  join(folder, 'prisma.config.ts'),
  `import { defineConfig } from 'prisma/config';\nexport default defineConfig({ schema: 'schema.prisma', migrations: { path: 'migrations' }, datasource: { url: ${JSON.stringify(url)}, shadowDatabaseUrl: ${JSON.stringify(`${url}_shadow`)} } });\n`,
);

// The schema engine is downloaded when the CLI first runs; generating a client needs none.
const NO_ENGINE = { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true' };
const probe = prisma({}, 'db', 'execute', '--stdin');
const hasEngine = !/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|failed to fetch|Failed to fetch/i.test(probe.output);
const WHY = "Prisma's schema engine is a program downloaded from a host of its own, which cannot be reached here";

if (hasEngine) {
  await step('prisma migrate, and nothing is left to migrate', async () => {
    succeed({}, 'migrate', 'dev', '--name', 'first');
    succeed({}, 'migrate', 'deploy');
    assert.match(succeed({}, 'migrate', 'status'), /up to date/);
  });
  await step('prisma db pull reads the schema back', async () => {
    const pulled = join(folder, 'pulled');
    mkdirSync(pulled);
    succeed({}, 'db', 'pull', '--print', '--force');
    const text = readFileSync(join(folder, 'schema.prisma'), 'utf8');
    assert.match(text, /model User/);
  });
} else {
  skipped('prisma migrate', WHY);
  skipped('prisma db pull', WHY);
  await step('the SQL of the migration', async () => {
    const connection = await mysql.createConnection({ ...server, multipleStatements: true });
    await connection.query(MIGRATION);
    await connection.end();
  });
  await step('the queries by which the schema engine reads a schema', readSchema);
}

let client;
await step('generate the client and connect', async () => {
  succeed(hasEngine ? {} : NO_ENGINE, 'generate');
  const { register } = await import('tsx/esm/api');
  register();
  const { PrismaClient } = await import(pathToFileURL(join(folder, 'generated/client.ts')).href);
  const { host, port, user, password, database } = server;
  client = new PrismaClient({ adapter: new PrismaMariaDb({ host, port, user, password, database, connectionLimit: 4 }) });
  await client.$connect();
});

await step('create, find, update, delete', async () => {
  const ann = await client.user.create({
    data: {
      email: 'a@x',
      name: 'Ann',
      settings: { list: [1, { a: null }] },
      balance: '12.30',
      big: 9007199254740993n,
      photo: Uint8Array.of(0, 1, 255),
    },
  });
  assert.equal(ann.id, 1);
  assert.equal(ann.role, 'WRITER');
  const found = await client.user.findUniqueOrThrow({ where: { email: 'a@x' } });
  assert.deepEqual(found.settings, { list: [1, { a: null }] });
  assert.equal(found.balance.toFixed(2), '12.30');
  assert.equal(found.big, 9007199254740993n);
  assert.deepEqual([...found.photo], [0, 1, 255]);
  assert.ok(Math.abs(found.createdAt.getTime() - Date.now()) < 60_000);
  const many = await client.user.createMany({ data: [{ email: 'b@x', role: 'ADMIN' }, { email: 'c@x' }, { email: 'a@x' }], skipDuplicates: true });
  assert.equal(many.count, 2);
  await client.user.update({ where: { email: 'b@x' }, data: { balance: { increment: 7 }, name: 'Bob' } });
  await client.user.upsert({ where: { email: 'b@x' }, create: { email: 'b@x' }, update: { active: false } });
  const bob = await client.user.findFirstOrThrow({ where: { role: 'ADMIN', active: false } });
  assert.equal(bob.balance.toFixed(2), '7.00');
  await client.user.delete({ where: { email: 'c@x' } });
  assert.equal(await client.user.count({ where: { name: { contains: 'n' } } }), 1);
  assert.equal(await client.user.count(), 2);
  await assert.rejects(client.user.create({ data: { email: 'a@x' } }), { code: 'P2002' });
});

await step('relations', async () => {
  const post = await client.post.create({
    data: {
      title: 'One',
      author: { connect: { email: 'a@x' } },
      tags: { create: [{ name: 'red' }, { name: 'blue' }] },
    },
  });
  await client.post.create({ data: { title: 'Two', authorId: 1, views: 5, tags: { connect: { name: 'red' } } } });
  await client.profile.create({ data: { bio: 'hello', userId: 1 } });
  const users = await client.user.findMany({
    include: { posts: { include: { tags: { orderBy: { name: 'asc' } } }, orderBy: { title: 'asc' } }, profile: true },
    orderBy: { id: 'asc' },
  });
  assert.deepEqual(users[0].posts.map(({ title, tags }) => [title, tags.map(({ name }) => name)]), [
    ['One', ['blue', 'red']],
    ['Two', ['red']],
  ]);
  assert.equal(users[0].profile.bio, 'hello');
  assert.equal(users[1].posts.length, 0);
  assert.equal(await client.user.count({ where: { posts: { some: { tags: { some: { name: 'blue' } } } } } }), 1);
  assert.equal(await client.user.count({ where: { posts: { none: {} } } }), 1);
  const counted = await client.category.findMany({ select: { name: true, _count: { select: { posts: true } } }, orderBy: { name: 'asc' } });
  assert.deepEqual(counted, [
    { name: 'blue', _count: { posts: 1 } },
    { name: 'red', _count: { posts: 2 } },
  ]);
  const grouped = await client.post.groupBy({ by: ['authorId'], _sum: { views: true }, _max: { title: true } });
  assert.deepEqual(grouped, [{ authorId: 1, _sum: { views: 5 }, _max: { title: 'Two' } }]);
  await client.post.update({ where: { id: post.id }, data: { tags: { set: [] } } });
  await assert.rejects(client.post.create({ data: { title: 'No', authorId: 99 } }), { code: 'P2003' });
});

await step('transactions', async () => {
  await client.$transaction(
    async (tx) => {
      await tx.user.update({ where: { id: 1 }, data: { name: 'Anna' } });
      await tx.user.create({ data: { email: 'in@x' } });
    },
    { isolationLevel: 'ReadCommitted' },
  );
  await assert.rejects(
    client.$transaction(async (tx) => {
      await tx.user.create({ data: { email: 'out@x' } });
      throw new Error('no');
    }),
    /no/,
  );
  await assert.rejects(client.$transaction([client.user.create({ data: { email: 'two@x' } }), client.user.create({ data: { email: 'a@x' } })]));
  assert.deepEqual((await client.user.findMany({ orderBy: { email: 'asc' }, select: { email: true } })).map(({ email }) => email), ['a@x', 'b@x', 'in@x']);
});

await step('raw queries', async () => {
  const rows = await client.$queryRaw`SELECT name, balance FROM User WHERE email = ${'a@x'}`;
  assert.equal(rows[0].name, 'Anna');
  assert.equal(await client.$executeRaw`UPDATE User SET active = ${true}`, 3);
});

await client?.$disconnect();
rmSync(folder, { recursive: true, force: true });
finish();
