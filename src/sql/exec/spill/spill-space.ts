/**
 * Where statements put what does not fit their memory quota: temporary files on the local disk. The engine provides it; without one (a database in
 * memory) a statement beyond its quota fails with 8175.
 *
 * A file is written once, from its start to its end, and read at will. Nothing in it outlives the statement, and nothing of it need be durable:
 * after a crash the engine removes what is left.
 */
import type { Bytes } from '../../../base/index.ts';

export interface SpillFile {
  /** Fails with `limit/disk-full` when there is no room. */
  append(bytes: Bytes): Promise<void>;
  read(at: number, length: number): Promise<Bytes>;
  /** Gives the room back, also while a read is under way. Never fails, may be called twice. */
  remove(): void;
}

export interface SpillSpace {
  create(): Promise<SpillFile>;
}
