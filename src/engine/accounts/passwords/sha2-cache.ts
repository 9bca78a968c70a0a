/**
 * caching_sha2_password's fast path: XOR(SHA256(password), SHA256(SHA256(SHA256(password)) ++ nonce)).
 *
 * The stored hash is slow on purpose, so the server remembers SHA256(SHA256(password)) of accounts that proved their
 * password once. An entry is keyed by the stored hash too: a changed password misses by itself.
 */
import { utf8Encode, type Bytes } from '../../../base/index.ts';
import { digest, equalSecrets } from '../../../env/index.ts';

export const CACHING_SHA2_PASSWORD = 'caching_sha2_password';
const HASH_BYTES = 32;
const CACHE_ENTRIES_MAX = 4096;

export class Sha2Cache {
  readonly #entries = new Map<string, Bytes>();

  /** Undefined: not known, the client must prove its password in full. */
  check(key: string, nonce: Bytes, response: Bytes): boolean | undefined {
    const stage2 = this.#entries.get(key);
    if (stage2 === undefined) return undefined;
    if (response.length !== HASH_BYTES) return false;
    const mask = sha256(stage2, nonce);
    return equalSecrets(sha256(Uint8Array.from(response, (byte, i) => byte ^ (mask[i] as number))), stage2);
  }

  remember(key: string, password: string): void {
    if (this.#entries.size >= CACHE_ENTRIES_MAX) {
      const oldest = this.#entries.keys().next().value;
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(key, sha256(sha256(utf8Encode(password))));
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** The client's side. */
export function scrambleSha2(password: string, nonce: Bytes): Bytes {
  if (password === '') return new Uint8Array(0);
  const stage1 = sha256(utf8Encode(password));
  const mask = sha256(sha256(stage1), nonce);
  return stage1.map((byte, i) => byte ^ (mask[i] as number));
}

function sha256(...parts: Bytes[]): Bytes {
  return digest('sha256', ...parts);
}
