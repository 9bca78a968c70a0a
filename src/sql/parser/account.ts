/** CREATE / ALTER / DROP / RENAME USER, roles, SET ROLE. */
import type {
  AccountName,
  AccountOptions,
  AlterUser,
  AuthClause,
  CreateRole,
  CreateUser,
  DefaultRoles,
  DropRole,
  DropUser,
  RenameUser,
  SetDefaultRole,
  SetRole,
  TlsRequirement,
  UserSpecification,
} from '../ast/index.ts';
import { parseIfExists, parseIfNotExists } from './create-table.ts';
import type { Cursor } from './cursor.ts';
import { namedAccount, parseAccount } from './name.ts';
import { K, T } from './token.ts';

// ---- names ----

/** Keywords that may be identifiers but not roles. */
const NO_ROLES = new Set<number>([
  K.EXECUTE,
  K.RESTART,
  K.SHUTDOWN,
  K.EVENT,
  K.FILE,
  K.NONE,
  K.PROCESS,
  K.PROXY,
  K.RELOAD,
  K.REPLICATION,
  K.RESOURCE,
  K.SUPER,
]);

export function parseRole(p: Cursor): AccountName {
  if (NO_ROLES.has(p.kind)) p.fail();
  return namedAccount(p);
}

export function parseRoleList(p: Cursor): AccountName[] {
  return p.list(parseRole);
}

// ---- CREATE, ALTER ----

/** At USER, behind CREATE. */
export function parseCreateUser(p: Cursor, start: number): CreateUser {
  p.expect(K.USER);
  const ifNotExists = parseIfNotExists(p);
  const users = p.list(createSpecification);
  let defaultRoles: AccountName[] = [];
  if (p.accept(K.DEFAULT)) {
    p.expect(K.ROLE);
    defaultRoles = parseRoleList(p);
  }
  const options = parseAccountOptions(p);
  return { kind: 'create-user', start, end: p.lastEnd, ifNotExists, users, defaultRoles, options };
}

function createSpecification(p: Cursor): UserSpecification {
  const account = parseAccount(p);
  const auth = p.kind === K.IDENTIFIED ? parseAuth(p, false) : undefined;
  const factors: AuthClause[] = [];
  const actions: string[] = [];
  while (p.accept(K.AND)) factors.push(parseAuth(p, false));
  if (p.accept(K.INITIAL)) {
    p.expect(K.AUTHENTICATION);
    actions.push('initial authentication');
    parseAuth(p, false);
  }
  return { account, auth, factors, actions };
}

/** IDENTIFIED [WITH plugin] {BY 'x' | BY RANDOM PASSWORD | AS 'hash'} [REPLACE 'x'] [RETAIN CURRENT PASSWORD]. */
export function parseAuth(p: Cursor, alter: boolean): AuthClause {
  p.expect(K.IDENTIFIED);
  const plugin = p.accept(K.WITH) ? p.nameOrString() : undefined;
  let by: AuthClause['by'];
  if (p.accept(K.BY)) {
    if (p.accept(K.RANDOM)) {
      p.expect(K.PASSWORD);
      by = { type: 'random' };
    } else {
      by = { type: 'password', password: hashText(p) };
    }
  } else if (p.kind === K.AS && plugin !== undefined) {
    p.advance();
    by = { type: 'hash', hash: hashText(p) };
  } else if (plugin === undefined) {
    p.fail();
  }
  let replace: string | undefined;
  let retainCurrent = false;
  if (alter) {
    if (by !== undefined && by.type !== 'hash' && p.accept(K.REPLACE)) replace = p.string();
    if (by !== undefined && p.accept(K.RETAIN)) {
      p.expectAll(K.CURRENT, K.PASSWORD);
      retainCurrent = true;
    }
  }
  return { plugin, by, replace, retainCurrent };
}

function hashText(p: Cursor): string {
  return p.kind === T.HEX ? p.digitsText() : p.string();
}

/** At USER, behind ALTER. */
export function parseAlterUser(p: Cursor, start: number): AlterUser {
  p.expect(K.USER);
  const ifExists = parseIfExists(p);
  const users: UserSpecification[] = [];
  let defaultRoles: DefaultRoles | undefined;
  if (p.kind === K.USER && p.peek(1) === T.LEFT_PAREN) {
    return { kind: 'alter-user', start, ifExists, ...alterSelf(p), end: p.lastEnd };
  }
  do {
    users.push(alterSpecification(p));
  } while (p.accept(T.COMMA));
  if (users.length === 1 && p.kind === K.DEFAULT) {
    p.expectAll(K.DEFAULT, K.ROLE);
    defaultRoles = p.accept(K.ALL)
      ? { type: 'all' }
      : p.accept(K.NONE)
        ? { type: 'none' }
        : { type: 'list', roles: parseRoleList(p) };
  }
  const options = defaultRoles === undefined ? parseAccountOptions(p) : NO_ACCOUNT_OPTIONS;
  return { kind: 'alter-user', start, end: p.lastEnd, ifExists, users, options, defaultRoles };
}

/** USER() IDENTIFIED BY 'x' [REPLACE 'x'] [RETAIN CURRENT PASSWORD], DISCARD OLD PASSWORD, or factors; nothing more. */
function alterSelf(p: Cursor): Pick<AlterUser, 'users' | 'options' | 'defaultRoles'> {
  p.expectAll(K.USER, T.LEFT_PAREN, T.RIGHT_PAREN);
  const account: AccountName = { current: true, user: '', host: '' };
  const actions: string[] = [];
  const factors: AuthClause[] = [];
  let auth: AuthClause | undefined;
  if (p.kind === K.IDENTIFIED) {
    if (p.peek(1) !== K.BY) {
      p.advance();
      p.fail();
    }
    auth = parseAuth(p, true);
  } else if (p.accept(K.DISCARD)) {
    p.expectAll(K.OLD, K.PASSWORD);
    actions.push('discard old password');
  } else {
    parseFactorActions(p, actions, factors);
  }
  return { users: [{ account, auth, factors, actions }], options: NO_ACCOUNT_OPTIONS, defaultRoles: undefined };
}

function alterSpecification(p: Cursor): UserSpecification {
  const actions: string[] = [];
  const account = parseAccount(p);
  let auth: AuthClause | undefined;
  const factors: AuthClause[] = [];
  if (p.kind === K.IDENTIFIED) {
    auth = parseAuth(p, true);
    while (p.accept(K.AND)) factors.push(parseAuth(p, true));
  } else if (p.accept(K.DISCARD)) {
    p.expectAll(K.OLD, K.PASSWORD);
    actions.push('discard old password');
  } else {
    parseFactorActions(p, actions, factors);
  }
  return { account, auth, factors, actions };
}

function parseFactorActions(p: Cursor, actions: string[], factors: AuthClause[]): void {
  while (p.kind === K.ADD || p.kind === K.MODIFY || p.kind === K.DROP) {
    const verb = p.word();
    p.advance();
    const factor = p.number();
    p.expect(K.FACTOR);
    actions.push(`${verb} ${factor} factor`);
    if (verb !== 'drop') factors.push(parseAuth(p, false));
  }
  if (actions.length > 0 || p.kind !== T.INTEGER) return;
  const factor = p.number();
  p.expect(K.FACTOR);
  if (p.accept(K.UNREGISTER)) {
    actions.push(`${factor} factor unregister`);
    return;
  }
  if (p.accept(K.INITIATE)) p.expect(K.REGISTRATION);
  else {
    p.expectAll(K.FINISH, K.REGISTRATION, K.SET, K.CHALLENGE_RESPONSE, K.AS);
    hashText(p);
  }
  actions.push(`${factor} factor registration`);
}

// ---- options ----

type OptionsDraft = { -readonly [Key in keyof AccountOptions]: AccountOptions[Key] };

const NO_ACCOUNT_OPTIONS: AccountOptions = {
  require: undefined,
  maxQueriesPerHour: undefined,
  maxUpdatesPerHour: undefined,
  maxConnectionsPerHour: undefined,
  maxUserConnections: undefined,
  passwordExpire: undefined,
  passwordHistory: undefined,
  passwordReuseDays: undefined,
  passwordRequireCurrent: undefined,
  failedLoginAttempts: undefined,
  passwordLockDays: undefined,
  lock: undefined,
  comment: undefined,
  attribute: undefined,
  resourceGroup: undefined,
};

/** [REQUIRE …] [WITH resources] [password and lock options] [COMMENT | ATTRIBUTE]. */
function parseAccountOptions(p: Cursor): AccountOptions {
  const options: OptionsDraft = { ...NO_ACCOUNT_OPTIONS };
  if (p.accept(K.REQUIRE)) options.require = parseRequirement(p);
  if (p.accept(K.WITH)) {
    do parseResource(p, options);
    while (RESOURCES.has(p.kind));
  }
  while (parseLockOption(p, options));
  if (p.accept(K.ATTRIBUTE)) options.attribute = p.string();
  else if (p.accept(K.COMMENT)) options.comment = p.string();
  if (p.additions && p.kind === K.RESOURCE && p.peek(1) === K.GROUP) {
    p.expectAll(K.RESOURCE, K.GROUP);
    options.resourceGroup = p.accept(K.DEFAULT) ? 'default' : p.name();
  }
  return options;
}

function parseRequirement(p: Cursor): TlsRequirement {
  if (p.accept(K.NONE)) return { type: 'none' };
  if (p.accept(K.SSL)) return { type: 'ssl' };
  if (p.accept(K.X509)) return { type: 'x509' };
  let cipher: string | undefined;
  let issuer: string | undefined;
  let subject: string | undefined;
  let terms = 0;
  for (; ; terms++) {
    if (terms > 0) p.accept(K.AND);
    if (p.accept(K.CIPHER)) cipher = p.string();
    else if (p.accept(K.ISSUER)) issuer = p.string();
    else if (p.accept(K.SUBJECT)) subject = p.string();
    else break;
  }
  if (terms === 0) p.fail();
  return { type: 'specified', cipher, issuer, subject };
}

const RESOURCES = new Map<
  number,
  'maxQueriesPerHour' | 'maxUpdatesPerHour' | 'maxConnectionsPerHour' | 'maxUserConnections'
>([
  [K.MAX_QUERIES_PER_HOUR, 'maxQueriesPerHour'],
  [K.MAX_UPDATES_PER_HOUR, 'maxUpdatesPerHour'],
  [K.MAX_CONNECTIONS_PER_HOUR, 'maxConnectionsPerHour'],
  [K.MAX_USER_CONNECTIONS, 'maxUserConnections'],
]);

function parseResource(p: Cursor, options: OptionsDraft): void {
  const resource = RESOURCES.get(p.kind);
  if (resource === undefined) p.fail();
  p.advance();
  options[resource] = p.number();
}

function parseLockOption(p: Cursor, options: OptionsDraft): boolean {
  switch (p.kind) {
    case K.ACCOUNT:
      p.advance();
      options.lock = p.accept(K.LOCK);
      if (!options.lock) p.expect(K.UNLOCK);
      return true;
    case K.FAILED_LOGIN_ATTEMPTS:
      p.advance();
      options.failedLoginAttempts = p.number();
      return true;
    case K.PASSWORD_LOCK_TIME:
      p.advance();
      options.passwordLockDays = p.accept(K.UNBOUNDED) ? 'unbounded' : p.number();
      return true;
    case K.PASSWORD:
      p.advance();
      parsePasswordOption(p, options);
      return true;
    default:
      return false;
  }
}

function parsePasswordOption(p: Cursor, options: OptionsDraft): void {
  if (p.accept(K.EXPIRE)) {
    if (p.accept(K.INTERVAL)) {
      options.passwordExpire = p.number();
      p.expect(K.DAY);
    } else {
      options.passwordExpire = p.accept(K.NEVER) ? 'never' : p.accept(K.DEFAULT) ? 'default' : 'now';
    }
  } else if (p.accept(K.HISTORY)) {
    options.passwordHistory = p.accept(K.DEFAULT) ? 'default' : p.number();
  } else if (p.accept(K.REUSE)) {
    p.expect(K.INTERVAL);
    if (p.accept(K.DEFAULT)) options.passwordReuseDays = 'default';
    else {
      options.passwordReuseDays = p.number();
      p.expect(K.DAY);
    }
  } else {
    p.expectAll(K.REQUIRE, K.CURRENT);
    options.passwordRequireCurrent = p.accept(K.DEFAULT) ? 'default' : p.accept(K.OPTIONAL) ? 'optional' : 'current';
  }
}

// ---- DROP, RENAME, roles ----

export function parseDropUser(p: Cursor, start: number): DropUser {
  p.expect(K.USER);
  const ifExists = parseIfExists(p);
  return { kind: 'drop-user', start, ifExists, users: p.list(parseAccount), end: p.lastEnd };
}

export function parseRenameUser(p: Cursor, start: number): RenameUser {
  p.expect(K.USER);
  const renames = p.list((inner) => {
    const from = parseAccount(inner);
    inner.expect(K.TO);
    return { from, to: parseAccount(inner) };
  });
  return { kind: 'rename-user', start, end: p.lastEnd, renames };
}

export function parseCreateRole(p: Cursor, start: number): CreateRole {
  p.expect(K.ROLE);
  const ifNotExists = parseIfNotExists(p);
  return { kind: 'create-role', start, ifNotExists, roles: parseRoleList(p), end: p.lastEnd };
}

export function parseDropRole(p: Cursor, start: number): DropRole {
  p.expect(K.ROLE);
  const ifExists = parseIfExists(p);
  return { kind: 'drop-role', start, ifExists, roles: parseRoleList(p), end: p.lastEnd };
}

/** At ROLE, behind SET. */
export function parseSetRole(p: Cursor, start: number): SetRole {
  p.expect(K.ROLE);
  let type: SetRole['type'] = 'list';
  let roles: AccountName[] = [];
  if (p.accept(K.DEFAULT)) type = 'default';
  else if (p.accept(K.NONE)) type = 'none';
  else if (p.accept(K.ALL)) {
    type = 'all';
    if (p.accept(K.EXCEPT)) {
      type = 'all-except';
      roles = parseRoleList(p);
    }
  } else roles = parseRoleList(p);
  return { kind: 'set-role', start, end: p.lastEnd, type, roles };
}

/** At DEFAULT, behind SET. */
export function parseSetDefaultRole(p: Cursor, start: number): SetDefaultRole {
  p.expectAll(K.DEFAULT, K.ROLE);
  const type = p.accept(K.NONE) ? 'none' : p.accept(K.ALL) ? 'all' : 'list';
  const roles = type === 'list' ? parseRoleList(p) : [];
  p.expect(K.TO);
  const users = parseRoleList(p);
  return { kind: 'set-default-role', start, end: p.lastEnd, type, roles, users };
}
