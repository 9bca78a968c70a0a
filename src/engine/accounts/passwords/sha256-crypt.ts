/**
 * SHA-256 crypt (Drepper's scheme, crypt(3)'s "$5$") in MySQL's dress: '$A$005$' ++ 20 salt bytes ++ 43 characters.
 * The three digits are the rounds in thousands.
 */
import { utf8Encode, type Bytes } from '../../../base/index.ts';
import { digest } from '../../../env/index.ts';

export const SALT_BYTES = 20;
const ROUNDS_UNIT = 1000;
const ROUNDS_DEFAULT = 5;
const DIGEST_CHARS = 43;
const PREFIX = '$A$';
const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The order in which digest bytes become characters, three at a time. */
const ORDER = [
  0, 10, 20, 21, 1, 11, 12, 22, 2, 3, 13, 23, 24, 4, 14, 15, 25, 5, 6, 16, 26, 27, 7, 17, 18, 28, 8, 9, 19, 29,
];

/** MySQL's authentication_string of a password; '' for the empty one. `random`: 20 random bytes. */
export function cachingSha2Hash(password: string, random: Bytes): string {
  if (password === '') return '';
  const salt = asSalt(random);
  const hash = sha256Crypt(utf8Encode(password), salt, ROUNDS_DEFAULT * ROUNDS_UNIT);
  return `${PREFIX}${String(ROUNDS_DEFAULT).padStart(3, '0')}$${latin1(salt)}${hash}`;
}

/** Does `password` match an authentication_string that MySQL (or we) made? */
export function checkCachingSha2Hash(stored: string, password: string): boolean {
  if (stored === '') return password === '';
  if (!isCachingSha2Hash(stored)) return false;
  const rounds = Number.parseInt(stored.slice(3, 6), 16) * ROUNDS_UNIT;
  const salt = Uint8Array.from(stored.slice(7, 7 + SALT_BYTES), (character) => character.charCodeAt(0));
  return sha256Crypt(utf8Encode(password), salt, rounds) === stored.slice(7 + SALT_BYTES);
}

export function isCachingSha2Hash(stored: string): boolean {
  if (stored === '') return true;
  return stored.length === 7 + SALT_BYTES + DIGEST_CHARS && /^\$A\$(?!000)[0-9A-F]{3}\$/.test(stored);
}

/** Seven-bit bytes without NUL and '$', as MySQL draws them. */
function asSalt(random: Bytes): Bytes {
  return Uint8Array.from(random.subarray(0, SALT_BYTES), (byte) => {
    const value = byte & 0x7f;
    return value === 0 || value === 0x24 ? value + 1 : value;
  });
}

function sha256Crypt(password: Bytes, salt: Bytes, rounds: number): string {
  const alternate = sha256(password, salt, password);
  const first = [password, salt, repeat(alternate, password.length)];
  for (let bits = password.length; bits > 0; bits >>= 1) first.push((bits & 1) !== 0 ? alternate : password);
  let state = sha256(...first);
  const p = repeat(sha256(...copies(password, password.length)), password.length);
  const s = repeat(sha256(...copies(salt, 16 + (state[0] as number))), salt.length);
  for (let round = 0; round < rounds; round++) {
    const odd = (round & 1) !== 0;
    const parts = [odd ? p : state];
    if (round % 3 !== 0) parts.push(s);
    if (round % 7 !== 0) parts.push(p);
    parts.push(odd ? state : p);
    state = sha256(...parts);
  }
  return encode(state);
}

function encode(hash: Bytes): string {
  let text = '';
  for (let i = 0; i < ORDER.length; i += 3) {
    text += characters((hash[ORDER[i]!]! << 16) | (hash[ORDER[i + 1]!]! << 8) | hash[ORDER[i + 2]!]!, 4);
  }
  return text + characters((hash[31]! << 8) | hash[30]!, 3);
}

function characters(word: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) text += ALPHABET[(word >>> (6 * i)) & 0x3f];
  return text;
}

function copies(bytes: Bytes, count: number): Bytes[] {
  return Array.from({ length: count }, () => bytes);
}

function repeat(hash: Bytes, length: number): Bytes {
  return Uint8Array.from({ length }, (_, i) => hash[i % hash.length] as number);
}

function latin1(bytes: Bytes): string {
  return String.fromCharCode(...bytes);
}

function sha256(...parts: Bytes[]): Bytes {
  return digest('sha256', ...parts);
}
