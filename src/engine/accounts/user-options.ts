/** IDENTIFIED …, REQUIRE, resource limits, password and lock options of CREATE USER and ALTER USER. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { AccountId, UserAttributes, UserRow } from './account-rows.ts';
import type { Edit } from './edit.ts';
import {
  CACHING_SHA2_PASSWORD,
  NATIVE_PASSWORD,
  SALT_BYTES,
  cachingSha2Hash,
  isCachingSha2Hash,
  isNativePasswordHash,
  nativePasswordHash,
} from './passwords/index.ts';
import { NO_PRIVILEGES } from './privileges.ts';

/** IDENTIFIED BY RANDOM PASSWORD answers with a row per account. */
export interface GeneratedPassword {
  readonly user: string;
  readonly host: string;
  readonly password: string;
}

const RANDOM_CHARACTERS = 20;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789<>,.;:!%&/()=-_{}[]';

export function newUser(account: AccountId, nowMs: number): UserRow {
  return {
    user: account.user,
    host: account.host,
    privileges: NO_PRIVILEGES,
    plugin: CACHING_SHA2_PASSWORD,
    authenticationString: '',
    passwordExpired: false,
    passwordChangedAtMs: nowMs,
    passwordLifetimeDays: null,
    locked: false,
    passwordHistory: null,
    passwordReuseDays: null,
    passwordRequireCurrent: null,
    tls: { type: '', cipher: '', issuer: '', subject: '' },
    maxQuestions: 0,
    maxUpdates: 0,
    maxConnections: 0,
    maxUserConnections: 0,
    attributes: {},
  };
}

export function applyAuth(
  edit: Edit,
  row: UserRow,
  auth: ast.AuthClause | undefined,
  generated: GeneratedPassword[],
): UserRow {
  if (auth === undefined) return row;
  const plugin = auth.plugin?.toLowerCase() ?? (auth.by === undefined ? row.plugin : keptPlugin(row));
  if (plugin !== CACHING_SHA2_PASSWORD && plugin !== NATIVE_PASSWORD)
    throw sqlError('ER_PLUGIN_IS_NOT_LOADED', auth.plugin ?? plugin);
  const changed = { ...row, plugin, passwordExpired: false, passwordChangedAtMs: edit.nowMs };
  if (auth.by === undefined) return { ...changed, authenticationString: '' };
  if (auth.by.type === 'hash') {
    const hash = auth.by.hash;
    if (!(plugin === NATIVE_PASSWORD ? isNativePasswordHash(hash) : isCachingSha2Hash(hash)))
      throw sqlError('ER_PASSWORD_FORMAT');
    return { ...changed, authenticationString: hash };
  }
  let password: string;
  if (auth.by.type === 'random') {
    password = randomPassword(edit);
    generated.push({ user: row.user, host: row.host, password });
  } else password = auth.by.password;
  return { ...changed, authenticationString: passwordHash(plugin, password, edit.randomBytes(SALT_BYTES)) };
}

/** A new password without WITH keeps the account's plugin. */
function keptPlugin(row: UserRow): string {
  return row.plugin === '' ? CACHING_SHA2_PASSWORD : row.plugin;
}

export function passwordHash(plugin: string, password: string, salt: Uint8Array): string {
  return plugin === NATIVE_PASSWORD ? nativePasswordHash(password) : cachingSha2Hash(password, salt);
}

function randomPassword(edit: Edit): string {
  let text = '';
  for (const byte of edit.randomBytes(RANDOM_CHARACTERS)) text += ALPHABET[byte % ALPHABET.length] as string;
  return text;
}

export function applyOptions(row: UserRow, options: ast.AccountOptions): UserRow {
  return {
    ...row,
    tls: options.require === undefined ? row.tls : tlsOf(options.require),
    maxQuestions: options.maxQueriesPerHour ?? row.maxQuestions,
    maxUpdates: options.maxUpdatesPerHour ?? row.maxUpdates,
    maxConnections: options.maxConnectionsPerHour ?? row.maxConnections,
    maxUserConnections: options.maxUserConnections ?? row.maxUserConnections,
    passwordExpired: options.passwordExpire === 'now' ? true : row.passwordExpired,
    passwordLifetimeDays: lifetime(options.passwordExpire, row.passwordLifetimeDays),
    passwordHistory: orDefault(options.passwordHistory, row.passwordHistory),
    passwordReuseDays: orDefault(options.passwordReuseDays, row.passwordReuseDays),
    passwordRequireCurrent: requireCurrent(options.passwordRequireCurrent, row.passwordRequireCurrent),
    locked: options.lock ?? row.locked,
    attributes: attributesOf(row.attributes, options),
  };
}

function tlsOf(requirement: ast.TlsRequirement): UserRow['tls'] {
  if (requirement.type !== 'specified') {
    const type = requirement.type === 'none' ? '' : requirement.type === 'ssl' ? 'ANY' : 'X509';
    return { type, cipher: '', issuer: '', subject: '' };
  }
  const { cipher = '', issuer = '', subject = '' } = requirement;
  return { type: 'SPECIFIED', cipher, issuer, subject };
}

function lifetime(expire: ast.AccountOptions['passwordExpire'], before: number | null): number | null {
  if (expire === undefined || expire === 'now') return before;
  if (expire === 'default') return null;
  return expire === 'never' ? 0 : expire;
}

function orDefault(option: 'default' | number | undefined, before: number | null): number | null {
  return option === undefined ? before : option === 'default' ? null : option;
}

function requireCurrent(option: ast.AccountOptions['passwordRequireCurrent'], before: boolean | null): boolean | null {
  if (option === undefined) return before;
  return option === 'default' ? null : option === 'current';
}

function attributesOf(before: UserAttributes, options: ast.AccountOptions): UserAttributes {
  let { metadata, Password_locking: locking } = before;
  if (options.comment !== undefined) metadata = { ...metadata, comment: options.comment };
  if (options.attribute !== undefined) metadata = mergePatch(metadata, options.attribute);
  if (options.failedLoginAttempts !== undefined || options.passwordLockDays !== undefined) {
    const days = options.passwordLockDays === 'unbounded' ? -1 : options.passwordLockDays;
    locking = {
      failed_login_attempts: options.failedLoginAttempts ?? locking?.failed_login_attempts ?? 0,
      password_lock_time_days: days ?? locking?.password_lock_time_days ?? 0,
    };
    if (locking.failed_login_attempts === 0 && locking.password_lock_time_days === 0) locking = undefined;
  }
  return {
    ...(metadata === undefined ? {} : { metadata }),
    ...(locking === undefined ? {} : { Password_locking: locking }),
  };
}

/** A member that is null is removed. */
function mergePatch(before: UserAttributes['metadata'], text: string): Record<string, unknown> {
  let patch: unknown;
  try {
    patch = JSON.parse(text);
  } catch {
    patch = undefined;
  }
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    throw sqlError('ER_INVALID_USER_ATTRIBUTE_JSON');
  const merged = { ...before, ...(patch as Record<string, unknown>) };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}
