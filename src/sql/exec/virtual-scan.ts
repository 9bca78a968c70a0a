/** Reads a virtual table (information_schema …): rows made by a provider, columns chosen and filtered here. */
import type { MaybePromise } from '../../base/index.ts';
import { compile, type Evaluator } from '../expr/index.ts';
import type { VirtualScanNode } from '../plan/index.ts';
import type { Batch, Row, Value } from '../types/index.ts';
import { AGAIN, type CompiledNode, pace, type Run, StepOperator } from './operator.ts';
import { compilePredicate, type RowPredicate } from './predicate.ts';

interface VirtualShape {
  readonly node: VirtualScanNode;
  readonly equal: readonly (readonly [string, Evaluator])[];
  readonly predicate: RowPredicate | undefined;
}

export function compileVirtualScan(node: VirtualScanNode): CompiledNode {
  const shape: VirtualShape = {
    node,
    equal: Object.entries(node.equal).map(([name, expr]) => [name, compile(expr)] as const),
    predicate: node.filter === undefined ? undefined : compilePredicate(node.filter),
  };
  return { open: (run) => new VirtualScan(shape, run) };
}

type BatchIterator = Iterator<Batch> | AsyncIterator<Batch>;

class VirtualScan extends StepOperator {
  readonly #shape: VirtualShape;
  readonly #run: Run;
  #iterator: BatchIterator | undefined;
  #done = false;

  constructor(shape: VirtualShape, run: Run) {
    super();
    this.#shape = shape;
    this.#run = run;
  }

  readonly #start = (rows: Iterable<Batch> | AsyncIterable<Batch>): Batch => {
    this.#iterator = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
    return AGAIN;
  };

  readonly #consume = (result: IteratorResult<Batch>): Batch | undefined => {
    if (result.done === true) {
      this.#done = true;
      return undefined;
    }
    const { columns } = this.#shape.node;
    const { predicate } = this.#shape;
    const out: Batch = [];
    for (const full of result.value) {
      const row: Row = columns.map((column) => full[column]!);
      if (predicate === undefined || predicate(row, this.#run.eval)) out.push(row);
    }
    return out;
  };

  #open(): MaybePromise<Batch> {
    const { node, equal } = this.#shape;
    const hints: Record<string, Value> = {};
    for (const [name, evaluate] of equal) hints[name] = evaluate([], this.#run.eval);
    const rows = this.#run.ctx.virtualTables.scan(node.schema, node.table, hints);
    return rows instanceof Promise ? rows.then(this.#start) : this.#start(rows);
  }

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#done) return undefined;
    if (this.#iterator === undefined) return this.#open();
    const paused = pace(this.#run.ctx);
    const iterator = this.#iterator;
    const result = paused instanceof Promise ? paused.then(() => iterator.next()) : iterator.next();
    return result instanceof Promise ? result.then(this.#consume) : this.#consume(result);
  }

  close(): void {
    this.#done = true;
    const ended = this.#iterator?.return?.();
    if (ended instanceof Promise) ended.catch(() => undefined); // nothing left to tell
    this.#iterator = undefined;
  }
}
