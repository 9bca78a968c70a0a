/**
 * Rows, keys and log records written by format version 1 still read the same. The files are what was written then: a change of
 * the format bumps its version, adds a file and keeps these.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../base/index.ts';
import {
  DateTime,
  Decimal,
  type Row,
  UTC,
  charType,
  dateType,
  datetimeType,
  decimalType,
  doubleType,
  enumFromIndex,
  enumType,
  formatJson,
  intType,
  jsonType,
  packDate,
  parseJson,
  setFromBits,
  setType,
  timeType,
  timestampType,
  varbinaryType,
  varcharType,
} from '../sql/types/index.ts';
import { codecOf } from './table-codec.ts';
import { column, table } from './testing/storage-harness.ts';

const kinds = ['red', 'green'];
const definition = table(
  300,
  [
    column(1, 'id', intType('big')),
    column(2, 'small', intType('tiny')),
    column(3, 'big', intType('big', { unsigned: true })),
    column(4, 'ratio', doubleType()),
    column(5, 'price', decimalType(12, 2)),
    column(6, 'huge', decimalType(40, 5)),
    column(7, 'day', dateType()),
    column(8, 'at', datetimeType(6)),
    column(9, 'stamp', timestampType()),
    column(10, 'span', timeType()),
    column(11, 'name', varcharType(20)),
    column(12, 'code', charType(4, { collation: 'utf8mb4_bin' })),
    column(13, 'raw', varbinaryType(8)),
    column(14, 'kind', enumType(kinds)),
    column(15, 'tags', setType(kinds)),
    column(16, 'doc', jsonType()),
    column(18, 'nothing', intType('int')),
  ],
  [
    { columns: [1] },
    { columns: [11, 7], descending: [false, true] },
    { columns: [13], unique: true },
    { columns: [5, 8, 10] },
  ],
);

const rows: readonly Row[] = [
  [
    1,
    -3,
    18446744073709551615n,
    2.5,
    new Decimal(-12345, 2),
    Decimal.of(123456789012345678901234567890n, 5),
    packDate(2024, 2, 29),
    new DateTime(packDate(1999, 12, 31), 86399999999),
    new DateTime(packDate(2001, 9, 9), 6400000000),
    -3661000000,
    'Ångström',
    'ab',
    Uint8Array.of(0, 255, 1),
    enumFromIndex(2, kinds),
    setFromBits(3, kinds),
    parseJson('{"a":[1,2.5,null,"x"],"b":true}'),
    null,
  ],
  [
    -9007199254740993n,
    127,
    0,
    0,
    new Decimal(0, 2),
    new Decimal(1, 5),
    0,
    new DateTime(0, 0),
    new DateTime(0, 0),
    0,
    '',
    '',
    new Uint8Array(0),
    enumFromIndex(0, kinds),
    setFromBits(0, kinds),
    parseJson('0'),
    7,
  ],
  [2, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null],
];

interface Golden {
  readonly rows: readonly string[];
  readonly keys: readonly (readonly string[])[];
  readonly values: readonly (readonly string[])[];
}

const golden = JSON.parse(readFileSync(new URL('./testdata/stored-formats-1.json', import.meta.url), 'utf8')) as Golden;
const codec = codecOf(definition);
const handleOf = (row: Row): Uint8Array => codec.clustered.clusteredKey(row, UTC);
/** Documents compare by text. */
const shown = (row: Row): unknown[] =>
  row.map((value, i) => (i === 15 && value !== null ? formatJson(value as never) : value));

describe('stored formats, version 1', () => {
  it('rows are written as then, and read as then', () => {
    expect(rows.map((row) => toHex(codec.rows.encode(row, UTC)))).toEqual(golden.rows);
    golden.rows.forEach((hex, i) =>
      expect(shown(codec.fullDecoder.decode(fromHex(hex) as Uint8Array, 0, { zone: UTC }))).toEqual(
        shown(rows[i] as Row),
      ),
    );
  });

  it('keys and entries too', () => {
    const entries = rows.map((row) =>
      codec.secondary.map(({ codec: index }) => index.entryKey(row, handleOf(row), codec.clustered.prefix.length, UTC)),
    );
    expect(rows.map((row, i) => [handleOf(row), ...(entries[i] ?? []).map(({ key }) => key)].map(toHex))).toEqual(
      golden.keys,
    );
    const values = rows.map((row, i) =>
      codec.secondary.map(({ entries: entry }, j) =>
        toHex(entry.encodeValue(row, handleOf(row), entries[i]?.[j]?.unique ?? false, UTC)),
      ),
    );
    expect(values).toEqual(golden.values);
  });
});
