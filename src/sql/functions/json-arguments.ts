/** Arguments of JSON functions: documents (3141, 3146), values and paths (3143, compiled once when constant). */
import { sqlError } from '../../base/index.ts';
import type { CompiledArgument, EvalContext, Row } from '../expr/index.ts';
import {
  type FieldType,
  type JsonPath,
  JsonValue,
  parseJson,
  parseJsonPath,
  stringOf,
  truthToJsonOf,
} from '../types/index.ts';
import { parseJsonArgument } from './cast.ts';
import type { Read } from './define.ts';

/** An argument that must be a JSON document: a JSON value, or text that parses. */
export function documentArg(
  arg: CompiledArgument,
  position: number,
  name: string,
  parse: (text: string) => JsonValue = parseJson,
): Read<JsonValue> {
  const { evaluate, type } = arg;
  if (type.kind === 'json') return evaluate as Read<JsonValue>;
  if (type.kind === 'null') return () => null;
  if (type.kind === 'string' || type.kind === 'enum' || type.kind === 'set') {
    const text = stringOf(type);
    let lastText: string | undefined;
    let last: JsonValue | undefined;
    return (row, context) => {
      const value = evaluate(row, context);
      if (value === null) return null;
      const source = text(value);
      if (last === undefined || source !== lastText) {
        last = parseJsonArgument(source, position, name, parse);
        lastText = source;
      }
      return last;
    };
  }
  return (row, context) => {
    const value = evaluate(row, context);
    if (value === null) return null;
    if (type.kind === 'binary') throw sqlError('ER_INVALID_JSON_CHARSET', 'binary');
    throw sqlError('ER_INVALID_TYPE_FOR_JSON', position, name);
  };
}

/** The names of members are texts: binary strings are refused (3144). */
export function keyTextOf(type: FieldType): ReturnType<typeof stringOf> {
  if (type.kind !== 'binary') return stringOf(type);
  return () => {
    throw sqlError('ER_INVALID_JSON_CHARSET', 'binary');
  };
}

/** An argument that becomes a JSON value: texts become JSON strings, NULL the null literal. */
export function valueArg(arg: CompiledArgument): (row: Row, context: EvalContext) => JsonValue {
  const { evaluate, type } = arg;
  const toJson = truthToJsonOf(type);
  return (row, context) => {
    const value = evaluate(row, context);
    if (value === null) return JsonValue.NULL;
    return toJson(value, context);
  };
}

/** A path argument; null when it is NULL. With `wildcards` false, 3149 for paths that have them. */
export function pathArg(arg: CompiledArgument, wildcards: boolean): Read<JsonPath> {
  const { evaluate, type } = arg;
  if (type.kind === 'binary') {
    return (row, context) => {
      if (evaluate(row, context) === null) return null;
      throw sqlError('ER_INVALID_JSON_CHARSET', 'binary');
    };
  }
  const text = stringOf(type);
  let lastText: string | undefined;
  let last: JsonPath | undefined;
  return (row, context) => {
    const value = evaluate(row, context);
    if (value === null) return null;
    const source = text(value);
    if (last === undefined || source !== lastText) {
      const path = parseJsonPath(source);
      if (!wildcards && path.hasWildcard) throw sqlError('ER_INVALID_JSON_PATH_WILDCARD');
      last = path;
      lastText = source;
    }
    return last;
  };
}

/** A NULL in a path list makes the result NULL; `one`/`all` are read in any case (3154). */
export function oneOrAll(text: string, name: string): 'one' | 'all' {
  const lower = text.toLowerCase();
  if (lower === 'one' || lower === 'all') return lower;
  throw sqlError('ER_JSON_BAD_ONE_OR_ALL_ARG', name);
}
