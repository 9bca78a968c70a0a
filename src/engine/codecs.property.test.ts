import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes } from '../base/index.ts';
import type { Row, Value } from '../sql/types/index.ts';
import {
  DateTime,
  Decimal,
  type FieldType,
  bitType,
  charType,
  dateType,
  datetimeType,
  decimalType,
  doubleType,
  enumFromIndex,
  enumType,
  findTimeZone,
  floatType,
  intType,
  normalizeInt,
  orderOf,
  packDate,
  setFromBits,
  setType,
  textType,
  timeType,
  timestampType,
  varbinaryType,
  varcharType,
  yearType,
  UTC,
  jsonType,
  parseJson,
  formatJson,
} from '../sql/types/index.ts';
import { IndexCodec } from './index-codec.ts';
import { RowEncoder } from './row-codec.ts';
import { buildRowDecoder } from './row-decoder.ts';
import { codecOf } from './table-codec.ts';
import { column, table } from './testing/storage-harness.ts';

const members = ['a', 'b', 'c', 'd'];
const bigMembers = Array.from({ length: 64 }, (_, i) => `m${i}`);
const integer = (min: bigint, max: bigint) => fc.bigInt({ min, max }).map(normalizeInt);
const dates = fc.record({
  year: fc.integer({ min: 1970, max: 9999 }),
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
});
const ymd = fc.oneof(
  fc.constant(0),
  dates.map(({ year, month, day }) => packDate(year, month, day)),
);
const micros = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 86_399_999_999 }));
const dateTimes = fc.tuple(ymd, micros).map(([date, time]) => new DateTime(date, time));
const stamps = fc
  .tuple(fc.integer({ min: 1971, max: 2036 }), micros)
  .map(([year, time]) => new DateTime(packDate(year, 6, 15), time));
const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', 'a', 'A', 'ä', 'a ', 'ß', 'ss', '\u0000', 'a\u0000b', '日本'),
);

const cases: readonly (readonly [string, FieldType, fc.Arbitrary<Value>])[] = [
  ['tinyint', intType('tiny'), integer(-128n, 127n)],
  ['smallint unsigned', intType('small', { unsigned: true }), integer(0n, 65535n)],
  ['mediumint', intType('medium'), integer(-8388608n, 8388607n)],
  ['int', intType('int'), integer(-(2n ** 31n), 2n ** 31n - 1n)],
  ['int unsigned', intType('int', { unsigned: true }), integer(0n, 2n ** 32n - 1n)],
  ['bigint', intType('big'), fc.oneof(integer(-(2n ** 63n), 2n ** 63n - 1n), integer(-300n, 300n))],
  ['bigint unsigned', intType('big', { unsigned: true }), fc.oneof(integer(0n, 2n ** 64n - 1n), integer(0n, 300n))],
  ['year', yearType(), fc.oneof(fc.constant(0), fc.integer({ min: 1901, max: 2155 }))],
  ['bit', bitType(64), integer(0n, 2n ** 64n - 1n)],
  ['double', doubleType(), fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)],
  ['float', floatType(), fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)],
  [
    'decimal(10,2)',
    decimalType(10, 2),
    integer(-(10n ** 10n - 1n), 10n ** 10n - 1n).map((value) => new Decimal(value, 2)),
  ],
  [
    'decimal(65,30)',
    decimalType(65, 30),
    integer(-(10n ** 65n - 1n), 10n ** 65n - 1n).map((value) => new Decimal(value, 30)),
  ],
  ['date', dateType(), ymd],
  ['datetime(6)', datetimeType(6), dateTimes],
  ['timestamp(6)', timestampType(6), stamps],
  ['time(6)', timeType(6), fc.integer({ min: -3_020_399_000_000, max: 3_020_399_000_000 })],
  ['enum', enumType(members), fc.integer({ min: 0, max: 4 }).map((index) => enumFromIndex(index, members))],
  ['set', setType(bigMembers), integer(0n, 2n ** 64n - 1n).map((bits) => setFromBits(bits, bigMembers))],
  ['varchar 0900_ai_ci', varcharType(20), texts],
  ['varchar 0900_bin', varcharType(20, { collation: 'utf8mb4_0900_bin' }), texts],
  ['varchar bin', varcharType(20, { collation: 'utf8mb4_bin' }), texts],
  ['char general_ci', charType(20, { collation: 'utf8mb4_general_ci' }), texts],
  ['text unicode_ci', textType('normal', { collation: 'utf8mb4_unicode_ci' }), texts],
  ['varbinary', varbinaryType(20), fc.uint8Array({ maxLength: 12 })],
];

const zones = [UTC, findTimeZone('America/New_York')!];
const sign = Math.sign;

/** A secondary index over the column, so that NULLs and markers are in play. */
function indexOn(type: FieldType, descending: boolean): IndexCodec {
  const definition = table(
    5,
    [column(1, 'id', intType('int')), column(2, 'v', type)],
    [{ columns: [1] }, { columns: [2], descending: [descending] }],
  );
  return codecOf(definition).secondaryOf(definition.indexes[1]!).codec;
}

const handle = Uint8Array.of(5, 0, 0x80, 0, 0, 1);

describe.each(cases)('keys of %s', (_name, type, values) => {
  const nullable = fc.option(values, { nil: null, freq: 10 });

  it.each([false, true])('order as the values do, descending %s', (descending) => {
    const codec = indexOn(type, descending);
    const order = orderOf(type);
    fc.assert(
      fc.property(nullable, nullable, (a, b) => {
        const keyA = codec.entryKey([1, a], handle, 2, UTC).key;
        const keyB = codec.entryKey([1, b], handle, 2, UTC).key;
        expect(sign(compareBytes(keyA, keyB))).toBe(sign(descending ? order(b, a) : order(a, b)) + 0);
      }),
      { numRuns: 200 },
    );
  });

  it('give covered columns and the clustered key back', () => {
    for (const descending of [false, true]) {
      const definition = table(
        5,
        [column(1, 'id', intType('int')), column(2, 'v', type), column(3, 'w', varcharType(9))],
        [{ columns: [1, 3] }, { columns: [2], descending: [descending] }, { columns: [2, 3], unique: true }],
      );
      const codec = codecOf(definition);
      for (const zone of zones) {
        fc.assert(
          fc.property(nullable, texts, fc.integer({ min: -1000, max: 1000 }), (value, text, id) => {
            const row: Row = [id, value, text];
            const clustered = codec.clustered.clusteredKey(row, zone);
            for (const secondary of codec.secondary) {
              const { key, unique } = secondary.codec.entryKey(row, clustered, codec.clustered.prefix.length, zone);
              const entry = secondary.entries.encodeValue(row, clustered, unique, zone);
              const buffer = Uint8Array.of(9, 9, ...key, ...entry, 9);
              const place = {
                keyStart: 2,
                keyEnd: 2 + key.length,
                valueStart: 2 + key.length,
                valueEnd: 2 + key.length + entry.length,
              };
              expect(secondary.entries.handleOf(buffer, place.keyStart, place.keyEnd, place.valueStart)).toEqual(
                clustered,
              );
              const full: Row = [null, null, null];
              secondary.entries.decode(buffer, place, full, { zone });
              expect(full).toEqual(row);
              for (const wanted of [[0], [1], [1, 0], [2, 0, 1], []]) {
                if (!wanted.every((position) => secondary.entries.covered.has(position))) continue;
                expect(secondary.entries.reader(wanted)(buffer, place, { zone })).toEqual(
                  wanted.map((position) => row[position]),
                );
              }
            }
          }),
          { numRuns: 40 },
        );
      }
    }
  });

  it('and rows give every column back, whatever else is in the row', () => {
    const definition = table(
      5,
      [column(1, 'a', type), column(3, 'b', type), column(9, 'c', varcharType(300)), column(2, 'd', intType('int'))],
      [{ columns: [] }],
    );
    const encoder = new RowEncoder(definition);
    const long = fc.oneof(texts, fc.constantFrom('x'.repeat(300), 'ü'.repeat(33_000)));
    for (const zone of zones) {
      fc.assert(
        fc.property(nullable, nullable, long, (a, b, c) => {
          const row: Row = [a, b, c, 7];
          const bytes = Uint8Array.of(1, 2, ...encoder.encode(row, zone));
          expect(buildRowDecoder(definition, [0, 1, 2, 3], () => null).decode(bytes, 2, { zone })).toEqual(row);
          expect(buildRowDecoder(definition, [3, 1], () => null).decode(bytes, 2, { zone })).toEqual([7, b]);
        }),
        { numRuns: 40 },
      );
    }
  });
});

describe('rows', () => {
  it('read the origin default for columns added later, and NULL slots of dropped ones do no harm', () => {
    const before = table(5, [column(1, 'a', intType('int')), column(2, 'gone', varcharType(5))], [{ columns: [] }]);
    const added = column(3, 'n', decimalType(5, 2), { originDefault: { kind: 'literal', text: '1.50' } });
    const after = table(5, [column(1, 'a', intType('int')), added], [{ columns: [] }]);
    const old = new RowEncoder(before).encode([4, 'x'], UTC);
    expect(codecOf(after).fullDecoder.decode(old, 0, { zone: UTC })).toEqual([4, new Decimal(150, 2)]);
    const fresh = new RowEncoder(after).encode([5, null], UTC);
    expect(codecOf(after).fullDecoder.decode(fresh, 0, { zone: UTC })).toEqual([5, null]);
  });

  it('keep JSON documents', () => {
    const definition = table(5, [column(1, 'j', jsonType())], [{ columns: [] }]);
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const value = parseJson(text);
        const [back] = codecOf(definition).fullDecoder.decode(new RowEncoder(definition).encode([value], UTC), 0, {
          zone: UTC,
        });
        expect(formatJson(back as typeof value)).toBe(formatJson(value));
      }),
    );
  });
});
