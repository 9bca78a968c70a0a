/**
 * What Ebb puts behind the content of an object in S3, since an etag there is a digest of the bytes and names no put:
 *
 *   0   12  nonce, random: makes every put's etag its own, and tells a writer whose answer was lost whether its try won
 *   12  4   checksum of the content (XXH32)
 *   16  4   'EBO1'
 *
 * A trailer and not a header, so that a range of the content is a range of the object and other tools find the content at its start.
 */
import { checksum32, concatBytes, DbError, type Bytes } from '../../base/index.ts';

export const TRAILER_BYTES = 20;
export const NONCE_BYTES = 12;
const MAGIC = 0x4542_4f31;

export function withTrailer(content: Bytes, nonce: Bytes): Bytes {
  const tail = new Uint8Array(TRAILER_BYTES);
  tail.set(nonce);
  const view = new DataView(tail.buffer);
  view.setUint32(12, checksum32(content));
  view.setUint32(16, MAGIC);
  return concatBytes(content, tail);
}

/** The content of a whole object; raises `corrupt/bad-object`. */
export function contentOf(object: Bytes, path: string): Bytes {
  const size = object.length - TRAILER_BYTES;
  const view = new DataView(object.buffer, object.byteOffset, object.byteLength);
  if (size < 0 || view.getUint32(size + 16) !== MAGIC) throw bad(path, 'it does not end as one of Ebb');
  if (view.getUint32(size + 12) !== checksum32(object, 0, size)) throw bad(path, 'its checksum does not match');
  return object.subarray(0, size);
}

/** Whether the trailer (or an object that ends with it) holds this nonce. */
export function hasNonce(end: Bytes, nonce: Bytes): boolean {
  const at = end.length - TRAILER_BYTES;
  return at >= 0 && nonce.every((byte, i) => end[at + i] === byte);
}

/** The content's size in an object of so many bytes; raises `corrupt/bad-object`. */
export function contentSize(totalBytes: number, path: string): number {
  if (totalBytes < TRAILER_BYTES) throw bad(path, 'it is shorter than the end that Ebb puts behind every object');
  return totalBytes - TRAILER_BYTES;
}

function bad(path: string, why: string): DbError {
  return new DbError('corrupt', 'bad-object', `object ${path}: ${why}`);
}
