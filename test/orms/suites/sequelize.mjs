import assert from 'node:assert/strict';
import { DataTypes, Op, Sequelize, Transaction } from 'sequelize';
import { finish, server, step } from './steps.mjs';

const sequelize = new Sequelize(server.database, server.user, server.password, {
  host: server.host,
  port: server.port,
  dialect: 'mysql',
  logging: false,
  timezone: '+02:00',
});

const User = sequelize.define(
  'User',
  {
    name: { type: DataTypes.STRING(80), allowNull: false },
    email: { type: DataTypes.STRING, unique: true },
    settings: DataTypes.JSON,
    balance: { type: DataTypes.DECIMAL(12, 2), defaultValue: 0 },
    birthday: DataTypes.DATEONLY,
    kind: { type: DataTypes.ENUM('person', 'robot'), defaultValue: 'person' },
    token: { type: DataTypes.UUID, defaultValue: DataTypes.UUIDV4 },
    photo: DataTypes.BLOB,
    seenAt: DataTypes.DATE(3),
    big: DataTypes.BIGINT.UNSIGNED,
    active: { type: DataTypes.BOOLEAN, defaultValue: true },
  },
  { paranoid: true, indexes: [{ fields: ['kind', { name: 'name', order: 'DESC' }] }] },
);
const Post = sequelize.define('Post', { title: DataTypes.STRING, body: DataTypes.TEXT('long') });
const Tag = sequelize.define('Tag', { name: { type: DataTypes.STRING(30), primaryKey: true } }, { timestamps: false });
User.hasMany(Post, { foreignKey: { name: 'authorId', allowNull: false }, onDelete: 'CASCADE' });
Post.belongsTo(User, { as: 'author', foreignKey: 'authorId' });
Post.belongsToMany(Tag, { through: 'PostTags' });
Tag.belongsToMany(Post, { through: 'PostTags' });

await step('authenticate and create the schema', async () => {
  await sequelize.authenticate();
  await sequelize.sync({ force: true });
});

await step('sync with alter changes nothing twice', async () => {
  await sequelize.sync({ alter: true });
  const before = await sequelize.getQueryInterface().showIndex('Users');
  await sequelize.sync({ alter: true });
  const after = await sequelize.getQueryInterface().showIndex('Users');
  assert.ok(after.length >= before.length);
});

await step('introspection', async () => {
  const described = await sequelize.getQueryInterface().describeTable('Users');
  assert.equal(described.balance.type, 'DECIMAL(12,2)');
  assert.equal(described.name.allowNull, false);
  assert.equal(described.id.autoIncrement, true);
  assert.equal(described.kind.defaultValue, 'person');
  assert.deepEqual(await sequelize.getQueryInterface().showAllTables(), ['Posts', 'PostTags', 'Tags', 'Users'].sort());
  const keys = await sequelize.getQueryInterface().getForeignKeyReferencesForTable('Posts');
  assert.deepEqual(
    keys.map(({ columnName, referencedTableName, referencedColumnName }) => [columnName, referencedTableName, referencedColumnName]),
    [['authorId', 'Users', 'id']],
  );
});

await step('migrations by the query interface', async () => {
  const query = sequelize.getQueryInterface();
  await query.createTable('notes', { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true }, text: DataTypes.STRING });
  await query.addColumn('notes', 'stars', { type: DataTypes.INTEGER, defaultValue: 3, allowNull: false });
  await query.renameColumn('notes', 'text', 'content');
  await query.changeColumn('notes', 'content', { type: DataTypes.STRING(40), allowNull: false });
  await query.addIndex('notes', ['stars'], { name: 'by_stars' });
  await query.addConstraint('notes', { type: 'unique', fields: ['content'], name: 'one_content' });
  await query.bulkInsert('notes', [{ content: 'a', stars: 1 }, { content: 'b', stars: 5 }]);
  await query.removeIndex('notes', 'by_stars');
  assert.deepEqual(Object.keys(await query.describeTable('notes')), ['id', 'content', 'stars']);
  await query.dropTable('notes');
});

await step('create, find, update, destroy', async () => {
  const ann = await User.create({
    name: 'Ann',
    email: 'ann@x',
    settings: { theme: 'dark', list: [1, 2] },
    balance: '12.34',
    birthday: '2000-02-29',
    photo: Buffer.from([0, 1, 255]),
    seenAt: new Date('2024-05-06T07:08:09.123Z'),
    big: '18446744073709551615',
  });
  const found = await User.findByPk(ann.id);
  assert.deepEqual(found.settings, { theme: 'dark', list: [1, 2] });
  assert.equal(found.balance, '12.34');
  assert.equal(found.birthday, '2000-02-29');
  assert.equal(found.seenAt.toISOString(), '2024-05-06T07:08:09.123Z');
  assert.equal(String(found.big), '18446744073709551615');
  assert.deepEqual([...found.photo], [0, 1, 255]);
  assert.equal(found.active, true);
  await found.update({ name: 'Anna' });
  await User.increment({ balance: 5 }, { where: { id: ann.id } });
  assert.equal((await User.findOne({ where: { email: 'ann@x' } })).balance, '17.34');
  const [, created] = await User.findOrCreate({ where: { email: 'bob@x' }, defaults: { name: 'Bob' } });
  assert.equal(created, true);
  await User.bulkCreate([{ name: 'Cid', email: 'c@x' }, { name: 'Anna 2', email: 'ann@x' }], { updateOnDuplicate: ['name'] });
  assert.equal((await User.findByPk(ann.id)).name, 'Anna 2');
  await User.destroy({ where: { email: 'c@x' } });
  assert.equal(await User.count(), 2);
  assert.equal(await User.count({ paranoid: false }), 3);
});

await step('relations', async () => {
  const ann = await User.findOne({ where: { email: 'ann@x' } });
  const post = await ann.createPost({ title: 'Hello', body: 'x'.repeat(70_000) });
  await ann.createPost({ title: 'Again' });
  await Tag.bulkCreate([{ name: 'red' }, { name: 'blue' }]);
  await post.addTags(['red', 'blue']);
  const loaded = await User.findAll({
    include: [{ model: Post, include: [Tag], required: false, where: { title: { [Op.like]: 'H%' } } }],
    order: [['id', 'ASC'], [Post, Tag, 'name', 'ASC']],
  });
  assert.deepEqual(loaded[0].Posts[0].Tags.map(({ name }) => name), ['blue', 'red']);
  assert.equal(loaded[1].Posts.length, 0);
  const page = await Post.findAndCountAll({ include: ['author'], limit: 1, offset: 1, order: [['id', 'ASC']] });
  assert.equal(page.count, 2);
  assert.equal(page.rows[0].author.email, 'ann@x');
  const sums = await Post.findAll({
    attributes: ['authorId', [sequelize.fn('COUNT', sequelize.col('id')), 'posts']],
    group: ['authorId'],
    having: sequelize.where(sequelize.fn('COUNT', sequelize.col('id')), { [Op.gt]: 1 }),
    raw: true,
  });
  assert.deepEqual(sums, [{ authorId: ann.id, posts: 2 }]);
  const dark = await User.findAll({ where: { 'settings.theme': 'dark' } });
  assert.equal(dark.length, 1);
});

await step('transactions', async () => {
  await sequelize.transaction({ isolationLevel: Transaction.ISOLATION_LEVELS.READ_COMMITTED }, async (transaction) => {
    const bob = await User.findOne({ where: { email: 'bob@x' }, lock: transaction.LOCK.UPDATE, transaction });
    await bob.update({ name: 'Robert' }, { transaction });
  });
  await assert.rejects(
    sequelize.transaction(async (transaction) => {
      await User.create({ name: 'Out', email: 'out@x' }, { transaction });
      await User.create({ name: 'Twice', email: 'ann@x' }, { transaction });
    }),
    { name: 'SequelizeUniqueConstraintError' },
  );
  assert.equal(await User.count({ where: { email: 'out@x' } }), 0);
  await assert.rejects(Post.create({ title: 'x', authorId: 999 }), { name: 'SequelizeForeignKeyConstraintError' });
});

await sequelize.close();
finish();
