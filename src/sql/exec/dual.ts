/** Dual (one empty row, or none) and VALUES lists. */
import { compile, type EvalContext, type Expr } from '../expr/index.ts';
import type { DualNode, ValuesNode } from '../plan/index.ts';
import { type Batch, BATCH_ROWS, converterOf, type FieldType } from '../types/index.ts';
import { type CompiledNode, EMPTY_OPERATOR, type Operator } from './operator.ts';
import { compileRow, type RowMapper } from './row-mapper.ts';

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
  const types = node.output.map((column) => column.type);
  const mappers = node.rows.map((row) => convertedRow(row, types));
  return { open: (run) => new ValuesRows(mappers, run.eval) };
}

/** Rows may differ in their types; all come out in those of the list. */
function convertedRow(exprs: readonly Expr[], types: readonly FieldType[]): RowMapper {
  const converters = exprs.map((expr, i) => converterOf(expr.type, types[i] ?? expr.type));
  const mapper = compileRow(exprs);
  if (converters.every((convert) => convert === undefined)) return mapper;
  return (row, context) =>
    mapper(row, context).map((value, i) => {
      const convert = converters[i];
      return value === null || convert === undefined ? value : convert(value, context);
    });
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
export function compileConstant(
  expr: Parameters<typeof compile>[0],
): (context: EvalContext) => ReturnType<ReturnType<typeof compile>> {
  const evaluate = compile(expr);
  return (context) => evaluate([], context);
}
