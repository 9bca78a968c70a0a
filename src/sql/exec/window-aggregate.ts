/**
 * Aggregates as window functions. Frames that only grow are accumulated once; frames that slide use `remove` where the
 * aggregate has it and is exact; everything else is computed anew per row.
 */
import type { Accumulator, AccumulatorFactory, EvalContext, Evaluator } from '../expr/index.ts';
import type { Row, Value } from '../types/index.ts';
import type { FrameFinder, Partition } from './window-frame.ts';

export interface FramedAggregate {
  readonly factory: AccumulatorFactory;
  readonly args: readonly Evaluator[];
  /** Every frame is the whole partition. */
  readonly whole: boolean;
  /** Taking a row out again gives exactly the result without it (not so for doubles). */
  readonly mayRemove: boolean;
}

export function aggregateOverFrames(
  call: FramedAggregate,
  partition: Partition,
  frames: FrameFinder,
  context: EvalContext,
): Value[] {
  const { rows } = partition;
  const argumentsOf = (row: Row): Value[] => call.args.map((evaluate) => evaluate(row, context));
  const out: Value[] = new Array<Value>(rows.length);
  let accumulator: Accumulator = call.factory.create();
  if (call.whole) {
    for (const row of rows) accumulator.add(argumentsOf(row), context);
    return out.fill(accumulator.result(context));
  }
  let start = 0;
  let end = 0;
  let last: Value = accumulator.result(context);
  for (let i = 0; i < rows.length; i++) {
    const [from, found] = frames(partition, i);
    const to = Math.max(from, found);
    const slides =
      from >= start &&
      to >= end &&
      from <= end &&
      (from === start || (call.mayRemove && accumulator.remove !== undefined));
    if (i > 0 && from === start && to === end) {
      out[i] = last;
      continue;
    }
    if (slides) {
      for (; start < from; start++) accumulator.remove!(argumentsOf(rows[start]!), context);
    } else {
      accumulator = call.factory.create();
      start = from;
      end = from;
    }
    for (; end < to; end++) accumulator.add(argumentsOf(rows[end]!), context);
    last = accumulator.result(context);
    out[i] = last;
  }
  return out;
}
