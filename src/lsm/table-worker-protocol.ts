/**
 * What the main thread and a table worker say to each other. One job at a time per worker:
 *
 *   main -> worker   start (options, number of runs, size of the arena)
 *                    arena (a slice of the memtable's arena), until all of it is there            [flush]
 *                    chunk (stored blocks of one run, or none at its end), one per `need`          [compaction]
 *                    stored (the last table is in the object store; go on)
 *   worker -> main   need (the next chunk of a run), table (a finished table), done, failed
 *
 * Bytes are transferred, not shared: large buffers change owner without being copied. A job that fails on the main side ends
 * by terminating the worker; there is no half-finished state to clean up, because a worker stores nothing.
 */
import type { DbErrorKind } from '../base/index.ts';
import type { BlockChunk } from './entry-stream.ts';
import type { MergeOptions } from './merge-job.ts';
import type { BuiltTable } from './table-builder.ts';

export type ToWorker =
  | {
      readonly kind: 'start';
      readonly options: MergeOptions;
      readonly runs: number;
      readonly arena: ArenaShape | undefined;
    }
  | { readonly kind: 'arena'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'chunk'; readonly run: number; readonly chunk: BlockChunk | undefined }
  | { readonly kind: 'stored' };

export type FromWorker =
  | { readonly kind: 'need'; readonly run: number }
  | { readonly kind: 'table'; readonly bytes: Uint8Array; readonly meta: BuiltTable['meta'] }
  | { readonly kind: 'done' }
  | {
      readonly kind: 'failed';
      readonly error: { readonly kind: DbErrorKind; readonly code: string; readonly message: string };
    };

export interface ArenaShape {
  readonly bytes: number;
  /** Offset of the first key record, in words. */
  readonly first: number;
}
