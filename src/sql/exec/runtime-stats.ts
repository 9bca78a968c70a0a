/**
 * Counters per plan node, for EXPLAIN ANALYZE: rows produced, calls of `next`, time, memory.
 *
 * Time is inclusive of children, as in TiDB. The clock comes from the session (milliseconds, monotonic).
 */
export interface NodeStats {
  rows: number;
  loops: number; // calls of next
  opens: number; // times the node was started (apply, nested loops)
  timeMs: number;
  memoryBytes: number;
}

export class RuntimeStats {
  readonly #nodes = new Map<number, NodeStats>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs();
  }

  node(id: number): NodeStats {
    let stats = this.#nodes.get(id);
    if (stats === undefined) {
      stats = { rows: 0, loops: 0, opens: 0, timeMs: 0, memoryBytes: 0 };
      this.#nodes.set(id, stats);
    }
    return stats;
  }

  find(id: number): NodeStats | undefined {
    return this.#nodes.get(id);
  }
}
