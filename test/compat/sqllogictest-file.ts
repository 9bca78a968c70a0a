/**
 * Reads sqllogictest files: records of statements and queries with what is expected, as https://sqlite.org/sqllogictest describes them.
 *
 *     statement ok|error            query TYPES nosort|rowsort|valuesort [label]
 *     SQL on some lines             SQL on some lines
 *                                   ----
 *                                   one value per line, or "N values hashing to MD5"
 *
 * A blank line ends a record. `hash-threshold` only says when the writer hashed; what was written is recognised by its form.
 */
import { createHash } from 'node:crypto';

export type SortMode = 'nosort' | 'rowsort' | 'valuesort';

export interface StatementRecord {
  readonly kind: 'statement';
  readonly line: number;
  readonly sql: string;
  readonly fails: boolean;
}

export interface QueryRecord {
  readonly kind: 'query';
  readonly line: number;
  readonly sql: string;
  /** One letter a column: I integer, R decimal or double, T anything else. */
  readonly types: string;
  readonly sort: SortMode;
  readonly wanted: readonly string[];
}

export type SltRecord = StatementRecord | QueryRecord;

const SORTS: readonly string[] = ['nosort', 'rowsort', 'valuesort'] satisfies SortMode[];

export function parseSqlLogicTest(text: string): SltRecord[] {
  const lines = text.split(/\r?\n/);
  const records: SltRecord[] = [];
  for (let at = 0; at < lines.length; at++) {
    const words = (lines[at] ?? '').trim().split(/\s+/);
    const [kind = '', argument = '', sort = 'nosort'] = words;
    if (kind === '' || kind.startsWith('#') || kind === 'hash-threshold') continue;
    if (kind === 'halt') break;
    let end = at + 1;
    while (end < lines.length && lines[end] !== '') end++;
    const body = lines.slice(at + 1, end);
    const line = at + 1;
    at = end;
    if (kind === 'statement') {
      records.push({ kind, line, sql: body.join('\n'), fails: argument === 'error' });
      continue;
    }
    if (kind !== 'query' || !isSort(sort)) throw new Error(`line ${line}: what is '${words.join(' ')}'?`);
    const bar = body.indexOf('----');
    const sql = body.slice(0, bar < 0 ? body.length : bar).join('\n');
    records.push({ kind, line, sql, types: argument, sort, wanted: bar < 0 ? [] : body.slice(bar + 1) });
  }
  return records;
}

function isSort(word: string): word is SortMode {
  return SORTS.includes(word);
}

/** Values as the format prints them, already sorted as the record asks; rows are sorted by their columns' bytes. */
export function sameValues(rows: readonly (readonly string[])[], record: QueryRecord): boolean {
  const values = sorted(rows, record.sort);
  const hashed =
    record.wanted.length === 1 ? /^(\d+) values hashing to ([0-9a-f]{32})$/.exec(record.wanted[0] ?? '') : null;
  if (hashed === null)
    return values.length === record.wanted.length && values.every((value, place) => value === record.wanted[place]);
  if (Number(hashed[1]) !== values.length) return false;
  const digest = createHash('md5');
  for (const value of values) digest.update(`${value}\n`, 'latin1');
  return digest.digest('hex') === hashed[2];
}

function sorted(rows: readonly (readonly string[])[], mode: SortMode): string[] {
  if (mode === 'valuesort') return rows.flat().sort(byBytes);
  return (mode === 'rowsort' ? [...rows].sort(byColumns) : rows).flat();
}

function byColumns(a: readonly string[], b: readonly string[]): number {
  for (let place = 0; place < a.length; place++) {
    const order = byBytes(a[place] ?? '', b[place] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** The strings hold bytes (latin1), so the order of code units is that of bytes. */
function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
