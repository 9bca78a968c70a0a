/** `column = value, …` of INSERT … SET, ON DUPLICATE KEY UPDATE, UPDATE and LOAD DATA. */
import type { Assignment } from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { parseColumn } from './name.ts';
import { T } from './token.ts';

export function parseAssignments(p: Cursor): Assignment[] {
  return p.list(parseAssignment);
}

function parseAssignment(p: Cursor): Assignment {
  const column = parseColumn(p);
  if (!p.accept(T.ASSIGN)) p.expect(T.EQ);
  return { column, value: p.grammar.value(p) };
}
