/** EXPLAIN, DESCRIBE, DESC. */
import type { Explain, ShowColumns, ShowFilter } from '../ast/index.ts';
import { sqlError } from '../../base/index.ts';
import type { Cursor } from './cursor.ts';
import { parseTableName } from './name.ts';
import { userVariableName } from './primary.ts';
import { K, T } from './token.ts';

const EXPLAINABLE = new Set<number>([
  K.SELECT,
  K.WITH,
  K.TABLE,
  K.VALUES,
  K.INSERT,
  K.REPLACE,
  K.UPDATE,
  K.DELETE,
  T.LEFT_PAREN,
]);
const FORMATS = new Set([
  'traditional',
  'json',
  'tree',
  'brief',
  'row',
  'dot',
  'verbose',
  'plan_cache',
  'cost_trace',
  'true_card_cost',
  'binary',
  'tidb_json',
  'hint',
]);

export function parseExplain(p: Cursor): Explain | ShowColumns {
  const start = p.start;
  p.advance();
  if (p.isName() && !(p.kind === K.FORMAT && p.peek(1) === T.EQ)) return parseDescribe(p, start);
  const analyze = p.accept(K.ANALYZE);
  let format: string | undefined;
  if (p.accept(K.FORMAT)) {
    p.expect(T.EQ);
    format = parseFormat(p);
  }
  let into: string | undefined;
  if (p.accept(K.INTO)) {
    p.expect(T.AT);
    into = userVariableName(p);
  }
  const base = { kind: 'explain', start, analyze, format, into } as const;
  if (p.accept(K.FOR)) {
    if (p.kind === K.CONNECTION) {
      p.advance();
      const connection = p.integer();
      return { ...base, end: p.lastEnd, schema: undefined, statement: undefined, connection };
    }
    p.expect(K.DATABASE);
    const schema = p.name();
    if (!EXPLAINABLE.has(p.kind)) p.fail();
    return { ...base, schema, statement: p.grammar.statement(p), end: p.lastEnd, connection: undefined };
  }
  if (!EXPLAINABLE.has(p.kind)) p.fail();
  return { ...base, schema: undefined, statement: p.grammar.statement(p), end: p.lastEnd, connection: undefined };
}

function parseFormat(p: Cursor): string {
  const written = p.nameOrString();
  const format = written.toLowerCase();
  if (!FORMATS.has(format)) throw sqlError('ER_UNKNOWN_EXPLAIN_FORMAT', written);
  return format;
}

/** DESCRIBE table [column | 'pattern']. */
function parseDescribe(p: Cursor, start: number): ShowColumns {
  const table = parseTableName(p);
  let filter: ShowFilter | undefined;
  if (p.isName() || p.kind === T.STRING) filter = { like: p.nameOrString(), where: undefined, whereText: undefined };
  return { kind: 'show-columns', start, end: p.lastEnd, full: false, extended: false, table, filter, describe: true };
}
