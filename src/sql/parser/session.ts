/** USE, PREPARE / EXECUTE / DEALLOCATE, KILL, SIGNAL, GET DIAGNOSTICS, HELP. */
import type {
  Deallocate,
  Execute,
  Expression,
  GetDiagnostics,
  Help,
  Kill,
  Prepare,
  Signal,
  Use,
  UserVariable,
} from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { signedLiteral } from './column-definition.ts';
import { parseColumn } from './name.ts';
import { localName } from './order.ts';
import { userVariableName } from './primary.ts';
import { K, T } from './token.ts';

export function parseUse(p: Cursor): Use {
  const start = p.start;
  p.advance();
  const database = p.name();
  return { kind: 'use', start, end: p.lastEnd, database };
}

function userVariable(p: Cursor): UserVariable {
  const start = p.start;
  p.expect(T.AT);
  const name = userVariableName(p);
  return { kind: 'user-variable', start, end: p.lastEnd, name };
}

export function parsePrepare(p: Cursor): Prepare {
  const start = p.start;
  p.advance();
  const name = p.name();
  p.expect(K.FROM);
  const source = p.kind === T.STRING ? p.string() : userVariable(p);
  return { kind: 'prepare', start, end: p.lastEnd, name, source };
}

export function parseExecute(p: Cursor): Execute {
  const start = p.start;
  p.advance();
  const name = p.name();
  const using = p.accept(K.USING) ? p.list(userVariable) : [];
  return { kind: 'execute', start, end: p.lastEnd, name, using };
}

/** DEALLOCATE PREPARE, DROP PREPARE. */
export function parseDeallocate(p: Cursor): Deallocate {
  const start = p.start;
  p.advance();
  p.expect(K.PREPARE);
  const name = p.name();
  return { kind: 'deallocate', start, end: p.lastEnd, name };
}

export function parseKill(p: Cursor): Kill {
  const start = p.start;
  p.advance();
  const type = p.accept(K.QUERY) ? 'query' : 'connection';
  if (type === 'connection') p.accept(K.CONNECTION);
  const id = p.grammar.expression(p);
  return { kind: 'kill', start, end: p.lastEnd, type, id };
}

export function parseHelp(p: Cursor): Help {
  const start = p.start;
  p.advance();
  const topic = p.nameOrString();
  return { kind: 'help', start, end: p.lastEnd, topic };
}

// ---- conditions ----

const CONDITION_ITEMS = new Set<number>([
  K.CLASS_ORIGIN,
  K.SUBCLASS_ORIGIN,
  K.CONSTRAINT_CATALOG,
  K.CONSTRAINT_SCHEMA,
  K.CONSTRAINT_NAME,
  K.CATALOG_NAME,
  K.SCHEMA_NAME,
  K.TABLE_NAME,
  K.COLUMN_NAME,
  K.CURSOR_NAME,
  K.MESSAGE_TEXT,
  K.MYSQL_ERRNO,
]);

export function parseSignal(p: Cursor): Signal {
  const start = p.start;
  const kind = p.kind === K.SIGNAL ? 'signal' : 'resignal';
  p.advance();
  let sqlState: string | undefined;
  let condition: string | undefined;
  if (p.accept(K.SQLSTATE)) {
    p.accept(K.VALUE);
    sqlState = p.string();
  } else if (p.isName()) condition = p.name();
  else if (kind === 'signal') p.fail();
  const items = p.accept(K.SET) ? p.list(signalItem) : [];
  return { kind, start, end: p.lastEnd, sqlState, condition, items };
}

function signalItem(p: Cursor): Signal['items'][number] {
  const name = conditionItem(p);
  p.expect(T.EQ);
  if (p.kind === T.MINUS || p.kind === T.PLUS) p.fail();
  return { name, value: simpleValue(p) };
}

function conditionItem(p: Cursor): string {
  if (!CONDITION_ITEMS.has(p.kind)) p.fail();
  const name = p.word();
  p.advance();
  return name;
}

/** A literal, a variable, or a local name. */
function simpleValue(p: Cursor): Expression {
  if (p.kind === T.AT || p.kind === T.PARAMETER) return p.grammar.primary(p);
  if (p.isName() && p.peek(1) !== T.STRING) {
    return parseColumn(p);
  }
  return signedLiteral(p);
}

export function parseGetDiagnostics(p: Cursor): GetDiagnostics {
  const start = p.start;
  p.advance();
  const area = p.accept(K.STACKED) ? 'stacked' : 'current';
  if (area === 'current') p.accept(K.CURRENT);
  p.expect(K.DIAGNOSTICS);
  if (p.accept(K.CONDITION)) {
    if (p.kind === T.PARAMETER || p.kind === T.MINUS || p.kind === T.PLUS) p.fail();
    const condition = simpleValue(p);
    const items = p.list((inner) => diagnosticsItem(inner, true));
    return { kind: 'get-diagnostics', start, end: p.lastEnd, area, condition, items };
  }
  const items = p.list((inner) => diagnosticsItem(inner, false));
  return { kind: 'get-diagnostics', start, end: p.lastEnd, area, condition: undefined, items };
}

function diagnosticsItem(p: Cursor, ofCondition: boolean): GetDiagnostics['items'][number] {
  const target = p.kind === T.AT ? userVariable(p) : localName(p);
  p.expect(T.EQ);
  const known = ofCondition
    ? CONDITION_ITEMS.has(p.kind) || p.kind === K.RETURNED_SQLSTATE
    : p.kind === K.NUMBER || p.kind === K.ROW_COUNT;
  if (!known) p.fail();
  const name = p.word();
  p.advance();
  return { target, name };
}
