/** Ciphers, key derivation and zlib for SQL functions: pure functions over bytes, here because they come from node. */
import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2Sync } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import type { Bytes } from '../base/index.ts';

/** `cipher` is OpenSSL's name (aes-128-ecb …); block modes pad. Undefined when deciphering fails. */
export function encipher(cipher: string, key: Bytes, iv: Bytes | null, bytes: Bytes): Bytes {
  const state = createCipheriv(cipher, key, iv);
  return new Uint8Array(Buffer.concat([state.update(bytes), state.final()]));
}

export function decipher(cipher: string, key: Bytes, iv: Bytes | null, bytes: Bytes): Bytes | undefined {
  const state = createDecipheriv(cipher, key, iv);
  try {
    return new Uint8Array(Buffer.concat([state.update(bytes), state.final()]));
  } catch {
    return undefined;
  }
}

/** Keys of a wanted length from a password, with SHA-512. */
export function hkdf(password: Bytes, salt: Bytes, info: Bytes, keyBytes: number): Bytes {
  return new Uint8Array(hkdfSync('sha512', password, salt, info, keyBytes));
}
export function pbkdf2(password: Bytes, salt: Bytes, iterations: number, keyBytes: number): Bytes {
  return new Uint8Array(pbkdf2Sync(password, salt, iterations, keyBytes, 'sha512'));
}

/** A zlib stream, as MySQL's COMPRESS has it behind the length. */
export function zlibCompress(bytes: Bytes): Bytes {
  return new Uint8Array(deflateSync(bytes));
}
/** Undefined when the stream is damaged or gives more than `bytesMax`. */
export function zlibUncompress(bytes: Bytes, bytesMax: number): Bytes | undefined {
  try {
    return new Uint8Array(inflateSync(bytes, { maxOutputLength: Math.max(1, bytesMax) }));
  } catch {
    return undefined;
  }
}
