/**
 * Compression of stored blocks. `lz4` for what is read often (own codec, synchronous, no native call), `deflate` (raw,
 * level 1) for what is read rarely; docs/decisions/0003-block-compression.md has the measurements.
 *
 * The caller keeps the uncompressed length beside the block: decoders need it, check it, and never allocate by what
 * the compressed bytes claim. Damaged input raises `corrupt/bad-compression`.
 */
import { promisify } from 'node:util';
import { constants, deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { DbError, type Bytes } from '../base/index.ts';
import { lz4Compress, lz4Decompress } from './lz4.ts';

/** Stored in formats: never renumber. */
export type CompressionName = 'none' | 'lz4' | 'deflate';

export interface Compression {
  readonly name: CompressionName;
  /** The tag that formats store. */
  readonly id: number;
  compress(bytes: Bytes): Bytes;
  decompress(bytes: Bytes, uncompressedBytes: number): Bytes;
}

const FAST = { level: constants.Z_BEST_SPEED };
const deflateLater = promisify(deflateRaw) as (bytes: Bytes, options: typeof FAST) => Promise<Bytes>;

const none: Compression = {
  name: 'none',
  id: 0,
  compress: (bytes) => bytes,
  decompress: (bytes, expected) => checked(bytes, expected),
};

const lz4: Compression = { name: 'lz4', id: 1, compress: lz4Compress, decompress: lz4Decompress };

const deflate: Compression = {
  name: 'deflate',
  id: 2,
  compress: (bytes) => plain(deflateRawSync(bytes, FAST)),
  decompress(bytes, expected) {
    try {
      return checked(plain(inflateRawSync(bytes, { maxOutputLength: Math.max(1, expected) })), expected);
    } catch (cause) {
      if (cause instanceof DbError) throw cause;
      throw new DbError('corrupt', 'bad-compression', 'a compressed block cannot be inflated', { cause });
    }
  },
};

const BY_ID: readonly Compression[] = [none, lz4, deflate];

export function compressionByName(name: CompressionName): Compression {
  return name === 'lz4' ? lz4 : name === 'deflate' ? deflate : none;
}

/** The codec that a stored tag names; an unknown tag is corruption. */
export function compressionById(id: number): Compression {
  const codec = BY_ID[id];
  if (codec === undefined) throw new DbError('corrupt', 'bad-compression', `unknown compression tag ${id}`);
  return codec;
}

/** Deflate on libuv's threads, for large pieces that must not hold the main thread. */
export async function deflateAsync(bytes: Bytes): Promise<Bytes> {
  return plain(await deflateLater(bytes, FAST));
}

/** A Buffer is a Uint8Array whose slice() shares memory: hand out the plain one. */
function plain(bytes: Bytes): Bytes {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checked(bytes: Bytes, expected: number): Bytes {
  if (bytes.length === expected) return bytes;
  throw new DbError('corrupt', 'bad-compression', `a block holds ${bytes.length} bytes, ${expected} were announced`);
}
