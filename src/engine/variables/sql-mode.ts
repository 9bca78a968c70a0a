/** sql_mode: words to flags, with the combination modes (ANSI, TRADITIONAL) spelled out as MySQL does. */
import { sqlError } from '../../base/index.ts';
import type { SqlMode } from '../../sql/expr/index.ts';

/** In bit order, as SELECT @@sql_mode prints them; the value of `SET sql_mode = <number>` is a mask over this order. */
const MODES = [
  'REAL_AS_FLOAT',
  'PIPES_AS_CONCAT',
  'ANSI_QUOTES',
  'IGNORE_SPACE',
  'NOT_USED',
  'ONLY_FULL_GROUP_BY',
  'NO_UNSIGNED_SUBTRACTION',
  'NO_DIR_IN_CREATE',
  'NOT_USED_9',
  'NOT_USED_10',
  'NOT_USED_11',
  'NOT_USED_12',
  'NOT_USED_13',
  'NOT_USED_14',
  'NOT_USED_15',
  'NOT_USED_16',
  'NOT_USED_17',
  'NOT_USED_18',
  'ANSI',
  'NO_AUTO_VALUE_ON_ZERO',
  'NO_BACKSLASH_ESCAPES',
  'STRICT_TRANS_TABLES',
  'STRICT_ALL_TABLES',
  'NO_ZERO_IN_DATE',
  'NO_ZERO_DATE',
  'ALLOW_INVALID_DATES',
  'ERROR_FOR_DIVISION_BY_ZERO',
  'TRADITIONAL',
  'NOT_USED_29',
  'HIGH_NOT_PRECEDENCE',
  'NO_ENGINE_SUBSTITUTION',
  'PAD_CHAR_TO_FULL_LENGTH',
  'TIME_TRUNCATE_FRACTIONAL',
] as const;

const COMBINATIONS: Readonly<Record<string, readonly string[]>> = {
  ANSI: ['REAL_AS_FLOAT', 'PIPES_AS_CONCAT', 'ANSI_QUOTES', 'IGNORE_SPACE', 'ONLY_FULL_GROUP_BY', 'ANSI'],
  TRADITIONAL: [
    'STRICT_TRANS_TABLES',
    'STRICT_ALL_TABLES',
    'NO_ZERO_IN_DATE',
    'NO_ZERO_DATE',
    'ERROR_FOR_DIVISION_BY_ZERO',
    'TRADITIONAL',
    'NO_ENGINE_SUBSTITUTION',
  ],
};

/** `value` is the text or the bit mask of SET sql_mode; 1231 for an unknown word. */
export function parseSqlMode(value: string | number | bigint): SqlMode {
  const words = typeof value === 'string' ? wordsOfText(value) : wordsOfMask(value);
  const on = new Set<string>();
  for (const word of words) for (const mode of COMBINATIONS[word] ?? [word]) on.add(mode);
  return sqlModeOf(on);
}

function wordsOfText(value: string): string[] {
  const words = value
    .split(',')
    .map((word) => word.trim().toUpperCase())
    .filter((word) => word !== '');
  for (const word of words) {
    if (word.startsWith('NOT_USED') || !(MODES as readonly string[]).includes(word)) {
      throw sqlError('ER_WRONG_VALUE_FOR_VAR', 'sql_mode', word);
    }
  }
  return words;
}

function wordsOfMask(value: number | bigint): string[] {
  const mask = BigInt(value);
  if (mask < 0n || mask >= 1n << BigInt(MODES.length))
    throw sqlError('ER_WRONG_VALUE_FOR_VAR', 'sql_mode', String(value));
  return MODES.filter((_, bit) => (mask >> BigInt(bit)) & 1n);
}

function sqlModeOf(on: ReadonlySet<string>): SqlMode {
  return {
    strictTransTables: on.has('STRICT_TRANS_TABLES'),
    strictAllTables: on.has('STRICT_ALL_TABLES'),
    noZeroDate: on.has('NO_ZERO_DATE'),
    noZeroInDate: on.has('NO_ZERO_IN_DATE'),
    errorForDivisionByZero: on.has('ERROR_FOR_DIVISION_BY_ZERO'),
    onlyFullGroupBy: on.has('ONLY_FULL_GROUP_BY'),
    ansiQuotes: on.has('ANSI_QUOTES'),
    pipesAsConcat: on.has('PIPES_AS_CONCAT'),
    noBackslashEscapes: on.has('NO_BACKSLASH_ESCAPES'),
    highNotPrecedence: on.has('HIGH_NOT_PRECEDENCE'),
    ignoreSpace: on.has('IGNORE_SPACE'),
    allowInvalidDates: on.has('ALLOW_INVALID_DATES'),
    noUnsignedSubtraction: on.has('NO_UNSIGNED_SUBTRACTION'),
    padCharToFullLength: on.has('PAD_CHAR_TO_FULL_LENGTH'),
    noAutoValueOnZero: on.has('NO_AUTO_VALUE_ON_ZERO'),
    realAsFloat: on.has('REAL_AS_FLOAT'),
    noEngineSubstitution: on.has('NO_ENGINE_SUBSTITUTION'),
    timeTruncateFractional: on.has('TIME_TRUNCATE_FRACTIONAL'),
    text: MODES.filter((mode) => on.has(mode)).join(','),
  };
}
