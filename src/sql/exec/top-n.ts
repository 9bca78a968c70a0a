/** ORDER BY … LIMIT n: keeps the n smallest rows in a heap whose root is the largest kept. Ties keep input order. */
import type { MaybePromise } from '../../base/index.ts';
import type { EvalContext } from '../expr/index.ts';
import type { TopNNode } from '../plan/index.ts';
import { type Batch, BATCH_ROWS } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileRowCount, Limit } from './limit.ts';
import { estimateRowBytes, type MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, EMPTY_OPERATOR, type Operator, pull, type Run, StepOperator } from './operator.ts';
import { Sort } from './sort.ts';
import { compileRowOrder, type RowOrder, type SortEntry } from './sort-key.ts';

const ENTRY_BYTES = 96;
/** Beyond this a heap costs more than sorting, and its final sort would hold the thread. */
const HEAP_ROWS_MAX = 16_384;

export function compileTopN(node: TopNNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  const order = compileRowOrder(node.by);
  const count: (context: EvalContext) => number = compileRowCount(node.count, Infinity);
  const offset = compileRowCount(node.offset, 0);
  return {
    open: (run) => {
      const rows = count(run.eval);
      if (rows === 0) return EMPTY_OPERATOR;
      const skipped = offset(run.eval);
      if (rows + skipped <= HEAP_ROWS_MAX) return new TopN(child.open(run), order, { rows, offset: skipped }, run);
      return new Limit(new Sort(child.open(run), order, run), rows, skipped, undefined);
    },
  };
}

class TopN extends StepOperator {
  readonly #child: Operator;
  readonly #order: RowOrder;
  readonly #offset: number;
  readonly #keep: number;
  readonly #run: Run;
  readonly #memory: MemoryAccount;
  readonly #heap: SortEntry[] = [];
  #sorted: SortEntry[] | undefined;
  #position = 0;
  #sequence = 0;

  constructor(child: Operator, order: RowOrder, limit: { readonly rows: number; readonly offset: number }, run: Run) {
    super();
    this.#child = child;
    this.#order = order;
    this.#offset = limit.offset;
    this.#keep = limit.offset + limit.rows;
    this.#run = run;
    this.#memory = run.ctx.memory.open();
  }

  readonly #consume = (batch: Batch | undefined): Batch => {
    if (batch === undefined) {
      this.#child.close();
      this.#sorted = this.#heap.sort(this.#order.compare);
      this.#position = this.#offset;
      return AGAIN;
    }
    const { entry, compare } = this.#order;
    for (const row of batch) {
      const candidate = entry(row, this.#sequence++, this.#run.eval);
      if (this.#heap.length < this.#keep) {
        this.#memory.charge(ENTRY_BYTES + estimateRowBytes(row));
        this.#heap.push(candidate);
        this.#siftUp(this.#heap.length - 1);
      } else if (compare(candidate, this.#heap[0]!) < 0) {
        this.#heap[0] = candidate;
        this.#siftDown();
      }
    }
    return AGAIN;
  };

  #siftUp(start: number): void {
    const heap = this.#heap;
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.#order.compare(heap[parent]!, heap[i]!) >= 0) return;
      [heap[parent], heap[i]] = [heap[i]!, heap[parent]!];
      i = parent;
    }
  }

  #siftDown(): void {
    const heap = this.#heap;
    const { compare } = this.#order;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && compare(heap[right]!, heap[left]!) > 0 ? right : left;
      if (compare(heap[child]!, heap[i]!) <= 0) return;
      [heap[i], heap[child]] = [heap[child]!, heap[i]!];
      i = child;
    }
  }

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#sorted === undefined) return pull(this.#child, this.#consume);
    if (this.#position >= this.#sorted.length) return undefined;
    const part = this.#sorted.slice(this.#position, this.#position + BATCH_ROWS);
    this.#position += part.length;
    return part.map((entry) => entry.row);
  }

  close(): void {
    this.#child.close();
    this.#memory.close();
  }
}
