/** Counts rows, calls and time of a node for EXPLAIN ANALYZE. Costs nothing when nobody asked. */
import type { MaybePromise } from '../../base/index.ts';
import type { Batch } from '../types/index.ts';
import type { CompiledNode, Operator } from './operator.ts';
import type { NodeStats, RuntimeStats } from './runtime-stats.ts';

export function withStats(id: number, node: CompiledNode): CompiledNode {
  return {
    open(run) {
      const stats = run.ctx.runtimeStats;
      if (stats === undefined) return node.open(run);
      const counters = stats.node(id);
      counters.opens++;
      const { memory } = run.ctx;
      const heldBefore = memory.usedBytes;
      return new StatsOperator(node.open(run), counters, stats, () => memory.usedBytes - heldBefore);
    },
  };
}

class StatsOperator implements Operator {
  readonly #child: Operator;
  readonly #counters: NodeStats;
  readonly #stats: RuntimeStats;

  readonly #heldBytes: () => number;

  /** `heldBytes`: what the node and those below it hold now. */
  constructor(child: Operator, counters: NodeStats, stats: RuntimeStats, heldBytes: () => number) {
    this.#heldBytes = heldBytes;
    this.#child = child;
    this.#counters = counters;
    this.#stats = stats;
  }

  next(): MaybePromise<Batch | undefined> {
    const start = this.#stats.nowMs();
    const batch = this.#child.next();
    if (batch instanceof Promise) return batch.then((later) => this.#count(later, start));
    return this.#count(batch, start);
  }

  #count(batch: Batch | undefined, start: number): Batch | undefined {
    this.#counters.loops++;
    this.#counters.rows += batch?.length ?? 0;
    this.#counters.memoryBytes = Math.max(this.#counters.memoryBytes, this.#heldBytes());
    this.#counters.timeMs += this.#stats.nowMs() - start;
    return batch;
  }

  close(): void {
    this.#child.close();
  }
}
