/** Random tables: types, nullability, keys, generated columns, character sets, and small data full of NULLs, duplicates and edges. */
import type { Random } from './random.ts';

/** What an expression gives, as far as the generator cares. */
export type Kind = 'integer' | 'decimal' | 'double' | 'string' | 'date' | 'datetime' | 'time' | 'json';

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

export interface Schema {
  readonly tables: readonly Table[];
  /** CREATE TABLE …, INSERT … , one row each, so that a case can lose rows. */
  readonly statements: readonly string[];
}

interface TypeChoice {
  readonly kind: Kind;
  readonly type: string;
  readonly literal: (random: Random) => string;
  readonly coarse?: boolean;
  readonly indexable?: boolean;
}

const WORDS = [
  '',
  'a',
  'A',
  'b',
  'ab',
  'Ab',
  'á',
  'b ',
  'abc',
  '10',
  '1.5',
  '-3',
  '0',
  'zz',
  'ß',
  'x_y',
  '%',
  '2020-01-02',
  '日本',
];
const DATES = [
  '1000-01-01',
  '1999-12-31',
  '2000-02-29',
  '2020-01-01',
  '2020-01-02',
  '2021-06-15',
  '2038-01-19',
  '9999-12-31',
];
const TIMES = ['00:00:00', '00:00:01', '12:34:56', '23:59:59', '-01:30:00', '100:00:00', '838:59:59'];

export const literalOf: Readonly<Record<Kind, (random: Random) => string>> = {
  integer: (random) =>
    String(
      random.weighted([
        [8, random.between(-3, 10)],
        [3, random.between(-200, 200)],
        [1, random.pick([127, -128, 255, 32767, 65535, 2147483647, -2147483648])],
      ]),
    ),
  decimal: (random) => (random.between(-2000, 2000) / random.pick([10, 100, 1000])).toFixed(random.between(1, 3)),
  double: (random) =>
    `${random.pick(['0', '1', '-1', '0.5', '2.25', '-7.75', '100.125', '3'])}e${random.pick(['0', '0', '1', '-2', '3'])}`,
  string: (random) => `'${random.pick(WORDS)}'`,
  date: (random) => `DATE'${random.pick(DATES)}'`,
  datetime: (random) => `TIMESTAMP'${random.pick(DATES)} ${random.pick(['00:00:00', '01:02:03', '23:59:59'])}'`,
  time: (random) => `TIME'${random.pick(TIMES)}'`,
  json: (random) =>
    `CAST('${random.pick(['1', '"a"', 'null', '[1,2]', '{"a":1}', '{"a":"b","c":[1]}', 'true', '1.5'])}' AS JSON)`,
};

function small(low: number, high: number): (random: Random) => string {
  return (random) =>
    String(random.chance(0.75) ? random.between(Math.max(low, -3), Math.min(high, 10)) : random.pick([low, high]));
}

const TYPES: readonly (readonly [number, TypeChoice])[] = [
  [6, { kind: 'integer', type: 'INT', literal: small(-2147483648, 2147483647) }],
  [3, { kind: 'integer', type: 'BIGINT', literal: small(-3, 10) }],
  [2, { kind: 'integer', type: 'TINYINT', literal: small(-128, 127) }],
  [1, { kind: 'integer', type: 'SMALLINT UNSIGNED', literal: small(0, 65535) }],
  [1, { kind: 'integer', type: 'INT UNSIGNED', literal: small(0, 4294967295) }],
  [1, { kind: 'integer', type: 'YEAR', literal: (random) => String(random.pick([1901, 1999, 2000, 2020, 2155])) }],
  [1, { kind: 'integer', type: 'BIT(5)', literal: small(0, 31) }],
  [3, { kind: 'decimal', type: 'DECIMAL(10,2)', literal: literalOf.decimal }],
  [1, { kind: 'decimal', type: 'DECIMAL(20,5)', literal: literalOf.decimal }],
  [2, { kind: 'double', type: 'DOUBLE', literal: literalOf.double }],
  [
    1,
    { kind: 'double', type: 'FLOAT', literal: (random) => random.pick(['0', '1', '-1.5', '2.25', '1024', '-0.125']) },
  ],
  [4, { kind: 'string', type: 'VARCHAR(20)', literal: literalOf.string, coarse: true }],
  [2, { kind: 'string', type: 'VARCHAR(20) COLLATE utf8mb4_bin', literal: literalOf.string }],
  [1, { kind: 'string', type: 'VARCHAR(20) COLLATE utf8mb4_general_ci', literal: literalOf.string, coarse: true }],
  [1, { kind: 'string', type: 'CHAR(12)', literal: literalOf.string, coarse: true }],
  [1, { kind: 'string', type: 'TEXT', literal: literalOf.string, coarse: true, indexable: false }],
  [1, { kind: 'string', type: 'VARBINARY(24)', literal: literalOf.string }],
  [
    1,
    {
      kind: 'string',
      type: "ENUM('a','b','zz','abc')",
      literal: (random) => `'${random.pick(['a', 'b', 'zz', 'abc'])}'`,
      coarse: true,
    },
  ],
  [
    1,
    {
      kind: 'string',
      type: "SET('a','b','c')",
      literal: (random) => `'${random.pick(['', 'a', 'a,b', 'c', 'b,c'])}'`,
      coarse: true,
    },
  ],
  [2, { kind: 'date', type: 'DATE', literal: literalOf.date }],
  [2, { kind: 'datetime', type: 'DATETIME', literal: literalOf.datetime }],
  [1, { kind: 'datetime', type: 'DATETIME(3)', literal: literalOf.datetime }],
  [1, { kind: 'time', type: 'TIME', literal: literalOf.time }],
  [1, { kind: 'json', type: 'JSON', literal: literalOf.json, indexable: false }],
];

interface Drafted extends Column {
  readonly literal: (random: Random) => string;
  readonly indexable: boolean;
  readonly definition: string;
}

export function makeSchema(random: Random): Schema {
  const tables: Table[] = [];
  const statements: string[] = [];
  const count = random.between(2, 4);
  for (let place = 0; place < count; place++) {
    const { table, created, inserts } = makeTable(random, `t${place}`);
    tables.push(table);
    statements.push(created, ...inserts);
  }
  return { tables, statements };
}

function makeTable(random: Random, name: string): { table: Table; created: string; inserts: string[] } {
  const columns = Array.from({ length: random.between(2, 6) }, (_, place) => makeColumn(random, `c${place}`));
  const withoutKey = random.chance(0.15);
  const key: Drafted = {
    name: 'id',
    kind: 'integer',
    type: 'INT',
    nullable: false,
    generated: false,
    coarse: false,
    indexable: true,
    literal: () => '',
    definition: '`id` INT NOT NULL',
  };
  if (random.chance(0.3)) columns.push(generatedColumn(random, columns));
  const keyed = columns.filter((column) => column.indexable);
  const lines = [key, ...columns].map((column) => column.definition);
  if (!withoutKey) lines.push('PRIMARY KEY (id)');
  for (let index = random.between(0, 3); index > 0; index--) lines.push(makeIndex(random, keyed, index));
  const written = columns.filter((column) => !column.generated);
  const inserts = Array.from(
    {
      length: random.weighted([
        [1, 0],
        [2, 3],
        [5, 12],
        [2, 30],
      ]),
    },
    (_, row) => {
      const values = written.map((column) => (column.nullable && random.chance(0.2) ? 'NULL' : column.literal(random)));
      return `INSERT INTO ${name} (id${written.map((column) => `, ${column.name}`).join('')}) VALUES (${[row + 1, ...values].join(', ')})`;
    },
  );
  const table: Table = { name, columns: [key, ...columns], primaryKey: withoutKey ? [] : ['id'] };
  return { table, created: `CREATE TABLE ${name} (${lines.join(', ')})`, inserts };
}

function makeColumn(random: Random, name: string): Drafted {
  const choice = random.weighted(TYPES);
  const nullable = random.chance(0.75);
  return {
    name,
    kind: choice.kind,
    type: choice.type,
    nullable,
    generated: false,
    coarse: choice.coarse ?? false,
    indexable: choice.indexable ?? true,
    literal: choice.literal,
    definition: `\`${name}\` ${choice.type}${nullable ? '' : ' NOT NULL'}`,
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
    literal: () => 'DEFAULT',
    definition: `\`g\` ${type} GENERATED ALWAYS AS (${expression}) ${stored}`,
  };
}

function makeIndex(random: Random, columns: readonly Drafted[], place: number): string {
  const chosen = random.some(columns, 1, 3);
  if (chosen.length === 0) return `INDEX k${place} (id)`;
  const parts = chosen.map((column) => `${column.name}${random.chance(0.2) ? ' DESC' : ''}`);
  return `INDEX k${place} (${parts.join(', ')})`;
}
