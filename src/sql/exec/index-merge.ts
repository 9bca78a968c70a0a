/**
 * Index merge: rows that several index scans find, united or intersected by row handle.
 *
 * Union reads the scans one after the other and passes each row once. Intersection collects the handles of all scans but
 * the last, which then reads whole rows.
 */
import type { MaybePromise } from '../../base/index.ts';
import type { IndexMergeNode } from '../plan/index.ts';
import type { RowHandle, ScanRequest } from '../ports.ts';
import type { Batch } from '../types/index.ts';
import { compileScanRequest, TableScan } from './index-scan.ts';
import { compileRanges, type RangeBuilder } from './key-ranges.ts';
import type { MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pull, type Run, StepOperator } from './operator.ts';

const HANDLE_BYTES = 64;

interface MergedScan {
  readonly ranges: RangeBuilder;
  readonly makeRequest: (run: Run, ranges: ScanRequest['ranges']) => ScanRequest;
}

export function compileIndexMerge(node: IndexMergeNode): CompiledNode {
  const scans = node.scans.map(({ index, access }, i): MergedScan => {
    const handlesOnly = node.mode === 'intersection' && i < node.scans.length - 1;
    const { filter: _dropped, ...unfiltered } = node;
    const source = handlesOnly ? { ...unfiltered, columns: [], withHandle: true } : { ...node, withHandle: true };
    return {
      ranges: compileRanges(node.table, index, access),
      makeRequest: compileScanRequest(source, { index, reverse: false }),
    };
  });
  return { open: (run) => new IndexMerge(scans, { union: node.mode === 'union', withHandle: node.withHandle }, run) };
}

interface MergeMode {
  readonly union: boolean;
  readonly withHandle: boolean;
}

class IndexMerge extends StepOperator {
  readonly #scans: readonly MergedScan[];
  readonly #mode: MergeMode;
  readonly #run: Run;
  readonly #memory: MemoryAccount;
  #scan: Operator | undefined;
  #position = 0;
  /** Union: handles given out. Intersection: handles that all scans so far have. */
  #known = new Set<string>();
  #found = new Set<string>();

  constructor(scans: readonly MergedScan[], mode: MergeMode, run: Run) {
    super();
    this.#scans = scans;
    this.#mode = mode;
    this.#run = run;
    this.#memory = run.ctx.memory.open();
  }

  readonly #consume = (batch: Batch | undefined): Batch => {
    if (batch === undefined) {
      this.#scan?.close();
      this.#scan = undefined;
      if (!this.#mode.union) {
        this.#known = this.#found;
        this.#found = new Set();
      }
      this.#position++;
      return AGAIN;
    }
    const emits = this.#mode.union || this.#position === this.#scans.length - 1;
    const out: Batch = [];
    this.#memory.charge(batch.length * HANDLE_BYTES);
    for (const row of batch) {
      const handle = handleKey(row[row.length - 1] as RowHandle);
      if (this.#mode.union) {
        if (this.#known.has(handle)) continue;
        this.#known.add(handle);
      } else {
        if (this.#position > 0 && !this.#known.has(handle)) continue;
        this.#found.add(handle);
      }
      if (!emits) continue;
      if (!this.#mode.withHandle) row.pop();
      out.push(row);
    }
    return out;
  };

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#scan === undefined) {
      const scan = this.#scans[this.#position];
      if (scan === undefined) return undefined;
      const ranges = scan.ranges(this.#run.eval);
      if (ranges.length === 0) return this.#consume(undefined);
      this.#scan = new TableScan(scan.makeRequest(this.#run, ranges), this.#run);
    }
    return pull(this.#scan, this.#consume);
  }

  close(): void {
    this.#position = this.#scans.length;
    this.#scan?.close();
    this.#scan = undefined;
    this.#memory.close();
  }
}

/** A handle as a string that is equal for equal bytes. */
export function handleKey(handle: RowHandle): string {
  let key = '';
  for (let i = 0; i < handle.length; i++) key += String.fromCharCode(handle[i]!);
  return key;
}
