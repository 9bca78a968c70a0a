/**
 * JSON_TABLE: the rows of one document. The row path gives rows; nested paths multiply them; sibling nested paths follow each
 * other, with NULL in the columns of the others.
 *
 * A document is in memory anyway, so its rows are made lazily, a batch at a time, from it.
 */
import { compile, type EvalContext, type Evaluator } from '../expr/index.ts';
import { documentArg, type Read } from '../functions/index.ts';
import type { JsonTableNode, JsonTablePath } from '../plan/index.ts';
import { type Batch, BATCH_ROWS, intType, type JsonValue, type Row, seekPath, storeOf } from '../types/index.ts';
import { type Cell, compileCell } from './json-table-cell.ts';
import type { CompiledNode, Operator } from './operator.ts';

interface Level {
  readonly path: JsonTablePath['path'];
  readonly ordinals: readonly number[];
  readonly cells: readonly CompiledColumn[];
  readonly nested: readonly Level[];
}

interface CompiledColumn {
  readonly position: number;
  readonly cell: Cell;
}

interface Shape {
  readonly document: Read<JsonValue>;
  readonly root: Level;
  readonly width: number;
}

export function compileJsonTable(node: JsonTableNode): CompiledNode {
  const evaluate: Evaluator = compile(node.document);
  const shape: Shape = {
    document: documentArg({ type: node.document.type, evaluate }, 1, 'json_table'),
    root: compileLevel(node.root),
    width: node.output.length,
  };
  return { open: (run) => new JsonTable(shape, run.eval) };
}

function compileLevel(level: JsonTablePath): Level {
  const ordinals: number[] = [];
  const cells: CompiledColumn[] = [];
  const nested: Level[] = [];
  for (const column of level.columns) {
    if (column.kind === 'ordinality') ordinals.push(column.position);
    else if (column.kind === 'nested') nested.push(compileLevel(column.nested));
    else if (!column.exists) cells.push({ position: column.position, cell: compileCell(column) });
    else {
      const store = storeOf(intType('int'), column.type);
      const target = { column: column.name, row: 1 };
      const { path } = column;
      cells.push({
        position: column.position,
        cell: (value, context) => store(seekPath(value, path).length > 0 ? 1 : 0, target, context),
      });
    }
  }
  return { path: level.path, ordinals, cells, nested };
}

class JsonTable implements Operator {
  readonly #shape: Shape;
  readonly #eval: EvalContext;
  #rows: Iterator<Row> | undefined;
  #done = false;

  constructor(shape: Shape, evalContext: EvalContext) {
    this.#shape = shape;
    this.#eval = evalContext;
  }

  next(): Batch | undefined {
    if (this.#done) return undefined;
    const rows = (this.#rows ??= this.#start());
    const out: Batch = [];
    while (out.length < BATCH_ROWS) {
      const { done, value } = rows.next();
      if (done === true) {
        this.#done = true;
        break;
      }
      out.push(value);
    }
    return out.length === 0 ? undefined : out;
  }

  #start(): Iterator<Row> {
    const { document, root, width } = this.#shape;
    const value = document([], this.#eval);
    if (value === null) return [][Symbol.iterator]();
    return rowsOf(root, value, new Array<null>(width).fill(null), this.#eval);
  }

  close(): void {
    this.#done = true;
    this.#rows = undefined;
  }
}

/** Rows of one level under `base`, the row of the levels above (which is not changed). */
function* rowsOf(level: Level, document: JsonValue, base: Row, context: EvalContext): Generator<Row, void, undefined> {
  let ordinal = 0;
  for (const value of seekPath(document, level.path)) {
    const row = base.slice();
    ordinal++;
    for (const position of level.ordinals) row[position] = ordinal;
    for (const { position, cell } of level.cells) row[position] = cell(value, context);
    let isMultiplied = false;
    for (const nested of level.nested) {
      for (const inner of rowsOf(nested, value, row, context)) {
        isMultiplied = true;
        yield inner;
      }
    }
    if (!isMultiplied) yield row;
  }
}
