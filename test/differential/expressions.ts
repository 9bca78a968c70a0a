/** Random expressions by kind, over the columns of a scope. Templates are text in which {I} {C} {F} {S} {D} {T} {H} {J} {B} {A} stand for operands. */
import type { Random } from './random.ts';
import { type Kind, literalOf } from './schema.ts';
import { list, node, type Part, type Tree } from './tree.ts';

export interface ScopeColumn {
  /** As it is written: `a0.c1`. */
  readonly text: string;
  readonly kind: Kind;
  readonly coarse: boolean;
}

export type ExpressionKind = Kind | 'boolean';

export interface ExpressionContext {
  readonly random: Random;
  readonly columns: readonly ScopeColumn[];
  /** A subquery of one column and any number of rows; undefined where there may be none. */
  readonly subquery?: ((kind: Kind, single: boolean) => Tree) | undefined;
}

const LETTERS: Readonly<Record<string, ExpressionKind>> = {
  I: 'integer',
  C: 'decimal',
  F: 'double',
  S: 'string',
  D: 'date',
  T: 'datetime',
  H: 'time',
  J: 'json',
  B: 'boolean',
};
const KINDS: readonly Kind[] = ['integer', 'decimal', 'double', 'string', 'date', 'datetime', 'time'];

const SIMPLEST: Readonly<Record<ExpressionKind, readonly string[]>> = {
  integer: ['NULL', '1'],
  decimal: ['NULL', '1.5'],
  double: ['NULL', '1e0'],
  string: ['NULL', "'a'"],
  date: ['NULL', "DATE'2020-01-01'"],
  datetime: ['NULL', "TIMESTAMP'2020-01-01 01:02:03'"],
  time: ['NULL', "TIME'01:02:03'"],
  json: ['NULL', "CAST('1' AS JSON)"],
  boolean: ['NULL', 'TRUE', 'FALSE'],
};

/** {n} is a small number, {u} a unit of time, {A} an operand of any kind. */
const TEMPLATES: Readonly<Record<ExpressionKind, readonly string[]>> = {
  integer: [
    '({I} + {I})',
    '({I} - {I})',
    '({I} * {I})',
    '({I} DIV {I})',
    '({I} % {I})',
    '(- {I})',
    'ABS({I})',
    'SIGN({C})',
    'CHAR_LENGTH({S})',
    'LENGTH({S})',
    'LOCATE({S}, {S})',
    'ASCII({S})',
    'STRCMP({S}, {S})',
    'FIELD({I}, {I}, {I})',
    'YEAR({D})',
    'MONTH({D})',
    'DAYOFMONTH({D})',
    'DAYOFWEEK({D})',
    'DAYOFYEAR({D})',
    'WEEK({D}, {n})',
    'TO_DAYS({D})',
    'QUARTER({D})',
    'DATEDIFF({D}, {D})',
    'TIMESTAMPDIFF({u}, {T}, {T})',
    'EXTRACT({u} FROM {T})',
    'HOUR({H})',
    'MINUTE({T})',
    'SECOND({H})',
    'WEEKDAY({D})',
    'FLOOR({C})',
    'CEILING({C})',
    'ROUND({C})',
    '({I} & {I})',
    '({I} | {I})',
    '({I} ^ {I})',
    '({I} << {n})',
    '({I} >> {n})',
    'BIT_COUNT({I})',
    'CAST({S} AS SIGNED)',
    'CAST({C} AS SIGNED)',
    'CAST({F} AS SIGNED)',
    'CAST({T} AS SIGNED)',
    'CAST({A} AS UNSIGNED)',
    'ISNULL({A})',
    '{B}',
    'INTERVAL({I}, {I}, {I})',
    'FIND_IN_SET({S}, {S})',
    'CRC32({S})',
    'JSON_LENGTH({J})',
    'JSON_DEPTH({J})',
    'INSTR({S}, {S})',
    // a mix of collations is 7 in 9.7 and 1 up to 8.4
    '(COERCIBILITY({S}) % 6)',
    'ORD({S})',
    'BIT_LENGTH({S})',
    'MICROSECOND({T})',
    'TIME_TO_SEC({H})',
    'UNIX_TIMESTAMP({D})',
    'TO_SECONDS({T})',
    'YEARWEEK({D}, {n})',
    'PERIOD_ADD(202001, {n})',
    'CAST({H} AS SIGNED)',
    '(~ {I})',
    'INET_ATON({S})',
    'OCTET_LENGTH({J})',
    'JSON_VALID({S})',
    'JSON_CONTAINS({J}, {J})',
    "JSON_CONTAINS_PATH({J}, 'one', '$.a', '$[1]')",
    'JSON_OVERLAPS({J}, {J})',
    'JSON_STORAGE_SIZE({n})',
    "REGEXP_INSTR({S}, '[a-c]+')",
    'LENGTH(COMPRESS({S}))',
    'LOCATE({S}, {S}, {n})',
  ],
  decimal: [
    '({C} + {C})',
    '({C} - {C})',
    '({C} * {C})',
    '({I} / {I})',
    '({C} / {I})',
    '({C} % {C})',
    'ABS({C})',
    'ROUND({C}, {n})',
    'TRUNCATE({C}, {n})',
    'CAST({A} AS DECIMAL(14,3))',
    '(- {C})',
    '({I} + {C})',
    'CAST({S} AS DECIMAL(10,2))',
    'MOD({C}, {I})',
    'CAST({J} AS DECIMAL(12,2))',
    'FLOOR({C})',
    'CAST({I} AS DECIMAL(30,4))',
    '({C} * {C} * {C})',
    'UNIX_TIMESTAMP({T})',
  ],
  double: [
    '({F} + {F})',
    '({F} - {F})',
    '({F} * {F})',
    '({F} / {F})',
    'SQRT(ABS({F}))',
    '(- {F})',
    'ABS({F})',
    'ROUND({F}, {n})',
    'FLOOR({F})',
    '({F} + {I})',
    'CAST({S} AS DOUBLE)',
    '({S} + {I})',
    'POW({I}, {n})',
    'CEILING({F})',
    'TRUNCATE({F}, {n})',
    'EXP({n})',
    'LN(ABS({F}) + 1)',
    'DEGREES({F})',
    'ATAN2({F}, {I})',
    'CAST({A} AS DOUBLE)',
    'SIN({F})',
    'MOD({F}, {I})',
    'COT({F} + 1)',
    'LOG2({I})',
  ],
  string: [
    'CONCAT({S}, {S})',
    'CONCAT({S}, {A})',
    'SUBSTRING({S}, {n})',
    'SUBSTRING({S}, {I}, {n})',
    'LEFT({S}, {n})',
    'RIGHT({S}, {n})',
    'UPPER({S})',
    'LOWER({S})',
    'TRIM({S})',
    'LTRIM({S})',
    "TRIM(LEADING 'a' FROM {S})",
    'REPLACE({S}, {S}, {S})',
    'REVERSE({S})',
    'REPEAT({S}, {n})',
    "LPAD({S}, {n}, 'xy')",
    'RPAD({S}, {n}, {S})',
    'HEX({S})',
    'HEX({I})',
    'CAST({A} AS CHAR)',
    "CONCAT_WS(',', {S}, {A})",
    'INSERT({S}, {n}, {n}, {S})',
    'ELT({n}, {S}, {S})',
    "DATE_FORMAT({T}, '%Y-%m %W %j')",
    'MAKE_SET({n}, {S}, {S})',
    'QUOTE({S})',
    "SUBSTRING_INDEX({S}, 'b', {n})",
    'SPACE({n})',
    'BIN({I})',
    'CONV({I}, 10, 16)',
    'DAYNAME({D})',
    'MONTHNAME({D})',
    'FORMAT({C}, {n})',
    "TIME_FORMAT({H}, '%H-%i')",
    'JSON_UNQUOTE({J})',
    'CAST({S} AS CHAR(3))',
    'JSON_TYPE({J})',
    'TO_BASE64({S})',
    'SOUNDEX({S})',
    "DATE_FORMAT({D}, '%a %b %c %U %y')",
    "DATE_FORMAT({T}, '%T.%f %p %V %x')",
    "REGEXP_REPLACE({S}, '[a-b]', 'Q')",
    "REGEXP_SUBSTR({S}, '[0-9.]+')",
    'SHA2({S}, 256)',
    'UNHEX(HEX({S}))',
    'CAST({S} AS BINARY)',
    'FROM_BASE64(TO_BASE64({S}))',
    'EXPORT_SET({n}, {S}, {S})',
    'CONCAT({D}, {H})',
    'CAST({J} AS CHAR)',
    'INET_NTOA({I})',
    'OCT({I})',
    'CHAR({n} + 64, {n} + 97)',
    'JSON_QUOTE({S})',
    'MID({S}, {I})',
    'UCASE({S})',
    "SUBSTRING_INDEX({S}, '.', {I})",
    '({S} COLLATE utf8mb4_0900_as_cs)',
    '({S} COLLATE utf8mb4_bin)',
    'CONVERT({S} USING utf8mb4)',
    "JSON_UNQUOTE(JSON_EXTRACT({J}, '$.a'))",
    "JSON_VALUE({J}, '$.a')",
  ],
  date: [
    'DATE({T})',
    '({D} + INTERVAL {n} {u2})',
    '({D} - INTERVAL {n} {u2})',
    'LAST_DAY({D})',
    'CAST({S} AS DATE)',
    'MAKEDATE(2020, {I})',
    'FROM_DAYS(730000 + {n})',
    'CAST({T} AS DATE)',
  ],
  datetime: [
    'TIMESTAMP({D})',
    '({T} + INTERVAL {n} {u})',
    '({T} - INTERVAL {I} {u})',
    'CAST({D} AS DATETIME)',
    'CAST({S} AS DATETIME)',
    'TIMESTAMP({D}, {H})',
    'TIMESTAMPADD({u}, {n}, {T})',
    'FROM_UNIXTIME({n} * 86400)',
    'ADDTIME({T}, MAKETIME({n}, {n}, {n}))',
    "CONVERT_TZ({T}, '+00:00', '-03:30')",
    'CAST({T} AS DATETIME(2))',
    'DATE_ADD({T}, INTERVAL {S} HOUR_SECOND)',
    "STR_TO_DATE(DATE_FORMAT({T}, '%d.%m.%Y %H:%i'), '%d.%m.%Y %H:%i')",
  ],
  time: [
    'TIME({T})',
    'SEC_TO_TIME({I})',
    'MAKETIME({n}, {n}, {n})',
    // what leaves the range of TIME is NULL in 9.7 and its end up to 8.4
    'ADDTIME(MAKETIME({n}, {n}, {n}), MAKETIME({n}, {n}, {n}))',
    'TIMEDIFF(TIME({T}), MAKETIME({n}, {n}, {n}))',
    "ADDTIME(TIME({T}), '0:0:1.5')",
    'CAST({T} AS TIME)',
    'SUBTIME(TIME({T}), MAKETIME({n}, {n}, {n}))',
  ],
  json: [
    'JSON_ARRAY({A}, {A})',
    "JSON_OBJECT('k', {A})",
    "JSON_EXTRACT({J}, '$.a')",
    "JSON_EXTRACT({J}, '$[0]')",
    "JSON_SET({J}, '$.z', {A})",
    'JSON_MERGE_PATCH({J}, {J})',
    'JSON_KEYS({J})',
    'JSON_MERGE_PRESERVE({J}, {J})',
    "JSON_INSERT({J}, '$.q', {A})",
    "JSON_REPLACE({J}, '$.a', {A})",
    "JSON_REMOVE({J}, '$.a')",
    "JSON_EXTRACT({J}, '$**.a')",
    "JSON_EXTRACT({J}, '$[last]', '$.c[0]')",
    "JSON_SEARCH({J}, 'all', 'a')",
    "JSON_ARRAY_APPEND({J}, '$', {A})",
    'CAST({A} AS JSON)',
  ],
  boolean: [
    '({I} = {I})',
    '({I} < {C})',
    '({S} = {S})',
    '({S} < {S})',
    '({C} >= {C})',
    '({F} > {F})',
    '({D} <= {D})',
    '({T} <> {T})',
    '({H} > {H})',
    '({D} = {T})',
    '({A} <=> {A})',
    '({A} = {A})',
    '({A} < {A})',
    '({J} = {J})',
    '({J} = {I})',
    '({I} MEMBER OF({J}))',
    '({A} BETWEEN {A} AND {A})',
    '({H} = {T})',
    '({D} IN ({D}, {D}, {T}))',
    '({C} IN ({C}, {I}, {C}, {C}, {C}))',
    "REGEXP_LIKE({S}, '^a', 'c')",
    "({S} LIKE '%|_%' ESCAPE '|')",
    '(({I}, {C}) < ({I}, {C}))',
    '(({I}, {S}) <=> ({I}, {S}))',
    '({S} = {I})',
    '({S} > {C})',
    '({D} > {S})',
    '({I} BETWEEN {I} AND {I})',
    '({S} NOT BETWEEN {S} AND {S})',
    '({D} BETWEEN {D} AND {D})',
    '({I} IN ({I}, {I}, {I}))',
    '({S} IN ({S}, {S}))',
    '({A} IN ({A}, {A}))',
    '({S} NOT IN ({S}, {S}))',
    "({S} LIKE '%a%')",
    "({S} LIKE 'a%')",
    '({S} LIKE {S})',
    "({S} NOT LIKE '_b%')",
    "({S} REGEXP '^[a-z]+$')",
    '({A} IS NULL)',
    '({A} IS NOT NULL)',
    '({B} IS TRUE)',
    '({B} IS NOT FALSE)',
    '({B} IS UNKNOWN)',
    '({B} AND {B})',
    '({B} OR {B})',
    '({B} AND {B})',
    '({B} OR {B})',
    '({B} XOR {B})',
    '(NOT {B})',
    '({I} <> {I})',
    '({I}, {S}) = ({I}, {S})',
    '(({I}, {I}) IN (({I}, {I}), ({I}, {I})))',
  ],
};
const UNITS = ['DAY', 'HOUR', 'MINUTE', 'MONTH', 'YEAR', 'SECOND', 'WEEK', 'QUARTER'];
const DATE_UNITS = ['DAY', 'MONTH', 'YEAR', 'WEEK', 'QUARTER'];
const SHARED = [
  'IF({B}, {X}, {X})',
  'IFNULL({X}, {X})',
  'COALESCE({X}, {X}, {X})',
  'CASE WHEN {B} THEN {X} WHEN {B} THEN {X} ELSE {X} END',
  'CASE {I} WHEN {I} THEN {X} END',
  'NULLIF({X}, {X})',
];
const COMPARABLE = ['GREATEST({X}, {X})', 'LEAST({X}, {X}, {X})'];

export function makeExpression(context: ExpressionContext, kind: ExpressionKind, depth: number): Tree {
  const { random } = context;
  return { ...make(context, kind, depth, random), simplest: SIMPLEST[kind] };
}

function make(context: ExpressionContext, kind: ExpressionKind, depth: number, random: Random): Tree {
  if (kind === 'boolean' && context.subquery !== undefined && depth > 0 && random.chance(0.12))
    return subqueryTest(context, depth);
  if (depth <= 0 || (kind !== 'boolean' && random.chance(0.3))) return leaf(context, kind);
  if (kind !== 'boolean' && context.subquery !== undefined && random.chance(0.04))
    return node(kind, '(', context.subquery(kind, true), ')');
  const shared = kind === 'boolean' ? 0.03 : 0.2;
  if (random.chance(shared)) return fill(context, kind, random.pick(SHARED), depth);
  if (kind !== 'json' && kind !== 'boolean' && random.chance(0.05))
    return fill(context, kind, random.pick(COMPARABLE), depth);
  return fill(context, kind, random.pick(TEMPLATES[kind]), depth);
}

function leaf(context: ExpressionContext, kind: ExpressionKind): Tree {
  const { random, columns } = context;
  if (kind === 'boolean') {
    const column = columns.length > 0 ? random.pick(columns).text : 'NULL';
    return node(kind, `(${column} IS ${random.chance(0.5) ? 'NOT ' : ''}NULL)`);
  }
  const fitting = columns.filter((column) => column.kind === kind);
  if (fitting.length > 0 && random.chance(0.75)) return node(kind, random.pick(fitting).text);
  return node(kind, random.chance(0.06) ? 'NULL' : literalOf[kind](random));
}

function fill(context: ExpressionContext, kind: ExpressionKind, template: string, depth: number): Tree {
  const { random } = context;
  const parts: Part[] = template.split(/\{(\w+)\}/).map((text, place): Part => {
    if (place % 2 === 0) return text;
    if (text === 'n') return String(random.between(0, 4));
    if (text === 'u') return random.pick(UNITS);
    if (text === 'u2') return random.pick(DATE_UNITS);
    const wanted = text === 'X' ? kind : text === 'A' ? random.pick(KINDS) : LETTERS[text]!;
    return makeExpression(context, wanted, depth - 1);
  });
  return node(kind, ...parts);
}

function subqueryTest(context: ExpressionContext, depth: number): Tree {
  const { random } = context;
  const kind = random.pick(['integer', 'integer', 'string', 'decimal', 'date'] as const);
  const query = context.subquery!(kind, false);
  const operand = makeExpression({ ...context, subquery: undefined }, kind, depth - 1);
  return random.weighted<() => Tree>([
    [3, () => node('boolean', 'EXISTS (', query, ')')],
    [1, () => node('boolean', 'NOT EXISTS (', query, ')')],
    [3, () => node('boolean', '(', operand, ' IN (', query, '))')],
    [2, () => node('boolean', '(', operand, ' NOT IN (', query, '))')],
    [1, () => node('boolean', `(`, operand, ` ${random.pick(['>', '<=', '='])} ANY (`, query, '))')],
    [1, () => node('boolean', `(`, operand, ` ${random.pick(['>=', '<', '<>'])} ALL (`, query, '))')],
  ])();
}

/** `a AND b AND c`, so that shrinking can leave conditions out. */
export function makeCondition(context: ExpressionContext, depth: number): Tree {
  const count = context.random.weighted([
    [6, 1],
    [3, 2],
    [1, 3],
  ]);
  return list(
    Array.from({ length: count }, () => makeExpression(context, 'boolean', depth)),
    ' AND ',
  );
}
