/**
 * A read-only server cursor of a prepared statement (COM_STMT_FETCH).
 *
 * Rows are pulled from the running statement as the client fetches. A session runs one statement at a time, so before
 * any other statement the connection calls `detach`, which draws the rest of the rows into memory.
 */
import { sqlError, type MaybePromise } from '../../base/index.ts';
import type { ResultColumn, RowsResult } from '../../engine/index.ts';
import type { Row } from '../../sql/types/index.ts';

/** Rows that a detached cursor may hold. */
const DETACHED_ROWS_MAX = 4_000_000;

export class Cursor {
  readonly columns: readonly ResultColumn[];
  #result: RowsResult | undefined;
  #rows: Row[] = [];
  #at = 0;

  constructor(result: RowsResult) {
    this.columns = result.columns;
    this.#result = result;
  }

  /** True while the statement behind it still runs. */
  get live(): boolean {
    return this.#result !== undefined;
  }

  /** No row is left. */
  get done(): boolean {
    return this.#result === undefined && this.#at === this.#rows.length;
  }

  /** Up to `count` rows; fewer only at the end. Looks one batch ahead so that `done` is exact. */
  async fetch(count: number): Promise<Row[]> {
    while (this.#result !== undefined && this.#rows.length - this.#at <= count) await this.#pull(this.#result);
    const rows = this.#rows.slice(this.#at, this.#at + count);
    this.#at += rows.length;
    if (this.#at > 4096) {
      this.#rows = this.#rows.slice(this.#at);
      this.#at = 0;
    }
    return rows;
  }

  async detach(): Promise<void> {
    while (this.#result !== undefined) {
      await this.#pull(this.#result);
      if (this.#rows.length > DETACHED_ROWS_MAX) {
        await this.close();
        throw sqlError('ER_OUT_OF_RESOURCES');
      }
    }
  }

  close(): MaybePromise<void> {
    const result = this.#result;
    this.#result = undefined;
    this.#rows = [];
    this.#at = 0;
    return result?.close();
  }

  async #pull(result: RowsResult): Promise<void> {
    const batch = await result.next();
    if (batch !== undefined) {
      for (const row of batch) this.#rows.push(row);
      return;
    }
    this.#result = undefined;
    await result.close();
  }
}
