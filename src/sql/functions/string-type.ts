/**
 * Result types of functions that make strings: collation by coercibility, text or binary, and length.
 *
 * Functions over strings work on JavaScript strings. Where an argument is a binary string the whole call is binary:
 * bytes travel as one character each (`binaryText`), and the result is turned back into bytes.
 */
import type { CallExpr, CompiledArgument, Evaluator, Expr, FunctionArgument, InferContext } from '../expr/index.ts';
import {
  aggregateSources,
  blobType,
  bytesOf,
  Coercibility,
  type CollationSource,
  displayLength,
  type FieldType,
  isBlobCode,
  isTextual,
  stringResult,
  varbinaryType,
} from '../types/index.ts';
import { type Read, reader, textArg } from './define.ts';

const SYSTEM_CONSTANTS = new Set([
  'user',
  'current_user',
  'session_user',
  'system_user',
  'database',
  'schema',
  'version',
  'current_role',
]);
const OWN_COLLATION = new Set(['cast', 'convert_using', 'getvar', 'weight_string']);

/** Texts made of other things than the characters of their arguments: they count as literals. */
const LIKE_LITERAL = new Set([
  'hex',
  'unhex',
  'to_base64',
  'from_base64',
  'format',
  'char',
  'json_quote',
  'charset',
  'collation',
  'md5',
  'sha1',
  'sha',
  'sha2',
  'compress',
  'uncompress',
  'aes_encrypt',
  'aes_decrypt',
]);
/** Texts with the collation of their first argument, whatever the others are. */
export const LIKE_FIRST = new Set([
  'nullif',
  'left',
  'right',
  'substring',
  'lpad',
  'rpad',
  'insert',
  'repeat',
  'replace',
  'substring_index',
  'trim',
  'ltrim',
  'rtrim',
]);

/** Made of an untyped NULL only, they are as weak as NULL; others give a text of their own. */
const PASSES_NULL = new Set([
  ...LIKE_FIRST,
  'concat',
  'upper',
  'ucase',
  'lower',
  'lcase',
  'ifnull',
  'coalesce',
  'if',
  'case',
  'reverse',
  'make_set',
  'quote',
  'soundex',
]);

/** The arguments that give a call its collation. */
function collatedArgs({ name, args, options }: CallExpr): readonly Expr[] {
  if (LIKE_FIRST.has(name)) return args.slice(0, 1);
  if (name === 'if' || name === 'elt') return args.slice(1);
  if (name !== 'case') return args;
  const first = options?.word === 'simple' ? 1 : 0;
  const isElse = (place: number): boolean => place === args.length - 1 && (place - first) % 2 === 0;
  return args.filter((_, place) => place >= first && ((place - first) % 2 === 1 || isElse(place)));
}

export function coercibilityOf(expr: Expr): number {
  if (expr.type.kind === 'null') return Coercibility.IGNORABLE;
  if (expr.type.kind === 'json') return Coercibility.IMPLICIT;
  if (!isTextual(expr.type)) return Coercibility.NUMERIC;
  switch (expr.kind) {
    case 'constant':
    case 'param':
      if (expr.kind === 'param') return Coercibility.COERCIBLE;
      return expr.coercibility ?? (expr.value === null ? Coercibility.IGNORABLE : Coercibility.COERCIBLE);
    case 'column':
    case 'slot':
      return expr.coercibility ?? Coercibility.IMPLICIT;
    case 'call': {
      if (expr.name === 'collate') return Coercibility.EXPLICIT;
      if (SYSTEM_CONSTANTS.has(expr.name)) return Coercibility.SYSCONST;
      if (OWN_COLLATION.has(expr.name)) return Coercibility.IMPLICIT;
      if (LIKE_LITERAL.has(expr.name)) return Coercibility.COERCIBLE;
      return coercibilityOfCall(expr);
    }
  }
}

function coercibilityOfCall(expr: CallExpr): number {
  const { type, name } = expr;
  const args = collatedArgs(expr);
  const texts = args.filter((arg) => isTextual(arg.type) || (arg.type.kind === 'json' && PASSES_NULL.has(name)));
  if (texts.length === 0 && PASSES_NULL.has(name) && args.some((arg) => arg.type.kind === 'null'))
    return Coercibility.IGNORABLE;
  let best: number = Coercibility.COERCIBLE;
  for (const arg of texts) best = Math.min(best, coercibilityOf(arg));
  // columns of several collations that met in none of theirs
  const strongest = texts.filter((arg) => coercibilityOf(arg) === best);
  const isMix =
    best === Coercibility.IMPLICIT && strongest.length > 1 && isTextual(type) && type.collation !== 'binary';
  return isMix && strongest.every((arg) => arg.type.collation !== type.collation) ? Coercibility.NONE : best;
}

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

export function collationSource(arg: FunctionArgument, context: InferContext): CollationSource {
  const coercibility = coercibilityOf(arg.expr);
  if (coercibility === Coercibility.NUMERIC || coercibility === Coercibility.IGNORABLE)
    return { collation: context.collationConnection, coercibility };
  const value = arg.constant?.value;
  const ascii = coercibility === Coercibility.COERCIBLE && typeof value === 'string' && ASCII.test(value);
  return { collation: arg.type.kind === 'json' ? 'utf8mb4_bin' : arg.type.collation, coercibility, ascii };
}

/** The collation in which the arguments are compared; 'binary' when one is a binary string. */
export function commonCollation(args: readonly FunctionArgument[], operation: string, context: InferContext): string {
  return collationOf(args, operation, context, false);
}

/** The collation of the string that the arguments make: columns of several collations of one charset may mix. */
export function resultCollation(args: readonly FunctionArgument[], operation: string, context: InferContext): string {
  return collationOf(args, operation, context, true);
}

function collationOf(
  args: readonly FunctionArgument[],
  operation: string,
  context: InferContext,
  mixed: boolean,
): string {
  if (args.length === 0) return context.collationConnection;
  if (args.length === 1) return collationSource(args[0]!, context).collation;
  const sources = args.map((arg) => collationSource(arg, context));
  return aggregateSources(sources, operation, mixed).collation;
}

/** The collation of a call in `LIKE_FIRST`; the other arguments must not be of a charset that cannot meet it. */
export function firstCollation(args: readonly FunctionArgument[], operation: string, context: InferContext): string {
  resultCollation(args, operation, context);
  return collationSource(args[0]!, context).collation;
}

/** A string type of `chars` characters (bytes, when the collation is binary). */
export function textResult(chars: number, collation: string, nullable = true): FieldType {
  const length = Math.max(0, Math.min(chars, 4294967295));
  if (collation !== 'binary') return stringResult(length, collation, nullable);
  if (length > 65535) return blobType(length > 16777215 ? 'long' : 'medium', { nullable });
  return varbinaryType(length, { decimals: 31, nullable });
}

export function isBinaryResult(type: FieldType): boolean {
  return type.kind === 'binary';
}

export function charsOf(arg: FunctionArgument): number {
  const { type } = arg;
  return type.kind === 'binary' && isBlobCode(type.mysqlType) ? type.length : displayLength(type);
}

const LATIN1_CHUNK = 8192;

/** Bytes as a string of characters 0-255. */
export function binaryText(bytes: Uint8Array): string {
  if (bytes.length < LATIN1_CHUNK) return String.fromCharCode(...bytes);
  let out = '';
  for (let i = 0; i < bytes.length; i += LATIN1_CHUNK)
    out += String.fromCharCode(...bytes.subarray(i, i + LATIN1_CHUNK));
  return out;
}

export function binaryBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The argument as text; in a binary call as one character per byte. */
export function stringArg(arg: CompiledArgument, binary: boolean): Read<string> {
  if (!binary) return textArg(arg);
  const toBytes = bytesOf(arg.type);
  return reader(arg.evaluate, (value) => binaryText(toBytes(value)));
}

/** Turns the text result of a binary call into bytes. */
export function stringEvaluator(evaluate: Read<string>, binary: boolean): Evaluator {
  if (!binary) return evaluate;
  return (row, context) => {
    const text = evaluate(row, context);
    return text === null ? null : binaryBytes(text);
  };
}
