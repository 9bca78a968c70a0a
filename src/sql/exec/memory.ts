/**
 * The memory quota of a statement (TiDB's tidb_mem_quota_query). Operators that hold rows charge what they keep. Those that can (sort, hash join,
 * hash aggregation) put rows on the disk before the quota is reached; what is charged beyond it fails with 8175 instead of taking the process
 * with it.
 *
 * Charges are estimates of JavaScript heap, deliberately rough: sampled per batch, never per value of every row.
 */
import { assert, SqlError } from '../../base/index.ts';
import type { Batch, Row, Value } from '../types/index.ts';

export const STATEMENT_MEMORY_DEFAULT_BYTES = 1024 * 1024 * 1024;

/** How much of the quota is used before operators spill. */
const SPILL_SHARE = 0.75;
const ROW_OVERHEAD_BYTES = 48;
const VALUE_OVERHEAD_BYTES = 12;
const SAMPLED_ROWS = 8;

export class StatementMemory {
  readonly quotaBytes: number;
  readonly #connectionId: number;
  #usedBytes = 0;
  #peakBytes = 0;

  constructor(quotaBytes: number = STATEMENT_MEMORY_DEFAULT_BYTES, connectionId = 0) {
    this.quotaBytes = quotaBytes;
    this.#connectionId = connectionId;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  charge(bytes: number): void {
    this.#usedBytes += bytes;
    if (this.#usedBytes > this.#peakBytes) this.#peakBytes = this.#usedBytes;
    if (this.#usedBytes > this.quotaBytes) throw memoryQuotaExceeded(this.#connectionId);
  }

  /** False when an operator that can do without these bytes should put rows on the disk first: the last quarter is for those that cannot. */
  fits(bytes: number): boolean {
    return this.#usedBytes + bytes <= this.quotaBytes * SPILL_SHARE;
  }

  release(bytes: number): void {
    this.#usedBytes -= bytes;
    assert(this.#usedBytes >= 0, 'statement memory released twice');
  }

  /** A child account for one operator, which `close` gives back as a whole. */
  open(): MemoryAccount {
    return new MemoryAccount(this);
  }
}

/** What one operator holds. */
export class MemoryAccount {
  readonly #memory: StatementMemory;
  #heldBytes = 0;
  #peakBytes = 0;

  constructor(memory: StatementMemory) {
    this.#memory = memory;
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  charge(bytes: number): void {
    this.#heldBytes += bytes;
    if (this.#heldBytes > this.#peakBytes) this.#peakBytes = this.#heldBytes;
    this.#memory.charge(bytes);
  }

  fits(bytes: number): boolean {
    return this.#memory.fits(bytes);
  }

  chargeBatch(batch: Batch): void {
    this.charge(estimateBatchBytes(batch));
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes;
    this.#memory.release(bytes);
  }

  close(): void {
    if (this.#heldBytes !== 0) this.release(this.#heldBytes);
  }
}

export function memoryQuotaExceeded(connectionId: number): SqlError {
  return new SqlError(
    'ER_MEM_QUOTA',
    8175,
    'HY000',
    `Your query has been cancelled due to exceeding the allowed memory limit for a single SQL query. Please try narrowing your query scope or increase the tidb_mem_quota_query limit and try again.[conn=${connectionId}]`,
  );
}

export function estimateValueBytes(value: Value): number {
  if (value === null || typeof value === 'number') return VALUE_OVERHEAD_BYTES;
  if (typeof value === 'string') return VALUE_OVERHEAD_BYTES + 16 + value.length;
  if (value instanceof Uint8Array) return VALUE_OVERHEAD_BYTES + 96 + value.byteLength;
  return VALUE_OVERHEAD_BYTES + 40;
}

export function estimateRowBytes(row: Row): number {
  let bytes = ROW_OVERHEAD_BYTES;
  for (const value of row) bytes += estimateValueBytes(value);
  return bytes;
}

export function estimateBatchBytes(batch: Batch): number {
  const step = Math.max(1, Math.floor(batch.length / SAMPLED_ROWS));
  let bytes = 0;
  let sampled = 0;
  for (let i = 0; i < batch.length; i += step) {
    bytes += estimateRowBytes(batch[i]!);
    sampled++;
  }
  return sampled === 0 ? 0 : Math.ceil((bytes / sampled) * batch.length);
}
