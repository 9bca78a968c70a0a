/**
 * One segment file of the file log: creation, frame by frame reading, and finding its end after a crash.
 *
 * A segment gets its name only when its header is durable, so a named file without a valid header is damage, never a
 * half-made segment. Interleaving: methods that only read may run beside an append; the log writes one frame at a time.
 */
import { BytesWriter, DbError, EMPTY_BYTES, type Bytes } from '../base/index.ts';
import { joinPath, type Env, type Files, type OpenFile } from '../env/index.ts';
import {
  decodeFrameBody,
  decodeSegmentHeader,
  encodeSegmentHeader,
  FRAME_ALIGNMENT,
  FRAME_HEADER_BYTES,
  frameHeaderAt,
  paddedFrameBytes,
  SEGMENT_HEADER_BYTES,
} from './segment-format.ts';

const READ_CHUNK_BYTES = 1024 * 1024;
const SUFFIX = '.log';
const DRAFT_SUFFIX = '.new';
const POSITION_DIGITS = 16;

export interface SegmentName {
  readonly first: number;
  readonly path: string;
}

export interface Segment extends SegmentName {
  readonly file: OpenFile;
  readonly nonce: Bytes;
}

export interface Frame {
  /** Offset in the file. */
  readonly at: number;
  /** With header and padding. */
  readonly bytes: number;
  readonly first: number;
  readonly records: readonly Bytes[];
}

export interface SegmentEnd {
  /** Where the next frame goes. */
  readonly at: number;
  /** The position after the last record. */
  readonly next: number;
  readonly lastFrame: Pick<Frame, 'at' | 'bytes'> | undefined;
  /** Bytes that a torn write left after the end; they must be cut before anything is appended. */
  readonly isTorn: boolean;
}

/** The segments of a directory in order; drafts of a crashed process are removed. */
export async function listSegments(directory: string, files: Files): Promise<SegmentName[]> {
  const segments: SegmentName[] = [];
  for (const { name } of await files.list(directory)) {
    const path = joinPath(directory, name);
    if (name.endsWith(DRAFT_SUFFIX)) await files.remove(path);
    else if (/^[0-9]{16}\.log$/.test(name)) segments.push({ path, first: Number(name.slice(0, POSITION_DIGITS)) });
  }
  return segments;
}

/** Makes a durable, empty segment with `allocatedBytes` of zeros for frames to come. */
export async function createSegment(
  directory: string,
  first: number,
  allocatedBytes: number,
  env: Pick<Env, 'files' | 'random'>,
): Promise<Segment> {
  const { files } = env;
  const path = joinPath(directory, String(first).padStart(POSITION_DIGITS, '0') + SUFFIX);
  const draft = path + DRAFT_SUFFIX;
  const nonce = env.random.bytes(8);
  await files.remove(draft);
  const file = await files.open(draft, 'create');
  try {
    const content = new BytesWriter(SEGMENT_HEADER_BYTES + allocatedBytes);
    content.bytes(encodeSegmentHeader({ first, nonce })).zeros(allocatedBytes);
    await file.write(0, content.view());
    await file.sync();
    await files.rename(draft, path);
    await files.syncDirectory(directory);
  } catch (error) {
    await file.close().catch(() => undefined);
    await files.remove(draft).catch(() => false);
    throw error;
  }
  // The file was opened under its draft name; O_DSYNC reopening needs the final one.
  await file.close();
  return { first, path, nonce, file: await files.open(path, 'update') };
}

export async function openSegment(name: SegmentName, files: Files, mode: 'read' | 'update'): Promise<Segment> {
  const file = await files.open(name.path, mode);
  try {
    const header = decodeSegmentHeader(await file.read(0, SEGMENT_HEADER_BYTES));
    if (header === undefined || header.first !== name.first) throw damaged(name.path, 0);
    return { ...name, file, nonce: header.nonce };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Frames from offset `from`, whose first record must be `position`, until something that is no frame in sequence. */
export async function* framesFrom(segment: Segment, from: number, position: number): AsyncGenerator<Frame> {
  let chunk = EMPTY_BYTES;
  let chunkAt = from;
  let at = from;
  let expected = position;
  for (;;) {
    if (at + FRAME_HEADER_BYTES > chunkAt + chunk.length) {
      chunk = await segment.file.read(at, READ_CHUNK_BYTES);
      chunkAt = at;
    }
    const header = frameHeaderAt(chunk, at - chunkAt, segment.nonce);
    if (header === undefined || header.first !== expected) return;
    const bodyAt = at + FRAME_HEADER_BYTES;
    const bytes = paddedFrameBytes(header.bodyBytes);
    if (bodyAt + header.bodyBytes > chunkAt + chunk.length) {
      chunk = await segment.file.read(at, Math.max(READ_CHUNK_BYTES, bytes));
      chunkAt = at;
    }
    const records = decodeFrameBody(chunk.subarray(bodyAt - chunkAt, bodyAt - chunkAt + header.bodyBytes), header);
    if (records === undefined) return;
    yield { at, bytes, first: header.first, records };
    at += bytes;
    expected += records.length;
  }
}

/** Finds where the last segment ends; raises `corrupt/log-damaged` when acknowledged frames were damaged. */
export async function findEnd(segment: Segment): Promise<SegmentEnd> {
  let at = SEGMENT_HEADER_BYTES;
  let next = segment.first;
  let lastFrame: Pick<Frame, 'at' | 'bytes'> | undefined;
  for await (const frame of framesFrom(segment, at, next)) {
    at = frame.at + frame.bytes;
    next = frame.first + frame.records.length;
    lastFrame = { at: frame.at, bytes: frame.bytes };
  }
  const isTorn = await checkRest(segment, at, next);
  return { at, next, lastFrame, isTorn };
}

/**
 * Looks at everything after the last good frame: true when it is not all zeros (a torn write). A frame header there that
 * belongs behind the missing frame proves that the missing frame had been durable.
 */
async function checkRest(segment: Segment, from: number, next: number): Promise<boolean> {
  let isTorn = false;
  for (let at = from; ; ) {
    const chunk = await segment.file.read(at, READ_CHUNK_BYTES);
    if (!isAllZeros(chunk)) {
      isTorn = true;
      for (let i = 0; i + FRAME_HEADER_BYTES <= chunk.length; i += FRAME_ALIGNMENT) {
        const header = frameHeaderAt(chunk, i, segment.nonce);
        if (header !== undefined && header.first > next) throw damaged(segment.path, from);
      }
    }
    if (chunk.length < READ_CHUNK_BYTES) return isTorn;
    // Chunks overlap by a header, so that none is cut in two.
    at += READ_CHUNK_BYTES - FRAME_HEADER_BYTES;
  }
}

function isAllZeros(bytes: Bytes): boolean {
  // Most of a segment's end is zeros allocated ahead: eight bytes at a time where they are aligned.
  const head = Math.min(bytes.length, -bytes.byteOffset & 7);
  const words = new BigUint64Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >>> 3);
  for (let i = 0; i < head; i++) if (bytes[i] !== 0) return false;
  for (let i = 0; i < words.length; i++) if (words[i] !== 0n) return false;
  for (let i = head + words.length * 8; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

export function damaged(path: string, at: number): DbError {
  const message = `the commit log is damaged: ${path} at byte ${at}; records that had been acknowledged cannot be read`;
  return new DbError('corrupt', 'log-damaged', message);
}
