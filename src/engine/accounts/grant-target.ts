/** What a GRANT or REVOKE is about: its level, and the privileges it names, checked to make sense there. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { DYNAMIC_PRIVILEGES } from './privileges.data.ts';
import {
  ALL_STATIC,
  COLUMN_LEVEL,
  DATABASE_LEVEL,
  GRANT_OPTION,
  TABLE_LEVEL,
  findBit,
  isDynamic,
  type PrivilegeSet,
} from './privileges.ts';

export interface GrantTarget {
  readonly level: 'global' | 'database' | 'table';
  /** '' at the global level. */
  readonly schema: string;
  /** '' above the table level. */
  readonly table: string;
}

export interface PrivilegeList {
  /** Static ones on the target as a whole. */
  readonly set: PrivilegeSet;
  readonly dynamic: readonly string[];
  /** By lower-case column name. */
  readonly columns: ReadonlyMap<string, { readonly name: string; readonly set: PrivilegeSet }>;
  /** As written, for the checks that go by name. */
  readonly names: ReadonlySet<string>;
}

export function targetOf(on: ast.PrivilegeTarget, database: string | null): GrantTarget {
  if (on.type !== undefined && on.type !== 'table') {
    throw sqlError(
      'ER_SP_DOES_NOT_EXIST',
      on.type.toUpperCase(),
      on.schema === undefined ? on.name : `${on.schema}.${on.name}`,
    );
  }
  if (on.schema === '*') return { level: 'global', schema: '', table: '' };
  const schema = on.schema ?? database;
  if (schema === null) throw sqlError('ER_NO_DB_ERROR');
  if (on.name === '*') return { level: 'database', schema, table: '' };
  return { level: 'table', schema, table: on.name };
}

const LEVEL_SET = { global: ALL_STATIC, database: DATABASE_LEVEL, table: TABLE_LEVEL } as const;

export function parsePrivileges(
  privileges: readonly ast.Privilege[],
  target: GrantTarget,
  revoke: boolean,
): PrivilegeList {
  let set: PrivilegeSet = 0;
  const dynamic: string[] = [];
  const columns = new Map<string, { name: string; set: PrivilegeSet }>();
  const names = new Set<string>();
  for (const { name, columns: named } of privileges) {
    names.add(name);
    if (name === 'usage') continue;
    if (name === 'all' || name === 'all privileges') {
      set = (set | (LEVEL_SET[target.level] & (revoke ? ~0 : ~GRANT_OPTION))) >>> 0;
      if (target.level === 'global') dynamic.push(...DYNAMIC_PRIVILEGES);
      continue;
    }
    const mask = findBit(name);
    if (mask === undefined) dynamic.push(checkedDynamic(name, target));
    else if (named.length === 0) set = (set | checkedStatic(mask, target)) >>> 0;
    else addColumns(columns, named, checkedColumn(mask, target));
  }
  return { set, dynamic, columns, names };
}

function checkedStatic(mask: PrivilegeSet, target: GrantTarget): PrivilegeSet {
  if ((mask & LEVEL_SET[target.level]) !== 0) return mask;
  if (target.level === 'database') throw sqlError('ER_WRONG_USAGE', 'DB GRANT', 'GLOBAL PRIVILEGES');
  throw sqlError('ER_ILLEGAL_GRANT_FOR_TABLE');
}

function checkedColumn(mask: PrivilegeSet, target: GrantTarget): PrivilegeSet {
  if (target.level !== 'table' || (mask & COLUMN_LEVEL) === 0) throw sqlError('ER_ILLEGAL_GRANT_FOR_TABLE');
  return mask;
}

function checkedDynamic(name: string, target: GrantTarget): string {
  const upper = name.toUpperCase();
  if (!isDynamic(upper)) throw sqlError('ER_SYNTAX_ERROR');
  if (target.level !== 'global') throw sqlError('ER_ILLEGAL_PRIVILEGE_LEVEL', upper);
  return upper;
}

function addColumns(
  columns: Map<string, { name: string; set: PrivilegeSet }>,
  named: readonly string[],
  mask: PrivilegeSet,
): void {
  for (const name of named) {
    const key = name.toLowerCase();
    columns.set(key, { name: columns.get(key)?.name ?? name, set: ((columns.get(key)?.set ?? 0) | mask) >>> 0 });
  }
}
