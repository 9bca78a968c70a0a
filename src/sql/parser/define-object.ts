/**
 * SERVER, TABLESPACE, UNDO TABLESPACE, LOGFILE GROUP, RESOURCE GROUP, SPATIAL REFERENCE SYSTEM, INSTANCE, LIBRARY:
 * objects of MySQL that Ebb has no use for; the syntax is checked and the options are kept as they come.
 */
import type { DefineObject, NamedOption } from '../ast/index.ts';
import { parseIfNotExists } from './create-table.ts';
import type { Cursor } from './cursor.ts';
import { parseObjectName } from './name.ts';
import { parseRoutineBody } from './routine-body.ts';
import { size } from './table-option.ts';
import { K, T } from './token.ts';

type Type = DefineObject['type'];
type Action = DefineObject['action'];

/** At the word that names the kind of object. */
export function parseDefineObject(p: Cursor, start: number, action: Action, orReplace = false): DefineObject {
  const type = objectType(p);
  const ifNotExists =
    (type === 'spatial reference system' || type === 'library') && action === 'create' && parseIfNotExists(p);
  const name = objectName(p, type);
  const options = parseObjectOptions(p, type, action);
  return { kind: 'define-object', start, end: p.lastEnd, action, type, orReplace, ifNotExists, name, options };
}

function objectType(p: Cursor): Type {
  switch (p.kind) {
    case K.SERVER:
      p.advance();
      return 'server';
    case K.TABLESPACE:
      p.advance();
      return 'tablespace';
    case K.UNDO:
      p.expectAll(K.UNDO, K.TABLESPACE);
      return 'undo tablespace';
    case K.LOGFILE:
      p.expectAll(K.LOGFILE, K.GROUP);
      return 'logfile group';
    case K.RESOURCE:
      p.expectAll(K.RESOURCE, K.GROUP);
      return 'resource group';
    case K.INSTANCE:
      p.advance();
      return 'instance';
    case K.LIBRARY:
      p.advance();
      return 'library';
    default:
      p.expectAll(K.SPATIAL, K.REFERENCE, K.SYSTEM);
      return 'spatial reference system';
  }
}

function objectName(p: Cursor, type: Type) {
  if (type === 'instance') return { schema: undefined, name: '' };
  if (type === 'spatial reference system') return { schema: undefined, name: String(p.number()) };
  if (type === 'server') return { schema: undefined, name: p.nameOrString() };
  return parseObjectName(p);
}

function parseObjectOptions(p: Cursor, type: Type, action: Action): NamedOption[] {
  switch (type) {
    case 'server':
      return serverOptions(p, action);
    case 'tablespace':
    case 'undo tablespace':
    case 'logfile group':
      return tablespaceOptions(p, type, action);
    case 'resource group':
      return resourceGroupOptions(p, action);
    case 'instance':
      return instanceOptions(p);
    case 'library':
      return libraryOptions(p, action === 'alter');
    case 'spatial reference system':
      return spatialOptions(p);
  }
}

function option(name: string, value: NamedOption['value']): NamedOption {
  return { name, value };
}

// ---- SERVER ----

function serverOptions(p: Cursor, action: Action): NamedOption[] {
  const options: NamedOption[] = [];
  if (action === 'create') {
    p.expectAll(K.FOREIGN, K.DATA, K.WRAPPER);
    options.push(option('wrapper', p.nameOrString()));
  }
  p.expect(K.OPTIONS);
  options.push(...p.parenthesised(serverOption));
  return options;
}

const SERVER_OPTIONS = new Set<number>([K.USER, K.HOST, K.DATABASE, K.OWNER, K.PASSWORD, K.SOCKET, K.PORT]);

function serverOption(p: Cursor): NamedOption {
  if (!SERVER_OPTIONS.has(p.kind)) p.fail();
  const isPort = p.kind === K.PORT;
  const name = p.word();
  p.advance();
  return option(name, isPort ? p.integer() : p.string());
}

// ---- TABLESPACE, LOGFILE GROUP ----

function tablespaceOptions(p: Cursor, type: Type, action: Action): NamedOption[] {
  const options: NamedOption[] = [];
  if (type === 'undo tablespace' && action === 'alter') {
    p.expect(K.SET);
    const active = p.accept(K.ACTIVE);
    if (!active) p.expect(K.INACTIVE);
    options.push(option('active', active));
  } else if (action === 'alter' && type === 'tablespace' && p.accept(K.RENAME)) {
    p.expect(K.TO);
    return [option('rename', p.name())];
  } else if (type === 'logfile group') {
    p.expectAll(K.ADD, K.UNDOFILE);
    options.push(option('add undofile', p.string()));
  } else if (action === 'alter') {
    if (p.accept(K.ADD) || p.accept(K.DROP)) {
      p.expect(K.DATAFILE);
      options.push(option('datafile', p.string()));
    } else if (!TABLESPACE_OPTIONS.has(p.kind)) p.fail();
  } else if (p.accept(K.ADD)) {
    p.expect(K.DATAFILE);
    options.push(option('add datafile', p.string()));
    if (p.accept(K.USE)) {
      p.expectAll(K.LOGFILE, K.GROUP);
      options.push(option('logfile group', p.name()));
    }
  } else if (type === 'undo tablespace') p.fail();
  return [...options, ...parseDropOptions(p)];
}

const SIZES = new Set<number>([
  K.INITIAL_SIZE,
  K.AUTOEXTEND_SIZE,
  K.MAX_SIZE,
  K.EXTENT_SIZE,
  K.UNDO_BUFFER_SIZE,
  K.REDO_BUFFER_SIZE,
  K.FILE_BLOCK_SIZE,
]);
const TABLESPACE_OPTIONS = new Set<number>([
  ...SIZES,
  K.NODEGROUP,
  K.ENGINE,
  K.STORAGE,
  K.WAIT,
  K.NO_WAIT,
  K.COMMENT,
  K.ENCRYPTION,
  K.ENGINE_ATTRIBUTE,
]);

/** Options of tablespaces and logfile groups, separated by spaces or commas. */
export function parseDropOptions(p: Cursor): NamedOption[] {
  const options: NamedOption[] = [];
  for (;;) {
    const kind = p.kind;
    if (kind === K.FORCE) {
      p.advance();
      options.push(option('force', true));
      continue;
    }
    if (!TABLESPACE_OPTIONS.has(kind)) return options;
    if (kind === K.STORAGE) p.advance();
    const name = p.word();
    p.advance();
    if (kind !== K.WAIT && kind !== K.NO_WAIT) p.accept(T.EQ);
    if (kind === K.WAIT || kind === K.NO_WAIT) options.push(option(name, true));
    else if (SIZES.has(kind) || kind === K.NODEGROUP) options.push(option(name, size(p)));
    else if (kind === K.ENGINE || kind === K.STORAGE) options.push(option(name, p.nameOrString()));
    else options.push(option(name, p.string()));
    if (p.accept(T.COMMA) && !TABLESPACE_OPTIONS.has(p.kind)) p.fail();
  }
}

// ---- RESOURCE GROUP ----

function resourceGroupOptions(p: Cursor, action: Action): NamedOption[] {
  const options: NamedOption[] = [];
  if (action === 'create') {
    p.expect(K.TYPE);
    p.accept(T.EQ);
    const system = p.accept(K.SYSTEM);
    if (!system) p.expect(K.USER);
    options.push(option('type', system ? 'system' : 'user'));
  }
  if (p.accept(K.VCPU)) {
    p.accept(T.EQ);
    options.push(option('vcpu', cpuRanges(p)));
  }
  if (p.accept(K.THREAD_PRIORITY)) {
    p.accept(T.EQ);
    const negative = p.accept(T.MINUS);
    options.push(option('thread_priority', negative ? -p.number() : p.number()));
  }
  if (p.kind === K.ENABLE || p.kind === K.DISABLE) {
    options.push(option('enabled', p.kind === K.ENABLE));
    p.advance();
    if (p.accept(K.FORCE)) options.push(option('force', true));
  }
  return options;
}

function cpuRanges(p: Cursor): string[] {
  const ranges: string[] = [];
  do {
    const from = p.number();
    ranges.push(p.accept(T.MINUS) ? `${from}-${p.number()}` : String(from));
  } while (p.accept(T.COMMA) || p.kind === T.INTEGER);
  return ranges;
}

// ---- INSTANCE, LIBRARY, SPATIAL REFERENCE SYSTEM ----

function instanceOptions(p: Cursor): NamedOption[] {
  if (p.accept(K.ROTATE)) {
    const what = p.word();
    if (what !== 'innodb' && what !== 'binlog') p.fail();
    p.advance();
    if (!p.acceptWord('master')) p.fail();
    p.expect(K.KEY);
    return [option('rotate', `${what} master key`)];
  }
  if (p.accept(K.RELOAD)) {
    if (p.accept(K.KEYRING)) return [option('reload', 'keyring')];
    p.expect(K.TLS);
    const options = [option('reload', 'tls')];
    if (p.accept(K.FOR)) {
      p.expect(K.CHANNEL);
      options.push(option('channel', p.name()));
    }
    if (p.accept(K.NO)) p.expectAll(K.ROLLBACK, K.ON, K.ERROR);
    return options;
  }
  const enable = p.accept(K.ENABLE);
  if (!enable) p.expect(K.DISABLE);
  const what = p.word();
  if (what !== 'innodb') p.fail();
  p.advance();
  if (!p.acceptWord('redo_log')) p.fail();
  return [option('redo_log', enable)];
}

function libraryOptions(p: Cursor, alter: boolean): NamedOption[] {
  const options: NamedOption[] = [];
  for (;;) {
    if (p.accept(K.COMMENT)) options.push(option('comment', p.string()));
    else if (!alter && p.accept(K.LANGUAGE)) options.push(option('language', p.name()));
    else break;
  }
  if (alter && options.length === 0) p.fail();
  if (alter) return options;
  if (p.kind === K.AS) options.push(option('body', parseRoutineBody(p).text));
  return options;
}

function spatialOptions(p: Cursor): NamedOption[] {
  const options: NamedOption[] = [];
  for (;;) {
    const kind = p.kind;
    if (kind !== K.NAME && kind !== K.DEFINITION && kind !== K.ORGANIZATION && kind !== K.DESCRIPTION) return options;
    const name = p.word();
    p.advance();
    options.push(option(name, p.string()));
    if (kind === K.ORGANIZATION) {
      p.expectAll(K.IDENTIFIED, K.BY);
      options.push(option('id', p.integer()));
    }
  }
}
