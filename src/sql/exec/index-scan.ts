/** Reads a table through an index (the clustered one = table scan), within key ranges, with a residual filter in the scan. */
import type { MaybePromise } from '../../base/index.ts';
import type { EvalContext, Expr } from '../expr/index.ts';
import type { IndexScanNode, TableSource } from '../plan/index.ts';
import type { RowCursor, ScanRequest } from '../ports.ts';
import type { Batch, Row } from '../types/index.ts';
import { compileConstant } from './dual.ts';
import { compileRanges } from './key-ranges.ts';
import { type CompiledNode, drive, EMPTY_OPERATOR, type Operator, pace, type Run } from './operator.ts';
import { compilePartitionRanges } from './partition-ranges.ts';
import { compilePredicate } from './predicate.ts';

export function compileIndexScan(node: IndexScanNode): CompiledNode {
  const ranges = compileRanges(node.table, node.index, node.access);
  const makeRequest = compileScanRequest(node, node);
  const limitHint = node.limitHint === undefined ? undefined : compileConstant(node.limitHint);
  return {
    open: (run) => {
      const keyRanges = ranges(run.eval);
      if (keyRanges.length === 0) return EMPTY_OPERATOR;
      const limit = limitHint?.(run.eval) ?? null;
      const request = makeRequest(run, keyRanges);
      return new TableScan(limit === null ? request : { ...request, limitHint: Number(limit) }, run);
    },
  };
}

/** The parts of a scan request that do not change between executions, and how to complete them. */
export function compileScanRequest(
  source: TableSource,
  path: Pick<IndexScanNode, 'index' | 'reverse'> & { readonly keepOrder?: boolean },
): (run: Run, ranges: ScanRequest['ranges']) => ScanRequest {
  const { table, columns, lock, withHandle } = source;
  const { index, reverse } = path;
  const ordered = path.keepOrder === true && table.partitioning !== undefined;
  const { filter } = source;
  const predicate = filter === undefined ? undefined : compilePredicate(filter);
  const filterPlaces = filter === undefined ? [] : columnsRead(filter);
  const asOf = compileAsOf(source);
  const partitions = compilePartitionRanges(source);
  // The plain form is spelled out: it is made for every range scan.
  if (!ordered && partitions === undefined && lock === undefined && asOf === undefined) {
    if (predicate === undefined) return (_, ranges) => ({ table, index, ranges, columns, reverse, withHandle });
    return ({ eval: context }, ranges) => {
      const filter = (row: Row): boolean => predicate(row, context);
      return { table, index, ranges, columns, reverse, withHandle, filter };
    };
  }
  return (run, ranges) => {
    const context: EvalContext = run.eval;
    const timestamp = asOf?.(run);
    return {
      table,
      index,
      ranges,
      columns,
      reverse,
      withHandle,
      ...(ordered && { ordered }),
      ...(partitions !== undefined && { partitions: partitions(context) }),
      ...(lock !== undefined && { lock }),
      ...(predicate !== undefined && { filter: (row: Row) => predicate(row, context), filterPlaces }),
      ...(timestamp !== undefined && { asOf: timestamp }),
    };
  };
}

function columnsRead(expr: Expr): readonly number[] {
  const found = new Set<number>();
  const walk = (part: Expr): void => {
    if (part.kind === 'column') found.add(part.index);
    else if (part.kind === 'call') part.args.forEach(walk);
  };
  walk(expr);
  return [...found].sort((a, b) => a - b);
}

export function compileAsOf(source: TableSource): ((run: Run) => number) | undefined {
  if (source.asOf === undefined) return undefined;
  const evaluate = compileConstant(source.asOf);
  const { type } = source.asOf;
  return (run) => {
    const value = evaluate(run.eval);
    return run.ctx.resolveAsOf?.(value, type) ?? Number(value);
  };
}

export class TableScan implements Operator {
  readonly #request: ScanRequest;
  readonly #run: Run;
  #cursor: RowCursor | undefined;
  #closed = false;

  constructor(request: ScanRequest, run: Run) {
    this.#request = request;
    this.#run = run;
  }

  readonly #read = (): MaybePromise<Batch | undefined> => {
    if (this.#closed) return undefined;
    this.#cursor ??= this.#run.ctx.storage.scan(this.#request);
    return this.#cursor.next();
  };

  readonly #step = (): MaybePromise<Batch | undefined> => {
    const paused = pace(this.#run.ctx);
    return paused instanceof Promise ? paused.then(this.#read) : this.#read();
  };

  next(): MaybePromise<Batch | undefined> {
    return drive(this.#step);
  }

  close(): void {
    this.#closed = true;
    this.#cursor?.close();
    this.#cursor = undefined;
  }
}
