/** Which INSERT statements share a plan, and what they become. */
import { expect, test } from 'vitest';
import { insertTemplateOf } from './insert-template.ts';

const COLLATION = 'utf8mb4_0900_ai_ci';

test('plain literals become parameters, NULL stays', () => {
  const found = insertTemplateOf("INSERT INTO t (id, k, c) VALUES (0, -7, 'a b'), (1, NULL, 'x');", COLLATION);
  expect(found?.text).toBe('INSERT INTO t (id, k, c) VALUES (?,?,?),(?,NULL,?)');
  expect(found?.params).toEqual([0, -7, 'a b', 1, 'x']);
  expect(found?.types.map((type) => type.kind)).toEqual(['int', 'int', 'string', 'int', 'string']);
});

test.each([
  ["INSERT INTO t VALUES ('it''s')"],
  ["INSERT INTO t VALUES ('a\\\\nb')"],
  ["INSERT INTO t VALUES ('a' 'b')"],
  ['INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 2'],
  ['INSERT INTO t VALUES (1.5)'],
  ['INSERT INTO t VALUES (0x41)'],
  ['INSERT INTO t VALUES (1e3)'],
  ['INSERT INTO t VALUES (1 + 1)'],
  ['INSERT INTO t VALUES (DEFAULT)'],
  ['INSERT INTO t VALUES (12345678901234567)'],
  ["INSERT INTO t VALUES ('open"],
  ['INSERT INTO t VALUES (1) /* and more */'],
  ['INSERT INTO t SELECT 1'],
  ["INSERT INTO t VALUES (-'a')"],
])('%s is left to the parser', (sql) => {
  expect(insertTemplateOf(sql, COLLATION)).toBeUndefined();
});
