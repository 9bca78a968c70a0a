/** JSON_SCHEMA_VALID and JSON_SCHEMA_VALIDATION_REPORT. */
import { sqlError } from '../../base/index.ts';
import type { CompiledArgument, EvalContext, FunctionDef, Row } from '../expr/index.ts';
import { boolType, JsonValue, jsonType, nullType, parseJsonInOrder, type Value } from '../types/index.ts';
import { define } from './define.ts';
import { documentArg } from './json-arguments.ts';
import { compileJsonSchema, type JsonSchema, type SchemaFailure } from './json-schema.ts';

type Validate = (row: Row, context: EvalContext) => SchemaFailure | 'valid' | null;

/** Texts are walked in their own order, so that the failure that comes first in the text is the one that is told. */
function compileValidate(args: readonly CompiledArgument[], name: string): Validate {
  const schemaOf = documentArg(args[0]!, 1, name, parseJsonInOrder);
  const documentOf = documentArg(args[1]!, 2, name, parseJsonInOrder);
  let lastValue: JsonValue | undefined;
  let last: JsonSchema | undefined;
  return (row, context) => {
    const value = schemaOf(row, context);
    if (value === null) return null;
    if (last === undefined || value !== lastValue) {
      if (value.kind !== 'object') throw sqlError('ER_INVALID_JSON_TYPE', 1, name, 'object');
      last = undefined;
      const document = documentOf(row, context);
      if (document === null) return null;
      last = compileJsonSchema(value);
      lastValue = value;
      return last.check(document) ?? 'valid';
    }
    const document = documentOf(row, context);
    return document === null ? null : (last.check(document) ?? 'valid');
  };
}

function reason(failure: SchemaFailure): string {
  return `The JSON document location '${failure.document}' failed requirement '${failure.keyword}' at JSON Schema location '${failure.schema}'`;
}

/** options.word 'check': inside of a CHECK constraint, where a failure also leaves its reason as error 3934. */
const valid = define(
  'json_schema_valid',
  2,
  ([schema]) => (schema!.type.kind === 'null' ? nullType() : boolType()),
  (args, _type, options) => {
    const validate = compileValidate(args, 'json_schema_valid');
    const explains = options.word === 'check';
    return (row, context) => {
      const outcome = validate(row, context);
      if (outcome === null || outcome === 'valid') return outcome === null ? null : 1;
      if (explains) context.warn(3934, `${reason(outcome)}.`, 'Error');
      return 0;
    };
  },
);

const report = define(
  'json_schema_validation_report',
  2,
  () => jsonType(),
  (args) => {
    const validate = compileValidate(args, 'json_schema_validation_report');
    return (row, context): Value => {
      const outcome = validate(row, context);
      if (outcome === null) return null;
      if (outcome === 'valid') return JsonValue.object([['valid', JsonValue.TRUE]]);
      return JsonValue.object([
        ['valid', JsonValue.FALSE],
        ['reason', JsonValue.string(reason(outcome))],
        ['schema-location', JsonValue.string(outcome.schema)],
        ['document-location', JsonValue.string(outcome.document)],
        ['schema-failed-keyword', JsonValue.string(outcome.keyword)],
      ]);
    };
  },
);

export const JSON_SCHEMA: readonly FunctionDef[] = [valid, report];
