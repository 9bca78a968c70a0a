/**
 * Statements that TiDB adds: FLASHBACK, RECOVER, IMPORT INTO, ADMIN, resource groups, bindings, and those that are
 * understood and have nothing to do. Their first words are not MySQL's keywords, so a name begins them; the first word
 * decides. What only concerns Regions, placement or a cluster is read word by word and kept as text.
 */
import type {
  Batch,
  Binding,
  Flashback,
  ImportInto,
  NamedOption,
  NoOperation,
  ResourceGroup,
  Statement,
} from '../ast/index.ts';
import { parseIfExists, parseIfNotExists } from './create-table.ts';
import { parseAdmin } from './admin-tidb.ts';
import type { Cursor } from './cursor.ts';
import { parseInsert } from './insert.ts';
import { parseColumn, parseTableName } from './name.ts';
import { queryStarts } from './parens.ts';
import { parseDelete, parseUpdate } from './update-delete.ts';
import { userVariableName } from './primary.ts';
import { K, T } from './token.ts';

type StatementParser = (p: Cursor, start: number) => Statement;

/** By first word, lower case. */
const BY_WORD: Readonly<Record<string, StatementParser>> = {
  flashback: parseFlashback,
  admin: parseAdmin,
  batch: parseBatch,
  split: (p, start) => nothingToDo(p, start, 'regions'),
  distribute: (p, start) => nothingToDo(p, start, 'regions'),
  plan: (p, start) => nothingToDo(p, start, 'replayer'),
  calibrate: (p, start) => nothingToDo(p, start, 'cluster'),
  recommend: (p, start) => nothingToDo(p, start, 'statistics'),
  refresh: (p, start) => nothingToDo(p, start, 'statistics'),
  traffic: (p, start) => nothingToDo(p, start, 'traffic'),
};

/** At a name that begins a statement; undefined when no statement of TiDB begins so. */
export function parseTidbStatement(p: Cursor): Statement | undefined {
  if (!p.additions || !p.isName() || p.kind === T.QUOTED_IDENTIFIER) return undefined;
  const word = p.word();
  if (!Object.hasOwn(BY_WORD, word)) return undefined;
  const start = p.start;
  p.advance();
  return (BY_WORD[word] as StatementParser)(p, start);
}

/** Reads on to the end of the statement, parentheses in pairs. */
export function skipRest(p: Cursor): void {
  let open = 0;
  while (p.kind !== T.END && p.kind !== T.ABORT && p.kind !== T.SEMICOLON) {
    if (p.kind === T.LEFT_PAREN) open++;
    if (p.kind === T.RIGHT_PAREN && --open < 0) p.fail();
    p.advance();
  }
  if (open > 0 || p.kind === T.ABORT) p.fail();
}

export function nothingToDo(p: Cursor, start: number, topic: NoOperation['topic']): NoOperation {
  const from = p.start;
  if (p.kind === T.END || p.kind === T.SEMICOLON) p.fail();
  const table = p.kind === K.TABLE && topic === 'regions' ? splitTable(p) : undefined;
  skipRest(p);
  return { kind: 'no-operation', start, end: p.lastEnd, topic, text: p.source.slice(from, p.lastEnd), table };
}

function splitTable(p: Cursor): ReturnType<typeof parseTableName> {
  p.advance();
  return parseTableName(p);
}

// ---- BATCH ----

function parseBatch(p: Cursor, start: number): Batch {
  const column = p.accept(K.ON) ? parseColumn(p) : undefined;
  p.expect(K.LIMIT);
  const limit = p.number();
  let dryRun: Batch['dryRun'];
  if (p.acceptWord('dry')) {
    if (!p.acceptWord('run')) p.fail();
    dryRun = p.accept(K.QUERY) ? 'query' : 'split';
  }
  const statement = parseChange(p);
  return { kind: 'batch', start, end: p.lastEnd, column, limit, dryRun, statement };
}

function parseChange(p: Cursor): Batch['statement'] {
  if (p.kind === K.UPDATE) return parseUpdate(p, p.start, undefined);
  if (p.kind === K.DELETE) return parseDelete(p, p.start, undefined);
  if (p.kind !== K.INSERT && p.kind !== K.REPLACE) p.fail();
  return parseInsert(p);
}

// ---- FLASHBACK, RECOVER ----

const NO_FLASHBACK = { recover: false, tables: [], database: undefined, to: undefined, timestamp: undefined } as const;

function parseFlashback(p: Cursor, start: number): Flashback {
  const head = { kind: 'flashback', start, ...NO_FLASHBACK, tso: undefined } as const;
  if (p.acceptWord('cluster')) {
    p.expect(K.TO);
    if (p.acceptWord('tso')) {
      const tso = p.integer();
      return { ...head, what: 'cluster', tso, end: p.lastEnd };
    }
    p.expect(K.TIMESTAMP);
    const timestamp = p.string();
    return { ...head, what: 'cluster', timestamp, end: p.lastEnd };
  }
  if (p.accept(K.DATABASE)) {
    const database = p.name();
    const to = p.accept(K.TO) ? p.name() : undefined;
    return { ...head, what: 'database', database, to, end: p.lastEnd };
  }
  p.expect(K.TABLE);
  const tables = p.list(parseTableName);
  if (p.accept(K.TO)) {
    if (p.kind === K.TIMESTAMP) {
      p.advance();
      const timestamp = p.string();
      return { ...head, what: 'table', tables, timestamp, end: p.lastEnd };
    }
    const to = p.name();
    return { ...head, what: 'table', tables, to, end: p.lastEnd };
  }
  return { ...head, what: 'table', tables, end: p.lastEnd };
}

/** RECOVER TABLE t [n] | BY JOB n. */
export function parseRecover(p: Cursor): Flashback {
  if (!p.additions) p.fail();
  const start = p.start;
  p.expectAll(K.RECOVER, K.TABLE);
  const tables = p.accept(K.BY) ? [] : [parseTableName(p)];
  if (tables.length === 0 && !p.acceptWord('job')) p.fail();
  const tso = p.kind === T.INTEGER ? p.integer() : undefined;
  return { kind: 'flashback', start, end: p.lastEnd, what: 'table', ...NO_FLASHBACK, recover: true, tables, tso };
}

// ---- IMPORT INTO ----

/** At INTO, behind IMPORT. */
export function parseImportInto(p: Cursor, start: number): ImportInto {
  p.expect(K.INTO);
  const table = parseTableName(p);
  const columns = p.kind === T.LEFT_PAREN ? p.parenthesised(importTarget) : [];
  const assignments = p.accept(K.SET) ? p.list(importAssignment) : [];
  p.expect(K.FROM);
  const file = p.kind === T.STRING ? p.string() : undefined;
  if (file === undefined && p.kind !== T.LEFT_PAREN && !queryStarts(p)) p.fail();
  const query = file === undefined ? p.grammar.query(p) : undefined;
  const format = p.accept(K.FORMAT) ? p.string().toLowerCase() : undefined;
  const options = p.accept(K.WITH) ? p.list(importOption) : [];
  return {
    kind: 'import-into',
    start,
    end: p.lastEnd,
    table,
    columns,
    assignments,
    file,
    query,
    format,
    options,
  };
}

function importTarget(p: Cursor): ImportInto['columns'][number] {
  if (p.accept(T.AT)) return { kind: 'user-variable', name: userVariableName(p) };
  return { kind: 'column', name: p.name() };
}

function importAssignment(p: Cursor): ImportInto['assignments'][number] {
  const column = p.name();
  p.expect(T.EQ);
  return { column, value: p.grammar.value(p) };
}

/** name [= value]. */
function importOption(p: Cursor): NamedOption {
  const name = p.word();
  p.name();
  if (!p.accept(T.EQ)) return { name, value: true };
  if (p.kind === T.STRING) return { name, value: p.string() };
  if (p.kind === T.HEX || p.kind === T.BIT) return { name, value: p.digitsText() };
  const negative = p.accept(T.MINUS);
  if (p.kind === T.INTEGER) return { name, value: negative ? -p.number() : p.integer() };
  if (p.kind === K.NULL || p.kind === K.TRUE || p.kind === K.FALSE) {
    p.advance();
    return { name, value: undefined };
  }
  return { name, value: p.name() };
}

// ---- resource groups ----

/** At the name, behind CREATE|ALTER|DROP RESOURCE GROUP; MySQL's own form has TYPE, VCPU and THREAD_PRIORITY. */
export function parseResourceGroup(p: Cursor, start: number, action: ResourceGroup['action']): ResourceGroup {
  const ifExists = action === 'create' ? parseIfNotExists(p) : parseIfExists(p);
  const name = p.accept(K.DEFAULT) ? 'default' : p.name();
  const options: NamedOption[] = [];
  if (action !== 'drop') {
    while (p.isName()) {
      options.push(groupOption(p));
      p.accept(T.COMMA);
    }
    if (options.length === 0) p.fail();
  }
  return { kind: 'resource-group', start, end: p.lastEnd, action, name, ifExists, options };
}

function groupOption(p: Cursor): NamedOption {
  const name = p.word();
  p.name();
  const equals = p.accept(T.EQ);
  if (name === 'burstable') {
    if (!equals) return { name, value: true };
    if (p.kind === K.TRUE || p.kind === K.FALSE) {
      const value = p.kind === K.TRUE;
      p.advance();
      return { name, value };
    }
    return { name, value: p.name().toLowerCase() };
  }
  if (name === 'ru_per_sec' && p.kind === T.INTEGER) return { name, value: p.integer() };
  if (name === 'ru_per_sec') return { name, value: p.name().toLowerCase() };
  if (name === 'priority') return { name, value: priority(p) };
  if (name !== 'query_limit' && name !== 'background') return p.fail();
  if (p.accept(K.NULL)) return { name, value: undefined };
  const from = p.start;
  p.expect(T.LEFT_PAREN);
  for (let open = 1; open > 0; p.advance()) {
    if (p.kind === T.END || p.kind === T.ABORT) p.fail();
    if (p.kind === T.LEFT_PAREN) open++;
    if (p.kind === T.RIGHT_PAREN) open--;
  }
  return { name, value: p.source.slice(from + 1, p.lastEnd - 1).trim() };
}

function priority(p: Cursor): string {
  if (p.accept(K.HIGH_PRIORITY)) return 'HIGH';
  const word = p.text().toUpperCase();
  if (word !== 'LOW' && word !== 'MEDIUM' && word !== 'HIGH') p.fail();
  p.advance();
  return word;
}

// ---- bindings ----

/** At BINDING, behind CREATE|DROP [GLOBAL|SESSION]. */
export function parseBinding(
  p: Cursor,
  start: number,
  action: 'create' | 'drop',
  scope: 'global' | 'session',
): Binding {
  if (!p.acceptWord('binding')) p.fail();
  const head = { kind: 'binding', start, action, scope } as const;
  if (action === 'create' && p.accept(K.FROM)) {
    if (!p.acceptWord('history')) p.fail();
    p.expect(K.USING);
    return digestBinding(p, head);
  }
  p.expect(K.FOR);
  if (p.acceptWord('sql')) return digestBinding(p, head, true);
  if (p.kind === K.SQL) {
    p.advance();
    return digestBinding(p, head, true);
  }
  const original = boundStatement(p);
  const using = p.accept(K.USING) ? boundStatement(p) : undefined;
  if (action === 'create' && using === undefined) p.fail();
  return { ...head, end: p.lastEnd, original, using, digest: undefined };
}

type BindingHead = Pick<Binding, 'kind' | 'start' | 'action' | 'scope'>;

/** [PLAN|SQL] DIGEST 'digest'. */
function digestBinding(p: Cursor, head: BindingHead, behindSql = false): Binding {
  if (!behindSql && !p.acceptWord('plan')) p.fail();
  if (!p.acceptWord('digest')) p.fail();
  const digest = p.string();
  return { ...head, end: p.lastEnd, original: undefined, using: undefined, digest };
}

function boundStatement(p: Cursor): Binding['original'] {
  const start = p.start;
  p.grammar.statement(p);
  return { start, end: p.lastEnd };
}

/** At BINDING, behind SET: SET BINDING ENABLED|DISABLED FOR …. */
export function parseSetBinding(p: Cursor, start: number): Binding {
  p.advance();
  const action = p.acceptWord('enabled') ? 'enable' : 'disable';
  if (action === 'disable' && !p.acceptWord('disabled')) p.fail();
  const head = { kind: 'binding', start, action, scope: 'global' } as const;
  p.expect(K.FOR);
  if (p.accept(K.SQL)) return digestBinding(p, head, true);
  const original = boundStatement(p);
  const using = p.accept(K.USING) ? boundStatement(p) : undefined;
  return { ...head, end: p.lastEnd, original, using, digest: undefined };
}
