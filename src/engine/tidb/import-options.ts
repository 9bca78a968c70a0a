/** WITH option[=value], … of IMPORT INTO: which there are, what values they take, and what they say about a CSV file. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { getCharset } from '../../sql/types/index.ts';

/** TiDB's defaults: commas and double quotes. */
export interface CsvOptions {
  readonly charset: string;
  readonly terminatedBy: string;
  readonly enclosedBy: string;
  readonly escapedBy: string;
  /** Absent: whatever ends the first line. */
  readonly lines: string | undefined;
  readonly skipRows: number;
}

type Value = ast.NamedOption['value'];
type Check = (value: Value) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isCharacter: Check = (value) => typeof value === 'string' && value.length <= 1;
const isSomeText: Check = (value) => typeof value === 'string' && value.length > 0;
const isSize: Check = (value) => typeof value === 'string' && /^\d+(?:\.\d+)?\s*(?:[KMGTP]i?B|B)$/i.test(value);
const isSet: Check = (value) => value === true;
function isCount(min: number): Check {
  return (value) => (typeof value === 'number' || typeof value === 'bigint') && value >= min;
}
function isWord(...words: readonly string[]): Check {
  return (value) => typeof value === 'string' && words.includes(value.toLowerCase());
}

const CSV_ONLY: ReadonlySet<string> = new Set([
  'character_set',
  'fields_terminated_by',
  'fields_enclosed_by',
  'fields_escaped_by',
  'fields_defined_null_by',
  'lines_terminated_by',
  'skip_rows',
  'split_file',
]);

/** Those about spreading the work over a cluster are checked and mean nothing here. */
const OPTIONS: Readonly<Record<string, Check>> = {
  character_set: (value) => typeof value === 'string' && hasCharset(value),
  fields_terminated_by: isSomeText,
  fields_enclosed_by: isCharacter,
  fields_escaped_by: isCharacter,
  fields_defined_null_by: isText,
  lines_terminated_by: isSomeText,
  skip_rows: isCount(0),
  split_file: isSet,
  group_key: (value) => typeof value === 'string' && /^\w+$/.test(value),
  disk_quota: isSize,
  thread: isCount(1),
  max_write_speed: (value) => isCount(0)(value) || isSize(value),
  checksum_table: isWord('required', 'optional', 'off'),
  on_duplicate_key: isWord('replace', 'error', 'capture'),
  record_errors: isCount(-1),
  cloud_storage_uri: (value) => typeof value === 'string' && /^(?:s3|gs|gcs|azure|azblob|oss):\/\/./i.test(value),
  max_engine_size: isSize,
  detached: isSet,
  disable_tikv_import_mode: isSet,
  disable_precheck: isSet,
};

function hasCharset(name: string): boolean {
  try {
    return getCharset(name.toLowerCase()) !== undefined;
  } catch {
    return false;
  }
}

export function csvOptions(options: readonly ast.NamedOption[], format: string): CsvOptions {
  const written = new Map<string, Value>();
  for (const { name } of options) {
    if (!Object.hasOwn(OPTIONS, name)) throw sqlError('ER_IMPORT_UNKNOWN_OPTION', name);
    if (format !== 'csv' && CSV_ONLY.has(name)) throw sqlError('ER_IMPORT_UNSUPPORTED_OPTION', name, 'non-CSV format');
  }
  for (const { name, value } of options) {
    if (written.has(name)) throw sqlError('ER_IMPORT_DUPLICATE_OPTION', name);
    written.set(name, value);
  }
  for (const [name, value] of written) {
    if (OPTIONS[name]?.(value) !== true) throw sqlError('ER_IMPORT_OPTION_VALUE', name);
  }
  if (written.has('split_file')) checkSplit(written);
  const text = (name: string, otherwise: string): string => String(written.get(name) ?? otherwise);
  return {
    charset: text('character_set', 'utf8mb4'),
    terminatedBy: text('fields_terminated_by', ','),
    enclosedBy: text('fields_enclosed_by', '"'),
    escapedBy: text('fields_escaped_by', '\\'),
    lines: written.has('lines_terminated_by') ? text('lines_terminated_by', '\n') : undefined,
    skipRows: Number(written.get('skip_rows') ?? 0),
  };
}

function checkSplit(written: ReadonlyMap<string, Value>): void {
  if (Number(written.get('skip_rows') ?? 0) > 1)
    throw sqlError('ER_IMPORT_OPTION_VALUE', 'skip_rows, should be <= 1 when split-file is enabled');
  if (!written.has('lines_terminated_by'))
    throw sqlError('ER_IMPORT_OPTION_VALUE', 'lines_terminated_by, should not be empty when use split_file');
}
