/** AES_ENCRYPT and AES_DECRYPT in all modes of block_encryption_mode, with key derivation; COMPRESS and its family. */
import { sqlError } from '../../base/index.ts';
import type { CompiledArgument, EvalContext, Evaluator, FunctionArgument, FunctionDef, Row } from '../expr/index.ts';
import { bytesOf, charsetUnits, type FieldType, getCollation, intType } from '../types/index.ts';
import { bytesArg, define, map1, type Read } from './define.ts';
import { charsOf, textResult } from './string-type.ts';

const BLOCK_BYTES = 16;
const OPTION_BYTES_MAX = 256;
const NOTHING = new Uint8Array(0);

interface Mode {
  readonly cipher: string;
  readonly keyBytes: number;
  readonly usesIv: boolean;
}

const modes = new Map<string, Mode>();

function modeOf(context: EvalContext): Mode {
  const name = String(context.session.getSystemVariable('block_encryption_mode', 'session').value).toLowerCase();
  let mode = modes.get(name);
  if (mode === undefined) {
    const [, bits, how = 'ecb'] = name.split('-');
    const cipher = how === 'cfb128' ? `aes-${bits}-cfb` : `aes-${bits}-${how}`;
    mode = { cipher, keyBytes: Number(bits) / 8, usesIv: how !== 'ecb' };
    modes.set(name, mode);
  }
  return mode;
}

function bytesIn(arg: FunctionArgument): number {
  return charsOf(arg) * (arg.type.kind === 'string' ? getCollation(arg.type.collation).maxBytes : 1);
}

/** MySQL's own: a longer or shorter password is folded onto the key. */
function foldedKey(password: Uint8Array, keyBytes: number): Uint8Array {
  const key = new Uint8Array(keyBytes);
  password.forEach((byte, i) => (key[i % keyBytes] = key[i % keyBytes]! ^ byte));
  return key;
}

type KeyOf = (row: Row, context: EvalContext, password: Uint8Array, keyBytes: number) => Uint8Array;

/** The key from the password and the arguments after the initialization vector. */
function compileKey(args: readonly CompiledArgument[]): KeyOf {
  if (args.length === 0) {
    return (_row, context, password, keyBytes) => {
      if (password.length > keyBytes) {
        context.warn(
          3237,
          `AES key size should be ${keyBytes} bytes length or secure KDF methods hkdf or pbkdf2_hmac should be used, please provide exact AES key size or use KDF methods for better security.`,
        );
      }
      return foldedKey(password, keyBytes);
    };
  }
  const reads = args.map((arg) => bytesArg(arg));
  return (row, context, password, keyBytes) => {
    const options = reads.map((read) => {
      const value = read(row, context);
      if (value === null || value.length >= OPTION_BYTES_MAX)
        throw sqlError('ER_AES_INVALID_KDF_OPTION_SIZE', OPTION_BYTES_MAX);
      return value;
    });
    const salt = options[1] ?? NOTHING;
    const name = charsetUnits.decodeUtf8(options[0]!);
    if (name === 'hkdf') return context.session.codecs.hkdf(password, salt, options[2] ?? NOTHING, keyBytes);
    if (name !== 'pbkdf2_hmac') throw sqlError('ER_AES_INVALID_KDF_NAME');
    const iterations = options[2] === undefined ? 1000 : Number.parseInt(charsetUnits.decodeUtf8(options[2]), 10);
    if (!(iterations >= 1000 && iterations <= 65535)) throw sqlError('ER_AES_INVALID_KDF_ITERATIONS');
    return context.session.codecs.pbkdf2(password, salt, iterations, keyBytes);
  };
}

function aes(name: 'aes_encrypt' | 'aes_decrypt', type: (arg: FunctionArgument) => FieldType): FunctionDef {
  const isEncrypting = name === 'aes_encrypt';
  return define(
    name,
    [2, 6],
    ([text]) => type(text!),
    (args): Evaluator => {
      const [text, password] = [bytesArg(args[0]!), bytesArg(args[1]!)];
      const vector = args[2] === undefined ? undefined : bytesArg(args[2]);
      const keyOf = compileKey(args.slice(3));
      return (row, context) => {
        const mode = modeOf(context);
        const iv = mode.usesIv ? vectorOf(name, vector, row, context) : null;
        if (!mode.usesIv && args.length === 3) context.warn(1618, '<IV> option ignored');
        const bytes = text(row, context);
        const secret = password(row, context);
        if (bytes === null || secret === null) return null;
        const key = keyOf(row, context, secret, mode.keyBytes);
        const { codecs } = context.session;
        if (isEncrypting) return codecs.encipher(mode.cipher, key, iv, bytes);
        return codecs.decipher(mode.cipher, key, iv, bytes) ?? null;
      };
    },
    'statement',
  );
}

function vectorOf(name: string, read: Read<Uint8Array> | undefined, row: Row, context: EvalContext): Uint8Array {
  if (read === undefined) throw sqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', name);
  const iv = read(row, context);
  if (iv === null || iv.length < BLOCK_BYTES) throw sqlError('ER_AES_INVALID_IV', name, BLOCK_BYTES);
  return iv.slice(0, BLOCK_BYTES);
}

const paddedTo = (bytes: number): number => (Math.floor(bytes / BLOCK_BYTES) + 1) * BLOCK_BYTES;

const LENGTH_BYTES = 4;
const LENGTH_MASK = 0x3fffffff;

/** Length (u32 LE, its two high bits unused), then a zlib stream; a stream that ends in a space gets a point behind it. */
const compress = define(
  'compress',
  1,
  ([text]) => textResult(bytesIn(text!) + 18, 'binary', true),
  ([text]) =>
    map1(bytesArg(text!), (bytes, context) => {
      if (bytes.length === 0) return NOTHING;
      const stream = context.session.codecs.zlibCompress(bytes);
      const endsInSpace = stream.at(-1) === 32;
      const out = new Uint8Array(LENGTH_BYTES + stream.length + (endsInSpace ? 1 : 0));
      new DataView(out.buffer).setUint32(0, bytes.length & LENGTH_MASK, true);
      out.set(stream, LENGTH_BYTES);
      if (endsInSpace) out[out.length - 1] = 46;
      return out;
    }),
  'statement',
);

function lengthIn(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) & LENGTH_MASK;
}

function warnCorrupt(context: EvalContext): null {
  context.warn(1259, 'ZLIB: Input data corrupted');
  return null;
}

const uncompress = define(
  'uncompress',
  1,
  () => textResult(16777216, 'binary', true),
  ([text]) =>
    map1(bytesArg(text!), (bytes, context) => {
      if (bytes.length === 0) return NOTHING;
      if (bytes.length <= LENGTH_BYTES) return warnCorrupt(context);
      const length = lengthIn(bytes);
      const max = context.session.maxAllowedPacket;
      if (length > max) {
        context.warn(
          1256,
          `Uncompressed data size too large; the maximum size is ${max} (probably, length of uncompressed data was corrupted)`,
        );
        return null;
      }
      return context.session.codecs.zlibUncompress(bytes.subarray(LENGTH_BYTES), length) ?? warnCorrupt(context);
    }),
  'statement',
);

const uncompressedLength = define(
  'uncompressed_length',
  1,
  ([text]) => intType('big', { width: 11, nullable: text!.type.nullable }),
  ([text]) =>
    map1(bytesArg(text!), (bytes, context) => {
      if (bytes.length === 0) return 0;
      if (bytes.length > LENGTH_BYTES) return lengthIn(bytes);
      warnCorrupt(context);
      return 0;
    }),
  'statement',
);

/** Without the validate_password component there is no policy, and every password's strength is 0. */
const validatePasswordStrength = define(
  'validate_password_strength',
  1,
  () => intType('big', { width: 10 }),
  ([text]) => map1(bytesOfAny(text!), () => 0),
);

function bytesOfAny(arg: CompiledArgument): Read<Uint8Array> {
  const convert = bytesOf(arg.type);
  return (row, context) => {
    const value = arg.evaluate(row, context);
    return value === null ? null : convert(value);
  };
}

export const ENCRYPTION: readonly FunctionDef[] = [
  aes('aes_encrypt', (text) => textResult(paddedTo(bytesIn(text)), 'binary', true)),
  aes('aes_decrypt', (text) => textResult(bytesIn(text), 'binary', true)),
  compress,
  uncompress,
  uncompressedLength,
  validatePasswordStrength,
];
