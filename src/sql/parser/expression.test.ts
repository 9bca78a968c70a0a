/**
 * Precedence and the layers of expressions. Every expected reading is MySQL's own: the fully parenthesised text it
 * prints for the same CHECK or generated column (SHOW CREATE TABLE of MySQL 9.7).
 */
import { describe, expect, it } from 'vitest';
import { SqlError } from '../../base/index.ts';
import { formatExpression } from '../ast/index.ts';
import { parseExpressionText } from './index.ts';

function read(text: string, sqlMode = ''): string {
  return formatExpression(parseExpressionText(text, { sqlMode }), { introducer: 'utf8mb4' });
}

describe('precedence', () => {
  it.each([
    ['a and b or c', '(((0 <> `a`) and (0 <> `b`)) or (0 <> `c`))'],
    ['a or b and c', '((0 <> `a`) or ((0 <> `b`) and (0 <> `c`)))'],
    ['not a = b', '(`a` <> `b`)'],
    ['a-1-2', '((`a` - 1) - 2)'],
    ['a*(b+c)', '(`a` * (`b` + `c`))'],
    ['-a*2', '(-(`a`) * 2)'],
    ['a = b = c', '((`a` = `b`) = `c`)'],
    ['-(-a)', '-(-(`a`))'],
    ['a and (b and c)', '((0 <> `a`) and (0 <> `b`) and (0 <> `c`))'],
    ['(a or b) and c', '(((0 <> `a`) or (0 <> `b`)) and (0 <> `c`))'],
    ['a between 1 and 2', '(`a` between 1 and 2)'],
    ["j->'$.a'", "json_extract(`j`,_utf8mb4'$.a')"],
    ["j->>'$.a'", "json_unquote(json_extract(`j`,_utf8mb4'$.a'))"],
    ['(a,b) in ((1,2),(3,4))', '((`a`,`b`) in ((1,2),(3,4)))'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['- a ^ b', '(-(`a`) ^ `b`)'],
    ['a between 1 and 2 and b', '((`a` between 1 and 2) and (0 <> `b`))'],
    ['a | b & c << 1 + 2 * 3 ^ 4', '(`a` | (`b` & (`c` << (1 + (2 * (3 ^ 4))))))'],
    ['a between 1 and b between 2 and 3', '(`a` between 1 and (`b` between 2 and 3))'],
    ['a is null is not null', '((`a` is null) is not null)'],
    ['not a xor b', '((0 = `a`) xor (0 <> `b`))'],
    ["a = b like 'x'", "(`a` = (`b` like _utf8mb4'x'))"],
    ['d + interval 1 day - interval 1 hour', '((`d` + interval 1 day) - interval 1 hour)'],
    ['!a + 1', '((0 = `a`) + 1)'],
    ['a div b mod c', '((`a` DIV `b`) % `c`)'],
    ['s collate utf8mb4_bin = s', '((`s` collate utf8mb4_bin) = `s`)'],
  ])('%s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('reads || and NOT by sql_mode', () => {
    expect(read("s||'x'")).toBe("((0 <> `s`) or (0 <> _utf8mb4'x'))");
    expect(read("s||'x'", 'PIPES_AS_CONCAT')).toBe("concat(`s`,_utf8mb4'x')");
    expect(read('not a + 1')).toBe('(0 = (`a` + 1))');
    expect(read('not a + 1', 'HIGH_NOT_PRECEDENCE')).toBe('((0 = `a`) + 1)');
  });

  it.each([
    '1 is true is true',
    '1 is true = 1',
    '1 like 1+1',
    '1 = not 0',
    '1 in (1) in (1)',
    '1 in ()',
    'row(1)',
    'status(1)',
    'count (*)',
  ])('rejects %s, as MySQL does', (text) => {
    expect(() => parseExpressionText(text)).toThrow(SqlError);
  });
});

describe('bounds', () => {
  const DEPTHS = [1_000, 10_000, 200_000];
  const NESTS: readonly ((depth: number) => string)[] = [
    (depth) => `${'('.repeat(depth)}1${')'.repeat(depth)}`,
    (depth) => `${'f('.repeat(depth)}1${')'.repeat(depth)}`,
    (depth) => `${'- '.repeat(depth)}1`,
    (depth) => `${'not '.repeat(depth)}1`,
    (depth) => `${'(select '.repeat(depth)}1${')'.repeat(depth)}`,
    (depth) => `${'case when '.repeat(depth)}1`,
    (depth) => `1${' between 1 and 1'.repeat(depth)}`,
    (depth) => `${'@a := '.repeat(depth)}1`,
    (depth) => `1${' xor 1'.repeat(depth * 3)}`,
  ];

  it.each(DEPTHS)('answers %i nested constructs with an error, not a crash', (depth) => {
    for (const nest of NESTS) expect(() => parseExpressionText(nest(depth))).toThrow(SqlError);
  });

  it('takes long flat conditions', () => {
    const condition = parseExpressionText(`a = 0${' or a = 1'.repeat(20_000)}`);
    expect(condition.kind === 'logical' && condition.operands.length).toBe(20_001);
  });
});
