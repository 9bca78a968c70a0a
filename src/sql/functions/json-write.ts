/** JSON functions that make documents: JSON_ARRAY, JSON_OBJECT, JSON_SET, JSON_REMOVE, JSON_MERGE_* … */
import { sqlError } from '../../base/index.ts';
import type { CompiledArgument, EvalContext, Evaluator, FunctionDef, Row } from '../expr/index.ts';
import { JSON_DEPTH_MAX, type JsonPath, JsonValue, jsonType } from '../types/index.ts';
import { define, type Read } from './define.ts';
import { documentArg, keyTextOf, pathArg, valueArg } from './json-arguments.ts';
import { editPath, mergePatch, mergePreserve } from './json-edit.ts';

const MANY = Number.POSITIVE_INFINITY;

function checked(value: JsonValue): JsonValue {
  if (value.depth() > JSON_DEPTH_MAX) throw sqlError('ER_JSON_DOCUMENT_TOO_DEEP');
  return value;
}

const jsonArray = define(
  'json_array',
  [0, MANY],
  () => jsonType({ nullable: true }),
  (args) => {
    const values = args.map(valueArg);
    return (row, context) => checked(JsonValue.array(values.map((value) => value(row, context))));
  },
);

const jsonObject = define(
  'json_object',
  [0, MANY],
  (args) => {
    if (args.length % 2 !== 0) throw sqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', 'json_object');
    return jsonType();
  },
  (args) => {
    const pairs: { key: CompiledArgument; text: ReturnType<typeof keyTextOf>; value: ReturnType<typeof valueArg> }[] =
      [];
    for (let i = 0; i < args.length; i += 2)
      pairs.push({ key: args[i]!, text: keyTextOf(args[i]!.type), value: valueArg(args[i + 1]!) });
    return (row, context) => {
      const members: [string, JsonValue][] = [];
      for (const { key, text, value } of pairs) {
        const name = key.evaluate(row, context);
        if (name === null) throw sqlError('ER_JSON_DOCUMENT_NULL_KEY');
        members.push([text(name), value(row, context)]);
      }
      return checked(JsonValue.object(members));
    };
  },
);

type Step = (document: JsonValue, path: JsonPath, value: JsonValue) => JsonValue;

/** JSON_SET and its relatives: (document, path, value, path, value, …). */
function editing(name: string, step: Step): FunctionDef {
  return define(
    name,
    [3, MANY],
    (args) => {
      if (args.length % 2 === 0) throw sqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', name);
      return jsonType();
    },
    (args): Evaluator => {
      const document = documentArg(args[0]!, 1, name);
      const steps: { path: Read<JsonPath>; value: ReturnType<typeof valueArg> }[] = [];
      for (let i = 1; i < args.length; i += 2)
        steps.push({ path: pathArg(args[i]!, false), value: valueArg(args[i + 1]!) });
      return (row, context) => {
        let result = document(row, context);
        if (result === null) return null;
        for (const { path, value } of steps) {
          const where = path(row, context);
          if (where === null) return null;
          result = step(result, where, value(row, context));
        }
        return checked(result);
      };
    },
  );
}

const jsonSet = editing(
  'json_set',
  (document, path, value) => editPath(document, path, () => value, { create: true })!,
);
const jsonInsert = editing(
  'json_insert',
  (document, path, value) => editPath(document, path, (old) => old ?? value, { create: true })!,
);
const jsonReplace = editing(
  'json_replace',
  (document, path, value) => editPath(document, path, () => value, { create: false })!,
);

const jsonArrayAppend = editing(
  'json_array_append',
  (document, path, value) =>
    editPath(document, path, (old) => JsonValue.array([...(old!.kind === 'array' ? old!.items : [old!]), value]), {
      create: false,
    })!,
);

const jsonArrayInsert = editing('json_array_insert', (document, path, value) => {
  const last = path.legs.at(-1);
  if (last?.kind !== 'cell') throw sqlError('ER_INVALID_JSON_PATH_ARRAY_CELL');
  const parent: JsonPath = { ...path, legs: path.legs.slice(0, -1) };
  return editPath(
    document,
    parent,
    (old) => {
      if (old === undefined || old.kind !== 'array') return old;
      const { items } = old;
      const index = last.index.fromEnd
        ? Math.max(0, items.length - 1 - last.index.offset)
        : Math.min(items.length, last.index.offset);
      return JsonValue.array([...items.slice(0, index), value, ...items.slice(index)]);
    },
    { create: false },
  )!;
});

const jsonRemove = define(
  'json_remove',
  [2, MANY],
  () => jsonType(),
  ([a, ...paths]) => {
    const document = documentArg(a!, 1, 'json_remove');
    const reads = paths.map((path) => pathArg(path, false));
    return (row, context) => {
      let result: JsonValue | null | undefined = document(row, context);
      if (result === null) return null;
      for (const read of reads) {
        const path = read(row, context);
        if (path === null) return null;
        if (path.legs.length === 0) throw sqlError('ER_JSON_VACUOUS_PATH');
        result = editPath(result!, path, () => undefined, { create: false });
      }
      return result ?? null;
    };
  },
);

function merging(name: string, merge: (a: JsonValue, b: JsonValue) => JsonValue): FunctionDef {
  return define(
    name,
    [2, MANY],
    () => jsonType(),
    (args) => {
      const documents = args.map((arg, i) => documentArg(arg, i + 1, name));
      const read = (row: Row, context: EvalContext): JsonValue | null => {
        let result: JsonValue | null = null;
        for (const [i, document] of documents.entries()) {
          const value = document(row, context);
          if (value === null) return null;
          result = i === 0 ? value : merge(result!, value);
        }
        return result === null ? null : checked(result);
      };
      return read;
    },
  );
}

const mergePreserveFunction = merging('json_merge_preserve', mergePreserve);

/** A NULL document makes what came before unknown, but a later document that is no object decides alone. */
const mergePatchFunction = define(
  'json_merge_patch',
  [2, MANY],
  () => jsonType(),
  (args) => {
    const documents = args.map((arg, i) => documentArg(arg, i + 1, 'json_merge_patch'));
    return (row, context) => {
      let result: JsonValue | null = null;
      for (const [i, document] of documents.entries()) {
        const value = document(row, context);
        if (value === null) result = null;
        else if (i === 0 || value.kind !== 'object') result = value;
        else result = result === null ? null : mergePatch(result, value);
      }
      return result === null ? null : checked(result);
    };
  },
);

export const JSON_WRITE: readonly FunctionDef[] = [
  jsonArray,
  jsonObject,
  jsonSet,
  jsonInsert,
  jsonReplace,
  jsonArrayAppend,
  { ...jsonArrayAppend, name: 'json_append' },
  jsonArrayInsert,
  jsonRemove,
  mergePreserveFunction,
  { ...mergePreserveFunction, name: 'json_merge' },
  mergePatchFunction,
];
