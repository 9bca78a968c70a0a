/** Both sides of a join in parts on the disk, joined part by part; `join` makes the join of one part (grace hash join). */
import { andThen, type MaybePromise } from '../../../base/index.ts';
import type { EvalContext } from '../../expr/index.ts';
import type { Batch } from '../../types/index.ts';
import type { JoinKey } from '../join-key.ts';
import { AGAIN, type Operator, pull } from '../operator.ts';
import { SPILL_PARTITIONS, SpillPartitions } from './partitions.ts';
import type { SpillSpace } from './spill-space.ts';

export class PartedJoin {
  readonly #left: SpillPartitions;
  readonly #right: SpillPartitions;
  readonly #join: (left: Operator, right: Operator) => Operator;
  #part = 0;
  #current: Operator | undefined;

  constructor(space: SpillSpace, level: number, join: (left: Operator, right: Operator) => Operator) {
    this.#left = new SpillPartitions(space, level);
    this.#right = new SpillPartitions(space, level);
    this.#join = join;
  }

  side(which: 'left' | 'right'): SpillPartitions {
    return which === 'left' ? this.#left : this.#right;
  }

  /** Adds rows to the parts of a side. A right row with a NULL in its key joins to nothing and is dropped. */
  divide(which: 'left' | 'right', batch: Batch, key: JoinKey, context: EvalContext): MaybePromise<Batch> {
    const side = this.side(which);
    for (const row of batch) {
      const hash = key.hash(row, context);
      if (hash !== null || which === 'left') side.add(hash, row);
    }
    return andThen(side.flush(), () => AGAIN);
  }

  step(): MaybePromise<Batch | undefined> {
    const current = this.#current;
    if (current !== undefined) {
      return pull(current, (batch): Batch => {
        if (batch !== undefined) return batch;
        current.close();
        this.#current = undefined;
        this.#part++;
        return AGAIN;
      });
    }
    // Nothing on the left joins to nothing, whatever the join.
    while (this.#part < SPILL_PARTITIONS && this.#left.rowsOf(this.#part) === 0) this.#part++;
    return this.#part >= SPILL_PARTITIONS ? undefined : this.#openPart(this.#part);
  }

  async #openPart(part: number): Promise<Batch> {
    const left = await this.#left.read(part);
    this.#current = this.#join(left, await this.#right.read(part));
    return AGAIN;
  }

  close(): void {
    this.#current?.close();
    this.#left.remove();
    this.#right.remove();
  }
}
