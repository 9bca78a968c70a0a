/**
 * Bodies of stored programs: checked for syntax statement by statement, kept as text.
 *
 * Inside a body the statements of the outside are allowed, and those of this file: blocks, DECLARE, IF, CASE, loops,
 * LEAVE, ITERATE, RETURN, cursors.
 */
import type { RoutineBody } from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { nameOf } from './cursor.ts';
import { parseTypeWithCollation } from './data-type.ts';
import { K, T } from './token.ts';

/** One statement: the whole body. */
export function parseRoutineBody(p: Cursor): RoutineBody {
  const start = p.start;
  if (p.kind === K.AS) return parseForeignBody(p);
  const outer = p.inRoutine;
  p.inRoutine = true;
  parseBodyStatement(p);
  p.inRoutine = outer;
  return { start, end: p.lastEnd, text: p.source.slice(start, p.lastEnd) };
}

/** AS 'text' or AS $tag$text$tag$, of another language. */
function parseForeignBody(p: Cursor): RoutineBody {
  p.advance();
  const start = p.start;
  if (p.kind === T.STRING) {
    const text = p.string();
    return { start, end: p.lastEnd, text };
  }
  if (p.kind === T.HEX || p.kind === T.INTRODUCER) {
    const text = p.source.slice(start, p.start);
    p.accept(T.INTRODUCER);
    if (p.kind === T.STRING) p.string();
    else p.digitsText();
    return { start, end: p.lastEnd, text };
  }
  const tag = DOLLAR_TAG.exec(p.source.slice(start, start + 258))?.[0];
  if (tag === undefined) return p.fail();
  const end = p.source.indexOf(tag, start + tag.length);
  if (end === -1) return p.fail();
  p.resumeAt(end + tag.length);
  return { start, end: end + tag.length, text: p.source.slice(start + tag.length, end) };
}

const DOLLAR_TAG = /^\$[^$\s\0]*\$/;

function parseBodyStatement(p: Cursor): void {
  p.enter();
  switch (p.kind) {
    case K.BEGIN:
      parseBlock(p);
      break;
    case K.IF:
      parseIf(p);
      break;
    case K.CASE:
      parseCase(p);
      break;
    case K.LOOP:
    case K.WHILE:
    case K.REPEAT:
      parseLoop(p);
      break;
    case K.LEAVE:
    case K.ITERATE:
      p.advance();
      p.name();
      break;
    case K.RETURN:
      p.advance();
      p.grammar.expression(p);
      break;
    case K.OPEN:
    case K.CLOSE:
      if (p.peek(1) === T.COLON) {
        parseLabelledOrPlain(p);
        break;
      }
      p.advance();
      p.name();
      break;
    case K.FETCH:
      parseFetch(p);
      break;
    default:
      parseLabelledOrPlain(p);
      break;
  }
  p.leave();
}

/** label: BEGIN | LOOP | WHILE | REPEAT; or any other statement. */
function parseLabelledOrPlain(p: Cursor): void {
  const isLabel = p.isName() && (p.peek(1) === T.COLON || !p.grammar.startsStatement(p.kind));
  if (!isLabel) {
    p.grammar.statement(p);
    return;
  }
  p.name();
  p.expect(T.COLON);
  if (p.kind === K.BEGIN) parseBlock(p);
  else if (p.kind === K.LOOP || p.kind === K.WHILE || p.kind === K.REPEAT) parseLoop(p);
  else p.fail();
  if (p.isName()) p.name();
}

/** statement; statement; … up to one of the `ends`; at least one. */
function parseStatements(p: Cursor, ...ends: number[]): void {
  do {
    parseBodyStatement(p);
    p.expect(T.SEMICOLON);
  } while (!ends.includes(p.kind));
}

function parseBlock(p: Cursor): void {
  p.expect(K.BEGIN);
  while (p.kind === K.DECLARE) {
    parseDeclaration(p);
    p.expect(T.SEMICOLON);
  }
  while (p.kind !== K.END) {
    parseBodyStatement(p);
    p.expect(T.SEMICOLON);
  }
  p.expect(K.END);
}

/** DECLARE of variables, conditions, cursors, handlers. */
function parseDeclaration(p: Cursor): void {
  p.expect(K.DECLARE);
  if ((p.kind === K.CONTINUE || p.kind === K.EXIT || p.kind === K.UNDO) && p.peek(1) === K.HANDLER) {
    p.advance();
    p.expectAll(K.HANDLER, K.FOR);
    p.list(handlerCondition);
    parseBodyStatement(p);
    return;
  }
  const names = p.list(nameOf);
  if (names.length === 1 && p.accept(K.CONDITION)) {
    p.expect(K.FOR);
    if (p.kind === T.INTEGER) p.number();
    else sqlState(p);
    return;
  }
  if (names.length === 1 && p.accept(K.CURSOR)) {
    p.expect(K.FOR);
    p.grammar.query(p);
    return;
  }
  parseTypeWithCollation(p);
  if (p.accept(K.DEFAULT)) p.grammar.expression(p);
}

function sqlState(p: Cursor): void {
  p.expect(K.SQLSTATE);
  p.accept(K.VALUE);
  p.string();
}

function handlerCondition(p: Cursor): void {
  if (p.kind === T.INTEGER) p.number();
  else if (p.kind === K.SQLSTATE) sqlState(p);
  else if (p.kind === K.NOT || p.kind === T.HIGH_NOT) {
    p.advance();
    p.expect(K.FOUND);
  } else if (!p.accept(K.SQLWARNING) && !p.accept(K.SQLEXCEPTION)) p.name();
}

function parseIf(p: Cursor): void {
  p.expect(K.IF);
  do {
    p.grammar.expression(p);
    p.expect(K.THEN);
    parseStatements(p, K.ELSEIF, K.ELSE, K.END);
  } while (p.accept(K.ELSEIF));
  if (p.accept(K.ELSE)) parseStatements(p, K.END);
  p.expectAll(K.END, K.IF);
}

function parseCase(p: Cursor): void {
  p.expect(K.CASE);
  if (p.kind !== K.WHEN) p.grammar.expression(p);
  do {
    p.expect(K.WHEN);
    p.grammar.expression(p);
    p.expect(K.THEN);
    parseStatements(p, K.WHEN, K.ELSE, K.END);
  } while (p.kind === K.WHEN);
  if (p.accept(K.ELSE)) parseStatements(p, K.END);
  p.expectAll(K.END, K.CASE);
}

function parseLoop(p: Cursor): void {
  const kind = p.kind;
  p.advance();
  if (kind === K.WHILE) {
    p.grammar.expression(p);
    p.expect(K.DO);
  }
  parseStatements(p, kind === K.REPEAT ? K.UNTIL : K.END);
  if (kind === K.REPEAT) {
    p.expect(K.UNTIL);
    p.grammar.expression(p);
  }
  p.expectAll(K.END, kind);
}

/** FETCH [[NEXT] FROM] cursor INTO names. */
function parseFetch(p: Cursor): void {
  p.advance();
  if (p.kind === K.NEXT && p.peek(1) === K.FROM) p.advance();
  p.accept(K.FROM);
  p.name();
  p.expect(K.INTO);
  p.list(nameOf);
}
