/**
 * The bytes of a log segment file: a header, then frames one after the other, then zeros (preallocated space) or the end.
 *
 * Segment header, 32 bytes:
 *
 *   0   4  'EBLG'
 *   4   2  version, 1
 *   6   2  zero
 *   8   8  position of the first record
 *   16  8  nonce, random: frames carry it in their checksums, so that bytes of another file are never taken for ours
 *   24  4  zero
 *   28  4  checksum of bytes 0..28
 *
 * Frame: what one write puts on disk, whole or not at all. Header of 32 bytes, then the body, padded to 8 bytes with zeros.
 *
 *   0   4  'EBFR'
 *   4   4  body length, without padding
 *   8   8  position of the first record
 *   16  4  number of records
 *   20  4  checksum of the body
 *   24  4  zero
 *   28  4  checksum of bytes 0..28 and the segment's nonce
 *
 * Body: per record a varint length and the bytes.
 *
 * Invariant that recovery rests on: a frame is written only after the one before it is durable. So bytes that are no frame are
 * a torn tail, cut on open, exactly when no later frame header of this segment follows; otherwise something that had been
 * acknowledged was damaged, which is reported and never cut.
 */
import { BytesReader, BytesWriter, checksum32, DbError, type Bytes } from '../base/index.ts';

export const SEGMENT_HEADER_BYTES = 32;
export const FRAME_HEADER_BYTES = 32;
export const FRAME_ALIGNMENT = 8;

const SEGMENT_MAGIC = 0x474c_4245;
const FRAME_MAGIC = 0x5246_4245;
const VERSION = 1;

export interface SegmentHeader {
  readonly first: number;
  readonly nonce: Bytes;
}

export function encodeSegmentHeader(header: SegmentHeader): Bytes {
  const writer = new BytesWriter(SEGMENT_HEADER_BYTES);
  writer.u32(SEGMENT_MAGIC).u16(VERSION).u16(0).u64(header.first).bytes(header.nonce).u32(0);
  return writer.u32(checksum32(writer.view())).finish();
}

/** Undefined when the bytes are not a whole, undamaged header. */
export function decodeSegmentHeader(bytes: Bytes): SegmentHeader | undefined {
  if (bytes.length < SEGMENT_HEADER_BYTES) return undefined;
  const reader = new BytesReader(bytes);
  if (reader.u32() !== SEGMENT_MAGIC) return undefined;
  const version = reader.u16();
  reader.skip(2);
  if (new BytesReader(bytes, 28).u32() !== checksum32(bytes, 0, 28)) return undefined;
  if (version !== VERSION)
    throw new DbError('corrupt', 'unknown-version', `a log segment has format version ${version}`);
  return { first: reader.u64(), nonce: reader.take(8).slice() };
}

/** Starts a frame in `writer` (which is reset); records are added to it, then `finishFrame` completes it. */
export function startFrame(writer: BytesWriter, first: number): void {
  writer.reset();
  writer.u32(FRAME_MAGIC).u32(0).u64(first).u32(0).u32(0).u32(0).u32(0);
}

export function addRecord(writer: BytesWriter, record: Bytes): void {
  writer.lengthPrefixed(record);
}

/** Fills in lengths and checksums; the result is a view of the writer, valid until it is used again. */
export function finishFrame(writer: BytesWriter, count: number, nonce: Bytes): Bytes {
  const bodyBytes = writer.length - FRAME_HEADER_BYTES;
  writer.setU32(4, bodyBytes);
  writer.setU32(16, count);
  writer.setU32(20, checksum32(writer.view(), FRAME_HEADER_BYTES));
  writer.setU32(28, headerChecksum(writer.view(), 0, nonce));
  writer.zeros(paddedFrameBytes(bodyBytes) - writer.length);
  return writer.view();
}

export function paddedFrameBytes(bodyBytes: number): number {
  return Math.ceil((FRAME_HEADER_BYTES + bodyBytes) / FRAME_ALIGNMENT) * FRAME_ALIGNMENT;
}

export interface FrameHeader {
  readonly first: number;
  readonly count: number;
  readonly bodyBytes: number;
  readonly bodyChecksum: number;
}

/** The frame header at `at`, or undefined when these bytes are none of this segment. */
export function frameHeaderAt(bytes: Bytes, at: number, nonce: Bytes): FrameHeader | undefined {
  if (at + FRAME_HEADER_BYTES > bytes.length || bytes[at] !== (FRAME_MAGIC & 0xff)) return undefined;
  const reader = new BytesReader(bytes, at, at + FRAME_HEADER_BYTES);
  if (reader.u32() !== FRAME_MAGIC) return undefined;
  if (new BytesReader(bytes, at + 28).u32() !== headerChecksum(bytes, at, nonce)) return undefined;
  const bodyBytes = reader.u32();
  const first = reader.u64();
  return { first, bodyBytes, count: reader.u32(), bodyChecksum: reader.u32() };
}

/** The records of a frame body, views into it; undefined when the body is damaged. */
export function decodeFrameBody(body: Bytes, header: FrameHeader): Bytes[] | undefined {
  if (body.length !== header.bodyBytes || checksum32(body) !== header.bodyChecksum) return undefined;
  const reader = new BytesReader(body);
  const records: Bytes[] = [];
  for (let i = 0; i < header.count; i++) records.push(reader.lengthPrefixed());
  return reader.done ? records : undefined;
}

function headerChecksum(bytes: Bytes, at: number, nonce: Bytes): number {
  const covered = new Uint8Array(28 + nonce.length);
  covered.set(bytes.subarray(at, at + 28));
  covered.set(nonce, 28);
  return checksum32(covered);
}
