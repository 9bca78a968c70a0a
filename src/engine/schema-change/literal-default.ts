/** DEFAULT literals: checked against the column's type, kept as the text that the column would hold. */
import { toHex, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { ColumnDefault } from '../../sql/catalog/index.ts';
import { bitBytes, castValue, type FieldType, formatText, type Value } from '../../sql/types/index.ts';
import { evaluateExpression } from '../session/evaluate.ts';
import type { EngineSession } from '../session/session.ts';

export function literalDefault(
  session: EngineSession,
  expression: ast.Expression,
  type: FieldType,
  column: string,
): ColumnDefault {
  const { value, type: from } = evaluateExpression(session, expression);
  if (value === null) {
    if (!type.nullable) throw sqlError('ER_INVALID_DEFAULT', column);
    return { kind: 'literal', text: null };
  }
  // a member is named, never numbered
  const isNumbered = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
  if ((type.kind === 'enum' || type.kind === 'set') && isNumbered && type.elements?.includes(String(value)) !== true)
    throw sqlError('ER_INVALID_DEFAULT', column);
  const stored = castDefault(session, { value, from, to: type, column });
  return stored === null ? { kind: 'literal', text: null } : storedDefault(stored, type);
}

/** A constant of a partition in the type of its column; undefined when it does not fit. */
export function convertExactly(
  session: EngineSession,
  value: Value,
  from: FieldType,
  to: FieldType,
): Value | undefined {
  try {
    return castDefault(session, { value, from, to, column: '', zeroDates: true });
  } catch {
    return undefined;
  }
}

interface DefaultCast {
  readonly value: Value;
  readonly from: FieldType;
  readonly to: FieldType;
  readonly column: string;
  /** Zero dates are fine whatever sql_mode says. */
  readonly zeroDates?: boolean;
}

/** A default that the column cannot hold as it is fails with 1067, in any sql_mode; zero dates follow the session's. */
function castDefault(session: EngineSession, { value, from, to, column, zeroDates }: DefaultCast): Value {
  const { sqlMode } = session.state;
  const isStrict = sqlMode.strictTransTables || sqlMode.strictAllTables;
  let failed = false;
  const context = {
    session: {
      sqlMode: isStrict && zeroDates !== true ? sqlMode : { ...sqlMode, noZeroDate: false, noZeroInDate: false },
      strict: true,
      timeZone: session.state.timeZone,
      nowMicros: session.eval.nowMicros,
    },
    // Notes (rounding) are fine; what would be a warning in a lenient INSERT is an invalid default.
    warn: (_errno: number, _message: string, level?: 'Warning' | 'Note' | 'Error') => {
      failed ||= level !== 'Note';
    },
  };
  let result: Value;
  try {
    result = castValue(value, from, to, context, { column, row: 1 });
  } catch {
    throw sqlError('ER_INVALID_DEFAULT', column);
  }
  if (failed) throw sqlError('ER_INVALID_DEFAULT', column);
  return result;
}

function storedDefault(value: Exclude<Value, null>, type: FieldType): ColumnDefault {
  if (value instanceof Uint8Array) {
    const text = printable(value);
    return text === undefined ? { kind: 'literal', text: toHex(value), binary: true } : { kind: 'literal', text };
  }
  if (type.kind === 'bit')
    return { kind: 'literal', text: toHex(bitBytes(value as number | bigint, type.length)), binary: true };
  return { kind: 'literal', text: formatText(value, type) };
}

/** Bytes that are plain ASCII text are kept as text. */
function printable(bytes: Uint8Array): string | undefined {
  let text = '';
  for (const byte of bytes) {
    if (byte < 32 || byte > 126) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}
