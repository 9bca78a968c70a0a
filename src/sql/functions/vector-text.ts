/** STRING_TO_VECTOR, VECTOR_TO_STRING, VECTOR_DIM: vectors are single-precision floats, little-endian, as binary strings. */
import { SqlError } from '../../base/index.ts';
import type { FunctionDef } from '../expr/index.ts';
import { charsetUnits, intType, varbinaryType } from '../types/index.ts';
import { aliases, bytesArg, define, map1, textArg } from './define.ts';
import { textResult } from './string-type.ts';

const DIMENSIONS_MAX = 16383;
const FLOAT_BYTES = 4;

function invalid(text: string): SqlError {
  return new SqlError(
    'ER_TO_VECTOR_CONVERSION',
    6138,
    '22P02',
    `Data cannot be converted to a valid vector: '${text}'`,
  );
}

function parseVector(text: string): Uint8Array {
  const body = /^\s*\[([^\]]*)\]\s*$/.exec(text)?.[1];
  if (body === undefined) throw invalid(text);
  const numbers = body.split(',').map((part) => {
    const trimmed = part.trim();
    const number = Number(trimmed);
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) || !Number.isFinite(Math.fround(number)))
      throw invalid(text);
    return number;
  });
  if (numbers.length > DIMENSIONS_MAX) throw invalid(text);
  const bytes = new Uint8Array(numbers.length * FLOAT_BYTES);
  const view = new DataView(bytes.buffer);
  numbers.forEach((number, i) => view.setFloat32(i * FLOAT_BYTES, number, true));
  return bytes;
}

function dimensionsOf(bytes: Uint8Array): number {
  if (bytes.length === 0 || bytes.length % FLOAT_BYTES !== 0) throw invalid(charsetUnits.decodeUtf8(bytes));
  return bytes.length / FLOAT_BYTES;
}

/** Five digits and an exponent of at least two. */
function formatFloat(number: number): string {
  return number.toExponential(5).replace(/e([+-])(\d)$/, 'e$10$2');
}

const stringToVector = define(
  'string_to_vector',
  1,
  () => varbinaryType(DIMENSIONS_MAX * FLOAT_BYTES, { nullable: true }),
  ([text]) => map1(textArg(text!), parseVector),
);
const vectorToString = define(
  'vector_to_string',
  1,
  (_args, _options, context) => textResult(1048512, context.collationConnection),
  ([vector]) =>
    map1(bytesArg(vector!), (bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const numbers = Array.from({ length: dimensionsOf(bytes) }, (_, i) => view.getFloat32(i * FLOAT_BYTES, true));
      return `[${numbers.map(formatFloat).join(',')}]`;
    }),
);
const vectorDim = define(
  'vector_dim',
  1,
  () => intType('big', { width: 10 }),
  ([vector]) => map1(bytesArg(vector!), dimensionsOf),
);

export const VECTOR_TEXT: readonly FunctionDef[] = [
  stringToVector,
  ...aliases(stringToVector, 'to_vector'),
  vectorToString,
  ...aliases(vectorToString, 'from_vector'),
  vectorDim,
];
