/**
 * Hash aggregation: one set of accumulators per distinct group key, in order of first appearance. Without keys there is
 * exactly one group, also for no input.
 *
 * When the statement's memory gets short, the groups so far stay and go on collecting; rows of other groups go to the disk, divided by their
 * keys, and each part is aggregated after the groups in memory were given out.
 */
import { andThen, type MaybePromise } from '../../base/index.ts';
import type { Accumulator } from '../expr/index.ts';
import type { AggregateNode } from '../plan/index.ts';
import { type Batch, BATCH_ROWS, type Row } from '../types/index.ts';
import { AggregateFeeder, type CompiledAggregates, compileAggregates, createAccumulators } from './aggregate-state.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileRowKey, type RowKey } from './group-key.ts';
import { RecentGroups } from './recent-groups.ts';
import { estimateRowBytes, type MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pull, type Run, StepOperator } from './operator.ts';
import { compileRow, type RowMapper } from './row-mapper.ts';
import { compileRollup, compileStreamAggregate } from './stream-aggregate.ts';
import { SPILL_LEVEL_MAX, SPILL_PARTITIONS, SpillPartitions } from './spill/partitions.ts';
import type { HashKey } from './value-semantics.ts';

export function compileAggregate(node: AggregateNode, scope: CompileScope): CompiledNode {
  if (node.rollup) return compileRollup(node, scope);
  if (node.kind === 'stream-aggregate') return compileStreamAggregate(node, scope);
  const child = scope.compile(node.child);
  const aggregates = compileAggregates(node.aggregates);
  if (node.groupBy.length === 0) return { open: (run) => new SingleGroup(child.open(run), aggregates, run) };
  const keyRow = compileRow(node.groupBy);
  const key = compileRowKey(node.groupBy.map((expr) => expr.type));
  return {
    open: (run) => new HashAggregate(child.open(run), { aggregates, columns: node.groupBy.length, keyRow, key }, run),
  };
}

export class SingleGroup extends StepOperator {
  readonly #child: Operator;
  readonly #feeder: AggregateFeeder;
  readonly #accumulators: readonly Accumulator[];
  #done = false;

  constructor(child: Operator, aggregates: CompiledAggregates, run: Run) {
    super();
    this.#child = child;
    this.#feeder = new AggregateFeeder(aggregates, run.eval);
    this.#accumulators = createAccumulators(aggregates);
  }

  readonly #consume = (batch: Batch | undefined): Batch => {
    if (batch === undefined) {
      this.#done = true;
      return [this.#feeder.results(this.#accumulators, [])];
    }
    for (const row of batch) this.#feeder.add(this.#accumulators, row);
    return AGAIN;
  };

  protected step(): MaybePromise<Batch | undefined> {
    return this.#done ? undefined : pull(this.#child, this.#consume);
  }

  close(): void {
    this.#done = true;
    this.#child.close();
  }
}

interface Group {
  readonly key: Row;
  readonly accumulators: readonly Accumulator[];
}

interface HashAggregateShape {
  readonly aggregates: CompiledAggregates;
  readonly columns: number;
  readonly keyRow: RowMapper;
  readonly key: RowKey;
}

class HashAggregate extends StepOperator {
  readonly #child: Operator;
  readonly #shape: HashAggregateShape;
  readonly #run: Run;
  readonly #feeder: AggregateFeeder;
  readonly #memory: MemoryAccount;
  readonly #groups = new Map<HashKey | null, Group>();
  readonly #recent: RecentGroups<Group>;
  /** How often the rows of this input were divided before. */
  readonly #level: number;
  #output: Iterator<Group> | undefined;
  #partitions: SpillPartitions | undefined;
  #part = -1;
  #partAggregate: HashAggregate | undefined;

  constructor(child: Operator, shape: HashAggregateShape, run: Run, level = 0) {
    super();
    this.#child = child;
    this.#shape = shape;
    this.#run = run;
    this.#level = level;
    this.#feeder = new AggregateFeeder(shape.aggregates, run.eval);
    this.#memory = run.ctx.memory.open();
    this.#recent = new RecentGroups(shape.columns);
  }

  readonly #consume = (batch: Batch | undefined): MaybePromise<Batch> => {
    if (batch === undefined) {
      this.#output = this.#groups.values();
      return AGAIN;
    }
    const { keyRow, key, aggregates } = this.#shape;
    const context = this.#run.eval;
    const groups = this.#groups;
    for (const row of batch) {
      const groupRow = keyRow(row, context);
      const recent = this.#recent.find(groupRow);
      if (recent !== undefined) {
        this.#feeder.add(recent.accumulators, row);
        continue;
      }
      const groupKey = key(groupRow);
      let group = groups.get(groupKey);
      if (group === undefined) {
        const bytes = aggregates.bytesPerGroup + estimateRowBytes(groupRow);
        if (!this.#hasRoom(bytes)) {
          this.#partitions!.add(groupKey, row);
          continue;
        }
        group = { key: groupRow, accumulators: createAccumulators(aggregates) };
        groups.set(groupKey, group);
        this.#memory.charge(bytes);
      }
      this.#recent.keep(groupRow, group);
      this.#feeder.add(group.accumulators, row);
    }
    return andThen(this.#partitions?.flush(), () => AGAIN);
  };

  /** False from the moment on that new groups go to the disk. A group that was told to stay out must never come in. */
  #hasRoom(bytes: number): boolean {
    if (this.#partitions !== undefined) return false;
    const { spill } = this.#run.ctx;
    if (spill === undefined || this.#level >= SPILL_LEVEL_MAX || this.#memory.fits(bytes)) return true;
    this.#partitions = new SpillPartitions(spill, this.#level);
    return false;
  }

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#output === undefined) return pull(this.#child, this.#consume);
    if (this.#part >= 0) return this.#stepPart();
    const out: Batch = [];
    while (out.length < BATCH_ROWS) {
      const { value: group, done } = this.#output.next();
      if (done === true) break;
      out.push(this.#feeder.results(group.accumulators, group.key.slice()));
    }
    if (out.length > 0 || this.#partitions === undefined) return out.length === 0 ? undefined : out;
    this.#groups.clear();
    this.#memory.close();
    this.#part = 0;
    return AGAIN;
  }

  #stepPart(): MaybePromise<Batch | undefined> {
    const current = this.#partAggregate;
    if (current !== undefined) {
      return pull(current, (batch): Batch => {
        if (batch !== undefined) return batch;
        current.close();
        this.#partAggregate = undefined;
        this.#part++;
        return AGAIN;
      });
    }
    const partitions = this.#partitions!;
    while (this.#part < SPILL_PARTITIONS && partitions.rowsOf(this.#part) === 0) this.#part++;
    if (this.#part >= SPILL_PARTITIONS) return undefined;
    return partitions.read(this.#part).then((rows) => {
      this.#partAggregate = new HashAggregate(rows, this.#shape, this.#run, this.#level + 1);
      return AGAIN;
    });
  }

  close(): void {
    this.#child.close();
    this.#partAggregate?.close();
    this.#partitions?.remove();
    this.#groups.clear();
    this.#memory.close();
  }
}
