/**
 * Threads for heavy work (flush, compaction, analytics): a module is started on a thread of its own and spoken to by messages.
 *
 * `spawn(new URL('./compaction-worker.ts', import.meta.url), data)` works from TypeScript sources and from the compiled
 * package alike. The module on the other side calls `workerContext()` once, at its top level.
 */
export interface WorkerHandle {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once when the thread is gone: with an error when it died of one, undefined when it ended or was terminated. */
  onExit(listener: (error: Error | undefined) => void): void;
  terminate(): Promise<void>;
}

export interface Workers {
  /** How many threads it makes sense to keep busy beside the main one. */
  readonly parallelism: number;
  spawn(module: URL, data?: unknown): WorkerHandle;
}

/** What a worker module sees of its parent. */
export interface WorkerContext {
  readonly data: unknown;
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
}
