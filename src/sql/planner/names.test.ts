/** Name resolution and grouping errors: errno and text as MySQL 9.7 gave them for the same statements. */
import { describe, expect, it } from 'vitest';
import { PlannerFixture } from './testing/fixture.ts';

const SCHEMA = `
CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(10), c INT, KEY (a));
CREATE TABLE u (id INT, x INT, y INT)
`;

/** Statement, errno, message. */
const ERRORS: readonly (readonly [string, number, string])[] = [
  ['select z from t', 1054, "Unknown column 'z' in 'field list'"],
  ['select 1 from t where z=1', 1054, "Unknown column 'z' in 'where clause'"],
  ['select 1 from t group by z', 1054, "Unknown column 'z' in 'group statement'"],
  ['select 1 from t order by z', 1054, "Unknown column 'z' in 'order clause'"],
  ['select a from t having z>1', 1054, "Unknown column 'z' in 'having clause'"],
  ['select a from t having c>1', 1054, "Unknown column 'c' in 'having clause'"],
  ['select 1 from t join u on zz=1', 1054, "Unknown column 'zz' in 'on clause'"],
  ['select 1 from t join u using(zz)', 1054, "Unknown column 'zz' in 'from clause'"],
  ['select id from t,u', 1052, "Column 'id' in field list is ambiguous"],
  ['select 1 from t,u order by id', 1052, "Column 'id' in order clause is ambiguous"],
  ['select 1 from t,u where id=1', 1052, "Column 'id' in where clause is ambiguous"],
  ['select 1 from t group by 5', 1054, "Unknown column '5' in 'group statement'"],
  ['select 1 from t order by 5', 1054, "Unknown column '5' in 'order clause'"],
  [
    'select a, c from t group by a',
    1055,
    "Expression #2 of SELECT list is not in GROUP BY clause and contains nonaggregated column 'test.t.c' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by",
  ],
  [
    'select a from t group by a order by c',
    1055,
    "Expression #1 of ORDER BY clause is not in GROUP BY clause and contains nonaggregated column 'test.t.c' which is not functionally dependent on columns in GROUP BY clause; this is incompatible with sql_mode=only_full_group_by",
  ],
  [
    'select a, sum(c) from t',
    1140,
    "In aggregated query without GROUP BY, expression #1 of SELECT list contains nonaggregated column 'test.t.a'; this is incompatible with sql_mode=only_full_group_by",
  ],
  ['select 1 from t where sum(a)>1', 1111, 'Invalid use of group function'],
  ['select sum(sum(a)) from t', 1111, 'Invalid use of group function'],
  [
    'select 1 from t where row_number() over()>1',
    3593,
    "You cannot use the window function 'row_number' in this context.'",
  ],
  ['select x.* from t', 1051, "Unknown table 'x'"],
  ['select * from t x, u x', 1066, "Not unique table/alias: 'x'"],
  ['select * from nodb.t', 1049, "Unknown database 'nodb'"],
  ['select * from nope', 1146, "Table 'test.nope' doesn't exist"],
  ['select 1 from t where (select 1,2)=1', 1241, 'Operand should contain 2 column(s)'],
  ['select 1 in (select 1,2)', 1241, 'Operand should contain 1 column(s)'],
  [
    'select 1 in (select a from t limit 1)',
    1235,
    "This version of MySQL doesn't yet support 'LIMIT & IN/ALL/ANY/SOME subquery'",
  ],
  [
    'select distinct a from t order by c',
    3065,
    "Expression #1 of ORDER BY clause is not in SELECT list, references column 'test.t.c' which is not in SELECT list; this is incompatible with DISTINCT",
  ],
  ['select nodb.t.id from t', 1054, "Unknown column 'nodb.t.id' in 'field list'"],
  ['select tt.id from t', 1054, "Unknown column 'tt.id' in 'field list'"],
  ['select * from (select 1)', 1248, 'Every derived table must have its own alias'],
  ['select * from (select 1,1) x', 1060, "Duplicate column name '1'"],
  ['select nofunc(1)', 1305, 'FUNCTION test.nofunc does not exist'],
  ['select abs(1,2)', 1582, "Incorrect parameter count in the call to native function 'abs'"],
  ['insert into t values(1)', 1136, "Column count doesn't match value count at row 1"],
  ['insert into t(z) values(1)', 1054, "Unknown column 'z' in 'field list'"],
  ['insert into t(a,a) values(1,1)', 1110, "Column 'a' specified twice"],
  ['update t set z=1', 1054, "Unknown column 'z' in 'field list'"],
  ['delete x from t', 1109, "Unknown table 'x' in MULTI DELETE"],
  ['with q as (select 1), q as (select 2) select 1', 1066, "Not unique table/alias: 'q'"],
  [
    'with q(a,b) as (select 1) select * from q',
    1353,
    'In definition of view, derived table or common table expression, SELECT list and column names list have different column counts',
  ],
  ['select 1 union select 1,2', 1222, 'The used SELECT statements have a different number of columns'],
  ['select 1 union select 2 order by 3', 1054, "Unknown column '3' in 'order clause'"],
];

describe('names', () => {
  const fixture = new PlannerFixture().create(SCHEMA);

  it.each(ERRORS)('%s', (sql, errno, message) => {
    expect(() => fixture.plan(sql)).toThrow(expect.objectContaining({ errno, message }));
  });

  it('names result columns by the source text, and plain columns as written', () => {
    const plan = fixture.plan("select ID, t.A, `a`, a+1, A  + 1, 'a' 'b', \"x\", 1.50, -1 from t");
    expect(plan.kind === 'query' && plan.columns.map((column) => column.name)).toEqual([
      'ID',
      'A',
      'a',
      'a+1',
      'A  + 1',
      'a',
      'x',
      '1.50',
      '-1',
    ]);
  });

  it('lets columns depend on the primary key and on equalities', () => {
    for (const sql of [
      'select id, a, c from t group by id',
      'select t.id, u.x, t.c from t join u on u.id = t.id group by t.id, u.x',
      'select a, c from t where c = 5 group by a',
      'select a, any_value(c) from t group by a',
    ]) {
      expect(fixture.plan(sql).kind).toBe('query');
    }
  });
});
