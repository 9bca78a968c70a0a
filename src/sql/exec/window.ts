/**
 * Window functions over input sorted by partition and order keys: a partition is collected, each call is evaluated over it,
 * and its rows go out with one more column per call.
 */
import type { MaybePromise } from '../../base/index.ts';
import { type AccumulatorFactory, compile, type EvalContext, type Evaluator, type WindowInput } from '../expr/index.ts';
import type { WindowCall, WindowNode } from '../plan/index.ts';
import { type Batch, BATCH_ROWS, type Row, type Value } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileRowKey, type RowKey } from './group-key.ts';
import type { MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pace, pull, type Run, StepOperator } from './operator.ts';
import { compileRow, type RowMapper } from './row-mapper.ts';
import { aggregateOverFrames } from './window-aggregate.ts';
import { compileFrames, type FrameFinder, type Partition, wholePartition } from './window-frame.ts';
import type { HashKey } from './value-semantics.ts';

type EvaluateCall = (partition: Partition, context: EvalContext) => Value[];

interface WindowShape {
  readonly partitionRow: RowMapper;
  readonly partitionKey: RowKey;
  readonly orderRow: RowMapper;
  readonly orderKey: RowKey;
  readonly calls: readonly EvaluateCall[];
}

export function compileWindow(node: WindowNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  const orderExprs = node.orderBy.map((key) => key.expr);
  const shape: WindowShape = {
    partitionRow: compileRow(node.partitionBy),
    partitionKey: compileRowKey(node.partitionBy.map((expr) => expr.type)),
    orderRow: compileRow(orderExprs),
    orderKey: compileRowKey(orderExprs.map((expr) => expr.type)),
    calls: node.calls.map((call) => compileCall(call, compileFrames(call.frame, node.orderBy))),
  };
  return { open: (run) => new Window(child.open(run), shape, run) };
}

function compileCall(call: WindowCall, frames: (context: EvalContext) => FrameFinder): EvaluateCall {
  const args: readonly Evaluator[] = call.args.map(compile);
  const argTypes = call.args.map((arg) => arg.type);
  if (call.function.kind === 'window') {
    const evaluate = call.function.def.build(argTypes, call.type, call.function.options);
    return (partition, context) => evaluate(windowInput(partition, args, frames(context), context), context);
  }
  const factory: AccumulatorFactory = call.function.def.build(argTypes, call.type, call.function.options);
  const whole = wholePartition(call.frame);
  const exact = argTypes.every((type) => type.kind !== 'double' && type.kind !== 'float' && type.kind !== 'string');
  return (partition, context) =>
    aggregateOverFrames({ factory, args, whole, mayRemove: exact }, partition, frames(context), context);
}

function windowInput(
  partition: Partition,
  args: readonly Evaluator[],
  frames: FrameFinder,
  context: EvalContext,
): WindowInput {
  return {
    rowCount: partition.rows.length,
    argument: (row, arg) => args[arg]?.(partition.rows[row]!, context) ?? null,
    peers: (row) => [partition.peerStart[row]!, partition.peerEnd[row]!],
    frame: (row) => frames(partition, row),
  };
}

class Window extends StepOperator {
  readonly #child: Operator;
  readonly #shape: WindowShape;
  readonly #run: Run;
  readonly #memory: MemoryAccount;
  /** Input rows not yet assigned to a partition. */
  #input: Batch = [];
  #inputPosition = 0;
  #inputDone = false;
  #rows: Row[] = [];
  #key: HashKey | null = null;
  /** Rows of finished partitions, ready to go out. */
  #output: Row[] = [];
  #outputPosition = 0;

  constructor(child: Operator, shape: WindowShape, run: Run) {
    super();
    this.#child = child;
    this.#shape = shape;
    this.#run = run;
    this.#memory = run.ctx.memory.open();
  }

  readonly #feed = (batch: Batch | undefined): Batch => {
    if (batch === undefined) {
      this.#inputDone = true;
      this.#finishPartition();
    } else {
      this.#memory.chargeBatch(batch);
      this.#input = batch;
      this.#inputPosition = 0;
    }
    return AGAIN;
  };

  readonly #work = (): Batch => {
    const { partitionRow, partitionKey } = this.#shape;
    while (this.#inputPosition < this.#input.length && this.#output.length < BATCH_ROWS) {
      const row = this.#input[this.#inputPosition]!;
      const key = partitionKey(partitionRow(row, this.#run.eval));
      if (this.#rows.length > 0 && key !== this.#key) this.#finishPartition();
      this.#key = key;
      this.#rows.push(row);
      this.#inputPosition++;
    }
    return AGAIN;
  };

  #finishPartition(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.#rows = [];
    const partition = this.#describe(rows);
    const columns = this.#shape.calls.map((call) => call(partition, this.#run.eval));
    for (let i = 0; i < rows.length; i++) {
      const out = rows[i]!.slice();
      for (const column of columns) out.push(column[i]!);
      this.#output.push(out);
    }
  }

  #describe(rows: readonly Row[]): Partition {
    const { orderRow, orderKey } = this.#shape;
    const orderValues = rows.map((row) => orderRow(row, this.#run.eval));
    const peerStart: number[] = new Array<number>(rows.length);
    const peerEnd: number[] = new Array<number>(rows.length);
    const group: number[] = new Array<number>(rows.length);
    const groupStarts: number[] = [];
    let start = 0;
    let previous = rows.length === 0 ? null : orderKey(orderValues[0]!);
    for (let i = 1; i <= rows.length; i++) {
      const key = i < rows.length ? orderKey(orderValues[i]!) : null;
      if (i < rows.length && key === previous) continue;
      for (let j = start; j < i; j++) {
        peerStart[j] = start;
        peerEnd[j] = i;
        group[j] = groupStarts.length;
      }
      groupStarts.push(start);
      start = i;
      previous = key;
    }
    return { rows, orderValues, peerStart, peerEnd, group, groupStarts };
  }

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#outputPosition < this.#output.length) return this.#emit();
    if (this.#inputPosition < this.#input.length) {
      const paused = pace(this.#run.ctx);
      return paused instanceof Promise ? paused.then(this.#work) : this.#work();
    }
    return this.#inputDone ? undefined : pull(this.#child, this.#feed);
  }

  #emit(): Batch {
    const out = this.#output.slice(this.#outputPosition, this.#outputPosition + BATCH_ROWS);
    this.#outputPosition += out.length;
    if (this.#outputPosition >= this.#output.length) {
      this.#output = [];
      this.#outputPosition = 0;
    }
    return out;
  }

  close(): void {
    this.#child.close();
    this.#rows = [];
    this.#output = [];
    this.#memory.close();
  }
}
