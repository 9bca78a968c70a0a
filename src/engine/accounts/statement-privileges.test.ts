/** Rights on partitions, as MySQL's errors 1142 name them to a user who may only ALTER. */
import { expect, test } from 'vitest';
import { parse } from '../../sql/parser/index.ts';
import { requiredPrivileges } from './statement-privileges.ts';

function neededBy(sql: string): string[] {
  return requiredPrivileges(parse(sql).statement, 'd').map((need) =>
    need.level === 'table' ? `${need.privileges.join(', ')} on ${need.schema}.${need.table}` : need.level,
  );
}

test.each([
  [
    'alter table p exchange partition p0 with table x',
    ['insert, create, drop, alter on d.p', 'insert, create, drop, alter on d.x'],
  ],
  ['alter table p truncate partition p0', ['drop on d.p']],
  ['alter table p drop partition p0', ['alter, drop on d.p']],
  ['alter table p add partition (partition p2 values less than (30))', ['alter on d.p']],
  ['alter table p analyze partition p0', ['select, insert on d.p']],
  ['alter table p rebuild partition p0', ['alter on d.p']],
  ['alter table p remove partitioning', ['alter on d.p']],
])('%s', (sql, expected) => {
  expect(neededBy(sql)).toEqual(expected);
});
