/** START TRANSACTION, COMMIT, ROLLBACK, savepoints, XA, LOCK and UNLOCK. */
import type {
  EndTransaction,
  Expression,
  LockInstance,
  LockTables,
  Savepoint,
  StartTransaction,
  UnlockTables,
  XaTransaction,
} from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { parseTableName } from './name.ts';
import { parseAlias } from './table-reference.ts';
import { K, T } from './token.ts';

/** At TRANSACTION, behind START. */
export function parseStartTransaction(p: Cursor, start: number): StartTransaction {
  p.expect(K.TRANSACTION);
  let consistentSnapshot = false;
  let access: StartTransaction['access'];
  if (p.kind === K.WITH || p.kind === K.READ) {
    do {
      if (p.accept(K.WITH)) {
        p.expectAll(K.CONSISTENT, K.SNAPSHOT);
        consistentSnapshot = true;
      } else {
        const at = p.start;
        p.expect(K.READ);
        const wanted = p.accept(K.ONLY) ? 'read only' : 'read write';
        if (wanted === 'read write') p.expect(K.WRITE);
        // both at once is a syntax error at what follows, found when the list is complete
        if (access !== undefined && access !== wanted) conflict(p, at);
        access = wanted;
      }
    } while (p.accept(T.COMMA));
  }
  if (access === 'read only' && p.kind === K.AS && p.additions) {
    const asOf = parseMoment(p);
    return { kind: 'start-transaction', start, end: p.lastEnd, consistentSnapshot, access, asOf };
  }
  return { kind: 'start-transaction', start, end: p.lastEnd, consistentSnapshot, access };
}

/** AS OF TIMESTAMP moment (TiDB). */
export function parseMoment(p: Cursor): Expression {
  p.expectAll(K.AS, K.OF, K.TIMESTAMP);
  return p.grammar.bitExpression(p);
}

function conflict(p: Cursor, _at: number): never {
  while (p.kind !== T.END && p.kind !== T.ABORT && p.kind !== T.SEMICOLON) p.advance();
  return p.fail();
}

/** BEGIN [WORK]. */
export function parseBegin(p: Cursor): StartTransaction {
  const start = p.start;
  p.advance();
  const head = { kind: 'start-transaction', start, consistentSnapshot: false, access: undefined } as const;
  for (const mode of ['pessimistic', 'optimistic'] as const)
    if (p.additions && p.acceptWord(mode)) return { ...head, end: p.lastEnd, mode };
  p.accept(K.WORK);
  return { ...head, end: p.lastEnd };
}

/** COMMIT, ROLLBACK, ROLLBACK TO. */
export function parseEndTransaction(p: Cursor): EndTransaction | Savepoint {
  const start = p.start;
  const kind = p.kind === K.COMMIT ? 'commit' : 'rollback';
  p.advance();
  p.accept(K.WORK);
  if (kind === 'rollback' && p.accept(K.TO)) {
    p.accept(K.SAVEPOINT);
    const name = p.name();
    return { kind: 'savepoint', start, end: p.lastEnd, action: 'rollback', name };
  }
  let chain: boolean | undefined;
  if (p.accept(K.AND)) {
    chain = !p.accept(K.NO);
    p.expect(K.CHAIN);
  }
  let release: boolean | undefined;
  // AND CHAIN excludes RELEASE
  if (p.kind === K.RELEASE && chain !== true) {
    p.advance();
    release = true;
  } else if (p.accept(K.NO)) {
    p.expect(K.RELEASE);
    release = false;
  }
  return { kind, start, end: p.lastEnd, chain, release };
}

export function parseSavepoint(p: Cursor): Savepoint {
  const start = p.start;
  const action = p.kind === K.RELEASE ? 'release' : 'set';
  p.advance();
  if (action === 'release') p.expect(K.SAVEPOINT);
  const name = p.name();
  return { kind: 'savepoint', start, end: p.lastEnd, action, name };
}

// ---- XA ----

export function parseXa(p: Cursor): XaTransaction {
  const start = p.start;
  p.advance();
  const action = xaAction(p);
  let xid: Xid = { gtrid: undefined, bqual: undefined, formatId: undefined };
  let option: XaTransaction['option'];
  if (action === 'recover') {
    if (p.accept(K.CONVERT)) {
      p.expect(K.XID);
      option = 'convert xid';
    }
  } else {
    xid = parseXid(p);
    option = xaOption(p, action);
  }
  return { kind: 'xa', start, end: p.lastEnd, action, ...xid, option };
}

function xaAction(p: Cursor): XaTransaction['action'] {
  if (p.accept(K.START) || p.accept(K.BEGIN)) return 'start';
  if (p.accept(K.END)) return 'end';
  if (p.accept(K.PREPARE)) return 'prepare';
  if (p.accept(K.COMMIT)) return 'commit';
  if (p.accept(K.ROLLBACK)) return 'rollback';
  p.expect(K.RECOVER);
  return 'recover';
}

function xaOption(p: Cursor, action: XaTransaction['action']): XaTransaction['option'] {
  if (action === 'start') return p.accept(K.JOIN) ? 'join' : p.accept(K.RESUME) ? 'resume' : undefined;
  if (action === 'end' && p.accept(K.SUSPEND)) {
    if (!p.accept(K.FOR)) return 'suspend';
    p.expect(K.MIGRATE);
    return 'suspend for migrate';
  }
  if (action === 'commit' && p.accept(K.ONE)) {
    p.expect(K.PHASE);
    return 'one phase';
  }
  return undefined;
}

type Xid = Pick<XaTransaction, 'gtrid' | 'bqual' | 'formatId'>;

function parseXid(p: Cursor): Xid {
  const gtrid = xidPart(p);
  const bqual = p.accept(T.COMMA) ? xidPart(p) : undefined;
  const formatId = bqual !== undefined && p.accept(T.COMMA) ? p.number() : undefined;
  return { gtrid, bqual, formatId };
}

const XID_PART_MAX = 64;

function xidPart(p: Cursor): string {
  const part = p.kind === T.HEX || p.kind === T.BIT ? p.digitsText() : p.string();
  if (part.length > XID_PART_MAX) p.fail();
  return part;
}

// ---- LOCK ----

export function parseLock(p: Cursor): LockTables | LockInstance {
  const start = p.start;
  p.advance();
  if (p.accept(K.INSTANCE)) {
    p.expectAll(K.FOR, K.BACKUP);
    return { kind: 'lock-instance', start, end: p.lastEnd, unlock: false };
  }
  if (!p.accept(K.TABLES)) p.expect(K.TABLE);
  const locks = p.list(tableLock);
  return { kind: 'lock-tables', start, end: p.lastEnd, locks };
}

function tableLock(p: Cursor): LockTables['locks'][number] {
  const table = parseTableName(p);
  const alias = parseAlias(p);
  if (p.accept(K.READ)) return { table, alias, type: p.accept(K.LOCAL) ? 'read local' : 'read' };
  p.expect(K.WRITE);
  return { table, alias, type: 'write' };
}

export function parseUnlock(p: Cursor): UnlockTables | LockInstance {
  const start = p.start;
  p.advance();
  if (p.accept(K.INSTANCE)) return { kind: 'lock-instance', start, end: p.lastEnd, unlock: true };
  if (!p.accept(K.TABLES)) p.expect(K.TABLE);
  return { kind: 'unlock-tables', start, end: p.lastEnd };
}
