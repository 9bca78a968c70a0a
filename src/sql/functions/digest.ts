/** MD5, SHA-1 and SHA-2 over bytes. Own code, because the functions room may not reach for node:crypto. */

const rotateLeft = (x: number, n: number): number => (x << n) | (x >>> (32 - n));
const rotateRight = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

/** The message with its end mark and bit length, in whole blocks of `blockBytes`. */
function padded(message: Uint8Array, blockBytes: 64 | 128, littleEndian: boolean): DataView {
  const lengthBytes = blockBytes / 8;
  const total = Math.ceil((message.length + 1 + lengthBytes) / blockBytes) * blockBytes;
  const bytes = new Uint8Array(total);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  const bits = message.length * 8;
  const [low, high] = [bits >>> 0, Math.floor(bits / 4294967296)];
  view.setUint32(total - (littleEndian ? 8 : 4), low, littleEndian);
  view.setUint32(total - (littleEndian ? 4 : 8), high, littleEndian);
  return view;
}

function wordsToBytes(words: readonly number[], littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, i) => view.setUint32(i * 4, word >>> 0, littleEndian));
  return new Uint8Array(view.buffer);
}

const MD5_SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const MD5_TABLE = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 4294967296) | 0);

export function md5(message: Uint8Array): Uint8Array {
  const view = padded(message, 64, true);
  let [a0, b0, c0, d0] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let block = 0; block < view.byteLength; block += 64) {
    let [a, b, c, d] = [a0, b0, c0, d0];
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const f =
        round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
      const g = round === 0 ? i : round === 1 ? (5 * i + 1) & 15 : round === 2 ? (3 * i + 5) & 15 : (7 * i) & 15;
      const sum = (a + f + MD5_TABLE[i]! + view.getInt32(block + g * 4, true)) | 0;
      [a, d, c, b] = [d, c, b, (b + rotateLeft(sum, MD5_SHIFTS[round * 4 + (i & 3)]!)) | 0];
    }
    [a0, b0, c0, d0] = [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0];
  }
  return wordsToBytes([a0, b0, c0, d0], true);
}

export function sha1(message: Uint8Array): Uint8Array {
  const view = padded(message, 64, false);
  const h = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  const w = new Int32Array(80);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(block + i * 4);
    for (let i = 16; i < 80; i++) w[i] = rotateLeft(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 1);
    let [a, b, c, d, e] = h as [number, number, number, number, number];
    for (let i = 0; i < 80; i++) {
      const f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
      const k = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
      const next = (rotateLeft(a, 5) + f + e + k + w[i]!) | 0;
      [e, d, c, b, a] = [d, c, rotateLeft(b, 30), a, next];
    }
    [a, b, c, d, e].forEach((value, i) => (h[i] = (h[i]! + value) | 0));
  }
  return wordsToBytes(h, false);
}

/** The first `count` primes' fractional root bits are SHA-2's constants; computed exactly with integers. */
function primes(count: number): bigint[] {
  const found: bigint[] = [];
  for (let n = 2n; found.length < count; n++) if (found.every((p) => n % p !== 0n)) found.push(n);
  return found;
}

/** floor(n^(1/root) * 2^bits) mod 2^bits. */
function rootFraction(n: bigint, root: 2n | 3n, bits: bigint): bigint {
  const target = n << (bits * root);
  let low = 0n;
  let high = 1n << (bits + 8n);
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** root <= target) low = middle;
    else high = middle - 1n;
  }
  return BigInt.asUintN(Number(bits), low);
}

let k256: Int32Array | undefined;
const SHA224_START = [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];

export function sha256(message: Uint8Array, size: 224 | 256): Uint8Array {
  k256 ??= Int32Array.from(primes(64), (p) => Number(BigInt.asIntN(32, rootFraction(p, 3n, 32n))));
  const view = padded(message, 64, false);
  const h = size === 224 ? SHA224_START.slice() : primes(8).map((p) => Number(rootFraction(p, 2n, 32n)));
  const w = new Int32Array(64);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(block + i * 4);
    for (let i = 16; i < 64; i++) {
      const [x, y] = [w[i - 15]!, w[i - 2]!];
      const s0 = rotateRight(x, 7) ^ rotateRight(x, 18) ^ (x >>> 3);
      const s1 = rotateRight(y, 17) ^ rotateRight(y, 19) ^ (y >>> 10);
      w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
    }
    const v = h.slice();
    for (let i = 0; i < 64; i++) {
      const [a, b, c, , e, f, g, last] = v as [number, number, number, number, number, number, number, number];
      const s1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
      const t1 = (last + s1 + ((e & f) ^ (~e & g)) + k256[i]! + w[i]!) | 0;
      const s0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      v.pop();
      v.unshift((t1 + t2) | 0);
      v[4] = (v[4]! + t1) | 0;
    }
    v.forEach((value, i) => (h[i] = (h[i]! + value) | 0));
  }
  return wordsToBytes(h, false).slice(0, size / 8);
}

const U64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const rotate64 = (x: bigint, n: bigint): bigint => U64((x >> n) | (x << (64n - n)));
let k512: bigint[] | undefined;

export function sha512(message: Uint8Array, size: 384 | 512): Uint8Array {
  k512 ??= primes(80).map((p) => rootFraction(p, 3n, 64n));
  const view = padded(message, 128, false);
  const first = primes(16);
  const h = (size === 384 ? first.slice(8) : first.slice(0, 8)).map((p) => rootFraction(p, 2n, 64n));
  const w: bigint[] = [];
  for (let block = 0; block < view.byteLength; block += 128) {
    for (let i = 0; i < 16; i++) w[i] = view.getBigUint64(block + i * 8);
    for (let i = 16; i < 80; i++) {
      const [x, y] = [w[i - 15]!, w[i - 2]!];
      const s0 = rotate64(x, 1n) ^ rotate64(x, 8n) ^ (x >> 7n);
      const s1 = rotate64(y, 19n) ^ rotate64(y, 61n) ^ (y >> 6n);
      w[i] = U64(w[i - 16]! + s0 + w[i - 7]! + s1);
    }
    const v = h.slice();
    for (let i = 0; i < 80; i++) {
      const [a, b, c, , e, f, g, last] = v as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
      const s1 = rotate64(e, 14n) ^ rotate64(e, 18n) ^ rotate64(e, 41n);
      const t1 = U64(last + s1 + ((e & f) ^ (U64(~e) & g)) + k512[i]! + w[i]!);
      const s0 = rotate64(a, 28n) ^ rotate64(a, 34n) ^ rotate64(a, 39n);
      const t2 = U64(s0 + ((a & b) ^ (a & c) ^ (b & c)));
      v.pop();
      v.unshift(U64(t1 + t2));
      v[4] = U64(v[4]! + t1);
    }
    v.forEach((value, i) => (h[i] = U64(h[i]! + value)));
  }
  const out = new DataView(new ArrayBuffer(64));
  h.forEach((word, i) => out.setBigUint64(i * 8, word));
  return new Uint8Array(out.buffer).slice(0, size / 8);
}
