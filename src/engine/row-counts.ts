/**
 * How many rows each table has, roughly: kept in memory, moved by commits, written down when the branch is closed.
 *
 * After a crash the numbers are those of the last clean close plus what the log replay cannot tell; ANALYZE sets them right.
 */
export class RowCounts {
  readonly #counts = new Map<number, number>();
  readonly #changed = new Set<number>();

  get(tableId: number): number | undefined {
    return this.#counts.get(tableId);
  }

  add(tableId: number, change: number): void {
    this.set(tableId, (this.#counts.get(tableId) ?? 0) + change);
  }

  set(tableId: number, count: number): void {
    this.#counts.set(tableId, Math.max(0, count));
    this.#changed.add(tableId);
  }

  /** As read from storage. */
  load(tableId: number, count: number): void {
    this.#counts.set(tableId, count);
  }

  remove(tableId: number): void {
    this.#counts.delete(tableId);
    this.#changed.delete(tableId);
  }

  /** Those that storage does not know yet. */
  *changed(): Generator<readonly [tableId: number, count: number]> {
    for (const tableId of this.#changed) yield [tableId, this.#counts.get(tableId) ?? 0];
  }
}
