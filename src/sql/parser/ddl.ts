/** CREATE, ALTER, DROP and RENAME: the words that say of what. */
import type { AccountName, CreateView, DropObject, Statement } from '../ast/index.ts';
import {
  parseAlterUser,
  parseCreateRole,
  parseCreateUser,
  parseDropRole,
  parseDropUser,
  parseRenameUser,
} from './account.ts';
import { parseAlterTable } from './alter-table.ts';
import {
  acceptRestrict,
  parseCreateIndex,
  parseCreateGlobalTemporary,
  parseCreateTable,
  parseDropIndex,
  parseDropTable,
  parseIfExists,
  parseRenameTable,
} from './create-table.ts';
import type { Cursor } from './cursor.ts';
import { parseAlterDatabase, parseCreateDatabase, parseDropDatabase } from './database.ts';
import { parseDefineObject, parseDropOptions } from './define-object.ts';
import { parseEvent } from './event.ts';
import { parseAccount, parseObjectName, parseTableName } from './name.ts';
import { parseAlterRoutine, parseFunction, parseProcedure, parseTrigger } from './routine.ts';
import { parseDeallocate } from './session.ts';
import { parseSequence } from './sequence.ts';
import { K, T } from './token.ts';
import { nothingToDo, parseBinding, parseResourceGroup } from './tidb.ts';
import { parseView } from './view.ts';

export function parseCreate(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  switch (p.kind) {
    case K.TABLE:
      return parseCreateTable(p, start, false, false);
    case K.TEMPORARY:
      p.advance();
      return parseCreateTable(p, start, true, false);
    case K.EXTERNAL:
      p.advance();
      return parseCreateTable(p, start, false, true);
    case K.UNIQUE:
    case K.FULLTEXT:
    case K.INDEX:
      return parseCreateIndex(p, start);
    case K.SPATIAL:
      if (p.peek(1) === K.REFERENCE) return parseDefineObject(p, start, 'create');
      return parseCreateIndex(p, start);
    case K.DATABASE:
      return parseCreateDatabase(p, start);
    case K.USER:
      return parseCreateUser(p, start);
    case K.ROLE:
      return parseCreateRole(p, start);
    case K.SERVER:
    case K.TABLESPACE:
    case K.UNDO:
    case K.LOGFILE:
    case K.RESOURCE:
    case K.LIBRARY:
      return parseOwnDefinition(p, start, 'create') ?? parseDefineObject(p, start, 'create');
    default:
      return parseOwnDefinition(p, start, 'create') ?? parseDefined(p, start, false);
  }
}

interface ViewHead {
  orReplace: boolean;
  algorithm: CreateView['algorithm'];
  definer: AccountName | undefined;
  security: CreateView['security'];
}

/** [OR REPLACE] [ALGORITHM = …] [DEFINER = …] [SQL SECURITY …] VIEW, PROCEDURE, FUNCTION, TRIGGER, EVENT. */
function parseDefined(p: Cursor, start: number, alter: boolean): Statement {
  const head: ViewHead = { orReplace: false, algorithm: undefined, definer: undefined, security: undefined };
  let viewOnly = false;
  if (!alter && p.accept(K.OR)) {
    p.expect(K.REPLACE);
    if (p.kind === K.SPATIAL) return parseDefineObject(p, start, 'create', true);
    head.orReplace = true;
    viewOnly = true;
  }
  if (p.accept(K.ALGORITHM)) {
    p.expect(T.EQ);
    head.algorithm = viewAlgorithm(p);
    viewOnly = true;
  }
  if (p.accept(K.DEFINER)) {
    p.expect(T.EQ);
    head.definer = parseAccount(p);
  }
  if (p.accept(K.SQL)) {
    p.expect(K.SECURITY);
    head.security = p.accept(K.INVOKER) ? 'invoker' : 'definer';
    if (head.security === 'definer') p.expect(K.DEFINER);
    viewOnly = true;
  }
  if (p.kind === K.VIEW) return parseView(p, start, head, alter);
  if (viewOnly) p.fail();
  if (p.kind === K.EVENT) return parseEvent(p, start, head.definer, alter);
  if (alter) return p.fail();
  switch (p.kind) {
    case K.PROCEDURE:
      return parseProcedure(p, start, head.definer);
    case K.FUNCTION:
    case K.AGGREGATE:
      return parseFunction(p, start, head.definer);
    case K.TRIGGER:
      return parseTrigger(p, start, head.definer);
    default:
      return p.fail();
  }
}

function viewAlgorithm(p: Cursor): CreateView['algorithm'] {
  if (p.accept(K.MERGE)) return 'merge';
  if (p.accept(K.TEMPTABLE)) return 'temptable';
  p.expect(K.UNDEFINED);
  return 'undefined';
}

export function parseAlter(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  switch (p.kind) {
    case K.TABLE:
      return parseAlterTable(p, start);
    case K.DATABASE:
      return parseAlterDatabase(p, start);
    case K.USER:
      return parseAlterUser(p, start);
    case K.PROCEDURE:
    case K.FUNCTION:
      return parseAlterRoutine(p, start);
    case K.SERVER:
    case K.TABLESPACE:
    case K.UNDO:
    case K.LOGFILE:
    case K.RESOURCE:
    case K.INSTANCE:
    case K.LIBRARY:
      return parseOwnDefinition(p, start, 'alter') ?? parseDefineObject(p, start, 'alter');
    default:
      return parseOwnDefinition(p, start, 'alter') ?? parseDefined(p, start, true);
  }
}

const DROPPED: Readonly<Record<number, DropObject['type']>> = {
  [K.PROCEDURE]: 'procedure',
  [K.FUNCTION]: 'function',
  [K.TRIGGER]: 'trigger',
  [K.EVENT]: 'event',
  [K.SERVER]: 'server',
  [K.TABLESPACE]: 'tablespace',
  [K.LIBRARY]: 'library',
};

export function parseDrop(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  switch (p.kind) {
    case K.TABLE:
    case K.TABLES:
      return parseDropTable(p, start, false);
    case K.TEMPORARY:
      p.advance();
      return parseDropTable(p, start, true);
    case K.INDEX:
      return parseDropIndex(p, start);
    case K.DATABASE:
      return parseDropDatabase(p, start);
    case K.VIEW: {
      p.advance();
      const ifExists = parseIfExists(p);
      const views = p.list(parseTableName);
      acceptRestrict(p);
      return { kind: 'drop-view', start, end: p.lastEnd, ifExists, views };
    }
    case K.USER:
      return parseDropUser(p, start);
    case K.ROLE:
      return parseDropRole(p, start);
    case K.PREPARE: {
      p.rewind(p.index - 1);
      const node = parseDeallocate(p);
      return { ...node, start };
    }
    default:
      return parseOwnDefinition(p, start, 'drop') ?? parseDropObject(p, start);
  }
}

/** TiDB's objects: bindings, resource groups in its form, placement policies, statistics. */
function parseOwnDefinition(p: Cursor, start: number, action: 'create' | 'alter' | 'drop'): Statement | undefined {
  if (!p.additions) return undefined;
  if (p.acceptWord('sequence')) return parseSequence(p, start, action);
  if (action !== 'alter' && p.kind === K.GLOBAL && p.peek(1) === K.TEMPORARY) {
    p.expectAll(K.GLOBAL, K.TEMPORARY);
    return action === 'create' ? parseCreateGlobalTemporary(p, start) : parseDropTable(p, start, false);
  }
  if (action !== 'alter') {
    if (p.isWord('binding')) return parseBinding(p, start, action, 'session');
    if (p.kind === K.GLOBAL || p.kind === K.SESSION) {
      const scope = p.kind === K.GLOBAL ? 'global' : 'session';
      p.advance();
      return parseBinding(p, start, action, scope);
    }
  }
  if (p.kind === K.RESOURCE && p.peek(1) === K.GROUP && isOwnGroup(p, action)) {
    p.expectAll(K.RESOURCE, K.GROUP);
    return parseResourceGroup(p, start, action);
  }
  if (p.isWord('placement')) return nothingToDo(p, start, 'placement');
  if (p.isWord('stats')) return nothingToDo(p, start, 'statistics');
  if (action === 'alter' && p.kind === K.RANGE) return nothingToDo(p, start, 'placement');
  return undefined;
}

/** MySQL's CREATE RESOURCE GROUP has TYPE behind the name; its ALTER has VCPU, THREAD_PRIORITY, ENABLE or DISABLE. */
function isOwnGroup(p: Cursor, action: 'create' | 'alter' | 'drop'): boolean {
  if (p.peek(2) === K.IF || action === 'drop') return true;
  const kind = p.peek(3);
  if (action === 'create') return kind !== K.TYPE;
  return kind === T.IDENTIFIER || kind === K.TYPE;
}

function parseDropObject(p: Cursor, start: number): DropObject {
  let type = DROPPED[p.kind];
  if (type !== undefined) {
    p.advance();
  } else {
    type =
      p.kind === K.UNDO
        ? 'undo tablespace'
        : p.kind === K.LOGFILE
          ? 'logfile group'
          : p.kind === K.RESOURCE
            ? 'resource group'
            : 'spatial reference system';
    if (type === 'undo tablespace') p.expectAll(K.UNDO, K.TABLESPACE);
    else if (type === 'logfile group') p.expectAll(K.LOGFILE, K.GROUP);
    else if (type === 'resource group') p.expectAll(K.RESOURCE, K.GROUP);
    else p.expectAll(K.SPATIAL, K.REFERENCE, K.SYSTEM);
  }
  const plain =
    type === 'tablespace' || type === 'undo tablespace' || type === 'logfile group' || type === 'resource group';
  const ifExists = !plain && parseIfExists(p);
  const name =
    type === 'spatial reference system' ? { schema: undefined, name: String(p.number()) } : dropName(p, type);
  const options = plain ? parseDropOptions(p) : [];
  return { kind: 'drop-object', start, end: p.lastEnd, type, ifExists, name, options };
}

function dropName(p: Cursor, type: DropObject['type']) {
  if (type === 'server') return { schema: undefined, name: p.nameOrString() };
  return parseObjectName(p);
}

export function parseRename(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  if (p.kind === K.USER) return parseRenameUser(p, start);
  if (p.kind !== K.TABLE && p.kind !== K.TABLES) p.fail();
  return parseRenameTable(p, start);
}
