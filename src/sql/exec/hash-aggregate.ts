/**
 * Hash aggregation: one set of accumulators per distinct group key, in order of first appearance. Without keys there is
 * exactly one group, also for no input.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { Accumulator } from '../expr/index.ts';
import type { AggregateNode } from '../plan/index.ts';
import { type Batch, BATCH_ROWS, type Row } from '../types/index.ts';
import { AggregateFeeder, type CompiledAggregates, compileAggregates, createAccumulators } from './aggregate-state.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileRowKey, type RowKey } from './group-key.ts';
import { estimateRowBytes, type MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pull, type Run, StepOperator } from './operator.ts';
import { compileRow, type RowMapper } from './projection.ts';
import { compileRollup, compileStreamAggregate } from './stream-aggregate.ts';
import type { HashKey } from './value-semantics.ts';

export function compileAggregate(node: AggregateNode, scope: CompileScope): CompiledNode {
  if (node.rollup) return compileRollup(node, scope);
  if (node.kind === 'stream-aggregate') return compileStreamAggregate(node, scope);
  const child = scope.compile(node.child);
  const aggregates = compileAggregates(node.aggregates);
  if (node.groupBy.length === 0) return { open: (run) => new SingleGroup(child.open(run), aggregates, run) };
  const keyRow = compileRow(node.groupBy);
  const key = compileRowKey(node.groupBy.map((expr) => expr.type));
  return { open: (run) => new HashAggregate(child.open(run), { aggregates, keyRow, key }, run) };
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
  #output: Iterator<Group> | undefined;

  constructor(child: Operator, shape: HashAggregateShape, run: Run) {
    super();
    this.#child = child;
    this.#shape = shape;
    this.#run = run;
    this.#feeder = new AggregateFeeder(shape.aggregates, run.eval);
    this.#memory = run.ctx.memory.open();
  }

  readonly #consume = (batch: Batch | undefined): Batch => {
    if (batch === undefined) {
      this.#output = this.#groups.values();
      return AGAIN;
    }
    const { keyRow, key, aggregates } = this.#shape;
    const context = this.#run.eval;
    const groups = this.#groups;
    for (const row of batch) {
      const groupRow = keyRow(row, context);
      const groupKey = key(groupRow);
      let group = groups.get(groupKey);
      if (group === undefined) {
        group = { key: groupRow, accumulators: createAccumulators(aggregates) };
        groups.set(groupKey, group);
        this.#memory.charge(aggregates.bytesPerGroup + estimateRowBytes(groupRow));
      }
      this.#feeder.add(group.accumulators, row);
    }
    return AGAIN;
  };

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#output === undefined) return pull(this.#child, this.#consume);
    const out: Batch = [];
    while (out.length < BATCH_ROWS) {
      const { value: group, done } = this.#output.next();
      if (done === true) break;
      out.push(this.#feeder.results(group.accumulators, group.key.slice()));
    }
    return out.length === 0 ? undefined : out;
  }

  close(): void {
    this.#child.close();
    this.#groups.clear();
    this.#memory.close();
  }
}
