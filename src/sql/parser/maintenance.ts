/** ANALYZE, CHECK, OPTIMIZE, REPAIR, CHECKSUM TABLE; FLUSH. */
import type { AnalyzedParts, AnalyzeTable, Flush, FlushTarget, MaintainTable, TableName } from '../ast/index.ts';
import { acceptNoBinlog } from './alter-partition.ts';
import { type Cursor, nameOf } from './cursor.ts';
import { parseTableName } from './name.ts';
import { parseChannel } from './show.ts';
import { indexName } from './table-reference.ts';
import { K, T } from './token.ts';

function expectTables(p: Cursor): TableName[] {
  if (!p.accept(K.TABLES)) p.expect(K.TABLE);
  return p.list(parseTableName);
}

export function parseAnalyze(p: Cursor): AnalyzeTable {
  const start = p.start;
  p.advance();
  const noWriteToBinlog = acceptNoBinlog(p);
  const incremental = p.additions && p.acceptWord('incremental');
  const tables = expectTables(p);
  const partial = p.additions ? parseAnalyzedParts(p, incremental) : undefined;
  const histogram = parseHistogram(p);
  return { kind: 'analyze-table', start, end: p.lastEnd, noWriteToBinlog, tables, partial, histogram };
}

/** TiDB's [PARTITION p, …] [INDEX [i, …] | ALL COLUMNS | PREDICATE COLUMNS | COLUMNS c, …] [WITH n BUCKETS | TOPN | …, …]. */
function parseAnalyzedParts(p: Cursor, incremental: boolean): AnalyzedParts | undefined {
  const from = p.start;
  const partitions = p.accept(K.PARTITION) ? p.list(nameOf) : [];
  let indexes: string[] = [];
  let columns: string[] = [];
  if (p.accept(K.INDEX)) indexes = p.kind === K.PRIMARY || p.isName() ? p.list(indexName) : [];
  else if (p.accept(K.ALL) || p.acceptWord('predicate')) p.expect(K.COLUMNS);
  else if (p.accept(K.COLUMNS)) columns = p.list(nameOf);
  if (p.accept(K.WITH)) p.list(analyzeOption);
  return p.start === from && !incremental ? undefined : { incremental, partitions, indexes, columns };
}

function analyzeOption(p: Cursor): void {
  if (p.kind !== T.INTEGER && p.kind !== T.DECIMAL) p.fail();
  p.advance();
  if (p.acceptWord('cmsketch')) {
    if (!p.acceptWord('depth') && !p.acceptWord('width')) p.fail();
  } else if (!p.accept(K.BUCKETS) && !ANALYZE_OPTIONS.some((word) => p.acceptWord(word))) p.fail();
}

const ANALYZE_OPTIONS = ['topn', 'samples', 'samplerate'];

function parseHistogram(p: Cursor): AnalyzeTable['histogram'] {
  if (p.kind !== K.UPDATE && p.kind !== K.DROP) return undefined;
  const action = p.kind === K.UPDATE ? 'update' : 'drop';
  p.advance();
  p.expectAll(K.HISTOGRAM, K.ON);
  const columns = p.list(nameOf);
  let buckets: number | undefined;
  let data: string | undefined;
  let autoUpdate: boolean | undefined;
  if (action === 'update') {
    if (p.accept(K.USING)) {
      p.expect(K.DATA);
      data = p.string();
    } else {
      if (p.accept(K.WITH)) {
        if (p.kind === T.INTEGER) {
          buckets = p.number();
          p.expect(K.BUCKETS);
          if (p.accept(K.WITH)) autoUpdate = parseAutoUpdate(p);
        } else autoUpdate = parseAutoUpdate(p);
      } else autoUpdate = p.kind === K.AUTO || p.kind === K.MANUAL ? parseAutoUpdate(p) : undefined;
      if (autoUpdate === undefined && (p.kind === K.AUTO || p.kind === K.MANUAL)) autoUpdate = parseAutoUpdate(p);
    }
  }
  return { action, columns, buckets, data, autoUpdate };
}

function parseAutoUpdate(p: Cursor): boolean {
  const auto = p.accept(K.AUTO);
  if (!auto) p.expect(K.MANUAL);
  p.expect(K.UPDATE);
  return auto;
}

export function parseMaintenance(p: Cursor): MaintainTable {
  const start = p.start;
  const kind = p.kind;
  p.advance();
  const action =
    kind === K.CHECK ? 'check' : kind === K.OPTIMIZE ? 'optimize' : kind === K.REPAIR ? 'repair' : 'checksum';
  const noWriteToBinlog = (action === 'optimize' || action === 'repair') && acceptNoBinlog(p);
  const tables = expectTables(p);
  const options: string[] = [];
  const allowed = OPTIONS[action];
  while (allowed.has(p.kind) || (action === 'check' && p.kind === K.FOR)) {
    options.push(p.kind === K.FOR ? 'for upgrade' : p.word());
    const isFor = p.kind === K.FOR;
    p.advance();
    if (isFor) p.expect(K.UPGRADE);
    if (action === 'checksum') break;
  }
  return { kind: 'maintain-table', start, end: p.lastEnd, action, noWriteToBinlog, tables, options };
}

const OPTIONS: Readonly<Record<MaintainTable['action'], ReadonlySet<number>>> = {
  check: new Set([K.QUICK, K.FAST, K.MEDIUM, K.EXTENDED, K.CHANGED]),
  repair: new Set([K.QUICK, K.EXTENDED, K.USE_FRM]),
  checksum: new Set([K.QUICK, K.EXTENDED]),
  optimize: new Set(),
};

export function parseFlush(p: Cursor): Flush {
  const start = p.start;
  p.advance();
  const noWriteToBinlog = acceptNoBinlog(p);
  const targets = p.kind === K.TABLE || p.kind === K.TABLES ? [flushTables(p)] : p.list(flushTarget);
  return { kind: 'flush', start, end: p.lastEnd, noWriteToBinlog, targets };
}

function flushTables(p: Cursor): FlushTarget {
  p.advance();
  const tables = p.isName() ? p.list(parseTableName) : [];
  let lock: 'read' | 'export' | undefined;
  if (p.accept(K.WITH)) {
    p.expectAll(K.READ, K.LOCK);
    lock = 'read';
  } else if (tables.length > 0 && p.accept(K.FOR)) {
    p.expect(K.EXPORT);
    lock = 'export';
  }
  return { kind: 'tables', tables, lock };
}

function flushTarget(p: Cursor): FlushTarget {
  const kind = p.kind;
  let what: Extract<FlushTarget, { kind: 'simple' }>['what'];
  let channel: string | undefined;
  const log = LOGS[kind];
  if (log !== undefined) {
    p.advance();
    p.expect(K.LOGS);
    what = log;
    if (kind === K.RELAY) channel = parseChannel(p);
  } else {
    const simple = SIMPLE[kind];
    if (simple === undefined) p.fail();
    p.advance();
    what = simple;
  }
  return { kind: 'simple', what, channel };
}

const LOGS: Readonly<Record<number, Extract<FlushTarget, { kind: 'simple' }>['what']>> = {
  [K.BINARY]: 'binary logs',
  [K.ENGINE]: 'engine logs',
  [K.ERROR]: 'error logs',
  [K.GENERAL]: 'general logs',
  [K.SLOW]: 'slow logs',
  [K.RELAY]: 'relay logs',
};
const SIMPLE: Readonly<Record<number, Extract<FlushTarget, { kind: 'simple' }>['what']>> = {
  [K.LOGS]: 'logs',
  [K.PRIVILEGES]: 'privileges',
  [K.STATUS]: 'status',
  [K.USER_RESOURCES]: 'user_resources',
  [K.OPTIMIZER_COSTS]: 'optimizer_costs',
};
