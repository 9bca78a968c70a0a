/** Dual (one empty row, or none) and VALUES lists. */
import { compile, type EvalContext } from '../expr/index.ts';
import type { DualNode, ValuesNode } from '../plan/index.ts';
import { type Batch, BATCH_ROWS } from '../types/index.ts';
import { type CompiledNode, EMPTY_OPERATOR, type Operator } from './operator.ts';
import { compileRow, type RowMapper } from './projection.ts';

export function compileDual(node: DualNode): CompiledNode {
  if (node.rowCount === 0) return { open: () => EMPTY_OPERATOR };
  return { open: () => new OneRow() };
}

class OneRow implements Operator {
  #done = false;

  next(): Batch | undefined {
    if (this.#done) return undefined;
    this.#done = true;
    return [[]];
  }

  close(): void {
    this.#done = true;
  }
}

export function compileValues(node: ValuesNode): CompiledNode {
  const mappers = node.rows.map(compileRow);
  return { open: (run) => new ValuesRows(mappers, run.eval) };
}

class ValuesRows implements Operator {
  readonly #mappers: readonly RowMapper[];
  readonly #eval: EvalContext;
  #position = 0;

  constructor(mappers: readonly RowMapper[], evalContext: EvalContext) {
    this.#mappers = mappers;
    this.#eval = evalContext;
  }

  next(): Batch | undefined {
    if (this.#position >= this.#mappers.length) return undefined;
    const end = Math.min(this.#position + BATCH_ROWS, this.#mappers.length);
    const out: Batch = [];
    for (; this.#position < end; this.#position++) out.push(this.#mappers[this.#position]!([], this.#eval));
    return out;
  }

  close(): void {
    this.#position = this.#mappers.length;
  }
}

/** A value that does not depend on a row (limits, key bounds). */
export function compileConstant(expr: Parameters<typeof compile>[0]): (context: EvalContext) => ReturnType<ReturnType<typeof compile>> {
  const evaluate = compile(expr);
  return (context) => evaluate([], context);
}
