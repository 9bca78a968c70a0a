/**
 * Compression of stored blocks. `lz4` for what is read often, `deflate` (raw, level 1) for what is read rarely or does not
 * repeat; docs/decisions/0003-block-compression.md has the measurements.
 *
 * The lz4 form is a u32 LE with the uncompressed length, then one LZ4 block. The native codec (npm lz4-napi) is loaded on
 * first use; where there is no binary for the platform the TypeScript codec reads and writes the same bytes, slower.
 *
 * The caller keeps the uncompressed length beside the block: decoders need it, check it, and never allocate by what
 * the compressed bytes claim. Damaged input raises `corrupt/bad-compression`.
 */
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { constants, deflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { BytesReader, BytesWriter, DbError, type Bytes } from '../base/index.ts';
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

interface Lz4Codec {
  compressSync(bytes: Bytes): Bytes;
  uncompressSync(bytes: Bytes): Bytes;
}

let native: Lz4Codec | undefined | 'not loaded' = 'not loaded';

function nativeLz4(): Lz4Codec | undefined {
  if (native !== 'not loaded') return native;
  try {
    native = createRequire(import.meta.url)('lz4-napi') as Lz4Codec;
  } catch {
    native = undefined;
  }
  return native;
}

const lz4: Compression = {
  name: 'lz4',
  id: 1,
  compress: (bytes) => plain((nativeLz4() ?? portableLz4).compressSync(bytes)),
  decompress: (bytes, expected) => decompressLz4(nativeLz4() ?? portableLz4, bytes, expected),
};

function decompressLz4(codec: Lz4Codec, bytes: Bytes, expected: number): Bytes {
  // The announced length is checked before the codec allocates by it.
  if (bytes.length < 4 || new BytesReader(bytes).u32() !== expected) {
    throw new DbError('corrupt', 'bad-compression', 'an LZ4 block announces another length than its index');
  }
  try {
    return checked(plain(codec.uncompressSync(bytes)), expected);
  } catch (cause) {
    if (cause instanceof DbError) throw cause;
    throw new DbError('corrupt', 'bad-compression', 'an LZ4 block is damaged', { cause });
  }
}

/** The codec for platforms without a native one; exported for the test that holds both to the same bytes. */
export const portableLz4: Lz4Codec = {
  compressSync: (bytes) => new BytesWriter(bytes.length).u32(bytes.length).bytes(lz4Compress(bytes)).finish(),
  uncompressSync: (bytes) => lz4Decompress(bytes.subarray(4), new BytesReader(bytes).u32()),
};

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
