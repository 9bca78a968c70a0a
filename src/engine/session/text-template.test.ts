/** Which literals of a statement become parameters. */
import { describe, expect, test } from 'vitest';
import { textTemplateOf } from './text-template.ts';

const COLLATION = 'utf8mb4_0900_ai_ci';

function read(sql: string): [string, ...(number | string)[]] | undefined {
  const template = textTemplateOf(sql, COLLATION);
  return template === undefined ? undefined : [template.text, ...template.params];
}

describe('values become parameters', () => {
  test.each<[string, string, ...(number | string)[]]>([
    ['SELECT c FROM t WHERE id=7', 'SELECT c FROM t WHERE id=?', 7],
    ['select c from t where id = -7;', 'select c from t where id = ?;', -7],
    ["SELECT c FROM t WHERE a = 'x' AND b <> 5", 'SELECT c FROM t WHERE a = ?  AND b <> ?', 'x', 5],
    ["SELECT c FROM t WHERE a = ''", 'SELECT c FROM t WHERE a = ? ', ''],
    [
      'SELECT c FROM t WHERE id BETWEEN 1 AND 20 AND k > 3',
      'SELECT c FROM t WHERE id BETWEEN ? AND ? AND k > ?',
      1,
      20,
      3,
    ],
    [
      "SELECT c FROM t WHERE id IN (1, 2,'x') ORDER BY 1",
      'SELECT c FROM t WHERE id IN (?, ?,? ) ORDER BY 1',
      1,
      2,
      'x',
    ],
    ['SELECT 5, c+1 FROM t WHERE `id`=7 LIMIT 3', 'SELECT 5, c+1 FROM t WHERE `id`=? LIMIT 3', 7],
    ["UPDATE t SET a='x', b = b + 1, c=3 WHERE id=9", 'UPDATE t SET a=? , b = b + 1, c=? WHERE id=?', 'x', 3, 9],
    ['DELETE FROM t WHERE a >= 1 AND a<=2 LIMIT 5', 'DELETE FROM t WHERE a >= ? AND a<=? LIMIT 5', 1, 2],
    ['SELECT a FROM t WHERE (a, b) = (1, 2) OR c <=> 3', 'SELECT a FROM t WHERE (a, b) = (1, 2) OR c <=> ?', 3],
    ['SELECT a FROM t JOIN u ON t.a = 5 WHERE t.b = 6', 'SELECT a FROM t JOIN u ON t.a = 5 WHERE t.b = ?', 6],
    ['SELECT a FROM t1 WHERE a = 1 GROUP BY a HAVING a = 2', 'SELECT a FROM t1 WHERE a = ? GROUP BY a HAVING a = 2', 1],
  ])('%s', (sql, ...wanted) => expect(read(sql)).toEqual(wanted));
});

describe('what decides more than a value stays', () => {
  test.each([
    'SELECT 1+1',
    "SELECT a = 'x' FROM t",
    'SELECT a FROM t WHERE a = 5 + 1',
    'SELECT a FROM t WHERE a = 1.5',
    'SELECT a FROM t WHERE a = 1e3',
    'SELECT a FROM t WHERE a = 0x41',
    'SELECT a FROM t WHERE a = 1234567890123456',
    'SELECT a FROM t WHERE a = NULL',
    "SELECT a FROM t WHERE a = 'x' COLLATE utf8mb4_bin",
    "SELECT a FROM t WHERE a = 'x' 'y'",
    "SELECT a FROM t WHERE a = _latin1'x'",
    "SELECT a FROM t WHERE a = x'41'",
    "SELECT a FROM t WHERE a = DATE '2020-01-01'",
    "SELECT a FROM t WHERE a LIKE 'x%'",
    'SELECT a FROM t WHERE 1',
    'SELECT a FROM t WHERE a AND 5',
    'SELECT a FROM t WHERE a = (5)',
    'SELECT a FROM t LIMIT 5',
    'UPDATE t SET a = 5 + 1',
  ])('%s', (sql) => expect(read(sql)).toBeUndefined());
});

describe('statements that are left alone', () => {
  test.each([
    'SELECT a FROM t WHERE a = 5 UNION SELECT 1',
    'SELECT (SELECT a FROM t WHERE b = 5)',
    'SELECT a FROM t WHERE a = 5 AND b IN (SELECT 1)',
    'SELECT /*+ MAX_EXECUTION_TIME(5) */ a FROM t WHERE a = 5',
    'SELECT a FROM t WHERE a = 5 -- x',
    'SELECT a FROM t WHERE a = 5 # x',
    'SELECT a FROM t WHERE a = "x" AND b = 5',
    "SELECT a FROM t WHERE a = 'it''s' AND b = 5",
    "SELECT a FROM t WHERE a = 'a\\nb' AND b = 5",
    'SELECT a INTO @x FROM t WHERE a = 5',
    'SELECT a FROM t WHERE a = ? AND b = 5',
    "SELECT a FROM t WHERE a = 'x",
    'SELECT a FROM t WHERE a = 5; SELECT 1',
    "SELECT a FROM t WHERE a = '\udc80'",
    'SHOW TABLES WHERE a = 5',
    'EXPLAIN SELECT a FROM t WHERE a = 5',
  ])('%s', (sql) => expect(read(sql)).toBeUndefined());
});
