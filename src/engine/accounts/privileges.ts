/**
 * Sets of static privileges as bits of one number (31 of them: an unsigned 32-bit integer), and the sets that make sense
 * at each level.
 */
import { DYNAMIC_PRIVILEGES, STATIC_PRIVILEGES, type StaticPrivilege } from './privileges.data.ts';

/** A set of static privileges. Always made unsigned with `>>> 0`. */
export type PrivilegeSet = number;

export const NO_PRIVILEGES: PrivilegeSet = 0;

const BIT_OF = new Map<string, number>(STATIC_PRIVILEGES.map(([name], i) => [name, (1 << i) >>> 0]));

export function bit(name: StaticPrivilege): PrivilegeSet {
  return BIT_OF.get(name) as number;
}

/** Undefined when the name is not that of a static privilege. */
export function findBit(name: string): PrivilegeSet | undefined {
  return BIT_OF.get(name);
}

function setOf(...names: StaticPrivilege[]): PrivilegeSet {
  return names.reduce((set, name) => (set | bit(name)) >>> 0, 0);
}

export const GRANT_OPTION = bit('grant option');
export const COLUMN_LEVEL = setOf('select', 'insert', 'update', 'references');
export const TABLE_LEVEL = setOf(
  'select',
  'insert',
  'update',
  'delete',
  'create',
  'drop',
  'grant option',
  'references',
  'index',
  'alter',
  'create view',
  'show view',
  'trigger',
);
export const DATABASE_LEVEL =
  (TABLE_LEVEL |
    setOf('create temporary tables', 'lock tables', 'execute', 'create routine', 'alter routine', 'event')) >>>
  0;
export const ALL_STATIC: PrivilegeSet = STATIC_PRIVILEGES.reduce((set, _, i) => (set | (1 << i)) >>> 0, 0);

const DYNAMIC = new Set(DYNAMIC_PRIVILEGES);

export function isDynamic(name: string): boolean {
  return DYNAMIC.has(name);
}

/** Names in MySQL's order of printing, GRANT OPTION left out. */
export function namesOf(set: PrivilegeSet): string[] {
  return STATIC_PRIVILEGES.filter(([name], i) => name !== 'grant option' && ((set >>> i) & 1) === 1).map(([name]) =>
    name.toUpperCase(),
  );
}

/** Names as the SET columns of mysql.tables_priv and mysql.columns_priv spell them. */
const SET_SPELLING: readonly (readonly [StaticPrivilege, string])[] = [
  ['select', 'Select'],
  ['insert', 'Insert'],
  ['update', 'Update'],
  ['delete', 'Delete'],
  ['create', 'Create'],
  ['drop', 'Drop'],
  ['grant option', 'Grant'],
  ['references', 'References'],
  ['index', 'Index'],
  ['alter', 'Alter'],
  ['create view', 'Create View'],
  ['show view', 'Show view'],
  ['trigger', 'Trigger'],
];

export function toSetText(set: PrivilegeSet): string {
  return SET_SPELLING.filter(([name]) => (set & bit(name)) !== 0)
    .map(([, text]) => text)
    .join(',');
}

export function fromSetText(text: string): PrivilegeSet {
  const parts = new Set(text.toLowerCase().split(','));
  return SET_SPELLING.reduce(
    (set, [name, spelled]) => (parts.has(spelled.toLowerCase()) ? (set | bit(name)) >>> 0 : set),
    0,
  );
}
