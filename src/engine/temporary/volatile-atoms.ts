/**
 * The two atoms of a branch that lives in memory and dies with its session: a log that forgets, because the branch is never
 * opened again, and a store that knows how much it holds.
 */
import type { Bytes } from '../../base/index.ts';
import type { AppendResult, CommitLog, LogRecord, Position } from '../../log/index.ts';
import { MemoryStore, type ObjectStore, type PutOptions, type PutResult } from '../../store/index.ts';

export class ForgetfulLog implements CommitLog {
  #tail: Position = 0;

  append(after: Position): Promise<AppendResult> {
    if (after !== this.#tail) return Promise.resolve({ ok: false, tail: this.#tail });
    this.#tail++;
    return Promise.resolve({ ok: true, position: this.#tail });
  }

  async *read(): AsyncGenerator<LogRecord> {
    // Nothing is kept.
  }

  tail(): Promise<Position> {
    return Promise.resolve(this.#tail);
  }

  trim(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class MeasuredStore extends MemoryStore implements ObjectStore {
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  /** What is stored now. */
  get bytes(): number {
    return this.#bytes;
  }

  override async put(path: string, bytes: Bytes, options?: PutOptions): Promise<PutResult> {
    const result = await super.put(path, bytes, options);
    if (result.ok) this.#count(path, bytes.length);
    return result;
  }

  override async delete(paths: readonly string[]): Promise<void> {
    await super.delete(paths);
    for (const path of paths) this.#count(path, 0);
  }

  #count(path: string, size: number): void {
    this.#bytes += size - (this.#sizes.get(path) ?? 0);
    if (size === 0) this.#sizes.delete(path);
    else this.#sizes.set(path, size);
  }
}
