/** Random tables: types, nullability, keys and indexes of all sorts, generated columns, checks, partitions, and small data full of NULLs and duplicates. */
import { type Family, type Kind, makeFamily, makeType } from './column-types.ts';
import type { Random } from './random.ts';

export { type Kind, literalOf } from './column-types.ts';

export interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly type: string;
  readonly nullable: boolean;
  readonly generated: boolean;
  /** Of a string whose equality is coarser than its bytes. */
  readonly coarse: boolean;
}

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly string[];
}

/** What the columns of a schema may be compared with. */
export interface Schema {
  readonly family: Family;
  readonly tables: readonly Table[];
  /** CREATE TABLE …, INSERT … , one row each, so that a case can lose rows. */
  readonly statements: readonly string[];
}

interface Drafted extends Column {
  readonly literal: (random: Random, family: Family) => string;
  readonly indexable: boolean;
  readonly long: boolean;
  readonly definition: string;
}

export function makeSchema(random: Random): Schema {
  const family = makeFamily(random);
  const tables: Table[] = [];
  const statements: string[] = [];
  const count = random.between(2, 4);
  for (let place = 0; place < count; place++) {
    const { table, created, inserts } = makeTable(random, `t${place}`, family);
    tables.push(table);
    statements.push(created, ...inserts);
  }
  return { family, tables, statements };
}

const KEY: Drafted = {
  name: 'id',
  kind: 'integer',
  type: 'INT',
  nullable: false,
  generated: false,
  coarse: false,
  indexable: true,
  long: false,
  literal: () => '',
  definition: '`id` INT NOT NULL',
};

function makeTable(random: Random, name: string, family: Family): { table: Table; created: string; inserts: string[] } {
  const columns = Array.from({ length: random.between(2, 6) }, (_, place) => makeColumn(random, `c${place}`, family));
  const withoutKey = random.chance(0.15);
  if (random.chance(0.3)) columns.push(generatedColumn(random, columns));
  const partitions = random.chance(0.15) ? random.pick(PARTITIONS) : '';
  const keyed = columns.filter((column) => column.indexable);
  const lines = [KEY, ...columns].map((column) => column.definition);
  if (!withoutKey) lines.push('PRIMARY KEY (id)');
  for (let index = random.between(0, 3); index > 0; index--)
    lines.push(makeIndex(random, keyed, `k${index}`, partitions === '' && random.chance(0.08)));
  const rows = random.weighted([
    [1, 0],
    [2, 3],
    [5, 12],
    [2, 30],
  ]);
  const inserts = Array.from({ length: rows }, (_, row) => makeInsert(random, name, columns, row + 1, family));
  const table: Table = { name, columns: [KEY, ...columns], primaryKey: withoutKey ? [] : ['id'] };
  const created = `CREATE TABLE ${name} (${lines.join(', ')}) COLLATE ${family.collation}${partitions}`;
  return { table, created, inserts };
}

const PARTITIONS = [
  ' PARTITION BY HASH (id) PARTITIONS 3',
  ' PARTITION BY KEY (id) PARTITIONS 2',
  ' PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (4), PARTITION p1 VALUES LESS THAN (9), PARTITION p2 VALUES LESS THAN MAXVALUE)',
];

function makeInsert(random: Random, table: string, columns: readonly Drafted[], id: number, family: Family): string {
  const written = columns.filter((column) => !column.generated);
  const values = written.map((column) =>
    column.nullable && random.chance(0.2) ? 'NULL' : column.literal(random, family),
  );
  const names = ['id', ...written.map((column) => column.name)].join(', ');
  return `INSERT INTO ${table} (${names}) VALUES (${[id, ...values].join(', ')})`;
}

function makeColumn(random: Random, name: string, family: Family): Drafted {
  const choice = makeType(random, family);
  const nullable = random.chance(0.75);
  return {
    name,
    kind: choice.kind,
    type: choice.type,
    nullable,
    generated: false,
    coarse: choice.coarse ?? false,
    indexable: choice.indexable ?? true,
    long: choice.long ?? false,
    literal: choice.literal,
    definition: `\`${name}\` ${choice.type}${nullable ? ' NULL' : ' NOT NULL'}`,
  };
}

function generatedColumn(random: Random, columns: readonly Drafted[]): Drafted {
  const source = random.pick(columns);
  const [type, expression, kind]: readonly [string, string, Kind] =
    source.kind === 'string'
      ? ['INT', `CHAR_LENGTH(${source.name})`, 'integer']
      : source.kind === 'integer'
        ? ['BIGINT', `${source.name} % 7`, 'integer']
        : ['VARCHAR(64)', `CONCAT('<', ${source.name}, '>')`, 'string'];
  const stored = random.chance(0.5) ? 'STORED' : 'VIRTUAL';
  return {
    name: 'g',
    kind,
    type,
    nullable: true,
    generated: true,
    coarse: false,
    indexable: true,
    long: false,
    literal: () => 'DEFAULT',
    definition: `\`g\` ${type} GENERATED ALWAYS AS (${expression}) ${stored}`,
  };
}

function makeIndex(random: Random, columns: readonly Drafted[], name: string, unique: boolean): string {
  const chosen = random.some(columns, 1, 3);
  if (chosen.length === 0) return `INDEX ${name} (id)`;
  const parts = chosen.map((column) => `${keyPart(random, column)}${random.chance(0.2) ? ' DESC' : ''}`);
  return `${unique ? 'UNIQUE ' : ''}INDEX ${name} (${parts.join(', ')})`;
}

function keyPart(random: Random, column: Drafted): string {
  if (column.long) return `${column.name}(5)`;
  const { type, name, kind } = column;
  if (/^VAR/.test(type) && random.chance(0.2)) return `${name}(3)`;
  if (kind === 'integer' && /^(?:INT|TINYINT|MEDIUMINT)$/.test(type) && random.chance(0.1)) return `(${name} + 1)`;
  return name;
}
