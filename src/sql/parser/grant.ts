/** GRANT and REVOKE: privileges, roles, PROXY. */
import type {
  AccountName,
  GrantPrivileges,
  Privilege,
  PrivilegeTarget,
  Statement,
  UserSpecification,
} from '../ast/index.ts';
import { parseRoleList } from './account.ts';
import { parseIfExists } from './create-table.ts';
import { type Cursor, nameOf } from './cursor.ts';
import { parseAccount, parseHost } from './name.ts';
import { K, T } from './token.ts';

/** A privilege, or a role when no ON follows the list. */
interface RoleOrPrivilege {
  readonly privilege: Privilege;
  readonly role: AccountName | undefined;
  /** A privilege that is a grammar keyword cannot be a role. */
  readonly keyword: boolean;
}

export function parseGrant(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  if (p.kind === K.PROXY && p.peek(1) === K.ON) return parseProxy(p, start, { revoke: false, ifExists: false });
  const list = parsePrivilegeList(p);
  if (p.accept(K.ON)) return finishGrant(p, start, list);
  const roles = asRoles(p, list);
  p.expect(K.TO);
  const to = p.list(parseAccount);
  const adminOption = p.accept(K.WITH);
  if (adminOption) p.expectAll(K.ADMIN, K.OPTION);
  return { kind: 'grant-roles', start, end: p.lastEnd, roles, to, adminOption };
}

function finishGrant(p: Cursor, start: number, list: readonly RoleOrPrivilege[]): Statement {
  const privileges = list.map((item) => item.privilege);
  const on = parseTarget(p);
  p.expect(K.TO);
  const to = p.list(granteeSpecification);
  const grantOption = p.accept(K.WITH);
  if (grantOption) p.expectAll(K.GRANT, K.OPTION);
  failRoutineColumns(p, privileges, on);
  let as: AccountName | undefined;
  let asRolesClause: GrantPrivileges['asRoles'];
  if (p.accept(K.AS)) {
    as = parseAccount(p);
    if (p.accept(K.WITH)) {
      p.expect(K.ROLE);
      asRolesClause = parseAsRoles(p);
    }
  }
  return { kind: 'grant', start, end: p.lastEnd, privileges, on, to, grantOption, as, asRoles: asRolesClause };
}

function parseAsRoles(p: Cursor): NonNullable<GrantPrivileges['asRoles']> {
  if (p.accept(K.NONE)) return { type: 'none' };
  if (p.accept(K.DEFAULT)) return { type: 'default' };
  if (p.accept(K.ALL)) {
    return p.accept(K.EXCEPT) ? { type: 'all-except', roles: parseRoleList(p) } : { type: 'all' };
  }
  return { type: 'list', roles: parseRoleList(p) };
}

function granteeSpecification(p: Cursor): UserSpecification {
  return { account: parseAccount(p), auth: undefined, factors: [], actions: [] };
}

export function parseRevoke(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  const ifExists = parseIfExists(p);
  if (p.kind === K.PROXY && p.peek(1) === K.ON) return parseProxy(p, start, { revoke: true, ifExists });
  if (p.kind === K.ALL) {
    const index = p.index;
    p.advance();
    p.accept(K.PRIVILEGES);
    if (p.accept(T.COMMA)) {
      p.expectAll(K.GRANT, K.OPTION, K.FROM);
      const privileges: Privilege[] = [{ name: 'all', columns: [] }];
      const from = p.list(parseAccount);
      const ignoreUnknownUser = parseIgnoreUnknown(p);
      return { kind: 'revoke', start, end: p.lastEnd, ifExists, privileges, on: undefined, from, ignoreUnknownUser };
    }
    p.rewind(index);
  }
  const list = parsePrivilegeList(p);
  if (p.accept(K.ON)) {
    const privileges = list.map((item) => item.privilege);
    const on = parseTarget(p);
    p.expect(K.FROM);
    const from = p.list(parseAccount);
    const ignoreUnknownUser = parseIgnoreUnknown(p);
    failRoutineColumns(p, privileges, on);
    return { kind: 'revoke', start, end: p.lastEnd, ifExists, privileges, on, from, ignoreUnknownUser };
  }
  const roles = asRoles(p, list);
  p.expect(K.FROM);
  const from = p.list(parseAccount);
  const ignoreUnknownUser = parseIgnoreUnknown(p);
  return { kind: 'revoke-roles', start, end: p.lastEnd, ifExists, roles, from, ignoreUnknownUser };
}

/** Columns of a routine are a syntax error, found when the statement is complete. */
function failRoutineColumns(p: Cursor, privileges: readonly Privilege[], on: PrivilegeTarget): void {
  if (on.type === undefined || on.type === 'table') return;
  if (privileges.some((privilege) => privilege.columns.length > 0)) p.fail();
}

function parseIgnoreUnknown(p: Cursor): boolean {
  if (!p.accept(K.IGNORE)) return false;
  p.expectAll(K.UNKNOWN, K.USER);
  return true;
}

/** At PROXY. */
function parseProxy(p: Cursor, start: number, how: { revoke: boolean; ifExists: boolean }): Statement {
  p.expectAll(K.PROXY, K.ON);
  const on = parseAccount(p);
  p.expect(how.revoke ? K.FROM : K.TO);
  const accounts = p.list(parseAccount);
  const grantOption = !how.revoke && p.accept(K.WITH);
  if (grantOption) p.expectAll(K.GRANT, K.OPTION);
  const ignoreUnknownUser = how.revoke && parseIgnoreUnknown(p);
  return { kind: 'grant-proxy', start, end: p.lastEnd, ...how, on, accounts, grantOption, ignoreUnknownUser };
}

// ---- the list of privileges or roles ----

function parsePrivilegeList(p: Cursor): RoleOrPrivilege[] {
  if (p.kind === K.ALL) {
    p.advance();
    p.accept(K.PRIVILEGES);
    if (p.kind !== K.ON) p.fail();
    return [{ privilege: { name: 'all', columns: [] }, role: undefined, keyword: true }];
  }
  return p.list(roleOrPrivilege);
}

function roleOrPrivilege(p: Cursor): RoleOrPrivilege {
  const words = privilegeWords(p);
  if (words !== undefined) {
    const columns = p.kind === T.LEFT_PAREN && COLUMN_PRIVILEGES.has(words) ? p.parenthesised(nameOf) : [];
    return { privilege: { name: words, columns }, role: undefined, keyword: true };
  }
  // a dynamic privilege or a role
  const name = p.nameOrString();
  const host = parseHost(p);
  const columns = host === undefined && p.kind === T.LEFT_PAREN ? p.parenthesised(nameOf) : [];
  const role = { current: false, user: name, host: host ?? '%' };
  return { privilege: { name: name.toLowerCase(), columns }, role, keyword: false };
}

const COLUMN_PRIVILEGES = new Set(['select', 'insert', 'update', 'references']);

/** Privileges of one keyword. */
const SINGLE = new Set<number>([
  K.SELECT,
  K.INSERT,
  K.UPDATE,
  K.REFERENCES,
  K.DELETE,
  K.USAGE,
  K.INDEX,
  K.EXECUTE,
  K.RELOAD,
  K.SHUTDOWN,
  K.PROCESS,
  K.FILE,
  K.SUPER,
  K.EVENT,
  K.TRIGGER,
]);

function privilegeWords(p: Cursor): string | undefined {
  const kind = p.kind;
  if (SINGLE.has(kind)) return take(p, 1);
  const second = p.peek(1);
  switch (kind) {
    case K.GRANT:
      return expectSecond(p, K.OPTION);
    case K.SHOW:
      return second === K.VIEW ? take(p, 2) : expectSecond(p, K.DATABASES);
    case K.LOCK:
      return expectSecond(p, K.TABLES);
    case K.REPLICATION:
      return second === K.CLIENT || second === K.SLAVE ? take(p, 2) : expectSecond(p, K.CLIENT);
    case K.DROP:
      return second === K.ROLE ? take(p, 2) : take(p, 1);
    case K.ALTER:
      return second === K.ROUTINE ? take(p, 2) : take(p, 1);
    case K.CREATE:
      if (second === K.TEMPORARY) {
        if (p.peek(2) !== K.TABLES) {
          take(p, 2);
          p.fail();
        }
        return take(p, 3);
      }
      return second === K.VIEW ||
        second === K.ROUTINE ||
        second === K.USER ||
        second === K.TABLESPACE ||
        second === K.ROLE
        ? take(p, 2)
        : take(p, 1);
    default:
      return undefined;
  }
}

function expectSecond(p: Cursor, second: number): string {
  const first = take(p, 1);
  const word = p.kind === second ? p.word() : '';
  p.expect(second);
  return `${first} ${word}`;
}

function take(p: Cursor, count: number): string {
  const words: string[] = [];
  for (let i = 0; i < count; i++) {
    words.push(p.word());
    p.advance();
  }
  return words.join(' ');
}

/** Without ON the list was one of roles; keyword privileges and columns are then out of place. */
function asRoles(p: Cursor, list: readonly RoleOrPrivilege[]): AccountName[] {
  const roles: AccountName[] = [];
  for (const item of list) {
    if (item.role === undefined || item.privilege.columns.length > 0) {
      // MySQL reports roles mixed with privileges at what follows the list
      p.fail();
    }
    roles.push(item.role);
  }
  return roles;
}

/** [TABLE | FUNCTION | PROCEDURE] * | *.* | schema.* | [schema.]name. */
function parseTarget(p: Cursor): PrivilegeTarget {
  let type: PrivilegeTarget['type'];
  if (p.accept(K.TABLE)) type = 'table';
  else if (p.accept(K.FUNCTION)) type = 'function';
  else if (p.accept(K.PROCEDURE)) type = 'procedure';
  else if (p.kind === K.LIBRARY && p.peek(1) !== T.DOT && p.peek(1) !== K.TO) {
    p.advance();
    type = 'library';
  }
  if (p.accept(T.STAR)) {
    if (!p.accept(T.DOT)) return { type, schema: undefined, name: '*' };
    p.expect(T.STAR);
    return { type, schema: '*', name: '*' };
  }
  const first = p.name();
  if (!p.accept(T.DOT)) return { type, schema: undefined, name: first };
  return { type, schema: first, name: p.accept(T.STAR) ? '*' : p.name() };
}
