/**
 * The accumulators of one group, and how rows are fed to them. Shared by hash and stream aggregation.
 *
 * The argument array handed to an accumulator is reused for the next row, unless the aggregate keeps its arguments
 * (DISTINCT, ORDER BY inside the call).
 */
import { type Accumulator, type AccumulatorFactory, compile, type EvalContext, type Evaluator } from '../expr/index.ts';
import type { AggregateCall } from '../plan/index.ts';
import type { Row, Value } from '../types/index.ts';

export interface CompiledCall {
  readonly factory: AccumulatorFactory;
  readonly args: readonly Evaluator[];
  readonly keepsArgs: boolean;
}

export interface CompiledAggregates {
  readonly calls: readonly CompiledCall[];
  /** Charged per group. */
  readonly bytesPerGroup: number;
}

const GROUP_OVERHEAD_BYTES = 96;

export function compileAggregates(calls: readonly AggregateCall[]): CompiledAggregates {
  const compiled = calls.map((call): CompiledCall => {
    const factory = call.def.build(
      call.args.map((arg) => arg.type),
      call.type,
      call.options,
    );
    const keepsArgs = call.options.distinct || (call.options.orderBy?.length ?? 0) > 0;
    return { factory, args: call.args.map(compile), keepsArgs };
  });
  const bytes = compiled.reduce((sum, call) => sum + call.factory.bytesEstimate, GROUP_OVERHEAD_BYTES);
  return { calls: compiled, bytesPerGroup: bytes };
}

export function createAccumulators(aggregates: CompiledAggregates): Accumulator[] {
  return aggregates.calls.map((call) => call.factory.create());
}

/** Feeds rows to accumulators; holds the scratch argument arrays of one execution. */
export class AggregateFeeder {
  readonly #calls: readonly CompiledCall[];
  readonly #scratch: Value[][];
  readonly #eval: EvalContext;

  constructor(aggregates: CompiledAggregates, evalContext: EvalContext) {
    this.#calls = aggregates.calls;
    this.#scratch = aggregates.calls.map((call) => new Array<Value>(call.args.length).fill(null));
    this.#eval = evalContext;
  }

  add(accumulators: readonly Accumulator[], row: Row): void {
    const calls = this.#calls;
    const context = this.#eval;
    for (let i = 0; i < calls.length; i++) {
      const { args, keepsArgs } = calls[i]!;
      const values = keepsArgs ? new Array<Value>(args.length) : this.#scratch[i]!;
      for (let j = 0; j < args.length; j++) values[j] = args[j]!(row, context);
      accumulators[i]!.add(values, context);
    }
  }

  results(accumulators: readonly Accumulator[], out: Row): Row {
    for (const accumulator of accumulators) out.push(accumulator.result(this.#eval));
    return out;
  }
}
