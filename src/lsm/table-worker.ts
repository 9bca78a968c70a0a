/** The module that runs on a table worker's thread: merges what it is sent and posts finished tables back. */
import { DbError, deferred, type Deferred } from '../base/index.ts';
import { workerContext } from '../env/index.ts';
import { type BlockChunk, ChunkStream, type EntryStream, MemtableStream } from './entry-stream.ts';
import { Memtable } from './memtable.ts';
import { runMerge } from './merge-job.ts';
import type { ArenaShape, FromWorker, ToWorker } from './table-worker-protocol.ts';

const context = workerContext();
const post = (message: FromWorker, transfer?: readonly ArrayBuffer[]): void => context.post(message, transfer);

let chunkWaiters = new Map<number, Deferred<BlockChunk | undefined>>();
let storedWaiter: Deferred<void> | undefined;
let arena: { readonly bytes: Uint8Array; filled: number; readonly ready: Deferred<void> } | undefined;

context.onMessage((raw) => {
  const message = raw as ToWorker;
  switch (message.kind) {
    case 'start':
      void work(message);
      break;
    case 'arena':
      if (arena === undefined) break;
      arena.bytes.set(message.bytes, message.offset);
      arena.filled += message.bytes.length;
      if (arena.filled === arena.bytes.length) arena.ready.resolve();
      break;
    case 'chunk':
      chunkWaiters.get(message.run)?.resolve(message.chunk);
      chunkWaiters.delete(message.run);
      break;
    case 'stored':
      storedWaiter?.resolve();
      break;
  }
});

async function work(job: Extract<ToWorker, { kind: 'start' }>): Promise<void> {
  try {
    chunkWaiters = new Map();
    const streams = job.arena === undefined ? chunkStreams(job.runs) : [await memtableStream(job.arena)];
    await runMerge(streams, job.options, {
      emit({ bytes, meta }) {
        storedWaiter = deferred();
        post({ kind: 'table', bytes, meta }, [bytes.buffer as ArrayBuffer]);
        return storedWaiter.promise;
      },
      pause: () => undefined,
    });
    post({ kind: 'done' });
  } catch (error) {
    const { kind, code, message } =
      error instanceof DbError ? error : { kind: 'internal' as const, code: 'table-worker', message: String(error) };
    post({ kind: 'failed', error: { kind, code, message } });
  } finally {
    arena = undefined;
  }
}

function chunkStreams(runs: number): EntryStream[] {
  return Array.from({ length: runs }, (_, run) => {
    return new ChunkStream(() => {
      const waiter = deferred<BlockChunk | undefined>();
      chunkWaiters.set(run, waiter);
      post({ kind: 'need', run });
      return waiter.promise;
    });
  });
}

async function memtableStream(shape: ArenaShape): Promise<EntryStream> {
  const buffer = new ArrayBuffer(shape.bytes);
  arena = { bytes: new Uint8Array(buffer), filled: 0, ready: deferred() };
  await arena.ready.promise;
  return new MemtableStream(Memtable.fromArena(buffer, shape.first));
}
