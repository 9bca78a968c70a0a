/**
 * System variables: one `GlobalVariables` per database, one `SessionVariables` per session that starts as its copy.
 *
 * Values are kept as SHOW VARIABLES prints them (text) and converted when they are read; hot ones (sql_mode, time zone,
 * autocommit) are cached as decoded values by the session, which listens through `onChange`.
 */
import { findLocale } from '../../sql/functions/index.ts';
import { sqlError } from '../../base/index.ts';
import {
  Decimal,
  defaultCollationOf,
  doubleType,
  type FieldType,
  findCollation,
  findCollationById,
  findTimeZone,
  intType,
  type Value,
  varcharType,
} from '../../sql/types/index.ts';
import { isSwitchVariable, setValue, switchesValue, wrongValue } from './set-value.ts';
import { parseSqlMode } from './sql-mode.ts';
import { SYSTEM_VARIABLES as SERVER_VARIABLES, type SystemVariableRow } from './system-variables.data.ts';
import { REMOVED_TIDB_VARIABLES, TIDB_VARIABLES } from './tidb-variables.data.ts';

/** MySQL's and TiDB's, by name. */
export const SYSTEM_VARIABLES: readonly SystemVariableRow[] = [...SERVER_VARIABLES, ...TIDB_VARIABLES].sort((a, b) =>
  a.name < b.name ? -1 : 1,
);

const ROWS: ReadonlyMap<string, SystemVariableRow> = new Map(SYSTEM_VARIABLES.map((row) => [row.name, row]));

/** Old or alternative names. */
const ALIASES: Readonly<Record<string, string>> = {
  tx_isolation: 'transaction_isolation',
  tx_read_only: 'transaction_read_only',
  identity: 'last_insert_id',
};

export function findVariableRow(name: string): SystemVariableRow | undefined {
  const key = name.toLowerCase();
  return ROWS.get(ALIASES[key] ?? key);
}

export function getVariableRow(name: string): SystemVariableRow {
  const row = findVariableRow(name);
  if (row !== undefined) return row;
  const removed = reasonOfRemoval(name);
  if (removed !== undefined) throw sqlError('ER_VARIABLE_REMOVED', name, removed);
  throw sqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
}

/** Why TiDB no longer has a variable that it once had; SET of such a one does nothing. */
export function reasonOfRemoval(name: string): string | undefined {
  return REMOVED_TIDB_VARIABLES[name.toLowerCase()];
}

/** Variables that MyISAM has once per key cache. */
const KEY_CACHE_VARIABLES: ReadonlySet<string> = new Set([
  'key_buffer_size',
  'key_cache_age_threshold',
  'key_cache_block_size',
  'key_cache_division_limit',
]);

/** `cache.variable` as it is read: the cache `default` is the only one, and another has the size 0. */
export function readKeyCacheVariable(name: string): { row: SystemVariableRow; isDefault: boolean } | undefined {
  const [cache, variable = '', ...more] = name.split('.');
  if (more.length > 0 || !KEY_CACHE_VARIABLES.has(variable)) return undefined;
  return { row: getVariableRow(variable), isDefault: cache === 'default' };
}

export type VariableScopeName = 'global' | 'session';

/** Engines that MySQL users name; all tables are Ebb's own. */
const STORAGE_ENGINES = ['InnoDB', 'MyISAM', 'MEMORY', 'CSV', 'ARCHIVE', 'BLACKHOLE', 'MRG_MYISAM'];
const OTHER_ENGINE_NAMES: Readonly<Record<string, string>> = { heap: 'MEMORY', merge: 'MRG_MYISAM' };

/** Words of variables whose type is not an enumeration's, or that take fewer than MySQL's. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  tidb_txn_mode: ['pessimistic', 'optimistic', ''],
  tidb_enable_noop_variables: ['OFF', 'ON'],
  tidb_hash_join_version: ['legacy', 'optimized'],
  tidb_opt_objective: ['moderate', 'determinate'],
  tidb_txn_assertion_level: ['OFF', 'FAST', 'STRICT'],
  event_scheduler: ['OFF', 'ON', 'DISABLED'],
  default_storage_engine: STORAGE_ENGINES,
  default_tmp_storage_engine: STORAGE_ENGINES,
};

/** The text that a variable takes from a value, or the errors of SET (1231, 1232). */
export function normalizeVariable(
  row: SystemVariableRow,
  value: Value,
  warn: (errno: number, message: string) => void,
  current: string | null = row.value,
): string | null {
  if (row.name === 'sql_mode') return parseSqlMode(sqlModeInput(value)).text;
  const words = WORDS[row.name] ?? row.words;
  if (words !== undefined) return wordValue(row, value, words);
  if (isSwitchVariable(row)) return switchesValue(row, value, current ?? '');
  switch (row.type) {
    case 'bool':
      return boolValue(row, value);
    case 'int':
      return intValue(row, value, warn);
    case 'double':
      return doubleValue(row, value, warn);
    case 'set':
      return setValue(row, value);
    default:
      return textValue(row, value);
  }
}

function sqlModeInput(value: Value): string | number | bigint {
  if (value === null) throw sqlError('ER_WRONG_VALUE_FOR_VAR', 'sql_mode', 'NULL');
  return typeof value === 'number' || typeof value === 'bigint' ? value : String(value);
}

function wordValue(row: SystemVariableRow, value: Value, words: readonly string[]): string {
  if (typeof value === 'number') {
    const word = words[value];
    if (word !== undefined) return word;
    if (!Number.isInteger(value)) throw sqlError('ER_WRONG_TYPE_FOR_VAR', row.name);
  }
  if (value instanceof Decimal) refuse(row, value);
  if (row.name.endsWith('storage_engine') && typeof value !== 'string') refuse(row, value);
  const text = String(value).toLowerCase();
  const word = words.find((candidate) => candidate.toLowerCase() === text);
  if (word !== undefined) return word;
  if (row.name.endsWith('storage_engine')) {
    const engine = OTHER_ENGINE_NAMES[text];
    if (engine !== undefined) return engine;
    throw sqlError('ER_UNKNOWN_STORAGE_ENGINE', String(value));
  }
  throw wrongValue(row, value);
}

/** NULL is a wrong value, a number a wrong type. */
function refuse(row: SystemVariableRow, value: Value): never {
  throw value === null ? wrongValue(row, value) : sqlError('ER_WRONG_TYPE_FOR_VAR', row.name);
}

function boolValue(row: SystemVariableRow, value: Value): string {
  if (value === 1 || value === (true as unknown)) return 'ON';
  if (value === 0) return 'OFF';
  if (typeof value === 'string') {
    const text = value.toLowerCase();
    if (text === 'on' || text === 'true') return 'ON';
    if (text === 'off' || text === 'false') return 'OFF';
  }
  const isFraction = value instanceof Decimal || (typeof value === 'number' && !Number.isInteger(value));
  throw isFraction ? sqlError('ER_WRONG_TYPE_FOR_VAR', row.name) : wrongValue(row, value);
}

function doubleValue(row: SystemVariableRow, value: Value, warn: (errno: number, message: string) => void): string {
  if (typeof value !== 'number' && typeof value !== 'bigint' && !(value instanceof Decimal))
    throw sqlError('ER_WRONG_TYPE_FOR_VAR', row.name);
  const wanted = Number(value instanceof Decimal ? value.toString() : value);
  // `timestamp` has bounds of its own.
  if (row.name === 'timestamp') return String(wanted);
  const number = Math.min(Math.max(wanted, Number(row.min ?? wanted)), Number(row.max ?? wanted));
  if (number !== wanted) warn(1292, `Truncated incorrect ${row.name} value: '${String(value)}'`);
  return number.toFixed(6);
}

function intValue(row: SystemVariableRow, value: Value, warn: (errno: number, message: string) => void): string {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw sqlError('ER_WRONG_TYPE_FOR_VAR', row.name);
  if (typeof value === 'number' && !Number.isInteger(value)) throw sqlError('ER_WRONG_TYPE_FOR_VAR', row.name);
  let number = BigInt(value);
  const min = row.min === undefined ? undefined : BigInt(row.min);
  const max = row.max === undefined ? undefined : BigInt(row.max);
  const bounded = rounded(
    min !== undefined && number < min ? min : max !== undefined && max > 0n && number > max ? max : number,
    BigInt(row.step ?? 1),
  );
  if (bounded !== number) {
    warn(1292, `Truncated incorrect ${row.name} value: '${value}'`);
    number = bounded;
  }
  return number.toString();
}

/** Sizes are multiples of a block. */
function rounded(number: bigint, step: bigint): bigint {
  return step === 1n ? number : number - (number % step);
}

const CHARSET_VARIABLES = new Set([
  'character_set_client',
  'character_set_connection',
  'character_set_results',
  'character_set_server',
  'character_set_database',
  'character_set_filesystem',
]);

function textValue(row: SystemVariableRow, value: Value): string | null {
  if (CHARSET_VARIABLES.has(row.name)) return charsetValue(row, value);
  if (row.name.startsWith('collation_')) {
    if (value === null) throw wrongValue(row, value);
    if (value instanceof Decimal) refuse(row, value);
    const found = typeof value === 'number' ? findCollationById(value) : findCollation(String(value).toLowerCase());
    if (found === undefined) throw sqlError('ER_UNKNOWN_COLLATION', String(value));
    return found.name;
  }
  if (row.name === 'time_zone') return typeof value === 'string' ? timeZoneValue(value) : refuse(row, value);
  if (row.name === 'lc_time_names' || row.name === 'lc_messages') return localeValue(row, value);
  if (row.name === 'block_encryption_mode' && !ENCRYPTION_MODE.test(String(value))) throw wrongValue(row, value);
  // TiDB's variables take numbers for their words.
  if (value === null && row.nullable) return '';
  if (typeof value !== 'string' && !/^(?:tidb|tiflash|mpp)_/.test(row.name)) refuse(row, value);
  return value === null ? null : String(value);
}

function charsetValue(row: SystemVariableRow, value: Value): string | null {
  if (value === null) {
    if (row.name === 'character_set_results') return null;
    throw sqlError('ER_WRONG_VALUE_FOR_VAR', row.name, 'NULL');
  }
  if (value instanceof Decimal) refuse(row, value);
  const numbered = typeof value === 'number' ? findCollationById(value)?.charset : undefined;
  const text = numbered ?? String(value).toLowerCase();
  const name = text === 'utf8' ? 'utf8mb3' : text;
  defaultCollationOf(name);
  if (row.name === 'character_set_client' && ['ucs2', 'utf16', 'utf16le', 'utf32'].includes(name)) {
    throw sqlError('ER_WRONG_VALUE_FOR_VAR', row.name, name);
  }
  return name;
}

const ENCRYPTION_MODE = /^aes-(128|192|256)-(ecb|cbc|cfb1|cfb8|cfb128|ofb)$/i;

/** By name or number. */
function localeValue(row: SystemVariableRow, value: Value): string {
  if (value === null || value instanceof Decimal) refuse(row, value);
  const locale = findLocale(String(value));
  if (locale === undefined) throw sqlError('ER_UNKNOWN_LOCALE', String(value));
  return locale.name;
}

function timeZoneValue(text: string): string {
  if (text.toUpperCase() === 'SYSTEM') return 'SYSTEM';
  if (findTimeZone(text) === undefined) throw sqlError('ER_UNKNOWN_TIME_ZONE', text);
  return text;
}

const NOT_FIXED = 31;

/** MySQL prints six places, TiDB as many as there are. */
function decimalsOf({ name }: SystemVariableRow): number {
  return name.startsWith('tidb_') || name.startsWith('tiflash_') ? NOT_FIXED : 6;
}

/** The SQL type and value in which `@@name` reads. */
export function readVariable(row: SystemVariableRow, text: string | null): { value: Value; type: FieldType } {
  if (text === null) return { value: null, type: varcharType(0) };
  switch (row.type) {
    case 'bool':
      return { value: text === 'ON' || text === '1' ? 1 : 0, type: intType('big', { width: 1, nullable: false }) };
    case 'int': {
      const big = BigInt(text);
      const safe = big >= -9007199254740991n && big <= 9007199254740991n;
      return { value: safe ? Number(big) : big, type: intType('big', { unsigned: big >= 0n, nullable: false }) };
    }
    case 'double':
      return { value: Number(text), type: doubleType({ decimals: decimalsOf(row), nullable: false }) };
    default:
      return {
        value: text,
        type: varcharType(Math.max(1, text.length), { nullable: true, collation: 'utf8mb4_0900_ai_ci' }),
      };
  }
}

export function typeOfVariable(row: SystemVariableRow): FieldType {
  if (row.type === 'string' || row.type === 'enum' || row.type === 'set') return varcharType(1024, { nullable: true });
  return readVariable(row, row.value ?? '0').type;
}

/** Sessions share what they have not changed: a new one costs no copy. */
export class VariableValues {
  /** Never changed once it is shared. */
  #shared: ReadonlyMap<string, string | null>;
  #own = new Map<string, string | null>();

  constructor(from?: VariableValues) {
    this.#shared = from === undefined ? new Map(SYSTEM_VARIABLES.map((row) => [row.name, row.value])) : from.#share();
  }

  #share(): ReadonlyMap<string, string | null> {
    if (this.#own.size > 0) {
      this.#shared = new Map([...this.#shared, ...this.#own]);
      this.#own = new Map();
    }
    return this.#shared;
  }

  get(name: string): string | null {
    const own = this.#own.get(name);
    return own === undefined ? (this.#shared.get(name) ?? null) : own;
  }

  getNumber(name: string): number {
    return Number(this.get(name) ?? 0);
  }

  isOn(name: string): boolean {
    const value = this.get(name);
    return value === 'ON' || value === '1';
  }

  set(name: string, value: string | null): void {
    this.#own.set(name, value);
  }

  entries(): IterableIterator<[string, string | null]> {
    return this.#share().entries();
  }
}
