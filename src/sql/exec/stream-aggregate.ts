/**
 * Stream aggregation over input sorted by its group keys, and ROLLUP on top of it.
 *
 * ROLLUP keeps one set of accumulators per level: level n are the full groups, level 0 the grand total. When key k changes,
 * the levels n … k+1 are given out (deepest first) and started anew. The level column has bit i set for each rolled-up key i.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { Accumulator } from '../expr/index.ts';
import type { AggregateNode, SortNode } from '../plan/index.ts';
import type { Batch, Row } from '../types/index.ts';
import { AggregateFeeder, type CompiledAggregates, compileAggregates, createAccumulators } from './aggregate-state.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileRowKeyAt, type RowKey } from './group-key.ts';
import { AGAIN, type CompiledNode, type Operator, pull, type Run, StepOperator } from './operator.ts';
import { compileRow, type RowMapper } from './row-mapper.ts';
import { compileSort } from './sort.ts';

interface StreamShape {
  readonly aggregates: CompiledAggregates;
  readonly keyRow: RowMapper;
  /** One key per group column, so that the first column that changed is known. */
  readonly keys: readonly RowKey[];
  /** Levels given out: only the full groups, or all of them. */
  readonly rollup: boolean;
}

export function compileStreamAggregate(node: AggregateNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  const shape = streamShape(node);
  return { open: (run) => new StreamAggregate(child.open(run), shape, run) };
}

/** Hash aggregation cannot roll up in order, so its input is sorted here first. */
export function compileRollup(node: AggregateNode, scope: CompileScope): CompiledNode {
  if (node.kind === 'stream-aggregate') return compileStreamAggregate(node, scope);
  const { id, estimatedRows, estimatedCost } = node;
  const by = node.groupBy.map((expr) => ({ expr, descending: false }));
  const sort: SortNode = {
    kind: 'sort',
    id,
    output: node.child.output,
    estimatedRows,
    estimatedCost,
    child: node.child,
    by,
  };
  const child = compileSort(sort, scope);
  const shape = streamShape(node);
  return { open: (run) => new StreamAggregate(child.open(run), shape, run) };
}

function streamShape(node: AggregateNode): StreamShape {
  return {
    aggregates: compileAggregates(node.aggregates),
    keyRow: compileRow(node.groupBy),
    keys: node.groupBy.map((expr, i) => compileRowKeyAt([expr.type], [i])),
    rollup: node.rollup,
  };
}

class StreamAggregate extends StepOperator {
  readonly #child: Operator;
  readonly #shape: StreamShape;
  readonly #run: Run;
  readonly #feeder: AggregateFeeder;
  /** Accumulators by level; only the last level is used without rollup. */
  readonly #levels: (readonly Accumulator[])[];
  #keyRow: Row | undefined;
  #keyValues: unknown[] = [];
  #done = false;

  constructor(child: Operator, shape: StreamShape, run: Run) {
    super();
    this.#child = child;
    this.#shape = shape;
    this.#run = run;
    this.#feeder = new AggregateFeeder(shape.aggregates, run.eval);
    this.#levels = Array.from({ length: shape.keys.length + 1 }, () => createAccumulators(shape.aggregates));
  }

  readonly #consume = (batch: Batch | undefined): Batch | undefined => {
    const out: Batch = [];
    if (batch === undefined) {
      this.#done = true;
      this.#flushEnd(out);
      return out.length === 0 ? undefined : out;
    }
    for (const row of batch) this.#add(row, out);
    return out.length === 0 ? AGAIN : out;
  };

  #add(row: Row, out: Batch): void {
    const { keys, keyRow, rollup } = this.#shape;
    const groupRow = keyRow(row, this.#run.eval);
    const depth = keys.length;
    if (this.#keyRow === undefined) {
      this.#keyRow = groupRow;
      this.#keyValues = keys.map((key) => key(groupRow));
    } else {
      let changed = 0;
      while (changed < depth && keys[changed]!(groupRow) === this.#keyValues[changed]) changed++;
      if (changed < depth) {
        this.#flush(changed + 1, out);
        this.#keyRow = groupRow;
        this.#keyValues = keys.map((key) => key(groupRow));
      }
    }
    for (let level = rollup ? 0 : depth; level <= depth; level++) this.#feeder.add(this.#levels[level]!, row);
  }

  /** Gives out levels from the deepest to `from` and starts them anew. */
  #flush(from: number, out: Batch): void {
    const { keys, rollup, aggregates } = this.#shape;
    const depth = keys.length;
    for (let level = depth; level >= (rollup ? from : depth); level--) {
      const row: Row = this.#keyRow!.map((value, i) => (i < level ? value : null));
      this.#feeder.results(this.#levels[level]!, row);
      if (rollup) row.push(rolledUpBits(level, depth));
      out.push(row);
      this.#levels[level] = createAccumulators(aggregates);
    }
  }

  #flushEnd(out: Batch): void {
    const { keys, rollup } = this.#shape;
    if (this.#keyRow !== undefined) {
      this.#flush(0, out);
      return;
    }
    if (keys.length > 0 && !rollup) return;
    // The grand total is there for no input too.
    const total = this.#feeder.results(this.#levels[0]!, new Array<null>(keys.length).fill(null));
    if (rollup) total.push(rolledUpBits(0, keys.length));
    out.push(total);
  }

  protected step(): MaybePromise<Batch | undefined> {
    return this.#done ? undefined : pull(this.#child, this.#consume);
  }

  close(): void {
    this.#done = true;
    this.#child.close();
  }
}

function rolledUpBits(level: number, depth: number): number {
  let bits = 0;
  for (let i = level; i < depth; i++) bits += 2 ** i;
  return bits;
}
