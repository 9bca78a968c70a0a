/** Message digests: pure functions over bytes, here because they come from node:crypto. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Bytes } from '../base/index.ts';

export type DigestName = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';

/** The digest of the parts, one behind the other. */
export function digest(name: DigestName, ...parts: readonly Bytes[]): Bytes {
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** Equality in a time that does not depend on where the bytes differ: for secrets. */
export function equalSecrets(a: Bytes, b: Bytes): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
