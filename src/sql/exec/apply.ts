/**
 * Apply: runs the inner plan once per outer row, after binding outer values to slots. What decorrelation left over.
 *
 * Results are cached by the bound values when the planner says that the inner plan depends on nothing else. The inner
 * plan is always read to its end (or to where the outcome is settled) before the next outer row binds the slots.
 */
import { isPromise, type MaybePromise, sqlError } from '../../base/index.ts';
import { compile, type EvalContext, type Evaluator } from '../expr/index.ts';
import type { ApplyNode } from '../plan/index.ts';
import { type Batch, BATCH_ROWS, type Row } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileRowKey, type RowKey } from './group-key.ts';
import { appendValue, joinRows } from './join-loop.ts';
import { estimateBatchBytes, type MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pull, type Run, StepOperator } from './operator.ts';
import { compileVerdict, type Verdict } from './predicate.ts';
import type { HashKey } from './value-semantics.ts';

const CACHE_BYTES_MAX = 32 * 1024 * 1024;

interface ApplyShape {
  readonly mode: ApplyNode['mode'];
  readonly inner: CompiledNode;
  readonly innerWidth: number;
  readonly slots: readonly number[];
  readonly evaluators: readonly Evaluator[];
  readonly verdict: Verdict | undefined;
  readonly nullAware: boolean;
  readonly cacheKey: RowKey | undefined;
  /** Inner rows after which nothing can change the outcome. */
  readonly rowsMax: number;
}

export function compileApply(node: ApplyNode, scope: CompileScope): CompiledNode {
  const outer = scope.compile(node.outer);
  const yesOrNo = node.mode === 'semi' || node.mode === 'anti' || node.mode === 'mark';
  const shape: ApplyShape = {
    mode: node.mode,
    inner: scope.compile(node.inner),
    innerWidth: node.inner.output.length,
    slots: node.bind.map((bind) => bind.slot),
    evaluators: node.bind.map((bind) => compile(bind.expr)),
    verdict: node.condition === undefined ? undefined : compileVerdict(node.condition),
    nullAware: node.nullAware,
    cacheKey: node.cache ? compileRowKey(node.bind.map((bind) => bind.expr.type)) : undefined,
    rowsMax: node.mode === 'scalar' ? 2 : yesOrNo && node.condition === undefined ? 1 : Infinity,
  };
  return { open: (run) => new Apply(outer.open(run), shape, run) };
}

class Apply extends StepOperator {
  readonly #outer: Operator;
  readonly #shape: ApplyShape;
  readonly #run: Run;
  readonly #eval: EvalContext;
  readonly #memory: MemoryAccount;
  readonly #cache = new Map<HashKey | null, readonly Row[]>();
  readonly #nullInner: Row;
  #cacheBytes = 0;
  #batch: Batch | undefined;
  #position = 0;
  #inner: Operator | undefined;

  constructor(outer: Operator, shape: ApplyShape, run: Run) {
    super();
    this.#outer = outer;
    this.#shape = shape;
    this.#run = run;
    this.#eval = run.eval;
    this.#memory = run.ctx.memory.open();
    this.#nullInner = new Array<null>(shape.innerWidth).fill(null);
  }

  readonly #feed = (batch: Batch | undefined): Batch | undefined => {
    this.#batch = batch;
    this.#position = 0;
    return batch === undefined ? undefined : AGAIN;
  };

  protected step(): MaybePromise<Batch | undefined> {
    const batch = this.#batch;
    if (batch === undefined) return pull(this.#outer, this.#feed);
    const out: Batch = [];
    while (this.#position < batch.length && out.length < BATCH_ROWS) {
      const outerRow = batch[this.#position]!;
      const rows = this.#innerRows(outerRow);
      if (isPromise(rows)) {
        return rows.then((later) => {
          this.#combine(outerRow, later, out);
          this.#position++;
          return out;
        });
      }
      this.#combine(outerRow, rows, out);
      this.#position++;
    }
    if (this.#position >= batch.length) this.#batch = undefined;
    return out;
  }

  #innerRows(outerRow: Row): MaybePromise<readonly Row[]> {
    const { slots, evaluators, cacheKey } = this.#shape;
    const bound: Row = evaluators.map((evaluate) => evaluate(outerRow, this.#eval));
    const key = cacheKey?.(bound);
    if (key !== undefined) {
      const known = this.#cache.get(key);
      if (known !== undefined) return known;
    }
    for (let i = 0; i < slots.length; i++) this.#eval.slots[slots[i]!] = bound[i]!;
    const rows = this.#collect();
    if (key === undefined) return rows;
    if (rows instanceof Promise) return rows.then((later) => this.#remember(key, later));
    return this.#remember(key, rows);
  }

  #remember(key: HashKey | null, rows: readonly Row[]): readonly Row[] {
    const bytes = 64 + estimateBatchBytes(rows as Batch);
    if (this.#cacheBytes + bytes <= CACHE_BYTES_MAX) {
      this.#cacheBytes += bytes;
      this.#memory.charge(bytes);
      this.#cache.set(key, rows);
    }
    return rows;
  }

  #collect(): MaybePromise<readonly Row[]> {
    for (const cte of this.#run.ctes.values()) if (cte.correlated) cte.reset();
    const inner = this.#shape.inner.open(this.#run);
    this.#inner = inner;
    const { rowsMax } = this.#shape;
    let rows: Row[] | undefined;
    for (;;) {
      const batch = inner.next();
      if (batch instanceof Promise) return this.#collectAsync(inner, batch, rows);
      if (batch === undefined) break;
      rows = rows === undefined ? batch : appendAll(rows, batch);
      if (rows.length >= rowsMax) break;
    }
    inner.close();
    return rows ?? [];
  }

  async #collectAsync(
    inner: Operator,
    pending: Promise<Batch | undefined>,
    before: Row[] | undefined,
  ): Promise<readonly Row[]> {
    const { rowsMax } = this.#shape;
    let rows = before;
    let batch = await pending;
    while (batch !== undefined) {
      rows = rows === undefined ? batch : appendAll(rows, batch);
      if (rows.length >= rowsMax) break;
      const next = inner.next();
      batch = next instanceof Promise ? await next : next;
    }
    inner.close();
    return rows ?? [];
  }

  #combine(outerRow: Row, rows: readonly Row[], out: Batch): void {
    const { mode } = this.#shape;
    if (mode === 'scalar') {
      if (rows.length > 1) throw sqlError('ER_SUBQUERY_NO_1_ROW');
      out.push(joinRows(outerRow, rows[0] ?? this.#nullInner));
      return;
    }
    if (mode === 'lateral' || mode === 'lateral-left') {
      this.#lateral(outerRow, rows, out);
      return;
    }
    const outcome = this.#outcome(outerRow, rows);
    if (mode === 'mark') out.push(appendValue(outerRow, outcome === null ? null : outcome ? 1 : 0));
    else if (mode === 'semi' ? outcome === true : outcome === false) out.push(outerRow);
  }

  #lateral(outerRow: Row, rows: readonly Row[], out: Batch): void {
    const { mode, verdict } = this.#shape;
    let matched = false;
    for (const row of rows) {
      const joined = joinRows(outerRow, row);
      if (verdict !== undefined && verdict(joined, this.#eval) !== true) continue;
      matched = true;
      out.push(joined);
    }
    if (!matched && mode === 'lateral-left') out.push(joinRows(outerRow, this.#nullInner));
  }

  /** Is some inner row a match? Null-aware: unknown when none is, but one may be. */
  #outcome(outerRow: Row, rows: readonly Row[]): boolean | null {
    const { verdict, nullAware } = this.#shape;
    if (verdict === undefined) return rows.length > 0;
    let unknown = false;
    for (const row of rows) {
      const result = verdict(joinRows(outerRow, row), this.#eval);
      if (result === true) return true;
      if (result === null) unknown = true;
    }
    return unknown && nullAware ? null : false;
  }

  close(): void {
    this.#outer.close();
    this.#inner?.close();
    this.#cache.clear();
    this.#memory.close();
  }
}

function appendAll(rows: Row[], batch: Batch): Row[] {
  for (const row of batch) rows.push(row);
  return rows;
}
