/** All suites that `npm run compat` replays. */
import { gmsSuite } from './gms-suite.ts';
import { mysqlSuite } from './mysql-suite.ts';
import type { Suite } from './suite.ts';
import { sqlLogicTest } from './sqllogictest.ts';
import { tidbAgreed, tidbPlain } from './tidb-suite.ts';

export const SUITES: readonly Suite[] = [
  mysqlSuite('mysql-plain', "MySQL's own suites, without JSON and spatial", 'mysql97-plain-recorded.jsonl.xz'),
  mysqlSuite('mysql-json', "MySQL's own suites, JSON", 'mysql97-json-recorded.jsonl.xz'),
  tidbAgreed,
  tidbPlain,
  gmsSuite,
  sqlLogicTest(),
];
