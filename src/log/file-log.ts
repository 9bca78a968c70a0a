/**
 * The commit log as a write-ahead log in one directory, for one process.
 *
 * Appends that arrive while a write is under way go out together in the next one: one frame, one write with O_DSYNC. An
 * append is acknowledged only when its frame is durable, and a frame is written only when the one before it is
 * durable; recovery rests on that (see segment-format.ts).
 *
 * After a failed write or sync nothing is known about the frame, and a second sync would lie ("fsyncgate"): the log is fenced.
 * Appends fail until somebody asks, by `read` or `tail`, what is there: the end is then searched as on open, and the last frame
 * written once more before it is trusted.
 * A full disk is different: the part-written frame is cut off, its appends fail with `limit/disk-full`, the log stays usable.
 *
 * Interleaving: `append` queues without suspending; one `#drain` at a time suspends at each write. Everything it
 * touches after a suspension is the batch it took from the queue, or checked again.
 */
import { assert, BytesWriter, DbError, deferred, type Bytes, type Deferred } from '../base/index.ts';
import { joinPath, type Env, type FileLock } from '../env/index.ts';
import {
  checkAppend,
  trimmed,
  type AppendResult,
  type CommitLog,
  type LogRecord,
  type Position,
} from './commit-log.ts';
import { addRecord, finishFrame, FRAME_HEADER_BYTES, SEGMENT_HEADER_BYTES, startFrame } from './segment-format.ts';
import {
  createSegment,
  damaged,
  findEnd,
  framesFrom,
  listSegments,
  openSegment,
  type Segment,
  type SegmentName,
} from './segment.ts';

export interface FileLogOptions {
  /** A new segment is started when the current one is this large. */
  readonly segmentBytes?: number;
  /** Zeros kept ahead of the last frame, so that most writes change no file metadata; 0 for none. */
  readonly allocateBytes?: number;
}

interface QueuedAppend {
  readonly record: Bytes;
  readonly done: Deferred<AppendResult>;
}

const SEGMENT_BYTES = 64 * 1024 * 1024;
const ALLOCATE_BYTES = 1024 * 1024;
const FRAME_BYTES_MAX = 8 * 1024 * 1024;
const QUEUE_BYTES_MAX = 256 * 1024 * 1024;
/** The frame buffer is given back when a large frame made it grow beyond this. */
const BUFFER_BYTES_KEPT = 1024 * 1024;

export class FileLog implements CommitLog {
  readonly #directory: string;
  readonly #env: Env;
  readonly #lock: FileLock;
  readonly #options: Required<FileLogOptions>;
  /** In order; the last is `#active`. */
  readonly #segments: SegmentName[];
  #active: Segment;
  /** Offset in the active segment where the next frame goes. */
  #end: number;
  /** The active segment is zeros from `#end` up to here; while more are being written, no frame goes beyond. */
  #allocated: number;
  #allocating: Promise<void> | undefined;
  /** The last durable position. */
  #tail: Position;
  readonly #queue: QueuedAppend[] = [];
  #queuedBytes = 0;
  #inFlight: readonly QueuedAppend[] = [];
  #draining: Promise<void> | undefined;
  #writer = new BytesWriter(64 * 1024);
  #failure: DbError | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;

  private constructor(parts: LogParts) {
    this.#directory = parts.directory;
    this.#env = parts.env;
    this.#lock = parts.lock;
    this.#options = parts.options;
    this.#segments = parts.segments;
    this.#active = parts.active;
    this.#end = parts.end;
    this.#allocated = parts.allocated;
    this.#tail = parts.tail;
  }

  static async open(directory: string, env: Env, options: FileLogOptions = {}): Promise<FileLog> {
    await env.files.makeDirectory(directory);
    const lock = await env.files.lock(joinPath(directory, 'LOCK'));
    try {
      const { segmentBytes = SEGMENT_BYTES, allocateBytes = ALLOCATE_BYTES } = options;
      return new FileLog(await recover({ directory, env, lock, options: { segmentBytes, allocateBytes } }));
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async append(after: Position, record: Bytes): Promise<AppendResult> {
    this.#check();
    checkAppend(after, record);
    // Position after + 1 may be taken by an append that is not durable yet: its outcome decides.
    for (let rival = this.#pendingAt(after + 1); rival !== undefined; rival = this.#pendingAt(after + 1)) {
      await rival.done.promise.catch(() => undefined);
      this.#check();
    }
    if (after !== this.#tail + this.#inFlight.length + this.#queue.length) return { ok: false, tail: this.#tail };
    if (this.#queuedBytes + record.length > QUEUE_BYTES_MAX) {
      throw new DbError('limit', 'log-queue-full', `more than ${QUEUE_BYTES_MAX} bytes wait for the commit log`);
    }
    const done = deferred<AppendResult>();
    this.#queue.push({ record, done });
    this.#queuedBytes += record.length;
    this.#draining ??= this.#drain();
    return done.promise;
  }

  async *read(after: Position): AsyncGenerator<LogRecord> {
    await this.#lookAgain();
    let position = after + 1;
    while (!this.#closed && position <= this.#tail) {
      const index = this.#segments.findLastIndex((segment) => segment.first <= position);
      const name = this.#segments[index];
      if (name === undefined) throw trimmed(position, this.#segments[0]?.first ?? 0);
      const last = (this.#segments[index + 1]?.first ?? this.#tail + 1) - 1;
      yield* this.#readSegment(name, position, last);
      position = last + 1;
    }
    if (this.#closed) throw closed();
  }

  async tail(): Promise<Position> {
    await this.#lookAgain();
    return this.#tail;
  }

  async trim(upTo: Position): Promise<void> {
    this.#check();
    let removed = false;
    for (;;) {
      const next = this.#segments[1];
      if (next === undefined || next.first > upTo + 1) break;
      const [oldest] = this.#segments.splice(0, 1);
      assert(oldest !== undefined && oldest.first !== this.#active.first, 'the active segment is never trimmed');
      await this.#env.files.remove(oldest.path);
      removed = true;
    }
    if (removed) await this.#env.files.syncDirectory(this.#directory);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#looking?.catch(() => undefined);
    await this.#draining;
    await this.#allocating;
    await this.#active.file.close();
    await this.#lock.release();
  }

  async *#readSegment(name: SegmentName, from: Position, last: Position): AsyncGenerator<LogRecord> {
    const segment = await openSegment(name, this.#env.files, 'read');
    try {
      let seen = name.first - 1;
      for await (const frame of framesFrom(segment, SEGMENT_HEADER_BYTES, name.first)) {
        for (const record of frame.records) {
          seen++;
          if (seen > last) return;
          if (seen >= from) yield { position: seen, record };
        }
      }
      if (seen < last) throw damaged(name.path, 0);
    } finally {
      await segment.file.close();
    }
  }

  #pendingAt(position: Position): QueuedAppend | undefined {
    const index = position - this.#tail - 1;
    if (index < 0) return undefined;
    return this.#inFlight[index] ?? this.#queue[index - this.#inFlight.length];
  }

  /** Writes what is queued, frame by frame, until the queue is empty. Never rejects: failures go to the appends. */
  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#takeBatch();
      try {
        if (this.#end >= this.#options.segmentBytes) await this.#startSegment();
        const frame = this.#encode(batch);
        await this.#write(frame);
        this.#acknowledge(batch, frame.length);
      } catch (error) {
        await this.#fail(batch, error);
      }
    }
    this.#draining = undefined;
  }

  #takeBatch(): readonly QueuedAppend[] {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.#queue) {
      bytes += record.length + 8;
      if (count > 0 && bytes > FRAME_BYTES_MAX) break;
      count++;
    }
    this.#inFlight = this.#queue.splice(0, count);
    return this.#inFlight;
  }

  #encode(batch: readonly QueuedAppend[]): Bytes {
    startFrame(this.#writer, this.#tail + 1);
    for (const { record } of batch) addRecord(this.#writer, record);
    assert(this.#writer.length > FRAME_HEADER_BYTES, 'a frame has a body');
    return finishFrame(this.#writer, batch.length, this.#active.nonce);
  }

  #write(frame: Bytes): Promise<void> {
    const write = (): Promise<void> => this.#active.file.writeDurably(this.#end, frame);
    // Zeros on their way to the disk must not land on top of the frame.
    const isBeyond = this.#allocating !== undefined && this.#end + frame.length > this.#allocated;
    return isBeyond ? (this.#allocating as Promise<void>).then(write) : write();
  }

  #acknowledge(batch: readonly QueuedAppend[], frameBytes: number): void {
    this.#end += frameBytes;
    this.#allocated = Math.max(this.#allocated, this.#end);
    this.#inFlight = [];
    for (const { record, done } of batch) {
      this.#tail++;
      this.#queuedBytes -= record.length;
      done.resolve({ ok: true, position: this.#tail });
    }
    if (frameBytes > BUFFER_BYTES_KEPT) this.#writer = new BytesWriter(64 * 1024);
    this.#allocateAhead();
  }

  /** Rejects the batch and everything queued behind it, whose positions it would have shifted. */
  async #fail(batch: readonly QueuedAppend[], error: unknown): Promise<void> {
    const isDiskFull = error instanceof DbError && error.code === 'disk-full';
    const isRepaired = isDiskFull && (await this.#cutFailedFrame());
    if (!isRepaired) this.#failure ??= fenced(error);
    const reason = isRepaired ? error : this.#failure;
    const rejected = [...batch, ...this.#queue.splice(0)];
    this.#inFlight = [];
    this.#queuedBytes = 0;
    for (const { done } of rejected) done.reject(reason);
  }

  /** After a full disk: removes whatever part of the frame was written, so that its failure is certain. */
  async #cutFailedFrame(): Promise<boolean> {
    try {
      await this.#allocating;
      await this.#active.file.truncate(this.#end);
      await this.#active.file.sync();
      this.#allocated = this.#end;
      return this.#failure === undefined;
    } catch {
      return false;
    }
  }

  async #startSegment(): Promise<void> {
    await this.#allocating;
    const { allocateBytes } = this.#options;
    const segment = await createSegment(this.#directory, this.#tail + 1, allocateBytes, this.#env);
    const full = this.#active;
    this.#segments.push({ first: segment.first, path: segment.path });
    this.#active = segment;
    this.#end = SEGMENT_HEADER_BYTES;
    this.#allocated = SEGMENT_HEADER_BYTES + allocateBytes;
    await full.file.close();
  }

  /** Keeps zeros ahead of the frames, off the commit path. A full disk only ends the allocation. */
  #allocateAhead(): void {
    const { allocateBytes, segmentBytes } = this.#options;
    const isAhead = this.#allocated - this.#end >= allocateBytes / 2 || this.#allocated >= segmentBytes;
    if (allocateBytes === 0 || isAhead || this.#allocating !== undefined || this.#closed) return;
    const from = this.#allocated;
    const { file } = this.#active;
    const write = async (): Promise<void> => {
      try {
        await file.write(from, new Uint8Array(allocateBytes));
        await file.sync();
        this.#allocated = from + allocateBytes;
      } catch (error) {
        if (!(error instanceof DbError && error.code === 'disk-full')) this.#failure ??= fenced(error);
      } finally {
        this.#allocating = undefined;
      }
    };
    this.#allocating = write();
  }

  /** Ends a fence by finding out what is on the disk; fails when the disk does not let us. */
  async #lookAgain(): Promise<void> {
    if (this.#closed) throw closed();
    if (this.#failure === undefined) return;
    this.#looking ??= this.#findOut().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #findOut(): Promise<void> {
    await this.#draining;
    await this.#allocating;
    await this.#active.file.close();
    const place = { directory: this.#directory, env: this.#env, lock: this.#lock, options: this.#options };
    const parts = await recover(place);
    assert(parts.tail >= this.#tail, 'an acknowledged record is found again');
    this.#segments.splice(0, this.#segments.length, ...parts.segments);
    this.#active = parts.active;
    this.#end = parts.end;
    this.#allocated = parts.allocated;
    this.#tail = parts.tail;
    this.#failure = undefined;
  }

  #check(): void {
    if (this.#closed) throw closed();
    if (this.#failure !== undefined) throw this.#failure;
  }
}

interface LogPlace {
  readonly directory: string;
  readonly env: Env;
  readonly lock: FileLock;
  readonly options: Required<FileLogOptions>;
}

interface LogParts extends LogPlace {
  readonly segments: SegmentName[];
  readonly active: Segment;
  readonly end: number;
  readonly allocated: number;
  readonly tail: Position;
}

async function recover(place: LogPlace): Promise<LogParts> {
  const { directory, env, options } = place;
  const segments = await listSegments(directory, env.files);
  // A name that the process before us made may be in the cache only; what is built on it must not be lost with it.
  await env.files.syncDirectory(directory);
  const last = segments.at(-1);
  if (last === undefined) {
    const active = await createSegment(directory, 1, options.allocateBytes, env);
    segments.push({ first: active.first, path: active.path });
    const allocated = SEGMENT_HEADER_BYTES + options.allocateBytes;
    return { ...place, segments, active, end: SEGMENT_HEADER_BYTES, allocated, tail: 0 };
  }
  const active = await openSegment(last, env.files, 'update');
  try {
    const end = await findEnd(active);
    if (end.isTorn) {
      await active.file.truncate(end.at);
      await active.file.sync();
    }
    if (end.lastFrame !== undefined) await rewrite(active, end.lastFrame.at, end.lastFrame.bytes);
    const allocated = Math.max(end.at, await active.file.size());
    return { ...place, segments, active, end: end.at, allocated, tail: end.next - 1 };
  } catch (error) {
    await active.file.close();
    throw error;
  }
}

/**
 * The last frame may be in the page cache only: its writer died, or its sync failed, before it was durable. Written once more it
 * is either durable or the open fails. Frames before it are durable, or it would not have been written.
 */
async function rewrite(active: Segment, at: number, bytes: number): Promise<void> {
  await active.file.writeDurably(at, await active.file.read(at, bytes));
}

function closed(): DbError {
  return new DbError('closed', 'log-closed', 'the commit log is closed');
}

function fenced(cause: unknown): DbError {
  const message = 'a write of the commit log failed; nothing more is appended until its end has been found again';
  return new DbError('unavailable', 'log-fenced', message, { cause });
}
