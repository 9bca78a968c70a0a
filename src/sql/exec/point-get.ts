/**
 * Point reads by unique key: the hot path. One key costs one storage call and no promise when storage answers from memory.
 *
 * Several keys (IN lists) are read by one call, in index order, each key once.
 */
import type { MaybePromise } from '../../base/index.ts';
import { compile, type EvalContext, type Evaluator, type Expr } from '../expr/index.ts';
import type { PointGetNode } from '../plan/index.ts';
import type { PointRequest } from '../ports.ts';
import type { Batch, Row, Value } from '../types/index.ts';
import { compileAsOf } from './index-scan.ts';
import { type KeyCaster, keyCasterOf } from './key-cast.ts';
import { encodeKey } from './group-key.ts';
import { indexParts } from './key-ranges.ts';
import { type CompiledNode, EMPTY_OPERATOR, type Operator, pace, type Run } from './operator.ts';
import { compilePredicate, type RowPredicate } from './predicate.ts';
import { comparatorOf, hashKeyOf } from './value-semantics.ts';

type Key = readonly Value[];
type KeyMaker = (context: EvalContext) => Key | undefined;

export function compilePointGet(node: PointGetNode): CompiledNode {
  const { table, index, columns, lock, withHandle } = node;
  const predicate = node.filter === undefined ? undefined : compilePredicate(node.filter);
  const asOf = compileAsOf(node);
  const makers = node.keys.map((exprs) => compileKey(exprs, node));
  if (makers.length === 1) {
    const make = makers[0]!;
    const request = compileRequest(node);
    return {
      open: (run) => {
        const key = make(run.eval);
        return key === undefined ? EMPTY_OPERATOR : new PointGet(request(key, run), predicate, run);
      },
    };
  }
  const fixed = { table, index, columns, ...(lock !== undefined && { lock }), ...(withHandle && { withHandle }) };
  const arrange = compileKeyOrder(node);
  return {
    open: (run) => {
      const keys = arrange(makers.map((make) => make(run.eval)));
      const request = asOf === undefined ? fixed : { ...fixed, asOf: asOf(run) };
      return keys.length === 0 ? EMPTY_OPERATOR : new BatchPointGet(request, keys, predicate, run);
    },
  };
}

/** The usual forms are spelled out: one is made for every point select, UPDATE and DELETE. */
function compileRequest(node: PointGetNode): (key: Key, run: Run) => PointRequest {
  const { table, index, columns, lock, withHandle } = node;
  const asOf = compileAsOf(node);
  if (lock === undefined && !withHandle && asOf === undefined) return (key) => ({ table, index, key, columns });
  if (lock !== undefined && withHandle && asOf === undefined)
    return (key) => ({ table, index, key, columns, lock, withHandle });
  const fixed = { table, index, columns, ...(lock !== undefined && { lock }), ...(withHandle && { withHandle }) };
  return (key, run) => (asOf === undefined ? { ...fixed, key } : { ...fixed, key, asOf: asOf(run) });
}

/** A key in the types of its columns; undefined when it can match nothing (NULL, or a value the type cannot hold). */
export function compileKey(exprs: readonly Expr[], path: Pick<PointGetNode, 'table' | 'index'>): KeyMaker {
  const parts = indexParts(path.table, path.index);
  const evaluators: readonly Evaluator[] = exprs.map(compile);
  const casters: readonly KeyCaster[] = exprs.map((expr, i) => keyCasterOf(expr.type, parts[i]!.type, undefined));
  return (context) => {
    const key: Value[] = [];
    for (let i = 0; i < evaluators.length; i++) {
      const value = evaluators[i]!([], context);
      if (value === null) return undefined;
      const cast = casters[i]!(value, context);
      if (cast === undefined || cast.order !== 0) return undefined;
      key.push(cast.value);
    }
    return key;
  };
}

function compileKeyOrder(node: PointGetNode): (keys: readonly (Key | undefined)[]) => Key[] {
  const parts = indexParts(node.table, node.index).slice(0, node.index.parts.length);
  const hashes = parts.map((part) => hashKeyOf(part.type));
  const compares = parts.map((part) => ({ compare: comparatorOf(part.type), sign: part.descending ? -1 : 1 }));
  return (keys) => {
    const unique = new Map<string, Key>();
    for (const key of keys) {
      if (key !== undefined) unique.set(key.map((value, i) => encodeKey(hashes[i]!(value!))).join(''), key);
    }
    return [...unique.values()].sort((a, b) => {
      for (let i = 0; i < compares.length; i++) {
        const { compare, sign } = compares[i]!;
        const order = compare(a[i]!, b[i]!);
        if (order !== 0) return order * sign;
      }
      return 0;
    });
  };
}

class PointGet implements Operator {
  readonly #request: PointRequest;
  readonly #predicate: RowPredicate | undefined;
  readonly #run: Run;
  #done = false;

  constructor(request: PointRequest, predicate: RowPredicate | undefined, run: Run) {
    this.#request = request;
    this.#predicate = predicate;
    this.#run = run;
  }

  next(): MaybePromise<Batch | undefined> {
    if (this.#done) return undefined;
    this.#done = true;
    const row = this.#run.ctx.storage.get(this.#request);
    if (row instanceof Promise) return row.then((later) => this.#emit(later));
    return this.#emit(row);
  }

  #emit(row: Row | undefined): Batch | undefined {
    if (row === undefined) return undefined;
    if (this.#predicate !== undefined && !this.#predicate(row, this.#run.eval)) return undefined;
    return [row];
  }

  close(): void {
    this.#done = true;
  }
}

const KEYS_PER_CALL = 1024;

class BatchPointGet implements Operator {
  readonly #request: Omit<PointRequest, 'key'>;
  readonly #keys: readonly Key[];
  readonly #predicate: RowPredicate | undefined;
  readonly #run: Run;
  #position = 0;

  constructor(request: Omit<PointRequest, 'key'>, keys: readonly Key[], predicate: RowPredicate | undefined, run: Run) {
    this.#request = request;
    this.#keys = keys;
    this.#predicate = predicate;
    this.#run = run;
  }

  next(): MaybePromise<Batch | undefined> {
    while (this.#position < this.#keys.length) {
      const paused = pace(this.#run.ctx);
      if (paused instanceof Promise) return this.#nextAsync(paused);
      const rows = this.#read();
      if (rows instanceof Promise) return this.#nextAsync(undefined, rows);
      const out = this.#filter(rows);
      if (out.length > 0) return out;
    }
    return undefined;
  }

  async #nextAsync(
    paused: Promise<void> | undefined,
    pending?: Promise<(Row | undefined)[]>,
  ): Promise<Batch | undefined> {
    if (paused !== undefined) await paused;
    if (pending !== undefined) {
      const out = this.#filter(await pending);
      if (out.length > 0) return out;
    }
    while (this.#position < this.#keys.length) {
      const out = this.#filter(await this.#read());
      if (out.length > 0) return out;
    }
    return undefined;
  }

  #read(): MaybePromise<(Row | undefined)[]> {
    const keys = this.#keys.slice(this.#position, this.#position + KEYS_PER_CALL);
    this.#position += keys.length;
    return this.#run.ctx.storage.getMany(this.#request, keys);
  }

  #filter(rows: readonly (Row | undefined)[]): Batch {
    const out: Batch = [];
    for (const row of rows) {
      if (row !== undefined && (this.#predicate === undefined || this.#predicate(row, this.#run.eval))) out.push(row);
    }
    return out;
  }

  close(): void {
    this.#position = this.#keys.length;
  }
}
