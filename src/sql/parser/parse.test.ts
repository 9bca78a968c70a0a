/** Entry points, the lexer's odd rules and MySQL's error texts. Expected answers are those of MySQL 9.7. */
import { describe, expect, it } from 'vitest';
import { decodeEscapedUtf8, SqlError, utf8Encode } from '../../base/index.ts';
import type { Expression, Statement } from '../ast/index.ts';
import { parse, parseAll, type ParseOptions } from './index.ts';

function errorOf(sql: string, options: ParseOptions = {}): string {
  try {
    parse(sql, options);
  } catch (error) {
    if (error instanceof SqlError) {
      return `${error.errno} ${error.message.replace(/^You have an error in your SQL syntax; .* to use near /, 'near ')}`;
    }
    throw error;
  }
  return 'accepted';
}

/** The first item of a SELECT. */
function itemOf(sql: string, options: ParseOptions = {}): Expression {
  const { statement } = parse(sql, options);
  const body = statement.kind === 'query' ? statement.body : undefined;
  const item = body?.kind === 'select' ? body.items[0] : undefined;
  if (item?.kind !== 'select-expression') throw new TypeError(`no item: ${sql}`);
  return item.expression;
}

function kindsOf(sql: string): Statement['kind'][] {
  return parseAll(sql).map(({ statement }) => statement.kind);
}

describe('statements', () => {
  it('come one by one, with the offset behind each', () => {
    const sql = 'select 1; /* two */ insert into t values (1);\n;';
    const first = parse(sql, { multi: true });
    expect(sql.slice(0, first.end)).toBe('select 1;');
    expect(kindsOf(sql)).toEqual(['query', 'insert']);
  });

  it('keep the semicolons of a stored program together', () => {
    const sql = 'create procedure p() begin declare x int; set x = 1; end; select 1';
    expect(kindsOf(sql)).toEqual(['create-routine', 'query']);
  });

  it('are one only, unless several are allowed', () => {
    expect(errorOf('select 1; select 2')).toBe("1064 near 'select 2' at line 1");
    expect(errorOf('select 1;  ')).toBe('accepted');
    expect(errorOf(' /* nothing */ ')).toBe('1065 Query was empty');
  });

  it('count their parameters from left to right', () => {
    const { paramCount, statement } = parse('select ? from t where a in (?, ?) limit ?');
    expect(paramCount).toBe(4);
    expect(statement.kind === 'query' && statement.limit?.count).toMatchObject({ kind: 'parameter', index: 3 });
    expect(errorOf('select ?', { parameters: false })).toBe("1064 near '?' at line 1");
  });
});

describe('syntax errors', () => {
  it.each([
    ['selec 1', "1064 near 'selec 1' at line 1"],
    ['select 1 from', "1064 near '' at line 1"],
    ['\n\nselect 1\nfrom t\nwhere', "1064 near '' at line 3"],
    ['select status(1)', "1064 near '(1)' at line 1"],
    ['select 1 sounds like 1 sounds like 1', "1064 near 'like 1' at line 1"],
    ['select 1 <=> any (select 1)', "1064 near '<=> any (select 1)' at line 1"],
    ['select 1 limit 1.5', "1064 near '1.5' at line 1"],
    ['select 1 in ()', "1064 near ')' at line 1"],
    ['select interval(1)', "1064 near '' at line 1"],
    ["select 'a", "1064 near ''a' at line 1"],
    ['select 1, * from t', "1064 near '* from t' at line 1"],
    ['select all distinct 1', '1221 Incorrect usage of ALL and DISTINCT'],
    ["select _utf8mb4'a' collate nosuch_ci", "1273 Unknown collation: 'nosuch_ci'"],
    ['create table t (a char(1) character set nosuch)', "1115 Unknown character set: 'nosuch'"],
    ['explain format=nosuch select 1', "1791 Unknown EXPLAIN format name: 'nosuch'"],
    ['select (select 1 into @b)', expect.stringMatching(/^3954 Misplaced INTO/)],
  ])('%s', (sql, expected) => {
    expect(errorOf(sql)).toEqual(expected);
  });

  it('quote 80 bytes of what is left', () => {
    const rest = `x${'é'.repeat(60)}`;
    expect(errorOf(`select 1 from t where ) ${rest}`)).toBe(`1064 near ') x${'é'.repeat(38)}' at line 1`);
  });
});

describe('words', () => {
  it('are names around a dot, whatever they are elsewhere', () => {
    expect(itemOf('select t.select from t')).toMatchObject({ kind: 'column', table: 't', name: 'select' });
    expect(itemOf('select select.a from t')).toMatchObject({ kind: 'column', table: 'select', name: 'a' });
    expect(itemOf('select t.1a from t')).toMatchObject({ kind: 'column', table: 't', name: '1a' });
  });

  it('name functions only before a parenthesis', () => {
    expect(itemOf('select count from t')).toMatchObject({ kind: 'column', name: 'count' });
    expect(itemOf('select count(*) from t')).toMatchObject({ kind: 'aggregate', star: true });
    expect(itemOf('select count (1)', { sqlMode: 'IGNORE_SPACE' })).toMatchObject({ kind: 'aggregate' });
  });

  it('may be quoted, with the quote doubled inside', () => {
    expect(itemOf('select `a``b` from t')).toMatchObject({ kind: 'column', name: 'a`b' });
    expect(itemOf('select "a" from t', { sqlMode: 'ANSI_QUOTES' })).toMatchObject({ kind: 'column', name: 'a' });
    expect(itemOf('select "a" from t')).toMatchObject({ kind: 'string', value: 'a' });
  });

  it('of variables follow the at sign', () => {
    expect(itemOf('select @a.b')).toMatchObject({ kind: 'user-variable', name: 'a.b' });
    expect(itemOf("select @'x y'")).toMatchObject({ kind: 'user-variable', name: 'x y' });
    expect(itemOf('select @@session.sql_mode')).toMatchObject({
      kind: 'system-variable',
      scope: 'session',
      name: 'sql_mode',
    });
    expect(itemOf('select @@GLOBAL.c.key_buffer_size')).toMatchObject({ component: 'c', scope: 'global' });
  });
});

describe('literals', () => {
  it.each([
    ["'a\\nb'", { kind: 'string', value: 'a\nb' }],
    ["'it''s'", { kind: 'string', value: "it's" }],
    ["'50\\%'", { kind: 'string', value: '50\\%' }],
    ["'a' 'b'", { kind: 'string', value: 'ab', firstPart: 'a' }],
    ["_latin1'x'", { kind: 'string', value: 'x', charset: 'latin1' }],
    ["N'x'", { kind: 'string', value: 'x', charset: 'utf8mb3' }],
    ['9007199254740993', { kind: 'integer', value: 9007199254740993n }],
    ['18446744073709551615', { kind: 'integer', value: 18446744073709551615n }],
    ['18446744073709551616', { kind: 'decimal', text: '18446744073709551616' }],
    ['1.50', { kind: 'decimal', text: '1.50' }],
    ['.5', { kind: 'decimal', text: '.5' }],
    ['1e3', { kind: 'float', value: 1000 }],
    ["X'4d'", { kind: 'bytes', form: 'hex', bytes: Uint8Array.of(0x4d) }],
    ['0x1', { kind: 'bytes', form: 'hex', bytes: Uint8Array.of(1) }],
    ["b'101'", { kind: 'bytes', form: 'bit', bytes: Uint8Array.of(5) }],
    ["date '2020-01-01'", { kind: 'temporal', type: 'date', text: '2020-01-01' }],
    ["{ts '2020-01-01'}", { kind: 'temporal', type: 'timestamp' }],
  ])('%s', (text, expected) => {
    expect(itemOf(`select ${text}`)).toMatchObject(expected);
  });

  it('keep bytes that are not UTF-8', () => {
    const sql = decodeEscapedUtf8(
      Uint8Array.of(...utf8Encode("select _binary'é"), 0xff, 0, 0x61, ...utf8Encode("\\'b'")),
    );
    const bytes = Uint8Array.of(...utf8Encode('é'), 0xff, 0, 0x61, ...utf8Encode("'b"));
    expect(itemOf(sql)).toMatchObject({ kind: 'string', charset: 'binary', bytes });
  });
});

describe('comments', () => {
  it.each([
    ['select 1 -- no\n+ 1', 'binary'],
    ['select 1 --1', 'binary'],
    ['select 1 # no\n', 'integer'],
    ['select 1 /* no */ + 1', 'binary'],
    ['select 1 /*!80000 + 1 */', 'binary'],
    ['select 1 /*! + 1 */', 'binary'],
    ['select 1 /*!99999 + /* nested */ 1 */', 'integer'],
    ['select 1 /*!100100 + 1 */', 'integer'],
    ['select 1 /*T! + 1 */', 'binary'],
    ['select 1 /*T![ttl] + 1 */', 'binary'],
    ['select 1 /*T![unheard_of] + 1 */', 'integer'],
    ['select 1 /*M! + 1 */', 'integer'],
  ])('%s', (sql, kind) => {
    expect(itemOf(sql).kind).toBe(kind);
  });

  it('hold hints behind SELECT', () => {
    const sql = "select /*+ max_execution_time(100) index(t1@qb i1, i2) set_var(a = 'b') join_order(a, b) */ 1 from t1";
    const { statement } = parse(sql);
    expect(statement.kind === 'query' && statement.body.kind === 'select' && statement.body.hints).toMatchObject([
      { name: 'max_execution_time', value: 100 },
      { name: 'index', tables: [{ name: 't1', queryBlock: 'qb' }], names: ['i1', 'i2'] },
      { name: 'set_var', variable: 'a', value: 'b' },
      { name: 'join_order', tables: [{ name: 'a' }, { name: 'b' }] },
    ]);
  });
});

describe('spans', () => {
  it('cover the text of an unaliased item exactly', () => {
    const { statement } = parse('select  (1+2) , count( * ), `a`.b  from a');
    const items = statement.kind === 'query' && statement.body.kind === 'select' ? statement.body.items : [];
    expect(items.map((item) => (item.kind === 'select-expression' ? item.text : '*'))).toEqual([
      '(1+2)',
      'count( * )',
      '`a`.b',
    ]);
  });
});
