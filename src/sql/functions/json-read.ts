/** JSON functions that look into documents: JSON_EXTRACT, JSON_CONTAINS, JSON_SEARCH, JSON_KEYS, JSON_TYPE, JSON_VALUE … */
import { sqlError } from '../../base/index.ts';
import type { CompiledArgument, EvalContext, Evaluator, FunctionDef, Row } from '../expr/index.ts';
import {
  boolType,
  compareJson,
  getCollation,
  intType,
  JsonSyntaxError,
  type JsonPath,
  JsonValue,
  jsonType,
  parseJson,
  prettyJson,
  quoteJson,
  scalarText,
  seekPath,
  textType,
  utf8Length,
  type Value,
  varcharType,
  formatJson,
} from '../types/index.ts';
import { castConverter } from './cast.ts';
import { define, map1, type Read, textArg } from './define.ts';
import { documentArg, oneOrAll, pathArg, valueArg } from './json-arguments.ts';
import { compileLike } from './like.ts';

const MANY = Number.POSITIVE_INFINITY;
const longText = () => textType('long', { collation: 'utf8mb4_bin' });

/** Null as soon as one path is NULL. */
function readPaths(reads: readonly Read<JsonPath>[], row: Row, context: EvalContext): JsonPath[] | null {
  const out: JsonPath[] = [];
  for (const read of reads) {
    const path = read(row, context);
    if (path === null) return null;
    out.push(path);
  }
  return out;
}

const jsonExtract = define(
  'json_extract',
  [2, MANY],
  () => jsonType(),
  ([a, ...paths]) => {
    const document = documentArg(a!, 1, 'json_extract');
    const reads = paths.map((path) => pathArg(path, true));
    return (row, context) => {
      const value = document(row, context);
      if (value === null) return null;
      const wanted = readPaths(reads, row, context);
      if (wanted === null) return null;
      if (wanted.length === 1 && !wanted[0]!.hasWildcard) return seekPath(value, wanted[0]!)[0] ?? null;
      const found = wanted.flatMap((path) => seekPath(value, path));
      return found.length === 0 ? null : JsonValue.array(found);
    };
  },
);

const jsonUnquote = define(
  'json_unquote',
  1,
  ([arg]) =>
    arg!.type.kind === 'json' ? longText() : varcharType(arg!.type.length, { collation: 'utf8mb4_bin', decimals: 31 }),
  ([a]) => {
    if (a!.type.kind === 'json') {
      return map1(a!.evaluate as Read<JsonValue>, (value) =>
        value.kind === 'string'
          ? (value.payload as string)
          : value.isContainer()
            ? formatJson(value)
            : scalarText(value),
      );
    }
    if (a!.type.kind !== 'string' && a!.type.kind !== 'null') {
      return () => {
        if (a!.type.kind === 'binary') throw sqlError('ER_INVALID_JSON_CHARSET', 'binary');
        throw sqlError('ER_INCORRECT_TYPE', '1', 'json_unquote');
      };
    }
    return map1(textArg(a!), (text) => {
      if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
      try {
        const value = parseJson(text);
        return value.kind === 'string' ? (value.payload as string) : text;
      } catch (error) {
        if (error instanceof JsonSyntaxError)
          throw sqlError('ER_INVALID_JSON_TEXT_IN_PARAM', 1, 'json_unquote', error.message, error.position, '');
        throw error;
      }
    });
  },
);

const jsonQuote = define(
  'json_quote',
  1,
  ([arg]) => varcharType(arg!.type.length * 6 + 2, { collation: 'utf8mb4_bin', decimals: 31 }),
  ([a]) => {
    if (a!.type.kind !== 'string' && a!.type.kind !== 'null') {
      return () => {
        throw sqlError('ER_INCORRECT_TYPE', '1', 'json_quote');
      };
    }
    return map1(textArg(a!), quoteJson);
  },
);

/** Whether `candidate` is contained in `target` (MySQL manual, JSON_CONTAINS). */
export function contains(target: JsonValue, candidate: JsonValue): boolean {
  if (target.kind === 'object') {
    if (candidate.kind !== 'object') return false;
    for (const [key, value] of candidate.members) {
      const own = target.members.get(key);
      if (own === undefined || !contains(own, value)) return false;
    }
    return true;
  }
  if (target.kind === 'array') {
    if (candidate.kind === 'array')
      return candidate.items.every((item) => target.items.some((own) => arrayElementContains(own, item)));
    return target.items.some((own) => contains(own, candidate));
  }
  return compareJson(target, candidate) === 0;
}

function arrayElementContains(own: JsonValue, item: JsonValue): boolean {
  return own.isContainer() === item.isContainer() || own.kind === 'array' ? contains(own, item) : false;
}

const jsonContains = define(
  'json_contains',
  [2, 3],
  () => boolType(),
  ([a, b, path]) => {
    const document = documentArg(a!, 1, 'json_contains');
    const candidate = documentArg(b!, 2, 'json_contains');
    const at = path === undefined ? undefined : pathArg(path, false);
    return (row, context) => {
      const value = document(row, context);
      const wanted = candidate(row, context);
      const where = at === undefined ? undefined : at(row, context);
      if (value === null || wanted === null || where === null) return null;
      const target = where === undefined ? value : seekPath(value, where)[0];
      return target === undefined ? null : contains(target, wanted) ? 1 : 0;
    };
  },
);

const jsonContainsPath = define(
  'json_contains_path',
  [3, MANY],
  () => boolType(),
  ([a, mode, ...paths]) => {
    const document = documentArg(a!, 1, 'json_contains_path');
    const word = textArg(mode!);
    const reads = paths.map((path) => pathArg(path, true));
    return (row, context) => {
      const value = document(row, context);
      const text = word(row, context);
      if (value === null || text === null) return null;
      const all = oneOrAll(text, 'json_contains_path') === 'all';
      const wanted = readPaths(reads, row, context);
      if (wanted === null) return null;
      const test = (path: JsonPath): boolean => seekPath(value, path).length > 0;
      return (all ? wanted.every(test) : wanted.some(test)) ? 1 : 0;
    };
  },
);

function overlaps(a: JsonValue, b: JsonValue): boolean {
  if (a.kind === 'array' && b.kind === 'array')
    return a.items.some((x) => b.items.some((y) => compareJson(x, y) === 0));
  if (a.kind === 'array') return a.items.some((x) => compareJson(x, b) === 0);
  if (b.kind === 'array') return overlaps(b, a);
  if (a.kind === 'object' && b.kind === 'object') {
    for (const [key, value] of a.members) {
      const other = b.members.get(key);
      if (other !== undefined && compareJson(value, other) === 0) return true;
    }
    return false;
  }
  return compareJson(a, b) === 0;
}

const jsonOverlaps = define(
  'json_overlaps',
  2,
  () => boolType(),
  ([a, b]) => {
    const left = documentArg(a!, 1, 'json_overlaps');
    const right = documentArg(b!, 2, 'json_overlaps');
    return (row, context) => {
      const x = left(row, context);
      const y = right(row, context);
      return x === null || y === null ? null : overlaps(x, y) ? 1 : 0;
    };
  },
);

const memberOf = define(
  'member_of',
  2,
  () => boolType(),
  ([a, b]) => {
    const value = valueArg(a!);
    const array = documentArg(b!, 2, 'member of');
    return (row, context) => {
      if (a!.evaluate(row, context) === null) return null;
      const items = array(row, context);
      if (items === null) return null;
      const wanted = value(row, context);
      const list = items.kind === 'array' ? items.items : [items];
      return list.some((item) => compareJson(item, wanted) === 0) ? 1 : 0;
    };
  },
);

const jsonKeys = define(
  'json_keys',
  [1, 2],
  () => jsonType(),
  ([a, path]) => {
    const document = documentArg(a!, 1, 'json_keys');
    const at = path === undefined ? undefined : pathArg(path, false);
    return (row, context) => {
      const value = document(row, context);
      const where = at === undefined ? undefined : at(row, context);
      if (value === null || where === null) return null;
      const target = where === undefined ? value : seekPath(value, where, false)[0];
      return target?.kind === 'object' ? JsonValue.array([...target.members.keys()].map(JsonValue.string)) : null;
    };
  },
);

const jsonLength = define(
  'json_length',
  [1, 2],
  () => intType('big', { width: 21 }),
  ([a, path]) => {
    const document = documentArg(a!, 1, 'json_length');
    const at = path === undefined ? undefined : pathArg(path, true);
    return (row, context) => {
      const value = document(row, context);
      const where = at === undefined ? undefined : at(row, context);
      if (value === null || where === null) return null;
      const found = where === undefined ? [value] : seekPath(value, where);
      if (where?.hasWildcard === true) return found.length === 0 ? null : found.length;
      const target = found[0];
      if (target === undefined) return null;
      return target.kind === 'array' ? target.items.length : target.kind === 'object' ? target.members.size : 1;
    };
  },
);

const jsonDepth = define(
  'json_depth',
  1,
  () => intType('big', { width: 21 }),
  ([a]) => map1(documentArg(a!, 1, 'json_depth'), (value) => value.depth()),
);
const jsonTypeFunction = define(
  'json_type',
  1,
  () => varcharType(20, { collation: 'utf8mb4_bin', decimals: 31 }),
  ([a]) => map1(documentArg(a!, 1, 'json_type'), (value) => value.typeName()),
);
const jsonPretty = define(
  'json_pretty',
  1,
  () => longText(),
  ([a]) => map1(documentArg(a!, 1, 'json_pretty'), (value) => prettyJson(value)),
);
const jsonStorageSize = define(
  'json_storage_size',
  1,
  () => intType('big', { width: 21 }),
  ([a]) => map1(documentArg(a!, 1, 'json_storage_size'), (value) => utf8Length(formatJson(value)) + 1),
);
const jsonStorageFree = define(
  'json_storage_free',
  1,
  () => intType('big', { width: 21 }),
  ([a]) => map1(documentArg(a!, 1, 'json_storage_free'), () => 0),
);

const jsonValid = define(
  'json_valid',
  1,
  () => boolType(),
  ([a]) => {
    if (a!.type.kind === 'json') return map1(a!.evaluate as Read<JsonValue>, () => 1);
    if (a!.type.kind !== 'string' && a!.type.kind !== 'enum' && a!.type.kind !== 'set')
      return (row, context) => (a!.evaluate(row, context) === null ? null : 0);
    return map1(textArg(a!), (text) => {
      try {
        parseJson(text);
        return 1;
      } catch (error) {
        if (error instanceof JsonSyntaxError) return 0;
        throw error;
      }
    });
  },
);

const PLAIN_KEY = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

interface Hit {
  readonly path: string;
  readonly text: string;
}

/** All strings in a document with their paths. */
function* strings(value: JsonValue, path: string): Generator<Hit> {
  if (value.kind === 'string') yield { path, text: value.payload as string };
  else if (value.kind === 'array') for (const [i, item] of value.items.entries()) yield* strings(item, `${path}[${i}]`);
  else if (value.kind === 'object')
    for (const [key, member] of value.members)
      yield* strings(member, `${path}.${PLAIN_KEY.test(key) ? key : quoteJson(key)}`);
}

function searchIn(document: JsonValue, paths: readonly JsonPath[] | undefined): Iterable<Hit> {
  if (paths === undefined) return strings(document, '$');
  const inside: Hit[] = [];
  const seen = new Set<string>();
  for (const path of paths) {
    const roots = new Set(seekPath(document, path));
    for (const hit of pathsUnder(document, '$', roots)) {
      if (!seen.has(hit.path)) inside.push(hit);
      seen.add(hit.path);
    }
  }
  return inside;
}

function* pathsUnder(value: JsonValue, path: string, roots: ReadonlySet<JsonValue>): Generator<Hit> {
  if (roots.has(value)) {
    yield* strings(value, path);
    return;
  }
  if (value.kind === 'array')
    for (const [i, item] of value.items.entries()) yield* pathsUnder(item, `${path}[${i}]`, roots);
  else if (value.kind === 'object')
    for (const [key, member] of value.members)
      yield* pathsUnder(member, `${path}.${PLAIN_KEY.test(key) ? key : quoteJson(key)}`, roots);
}

const jsonSearch = define(
  'json_search',
  [3, MANY],
  () => jsonType(),
  (args) => {
    const document = documentArg(args[0]!, 1, 'json_search');
    const [word, pattern] = [textArg(args[1]!), textArg(args[2]!)];
    const escape = args[3] === undefined ? undefined : textArg(args[3]);
    const reads = args.slice(4).map((path) => pathArg(path, true));
    const collation = getCollation('utf8mb4_bin');
    return (row, context) => {
      const value = document(row, context);
      const mode = word(row, context);
      if (value === null || mode === null) return null;
      const all = oneOrAll(mode, 'json_search') === 'all';
      const wanted = pattern(row, context);
      const paths = reads.length === 0 ? undefined : readPaths(reads, row, context);
      if (wanted === null || paths === null) return null;
      const mark = escape?.(row, context) ?? '\\';
      if (Array.from(mark).length > 1) throw sqlError('ER_WRONG_ARGUMENTS', 'ESCAPE');
      const matches = compileLike(wanted, mark === '' ? 92 : mark.codePointAt(0)!, collation);
      const hits: JsonValue[] = [];
      for (const hit of searchIn(value, paths)) {
        if (!matches(hit.text)) continue;
        if (!all) return JsonValue.string(hit.path);
        hits.push(JsonValue.string(hit.path));
      }
      return hits.length === 0 ? null : hits.length === 1 ? hits[0]! : JsonValue.array(hits);
    };
  },
);

interface JsonValueOptions {
  readonly onEmpty: 'null' | 'error' | 'default';
  readonly onError: 'null' | 'error' | 'default';
}

/** options.castType: RETURNING (absent: VARCHAR(512)); options.extra: the ON EMPTY and ON ERROR actions, whose defaults are trailing arguments. */
const jsonValueFunction = define(
  'json_value',
  [2, 4],
  (_args, options) => options.castType ?? varcharType(512, { collation: 'utf8mb4_0900_bin', decimals: 31 }),
  (args, type, options): Evaluator => {
    const { onEmpty, onError } = options.extra as JsonValueOptions;
    const document = documentArg(args[0]!, 1, 'json_value');
    const path = pathArg(args[1]!, false);
    const emptyDefault = onEmpty === 'default' ? defaultOf(args[2]!, type) : undefined;
    const errorDefault = onError === 'default' ? defaultOf(args[onEmpty === 'default' ? 3 : 2]!, type) : undefined;
    const convert = jsonValueConverter(type);
    return (row, context) => {
      const value = document(row, context);
      const where = path(row, context);
      if (value === null || where === null) return null;
      const found = seekPath(value, where)[0];
      if (found === undefined) {
        if (onEmpty === 'error') throw sqlError('ER_MISSING_JSON_VALUE', 'json_value');
        return emptyDefault?.(row, context) ?? null;
      }
      if (found.kind === 'null') return null;
      const result = convert(found, context);
      if (result !== undefined) return result;
      if (onError === 'error')
        throw sqlError(
          found.isContainer() ? 'ER_MULTIPLE_JSON_VALUES' : 'ER_JSON_VALUE_OUT_OF_RANGE_FOR_FUNC_INDEX',
          'json_value',
        );
      return errorDefault?.(row, context) ?? null;
    };
  },
);

function defaultOf(arg: CompiledArgument, type: Parameters<typeof castConverter>[1]): Evaluator {
  return map1(
    arg.evaluate as Read<Exclude<Value, null>>,
    castConverter(arg, type) as (value: Exclude<Value, null>, context: EvalContext) => Value,
  );
}

/** Undefined where the value does not fit. */
function jsonValueConverter(
  type: Parameters<typeof castConverter>[1],
): (value: JsonValue, context: EvalContext) => Value | undefined {
  if (type.kind === 'json') return (value) => value;
  const asText: CompiledArgument = { type: varcharType(4096), evaluate: () => null };
  const fromText = castConverter(asText, type);
  return (value, context) => {
    if (value.isContainer()) return type.kind === 'string' ? formatJson(value) : undefined;
    let failed = false;
    const quiet: EvalContext = { ...context, warn: () => (failed = true) };
    const text =
      value.kind === 'boolean' && type.kind !== 'string' ? (value.payload === true ? '1' : '0') : scalarText(value);
    const result = fromText(text, quiet);
    return failed ? undefined : result;
  };
}

export const JSON_READ: readonly FunctionDef[] = [
  jsonExtract,
  jsonUnquote,
  jsonQuote,
  jsonContains,
  jsonContainsPath,
  jsonOverlaps,
  memberOf,
  jsonKeys,
  jsonLength,
  jsonDepth,
  jsonTypeFunction,
  jsonPretty,
  jsonStorageSize,
  jsonStorageFree,
  jsonValid,
  jsonSearch,
  jsonValueFunction,
];
