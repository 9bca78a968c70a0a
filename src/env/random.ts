/** Randomness: the real one is the operating system's; the seeded one replays a run from its seed. */
import { randomFillSync } from 'node:crypto';
import type { Bytes } from '../base/index.ts';

export interface Random {
  bytes(count: number): Bytes;
  /** An unsigned 32-bit integer. */
  u32(): number;
  /** In [0, 1), with 53 random bits. */
  float(): number;
  /** An integer in [0, bound). */
  below(bound: number): number;
}

const POOL_WORDS = 256;

/** Cryptographically strong: salts, nonces and ids are drawn from it. */
export function realRandom(): Random {
  const pool = new Uint32Array(POOL_WORDS);
  let used = POOL_WORDS;
  const u32 = (): number => {
    if (used === POOL_WORDS) {
      randomFillSync(pool);
      used = 0;
    }
    return pool[used++] as number;
  };
  return fromWords(u32, (count) => randomFillSync(new Uint8Array(count)));
}

/** xoshiro128** seeded through splitmix32: fast, well spread, and the same everywhere. Not for secrets. */
export function seededRandom(seed: number): Random {
  let mix = seed | 0;
  const split = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) | 0;
  };
  let [a, b, c, d] = [split(), split(), split(), split()];
  const u32 = (): number => {
    const scaled = Math.imul(b, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  return fromWords(u32, (count) => Uint8Array.from({ length: count }, () => u32() & 0xff));
}

function fromWords(u32: () => number, bytes: (count: number) => Bytes): Random {
  const float = (): number => ((u32() >>> 5) * 0x4000000 + (u32() >>> 6)) / 0x20000000000000;
  return { bytes, u32, float, below: (bound) => Math.floor(float() * bound) };
}
