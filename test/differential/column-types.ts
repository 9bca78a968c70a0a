/** The types that random columns have, and literals of each kind: small numbers, NULLs, duplicates and the edges of ranges. */
import type { Random } from './random.ts';

/** What an expression gives, as far as the generator cares. */
export type Kind = 'integer' | 'decimal' | 'double' | 'string' | 'date' | 'datetime' | 'time' | 'json';

/** The collations of a schema's text columns. */
export interface Family {
  /** Several collations beside each other. */
  readonly mixed: boolean;
  /** The default of its tables. */
  readonly collation: string;
}

export interface TypeChoice {
  readonly kind: Kind;
  readonly type: string;
  readonly literal: (random: Random, family: Family) => string;
  readonly coarse?: boolean;
  /** Needs a prefix length in an index. */
  readonly long?: boolean;
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
/** Some collations ignore spaces at the end: where they meet others, MySQL's answer depends on the index it takes. */
const TRIMMED_WORDS = WORDS.filter((word) => !word.endsWith(' '));
const ASCII_WORDS = TRIMMED_WORDS.filter((word) => /^[ -~]*$/.test(word));

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
const TIMES = ['00:00:00', '00:00:01', '12:34:56', '23:59:59', '-01:30:00', '100:00:00', '838:59:59', '10:11:12.5'];
const CLOCKS = ['00:00:00', '01:02:03', '23:59:59', '12:00:00.25', '06:07:08.999999'];
const DOCUMENTS = [
  '1',
  '"a"',
  'null',
  '[1,2]',
  '{"a":1}',
  '{"a":"b","c":[1]}',
  'true',
  '1.5',
  '[]',
  '[1,[2,{"a":3}],"x"]',
  '{"a":{"b":[1,2]}}',
];

export const literalOf: Readonly<Record<Kind, (random: Random) => string>> = {
  integer: (random) =>
    String(
      random.weighted<number | string>([
        [24, random.between(-3, 10)],
        [9, random.between(-200, 200)],
        [3, random.pick([127, -128, 255, 32767, 65535, 2147483647, -2147483648])],
        [1, random.pick(['9223372036854775807', '-9223372036854775808', '18446744073709551615', '4294967296'])],
      ]),
    ),
  decimal: (random) => (random.between(-2000, 2000) / random.pick([10, 100, 1000])).toFixed(random.between(1, 3)),
  double: (random) =>
    `${random.pick(['0', '1', '-1', '0.5', '2.25', '-7.75', '100.125', '3'])}e${random.pick(['0', '0', '1', '-2', '3'])}`,
  string: (random) => `'${random.pick(WORDS)}'`,
  date: (random) => `DATE'${random.pick(DATES)}'`,
  datetime: (random) => `TIMESTAMP'${random.pick(DATES)} ${random.pick(CLOCKS)}'`,
  time: (random) => `TIME'${random.pick(TIMES)}'`,
  json: (random) => `CAST('${random.pick(DOCUMENTS)}' AS JSON)`,
};

function small(low: number, high: number): (random: Random) => string {
  return (random) =>
    String(random.chance(0.75) ? random.between(Math.max(low, -3), Math.min(high, 10)) : random.pick([low, high]));
}

function oneOf(...choices: readonly string[]): (random: Random) => string {
  return (random) => random.pick(choices);
}

function word(random: Random, family: Family): string {
  return `'${random.pick(family.mixed ? TRIMMED_WORDS : WORDS)}'`;
}

function text(type: string, coarse = true): TypeChoice {
  return { kind: 'string', type, literal: word, coarse };
}

const COLLATIONS = [
  'utf8mb4_0900_ai_ci',
  'utf8mb4_0900_ai_ci',
  'utf8mb4_0900_ai_ci',
  'utf8mb4_bin',
  'utf8mb4_general_ci',
  'utf8mb4_unicode_ci',
  'utf8mb4_0900_as_cs',
  'utf8mb4_0900_bin',
];

export function makeFamily(random: Random): Family {
  const mixed = random.chance(0.2);
  return { mixed, collation: mixed ? 'utf8mb4_0900_ai_ci' : random.pick(COLLATIONS) };
}

const MIXED_TEXTS: readonly (readonly [number, TypeChoice])[] = [
  [2, text('VARCHAR(20) COLLATE utf8mb4_bin')],
  [1, text('VARCHAR(20) COLLATE utf8mb4_general_ci')],
  [1, { ...text('VARCHAR(20) CHARACTER SET latin1'), literal: (random) => `'${random.pick(ASCII_WORDS)}'` }],
];

const TYPES: readonly (readonly [number, TypeChoice])[] = [
  [6, { kind: 'integer', type: 'INT', literal: small(-2147483648, 2147483647) }],
  [3, { kind: 'integer', type: 'BIGINT', literal: small(-3, 10) }],
  [2, { kind: 'integer', type: 'TINYINT', literal: small(-128, 127) }],
  [1, { kind: 'integer', type: 'SMALLINT UNSIGNED', literal: small(0, 65535) }],
  [1, { kind: 'integer', type: 'MEDIUMINT', literal: small(-8388608, 8388607) }],
  [1, { kind: 'integer', type: 'INT UNSIGNED', literal: small(0, 4294967295) }],
  [
    1,
    {
      kind: 'integer',
      type: 'BIGINT UNSIGNED',
      literal: oneOf('0', '1', '2', '7', '9223372036854775808', '18446744073709551615', '9007199254740993'),
    },
  ],
  [1, { kind: 'integer', type: 'YEAR', literal: oneOf('1901', '1999', '2000', '2020', '2155') }],
  [1, { kind: 'integer', type: 'BIT(5)', literal: small(0, 31) }],
  [3, { kind: 'decimal', type: 'DECIMAL(10,2)', literal: literalOf.decimal }],
  [1, { kind: 'decimal', type: 'DECIMAL(20,5)', literal: literalOf.decimal }],
  [
    1,
    {
      kind: 'decimal',
      type: 'DECIMAL(40,12)',
      literal: oneOf('0', '1.5', '-0.000000000001', '1234567890123456789012345.123456789012', '-99999999999999.5'),
    },
  ],
  [2, { kind: 'double', type: 'DOUBLE', literal: literalOf.double }],
  [1, { kind: 'double', type: 'FLOAT', literal: oneOf('0', '1', '-1.5', '2.25', '1024', '-0.125') }],
  [4, text('VARCHAR(20)')],
  [1, text('CHAR(12)')],
  [1, { ...text('TEXT'), long: true }],
  [1, { kind: 'string', type: 'VARBINARY(24)', literal: word }],
  [
    1,
    { kind: 'string', type: "ENUM('a','b','zz','abc')", literal: oneOf("'a'", "'b'", "'zz'", "'abc'"), coarse: true },
  ],
  [1, { kind: 'string', type: "SET('a','b','c')", literal: oneOf("''", "'a'", "'a,b'", "'c'", "'b,c'"), coarse: true }],
  [2, { kind: 'date', type: 'DATE', literal: literalOf.date }],
  [2, { kind: 'datetime', type: 'DATETIME', literal: literalOf.datetime }],
  [1, { kind: 'datetime', type: 'DATETIME(3)', literal: literalOf.datetime }],
  [1, { kind: 'datetime', type: 'DATETIME(6)', literal: literalOf.datetime }],
  [
    1,
    {
      kind: 'datetime',
      type: 'TIMESTAMP(2)',
      literal: oneOf("'2020-01-01 01:02:03'", "'2020-01-02 00:00:00.55'", "'1999-12-31 23:59:59'"),
    },
  ],
  [1, { kind: 'time', type: 'TIME', literal: literalOf.time }],
  [1, { kind: 'time', type: 'TIME(3)', literal: literalOf.time }],
  [1, { kind: 'json', type: 'JSON', literal: literalOf.json, indexable: false }],
];

export function makeType(random: Random, family: Family): TypeChoice {
  const choice = random.weighted(family.mixed ? [...TYPES, ...MIXED_TEXTS] : TYPES);
  return family.collation.endsWith('0900_bin') ? { ...choice, coarse: false } : choice;
}
