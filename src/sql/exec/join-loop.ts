/**
 * The inner part of every join whose left rows come in batches: left rows x their candidates, by join type.
 *
 * `produce` is resumable: it stops at a full batch, or after a bounded number of candidate pairs (so that a join that
 * finds little still gives the thread away), and goes on there next time.
 *
 * `mark` and null-aware `anti` follow IN's three-valued logic: 1 when a pair is TRUE, NULL when none is but one is
 * UNKNOWN, else 0. `candidatesOf` must then return every right row that may be TRUE or UNKNOWN.
 */
import type { EvalContext } from '../expr/index.ts';
import type { JoinType } from '../plan/index.ts';
import { type Batch, BATCH_ROWS, type Row } from '../types/index.ts';
import type { Verdict } from './predicate.ts';

const PAIRS_PER_STEP_MAX = 32_768;

export type CandidatesOf = (left: Row, position: number) => readonly Row[];

export interface JoinShape {
  readonly join: JoinType;
  readonly rightWidth: number;
  /** Over left ++ right; three-valued. Absent: every candidate is a match. */
  readonly verdict?: Verdict | undefined;
  readonly nullAware: boolean;
}

export class JoinLoop {
  readonly #shape: JoinShape;
  readonly #eval: EvalContext;
  readonly #candidatesOf: CandidatesOf;
  readonly #nullRight: Row;
  #batch: Batch | undefined;
  #position = 0;
  #candidates: readonly Row[] | undefined;
  #candidate = 0;
  #matched = false;
  #unknown = false;

  constructor(shape: JoinShape, evalContext: EvalContext, candidatesOf: CandidatesOf) {
    this.#shape = shape;
    this.#eval = evalContext;
    this.#candidatesOf = candidatesOf;
    this.#nullRight = new Array<null>(shape.rightWidth).fill(null);
  }

  /** True while there are left rows to work on. */
  get active(): boolean {
    return this.#batch !== undefined;
  }

  start(batch: Batch): void {
    this.#batch = batch;
    this.#position = 0;
    this.#candidates = undefined;
  }

  produce(): Batch {
    const batch = this.#batch;
    const out: Batch = [];
    if (batch === undefined) return out;
    let budget = PAIRS_PER_STEP_MAX;
    while (this.#position < batch.length) {
      const left = batch[this.#position]!;
      if (this.#candidates === undefined) {
        this.#candidates = this.#candidatesOf(left, this.#position);
        this.#candidate = 0;
        this.#matched = false;
        this.#unknown = false;
      }
      budget = this.#pairs(left, this.#candidates, out, budget);
      if (budget <= 0 || out.length >= BATCH_ROWS) {
        if (this.#candidate < this.#candidates.length) return out;
      }
      this.#finish(left, out);
      this.#candidates = undefined;
      this.#position++;
      if (budget <= 0 || out.length >= BATCH_ROWS) break;
    }
    if (this.#position >= batch.length) this.#batch = undefined;
    return out;
  }

  /** Works through candidates from where it stopped; returns the budget that is left. */
  #pairs(left: Row, candidates: readonly Row[], out: Batch, budget: number): number {
    const { join, verdict } = this.#shape;
    const emits = join === 'inner' || join === 'left';
    let i = this.#candidate;
    for (; i < candidates.length; i++) {
      if (budget <= 0 || (emits && out.length >= BATCH_ROWS)) break;
      budget--;
      const right = candidates[i]!;
      if (!emits && verdict === undefined) {
        this.#matched = true;
        i = candidates.length;
        break;
      }
      const joined = joinRows(left, right);
      const outcome = verdict === undefined ? true : verdict(joined, this.#eval);
      if (outcome === true) {
        this.#matched = true;
        if (!emits) {
          i = candidates.length;
          break;
        }
        out.push(joined);
      } else if (outcome === null) {
        this.#unknown = true;
      }
    }
    this.#candidate = i;
    return budget;
  }

  #finish(left: Row, out: Batch): void {
    const unknown = this.#unknown && this.#shape.nullAware;
    switch (this.#shape.join) {
      case 'inner':
        return;
      case 'left':
        if (!this.#matched) out.push(joinRows(left, this.#nullRight));
        return;
      case 'semi':
        if (this.#matched) out.push(left);
        return;
      case 'anti':
        if (!this.#matched && !unknown) out.push(left);
        return;
      case 'mark':
        out.push(appendValue(left, this.#matched ? 1 : unknown ? null : 0));
        return;
    }
  }
}

export function joinRows(left: Row, right: Row): Row {
  const leftWidth = left.length;
  const rightWidth = right.length;
  const out: Row = new Array<Row[number]>(leftWidth + rightWidth);
  for (let i = 0; i < leftWidth; i++) out[i] = left[i]!;
  for (let i = 0; i < rightWidth; i++) out[leftWidth + i] = right[i]!;
  return out;
}

export function appendValue(row: Row, value: Row[number]): Row {
  const width = row.length;
  const out: Row = new Array<Row[number]>(width + 1);
  for (let i = 0; i < width; i++) out[i] = row[i]!;
  out[width] = value;
  return out;
}
