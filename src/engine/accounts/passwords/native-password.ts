/**
 * mysql_native_password: the client answers SHA1(password) XOR SHA1(nonce ++ SHA1(SHA1(password))).
 * The server keeps '*' and the hex of SHA1(SHA1(password)).
 */
import { fromHex, toHex, utf8Encode, type Bytes } from '../../../base/index.ts';
import { digest, equalSecrets } from '../../../env/index.ts';

export const NATIVE_PASSWORD = 'mysql_native_password';
const HASH_BYTES = 20;

/** '' for the empty password. */
export function nativePasswordHash(password: string): string {
  return password === '' ? '' : `*${toHex(sha1(sha1(utf8Encode(password)))).toUpperCase()}`;
}

export function isNativePasswordHash(stored: string): boolean {
  return stored === '' || /^\*[0-9A-Fa-f]{40}$/.test(stored);
}

export function checkNativePassword(stored: string, nonce: Bytes, response: Bytes): boolean {
  if (stored === '') return response.length === 0;
  const stage2 = fromHex(stored.slice(1));
  if (response.length !== HASH_BYTES || stage2?.length !== HASH_BYTES) return false;
  const mask = sha1(nonce, stage2);
  const stage1 = Uint8Array.from(response, (byte, i) => byte ^ (mask[i] as number));
  return equalSecrets(sha1(stage1), stage2);
}

/** The client's side. */
export function scrambleNative(password: string, nonce: Bytes): Bytes {
  if (password === '') return new Uint8Array(0);
  const stage1 = sha1(utf8Encode(password));
  const mask = sha1(nonce, sha1(stage1));
  return stage1.map((byte, i) => byte ^ (mask[i] as number));
}

function sha1(...parts: Bytes[]): Bytes {
  return digest('sha1', ...parts);
}
