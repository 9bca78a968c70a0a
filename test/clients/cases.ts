/**
 * One value per type and edge: what a driver sends (`param`) and the text that must come back. Expected texts are MySQL's
 * print of the same value: by definition what was written.
 */
export interface Case {
  readonly type: string;
  readonly param: string | number | Buffer;
  readonly text: string;
}

const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const long = 'π'.repeat(40_000);

function same(type: string, ...values: (string | number)[]): Case[] {
  return values.map((value) => ({ type, param: value, text: String(value) }));
}

function binary(type: string, ...values: Buffer[]): Case[] {
  return values.map((value) => ({ type, param: value, text: `0x${value.toString('hex')}` }));
}

export const CASES: readonly Case[] = [
  ...same('TINYINT', -128, 127),
  ...same('TINYINT UNSIGNED', 0, 255),
  ...same('SMALLINT', -32768, 32767),
  ...same('SMALLINT UNSIGNED', 65535),
  ...same('MEDIUMINT', -8388608, 8388607),
  ...same('MEDIUMINT UNSIGNED', 16777215),
  ...same('INT', -2147483648, 2147483647),
  ...same('INT UNSIGNED', 4294967295),
  ...same('BIGINT', '-9223372036854775808', '9223372036854775807', 5),
  ...same('BIGINT UNSIGNED', '18446744073709551615'),
  ...same('FLOAT', 1.5, -0.25),
  ...same('DOUBLE', 3.141592653589793, -1.5e-300, 0.1),
  ...same('DECIMAL(10,2)', '-12345678.90', '0.01'),
  ...same('DECIMAL(65,30)', '12345678901234567890123456789012345.123456789012345678901234567890'),
  ...same('YEAR', 1901, 2155),
  ...binary('BIT(1)', Buffer.from([1])),
  ...binary('BIT(64)', Buffer.from('8000000000000001', 'hex')),
  ...same('DATE', '2024-02-29', '0001-01-01', '9999-12-31'),
  ...same('DATETIME', '2024-02-29 23:59:59'),
  ...same('DATETIME(6)', '1999-12-31 23:59:59.123456', '2024-01-01 00:00:00.000001'),
  ...same('TIMESTAMP(3) NULL', '2024-07-01 12:34:56.789'),
  ...same('TIME', '-838:59:59', '838:59:59', '00:00:00'),
  ...same('TIME(6)', '12:34:56.654321', '-00:00:01.500001'),
  ...same('CHAR(10)', 'abc', 'ünïcödé'),
  ...same('VARCHAR(100)', '', 'quote\'s "and" \\ back', 'naïve 日本 😀', 'nul \0 tab \t line \n'),
  ...same('TINYTEXT', 'tiny'),
  ...same('TEXT', 'text'),
  ...same('MEDIUMTEXT', long),
  ...same('LONGTEXT', 'long'),
  ...binary('BINARY(5)', Buffer.from([0, 1, 2, 254, 255])),
  ...binary('VARBINARY(300)', bytes),
  ...binary('TINYBLOB', bytes.subarray(0, 255)),
  ...binary('BLOB', bytes),
  ...binary('MEDIUMBLOB', Buffer.alloc(200_000, 0xe9)),
  ...binary('LONGBLOB', Buffer.alloc(0)),
  ...same("ENUM('a','bcd','é')", 'bcd', 'é'),
  ...same("SET('x','y','z')", 'x,z', ''),
  { type: 'JSON', param: '{"a": [1, 2.5, "x", null, true]}', text: '{"a":[1,2.5,"x",null,true]}' },
];
