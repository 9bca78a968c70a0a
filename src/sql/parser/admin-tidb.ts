/** ADMIN and SHOW of what TiDB adds. */
import type { Admin, ShowFilter, ShowTidb, TableName } from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { parsePartitionList } from './table-reference.ts';
import { parseTableName } from './name.ts';
import { K, T } from './token.ts';

/** Behind ADMIN. */
export function parseAdmin(p: Cursor, start: number): Admin {
  const from = p.start;
  const admin = (action: Admin['action'], tables: readonly TableName[] = [], index?: string): Admin => {
    skipRest(p);
    return { kind: 'admin', start, end: p.lastEnd, action, tables, index, words: p.source.slice(from, p.lastEnd) };
  };
  if (p.accept(K.CHECK)) {
    if (p.accept(K.TABLE)) return admin('check table', p.list(parseTableName));
    p.expect(K.INDEX);
    return admin('check index', [parseTableName(p)], p.name());
  }
  if (p.accept(K.CHECKSUM)) {
    p.expect(K.TABLE);
    return admin('checksum table', p.list(parseTableName));
  }
  if (p.kind === K.RECOVER || p.isWord('cleanup')) {
    const action = p.kind === K.RECOVER ? 'recover index' : 'cleanup index';
    p.advance();
    if (action === 'cleanup index' && p.accept(K.TABLE)) {
      p.expect(K.LOCK);
      return admin('other');
    }
    p.expect(K.INDEX);
    return admin(action, [parseTableName(p)], p.name());
  }
  if (p.accept(K.SHOW)) {
    if (p.acceptWord('ddl')) return admin('show ddl');
    if (p.accept(K.SLOW)) return admin('show slow');
    if (p.isWord('bdr')) return admin('other');
    if (p.isName() && p.peek(1) !== T.END) return admin('show next_row_id', [parseTableName(p)]);
    return admin('other');
  }
  if (p.acceptWord('reload')) return admin('reload');
  if (p.accept(K.FLUSH)) return admin('flush');
  if (p.kind === T.END || p.kind === T.SEMICOLON) p.fail();
  return admin('other');
}

function skipRest(p: Cursor): void {
  while (p.kind !== T.END && p.kind !== T.ABORT && p.kind !== T.SEMICOLON) p.advance();
  if (p.kind === T.ABORT) p.fail();
}

/** Words behind SHOW that need no more than a filter. */
const PLAIN: ReadonlySet<string> = new Set([
  'bindings',
  'stats_meta',
  'stats_histograms',
  'stats_topn',
  'stats_buckets',
  'stats_healthy',
  'stats_locked',
  'histograms_in_flight',
  'column_stats_usage',
  'builtins',
  'masters',
  'config',
  'backups',
  'restores',
]);

/** Behind SHOW; undefined when it is none of TiDB's. */
export function parseShowTidb(p: Cursor, start: number): ShowTidb | undefined {
  const show = (subject: ShowTidb['subject'], parts: Partial<ShowTidb> = {}): ShowTidb => {
    const filter = parseFilter(p);
    return {
      kind: 'show-tidb',
      start,
      end: p.lastEnd,
      subject,
      scope: undefined,
      table: undefined,
      name: undefined,
      filter,
      ...parts,
    };
  };
  if ((p.kind === K.GLOBAL || p.kind === K.SESSION) && p.peek(1) === T.IDENTIFIER) {
    const scope = p.kind === K.GLOBAL ? 'global' : 'session';
    p.advance();
    if (!p.acceptWord('bindings')) p.fail();
    return show('bindings', { scope });
  }
  if (p.kind === K.TABLE) return showTable(p, show);
  if (p.kind === K.IMPORT) {
    p.advance();
    if (!p.acceptWord('jobs') && !p.acceptWord('job')) p.fail();
    const name = p.kind === T.INTEGER ? String(p.integer()) : undefined;
    return show('import jobs', { name });
  }
  if (p.kind === K.ANALYZE) {
    p.expectAll(K.ANALYZE, K.STATUS);
    return show('analyze status');
  }
  if (p.kind !== T.IDENTIFIER) return undefined;
  if (p.acceptWord('placement')) {
    if (p.acceptWord('labels')) return show('placement labels');
    if (p.accept(K.FOR)) skipTarget(p);
    return show('placement');
  }
  const word = p.word();
  if (!PLAIN.has(word)) return undefined;
  p.advance();
  return show(word as ShowTidb['subject']);
}

/** FOR DATABASE d | TABLE t [PARTITION p]. */
function skipTarget(p: Cursor): void {
  if (p.accept(K.DATABASE)) p.name();
  else {
    p.expect(K.TABLE);
    parseTableName(p);
    if (p.accept(K.PARTITION)) p.name();
  }
}

function showTable(
  p: Cursor,
  show: (subject: ShowTidb['subject'], parts?: Partial<ShowTidb>) => ShowTidb,
): ShowTidb | undefined {
  const back = p.index;
  p.advance();
  if (p.kind === K.STATUS || !p.isName()) {
    p.rewind(back);
    return undefined;
  }
  const table = parseTableName(p);
  parsePartitionList(p);
  if (p.accept(K.INDEX)) p.name();
  if (p.acceptWord('regions')) return show('table regions', { table });
  if (p.acceptWord('next_row_id')) return show('table next_row_id', { table });
  return p.fail();
}

function parseFilter(p: Cursor): ShowFilter | undefined {
  if (p.accept(K.LIKE)) return { like: p.string(), where: undefined, whereText: undefined };
  if (p.accept(K.WHERE)) {
    const { start } = p;
    const where = p.grammar.expression(p);
    return { like: undefined, where, whereText: { start, end: p.lastEnd } };
  }
  return undefined;
}
