/**
 * Rows divided by the hash of their key, so that equal keys meet in one part: what hash join and hash aggregation do with rows that do not fit.
 * A part that is still too large is divided again by another hash (`level`).
 */
import type { MaybePromise } from '../../../base/index.ts';
import type { Row } from '../../types/index.ts';
import type { HashKey } from '../value-semantics.ts';
import { type SpilledRows, SpillWriter } from './spilled-rows.ts';
import type { SpillSpace } from './spill-space.ts';

export const SPILL_PARTITIONS = 16;
/** 16^5 parts of a quota each; keys that are all equal do not get smaller by dividing. */
export const SPILL_LEVEL_MAX = 5;

export class SpillPartitions {
  readonly #writers: readonly SpillWriter[];
  readonly #level: number;

  constructor(space: SpillSpace, level: number) {
    this.#level = level;
    this.#writers = Array.from({ length: SPILL_PARTITIONS }, () => new SpillWriter(space));
  }

  add(key: HashKey | null, row: Row): void {
    this.#writers[partitionOf(key, this.#level)]!.add(row);
  }

  /** Between batches. */
  flush(): MaybePromise<void> {
    const writes = this.#writers.map((writer) => writer.flush()).filter((write) => write !== undefined);
    return writes.length === 0 ? undefined : Promise.all(writes).then(() => undefined);
  }

  rowsOf(part: number): number {
    return this.#writers[part]?.rows ?? 0;
  }

  /** Once per part; closing what it gives removes the part's file. */
  read(part: number): Promise<SpilledRows> {
    return this.#writers[part]!.finish();
  }

  remove(): void {
    for (const writer of this.#writers) writer.remove();
  }
}

function partitionOf(key: HashKey | null, level: number): number {
  let hash = Math.imul(level + 1, 0x9e37_79b1);
  if (typeof key === 'number' && Number.isInteger(key)) {
    hash = mix(hash ^ (key | 0));
    hash = mix(hash ^ Math.floor(key / 0x1_0000_0000));
  } else {
    const text = String(key);
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  }
  return mix(hash) >>> 28;
}

/** MurmurHash3's finalizer. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
