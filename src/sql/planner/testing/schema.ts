/** The tables that the planner's golden files are about. */
import { PlannerFixture } from './fixture.ts';

export const SCHEMA = `
CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(10), c INT, d DATE, KEY ka (a), KEY kbc (b, c));
CREATE TABLE u (id INT PRIMARY KEY, x INT NOT NULL, y INT, UNIQUE KEY ux (x), KEY ky (y));
CREATE TABLE w (p INT, q INT, r DECIMAL(10,2), s VARCHAR(20), PRIMARY KEY (p, q), KEY ks (s(5)));
CREATE VIEW va AS SELECT id, a + 1 AS a1, b FROM t WHERE a IS NOT NULL;
CREATE VIEW vg AS SELECT a, COUNT(*) AS n FROM t GROUP BY a
`;

export function testFixture(): PlannerFixture {
  const fixture = new PlannerFixture().create(SCHEMA);
  fixture.rowCounts.set('t', 100_000);
  fixture.rowCounts.set('u', 1_000);
  fixture.rowCounts.set('w', 1_000_000);
  return fixture;
}
