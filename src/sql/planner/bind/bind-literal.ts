/** Literals: their values and types as MySQL reports them. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr } from '../../expr/index.ts';
import {
  atDisplacement,
  charLength,
  DateFlag,
  Decimal,
  dateType,
  datetimeType,
  decimalType,
  doubleType,
  type FieldType,
  intType,
  parseDateTime,
  parseTime,
  timeType,
  varbinaryType,
  varcharType,
} from '../../types/index.ts';
import { constant, NULL } from './call-builder.ts';
import type { StatementState } from './statement-state.ts';

export type Literal =
  | ast.NullLiteral
  | ast.BooleanLiteral
  | ast.IntegerLiteral
  | ast.DecimalLiteral
  | ast.FloatLiteral
  | ast.StringLiteral
  | ast.BytesLiteral
  | ast.TemporalLiteral;

export function bindLiteral(node: Literal, state: StatementState): Expr {
  switch (node.kind) {
    case 'null':
      return NULL;
    case 'boolean':
      return constant(node.value ? 1 : 0, intType('big', { nullable: false, width: 1 }), true);
    case 'integer': {
      const unsigned = typeof node.value === 'bigint' && node.value > 9223372036854775807n;
      return constant(node.value, intLiteralType(digitsOf(node.value) + (unsigned ? 0 : 1), unsigned), true);
    }
    case 'decimal':
      return decimalLiteral(node.text);
    case 'float':
      return constant(node.value, doubleType({ nullable: false, length: node.text.length }), true);
    case 'string':
      return stringLiteral(node, state);
    case 'bytes':
      return bytesLiteral(node, state);
    case 'temporal':
      return temporalLiteral(node, state);
  }
}

function digitsOf(value: number | bigint): number {
  return typeof value === 'number' && value >= 0 && value < 10 ? 1 : String(value).length;
}

const intTypes = new Map<number, FieldType>();

/** Types of literals are few and shared: a bulk INSERT has many thousands of literals. */
function intLiteralType(width: number, unsigned: boolean): FieldType {
  const key = unsigned ? -width : width;
  let type = intTypes.get(key);
  if (type === undefined) intTypes.set(key, (type = intType('big', { nullable: false, unsigned, width })));
  return type;
}

const TEXT_LENGTHS_SHARED = 1024;
const textTypes = new Map<string, FieldType[]>();

function textLiteralType(length: number, collation: string): FieldType {
  if (length >= TEXT_LENGTHS_SHARED) return varcharType(length, { collation, nullable: false });
  let types = textTypes.get(collation);
  if (types === undefined) textTypes.set(collation, (types = []));
  return (types[length] ??= varcharType(length, { collation, nullable: false }));
}

function decimalLiteral(text: string): Expr {
  const value = Decimal.fromString(text);
  const point = text.indexOf('.');
  const scale = point < 0 ? 0 : text.length - point - 1;
  const digits = text.length - (point < 0 ? 0 : 1);
  const whole = text.slice(0, point < 0 ? text.length : point).replace(/^0+/, '').length;
  const precision = Math.max(1, Math.min(digits, whole + scale));
  return constant(value, decimalType(precision, Math.min(scale, 30), { nullable: false }), true);
}

function stringLiteral(node: ast.StringLiteral, state: StatementState): Expr {
  if (node.bytes !== undefined)
    return constant(node.bytes, varbinaryType(node.bytes.length, { nullable: false }), true);
  const collation = state.context.session.collationConnection;
  const text = constant(node.value, textLiteralType(charLength(node.value), collation), true);
  if (node.charset === undefined) return text;
  const bytes = bytesInCharset(node.value, node.charset);
  if (bytes === undefined) return introduced(text, node.charset, state);
  return introduced(constant(bytes, varbinaryType(bytes.length, { nullable: false }), true), node.charset, state);
}

const WIDE_CHARSETS: ReadonlyMap<string, number> = new Map([
  ['ucs2', 2],
  ['utf16', 2],
  ['utf16le', 2],
  ['utf32', 4],
]);
// oxlint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
const READ_AS_TEXT = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'ascii', 'binary']);

/** The bytes that a client sent (UTF-8), where the charset reads them otherwise; wide characters are filled up from the left. */
function bytesInCharset(text: string, charset: string): Uint8Array | undefined {
  const width = WIDE_CHARSETS.get(charset);
  if (READ_AS_TEXT.has(charset) || (width === undefined && ASCII.test(text))) return undefined;
  const sent = new TextEncoder().encode(text);
  const missing = width === undefined ? 0 : (width - (sent.length % width)) % width;
  if (missing === 0) return sent;
  const filled = new Uint8Array(missing + sent.length);
  filled.set(sent, missing);
  return filled;
}

/** `_charset'text'`: the literal's bytes read as that charset. */
function introduced(literal: Expr, charset: string, state: StatementState): Expr {
  return state.calls.call('convert_using', [literal], { word: charset, extra: { introducer: true } });
}

function bytesLiteral(node: ast.BytesLiteral, state: StatementState): Expr {
  // Unsigned marks it as a number where one is wanted.
  const literal = constant(node.bytes, varbinaryType(node.bytes.length, { nullable: false, unsigned: true }), true);
  return node.charset === undefined || node.charset === 'binary' ? literal : introduced(literal, node.charset, state);
}

function temporalLiteral(node: ast.TemporalLiteral, state: StatementState): Expr {
  if (node.type === 'time') {
    const parsed = parseTime(node.text);
    if (parsed.warnings !== 0 || parsed.micros === undefined) throw sqlError('ER_WRONG_VALUE', 'TIME', node.text);
    return constant(parsed.micros, timeType(Math.min(parsed.fractionDigits, 6), { nullable: false }), true);
  }
  const parsed = parseDateTime(node.text, DateFlag.FUZZY);
  if (parsed.warnings !== 0 || parsed.kind === 'none' || parsed.kind === 'error') {
    throw sqlError('ER_WRONG_VALUE', node.type === 'date' ? 'DATE' : 'DATETIME', node.text);
  }
  if (node.type === 'date') return constant(parsed.value.ymd, dateType({ nullable: false }), true);
  const type = datetimeType(Math.min(parsed.fractionDigits, 6), { nullable: false });
  if (parsed.displacement === undefined) return constant(parsed.value, type, true);
  return constant(
    atDisplacement(parsed.value, parsed.displacement, { session: state.context.evalSession }),
    type,
    true,
  );
}
