/** LOAD DATA and LOAD XML. */
import type { LoadData } from '../ast/index.ts';
import { parseAssignments } from './assignment.ts';
import { charsetName } from './charset-name.ts';
import type { Cursor } from './cursor.ts';
import { acceptCharacterSet } from './data-type.ts';
import { parseFields, parseLines, textOrBytes } from './into.ts';
import { parseColumn, parseTableName } from './name.ts';
import { userVariableName } from './primary.ts';
import { parsePartitionList } from './table-reference.ts';
import { K, T } from './token.ts';

/** At DATA or XML, behind LOAD. */
export function parseLoadData(p: Cursor, start: number): LoadData {
  const format = p.accept(K.DATA) ? 'data' : 'xml';
  if (format === 'xml') p.expect(K.XML);
  const priority = p.accept(K.LOW_PRIORITY) ? 'low' : p.accept(K.CONCURRENT) ? 'concurrent' : undefined;
  p.accept(K.FROM);
  const local = p.accept(K.LOCAL);
  const source = p.accept(K.URL) ? 'url' : p.accept(K.S3) ? 's3' : 'infile';
  if (source === 'infile') p.expect(K.INFILE);
  const file = p.string();
  if (p.acceptWord('count')) p.number();
  if (p.accept(K.IN)) p.expectAll(K.PRIMARY, K.KEY, K.ORDER);
  const duplicates = p.accept(K.REPLACE) ? 'replace' : p.accept(K.IGNORE) ? 'ignore' : undefined;
  p.expectAll(K.INTO, K.TABLE);
  const table = parseTableName(p);
  const partitions = parsePartitionList(p);
  const charset = acceptCharacterSet(p) ? charsetName(p) : undefined;
  const rowsIdentifiedBy = parseRowTag(p);
  const fields = parseFields(p);
  const lines = parseLines(p);
  const ignoreLines = parseIgnoreLines(p);
  const columns = p.kind === T.LEFT_PAREN ? parseTargets(p) : [];
  const assignments = p.accept(K.SET) ? parseAssignments(p) : [];
  if (p.accept(K.PARALLEL)) bulkOption(p);
  if (p.accept(K.MEMORY)) bulkOption(p);
  if (p.accept(K.ALGORITHM)) {
    p.accept(T.EQ);
    p.expect(K.BULK);
  }
  return {
    kind: 'load-data',
    start,
    end: p.lastEnd,
    format,
    priority,
    local,
    source,
    file,
    duplicates,
    table,
    partitions,
    charset,
    rowsIdentifiedBy,
    fields,
    lines,
    ignoreLines,
    columns,
    assignments,
  };
}

function bulkOption(p: Cursor): void {
  p.accept(T.EQ);
  p.number();
  // a size may carry K, M or G, read as a name
  if (p.isName() && !p.isWord('memory') && !p.isWord('algorithm')) p.advance();
}

function parseRowTag(p: Cursor): string | undefined {
  if (!p.accept(K.ROWS)) return undefined;
  p.expectAll(K.IDENTIFIED, K.BY);
  return textOrBytes(p);
}

/** [IGNORE n LINES | ROWS]. */
function parseIgnoreLines(p: Cursor): number | bigint {
  if (!p.accept(K.IGNORE)) return 0;
  const count = p.integer();
  if (!p.accept(K.ROWS)) p.expect(K.LINES);
  return count;
}

function parseTargets(p: Cursor): LoadData['columns'] {
  p.expect(T.LEFT_PAREN);
  const targets = p.kind === T.RIGHT_PAREN ? [] : p.list(loadTarget);
  p.expect(T.RIGHT_PAREN);
  return targets;
}

function loadTarget(p: Cursor): LoadData['columns'][number] {
  if (p.kind !== T.AT) return parseColumn(p);
  const start = p.start;
  p.advance();
  const name = userVariableName(p);
  return { kind: 'user-variable', start, end: p.lastEnd, name };
}
