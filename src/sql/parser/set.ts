/** SET: variables, NAMES, CHARACTER SET, TRANSACTION, PASSWORD, ROLE, RESOURCE GROUP. */
import type { Expression, SetAssignment, SetPassword, SetTransaction, Statement, VariableScope } from '../ast/index.ts';
import { parseSetDefaultRole, parseSetRole } from './account.ts';
import { charsetName, collationName } from './charset-name.ts';
import type { Cursor } from './cursor.ts';
import { acceptCharacterSet } from './data-type.ts';
import { parseAccount } from './name.ts';
import { isScopeWord, userVariableName, variableScope } from './primary.ts';
import { parseSetBinding } from './tidb.ts';
import { K, T } from './token.ts';
import { parseMoment } from './transaction.ts';

export function parseSet(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  switch (p.kind) {
    case K.PASSWORD:
      if (p.peek(1) !== T.EQ && p.peek(1) !== T.ASSIGN && p.peek(1) !== K.FOR && p.peek(1) !== K.TO) break;
      return parseSetPassword(p, start);
    case K.ROLE:
      if (p.peek(1) === T.EQ || p.peek(1) === T.ASSIGN || p.peek(1) === T.DOT) break;
      return parseSetRole(p, start);
    case K.DEFAULT:
      return parseSetDefaultRole(p, start);
    case K.RESOURCE:
      if (p.peek(1) === K.GROUP) return parseSetResourceGroup(p, start);
      break;
    case K.TRANSACTION:
      if (p.peek(1) !== T.EQ && p.peek(1) !== T.ASSIGN) return parseSetTransaction(p, start, undefined);
      break;
    case K.GLOBAL:
    case K.SESSION:
    case K.LOCAL:
      if (p.peek(1) === K.TRANSACTION && p.peek(2) !== T.EQ && p.peek(2) !== T.ASSIGN) {
        const scope = p.kind === K.GLOBAL ? 'global' : 'session';
        p.advance();
        return parseSetTransaction(p, start, scope);
      }
      break;
    default:
      break;
  }
  if (p.additions && p.isWord('binding') && p.peek(1) === T.IDENTIFIER) return parseSetBinding(p, start);
  const assignments = p.list(setAssignment);
  return { kind: 'set', start, end: p.lastEnd, assignments };
}

function setAssignment(p: Cursor): SetAssignment {
  switch (p.kind) {
    case T.AT:
      p.advance();
      if (p.accept(T.AT)) return systemAssignment(p, variableScope(p));
      return userAssignment(p);
    case K.NAMES:
      p.advance();
      return setNames(p);
    case K.CHAR:
    case K.CHARSET:
      if (p.kind === K.CHARSET && (p.peek(1) === T.EQ || p.peek(1) === T.ASSIGN)) break;
      if (!acceptCharacterSet(p)) {
        p.advance();
        p.fail();
      }
      return { kind: 'charset', charset: p.accept(K.DEFAULT) ? undefined : charsetName(p) };
    default:
      break;
  }
  return systemAssignment(p, scopeKeyword(p));
}

/** GLOBAL, SESSION, LOCAL, PERSIST or PERSIST_ONLY before a variable's name; consumed. */
export function scopeKeyword(p: Cursor): VariableScope | undefined {
  const scope: VariableScope | undefined =
    p.kind === K.GLOBAL
      ? 'global'
      : p.kind === K.SESSION || p.kind === K.LOCAL
        ? 'session'
        : p.kind === K.PERSIST
          ? 'persist'
          : p.kind === K.PERSIST_ONLY
            ? 'persist-only'
            : undefined;
  if (scope !== undefined) p.advance();
  return scope;
}

function userAssignment(p: Cursor): SetAssignment {
  const name = userVariableName(p);
  expectEqual(p);
  return { kind: 'user', name, value: p.grammar.expression(p) };
}

function expectEqual(p: Cursor): void {
  if (!p.accept(T.ASSIGN)) p.expect(T.EQ);
}

function systemAssignment(p: Cursor, scope: VariableScope | undefined): SetAssignment {
  let component: string | undefined;
  let name: string;
  if (scope !== undefined && isScopeWord(p)) p.fail();
  if (p.accept(K.DEFAULT)) {
    p.expect(T.DOT);
    component = 'default';
    name = p.name();
  } else {
    name = p.name();
    if (p.accept(T.DOT)) {
      component = name;
      name = p.name();
    }
  }
  expectEqual(p);
  return { kind: 'system', scope, component, name, value: setValue(p) };
}

/** An expression, DEFAULT, or one of the bare words ON, ALL, BINARY, ROW, SYSTEM. */
export function setValue(p: Cursor): Expression {
  const start = p.start;
  const bareWord =
    p.kind === K.ON || p.kind === K.ALL || p.kind === K.ROW || p.kind === K.SYSTEM || p.kind === K.BINARY;
  if (!bareWord) return p.grammar.value(p);
  const follows = p.peek(1);
  if (p.kind === K.ROW && follows === T.LEFT_PAREN) return p.grammar.expression(p);
  if (p.kind === K.BINARY && follows !== T.END && follows !== T.COMMA && follows !== T.SEMICOLON) {
    return p.grammar.expression(p);
  }
  const value = p.text();
  p.advance();
  return { kind: 'string', start, end: p.lastEnd, value, charset: undefined, bytes: undefined, firstPart: value };
}

function setNames(p: Cursor): SetAssignment {
  if (p.accept(K.DEFAULT)) return { kind: 'names', charset: undefined, collation: undefined };
  const charset = charsetName(p);
  const collation = p.accept(K.COLLATE) ? collationName(p) : undefined;
  return { kind: 'names', charset, collation };
}

function parseSetTransaction(p: Cursor, start: number, scope: SetTransaction['scope']): SetTransaction {
  p.expect(K.TRANSACTION);
  let isolation: SetTransaction['isolation'];
  let access: SetTransaction['access'];
  const first = p.kind;
  if (first === K.READ && p.peek(1) === K.ONLY && p.peek(2) === K.AS && scope === undefined && p.additions) {
    p.advance();
    p.advance();
    const asOf = parseMoment(p);
    return { kind: 'set-transaction', start, end: p.lastEnd, scope, isolation, access: 'read only', asOf };
  }
  if (first === K.READ) access = accessMode(p);
  else isolation = isolationLevel(p);
  if (p.accept(T.COMMA)) {
    if (first === K.READ) isolation = isolationLevel(p);
    else access = accessMode(p);
  }
  return { kind: 'set-transaction', start, end: p.lastEnd, scope, isolation, access };
}

function accessMode(p: Cursor): 'read write' | 'read only' {
  p.expect(K.READ);
  if (p.accept(K.ONLY)) return 'read only';
  p.expect(K.WRITE);
  return 'read write';
}

function isolationLevel(p: Cursor): SetTransaction['isolation'] {
  p.expectAll(K.ISOLATION, K.LEVEL);
  if (p.accept(K.SERIALIZABLE)) return 'serializable';
  if (p.accept(K.REPEATABLE)) {
    p.expect(K.READ);
    return 'repeatable read';
  }
  p.expect(K.READ);
  if (p.accept(K.COMMITTED)) return 'read committed';
  p.expect(K.UNCOMMITTED);
  return 'read uncommitted';
}

function parseSetPassword(p: Cursor, start: number): SetPassword {
  p.advance();
  const account = p.accept(K.FOR) ? parseAccount(p) : undefined;
  let password: string | undefined;
  if (p.accept(K.TO)) p.expect(K.RANDOM);
  else {
    expectEqual(p);
    password = p.string();
  }
  const replace = p.accept(K.REPLACE) ? p.string() : undefined;
  const retainCurrent = p.accept(K.RETAIN);
  if (retainCurrent) p.expectAll(K.CURRENT, K.PASSWORD);
  return { kind: 'set-password', start, end: p.lastEnd, account, password, replace, retainCurrent };
}

function parseSetResourceGroup(p: Cursor, start: number): Statement {
  p.expectAll(K.RESOURCE, K.GROUP);
  const name = p.additions && p.accept(K.DEFAULT) ? 'default' : p.name();
  const threads = p.accept(K.FOR) ? threadList(p) : [];
  return { kind: 'set-resource-group', start, end: p.lastEnd, name, threads };
}

function threadList(p: Cursor): number[] {
  const threads = [p.number()];
  while (p.accept(T.COMMA) || p.kind === T.INTEGER) threads.push(p.number());
  return threads;
}
