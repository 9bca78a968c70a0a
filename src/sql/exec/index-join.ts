/**
 * Index join: for each batch of outer rows, reads the matching inner rows by one batched lookup, then joins in memory.
 *
 * A full unique key goes through `getMany`; anything else through one scan over the batch's distinct keys as ranges. The
 * scan asks for the key columns too, so that rows find their outer rows by hash.
 */
import { isPromise, type MaybePromise } from '../../base/index.ts';
import { compile, type EvalContext, type Evaluator } from '../expr/index.ts';
import type { IndexJoinNode } from '../plan/index.ts';
import type { KeyRange, PointRequest, RowCursor, ScanRequest } from '../ports.ts';
import type { Batch, Row, Value } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { encodeKey } from './group-key.ts';
import { compileAsOf, compileScanRequest } from './index-scan.ts';
import { JoinLoop, type JoinShape } from './join-loop.ts';
import { type KeyCaster, keyCasterOf } from './key-cast.ts';
import { indexParts, mergeRanges } from './key-ranges.ts';
import type { MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pace, type Run, StepOperator } from './operator.ts';
import { compilePredicate, compileVerdict, type RowPredicate } from './predicate.ts';
import { type HashKey, hashKeyOf } from './value-semantics.ts';

interface OuterKeyPart {
  readonly evaluate: Evaluator;
  readonly cast: KeyCaster;
  /** The same without cutting to a key prefix; what is hashed. */
  readonly castWhole: KeyCaster;
  readonly hash: (value: Exclude<Value, null>) => HashKey;
  readonly nullSafe: boolean;
}

interface LookupKey {
  readonly hash: string;
  readonly values: readonly Value[];
}

interface IndexJoinShape extends JoinShape {
  readonly node: IndexJoinNode;
  readonly keyParts: readonly OuterKeyPart[];
  readonly indexParts: ReturnType<typeof indexParts>;
  /** Columns asked of storage: the inner output's, then key columns that it lacks. */
  readonly columns: readonly number[];
  /** Where the key columns are in a row that storage returns. */
  readonly keyPositions: readonly number[];
  readonly innerFilter: RowPredicate | undefined;
  readonly unique: boolean;
  readonly makeRequest: (run: Run, ranges: ScanRequest['ranges']) => ScanRequest;
  readonly asOf: ((run: Run) => number) | undefined;
}

export function compileIndexJoin(node: IndexJoinNode, scope: CompileScope): CompiledNode {
  const left = scope.compile(node.left);
  const { inner } = node;
  const { table, index } = inner;
  const parts = indexParts(table, index);
  const keyParts = node.outerKeys.map((expr, i): OuterKeyPart => {
    const part = parts[i]!;
    return {
      evaluate: compile(expr),
      cast: keyCasterOf(expr.type, part.type, part.prefixLength),
      castWhole: keyCasterOf(expr.type, part.type, undefined),
      hash: hashKeyOf(part.type),
      nullSafe: node.nullSafe[i] === true,
    };
  });
  const columns = [...inner.columns];
  const keyPositions = keyParts.map((_, i) => {
    const column = table.columns.findIndex(
      (candidate) => candidate.id === (index.parts[i] ?? table.indexes[0]!.parts[i - index.parts.length])?.columnId,
    );
    const known = columns.indexOf(column);
    return known >= 0 ? known : columns.push(column) - 1;
  });
  const whole =
    index.unique &&
    keyParts.length === index.parts.length &&
    index.parts.every((part) => part.prefixLength === undefined);
  const shape: IndexJoinShape = {
    node,
    join: node.join,
    rightWidth: inner.output.length,
    verdict: node.condition === undefined ? undefined : compileVerdict(node.condition),
    nullAware: node.nullAware,
    keyParts,
    indexParts: parts,
    columns,
    keyPositions,
    innerFilter: inner.filter === undefined ? undefined : compilePredicate(inner.filter),
    unique: whole && !node.nullSafe.includes(true),
    makeRequest: compileScanRequest({ ...inner, columns }, { index, reverse: false }),
    asOf: compileAsOf(inner),
  };
  return { open: (run) => new IndexJoin(left.open(run), shape, run) };
}

const NO_ROWS: readonly Row[] = [];

class IndexJoin extends StepOperator {
  readonly #left: Operator;
  readonly #shape: IndexJoinShape;
  readonly #run: Run;
  readonly #eval: EvalContext;
  readonly #memory: MemoryAccount;
  readonly #loop: JoinLoop;
  #batch: Batch | undefined;
  #hashes: (string | undefined)[] = [];
  #groups = new Map<string, Row[]>();
  #groupBytes = 0;
  #cursor: RowCursor | undefined;

  constructor(left: Operator, shape: IndexJoinShape, run: Run) {
    super();
    this.#left = left;
    this.#shape = shape;
    this.#run = run;
    this.#eval = run.eval;
    this.#memory = run.ctx.memory.open();
    this.#loop = new JoinLoop(shape, run.eval, (_row, position) => {
      const hash = this.#hashes[position];
      return hash === undefined ? NO_ROWS : (this.#groups.get(hash) ?? NO_ROWS);
    });
  }

  readonly #feed = (batch: Batch | undefined): MaybePromise<Batch | undefined> => {
    if (batch === undefined) return undefined;
    this.#batch = batch;
    this.#groups = new Map();
    this.#memory.release(this.#groupBytes);
    this.#groupBytes = 0;
    const keys = this.#collectKeys(batch);
    if (keys.length === 0) return this.#startLoop();
    return this.#shape.unique ? this.#lookupMany(keys) : this.#openScan(keys);
  };

  readonly #produce = (): Batch => this.#loop.produce();

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#cursor !== undefined) return this.#readScan(this.#cursor);
    if (!this.#loop.active) {
      const batch = this.#left.next();
      return batch instanceof Promise ? batch.then(this.#feed) : this.#feed(batch);
    }
    const paused = pace(this.#run.ctx);
    return paused instanceof Promise ? paused.then(this.#produce) : this.#loop.produce();
  }

  #startLoop(): Batch {
    this.#loop.start(this.#batch!);
    this.#batch = undefined;
    return this.#loop.produce();
  }

  /** The batch's distinct keys; `#hashes` tells each outer row's, undefined where it can match nothing. */
  #collectKeys(batch: Batch): readonly LookupKey[] {
    const keys = new Map<string, LookupKey>();
    this.#hashes = batch.map((row) => {
      const key = this.#keyOf(row);
      if (key === undefined) return undefined;
      if (!keys.has(key.hash)) keys.set(key.hash, key);
      return key.hash;
    });
    return [...keys.values()];
  }

  #keyOf(row: Row): LookupKey | undefined {
    let hash = '';
    const values: Value[] = [];
    for (const part of this.#shape.keyParts) {
      const value = part.evaluate(row, this.#eval);
      if (value === null) {
        if (!part.nullSafe) return undefined;
        hash += 'n';
        values.push(null);
        continue;
      }
      const whole = part.castWhole(value, this.#eval);
      const cut = part.cast === part.castWhole ? whole : part.cast(value, this.#eval);
      if (whole === undefined || whole.order !== 0 || cut === undefined) return undefined;
      hash += encodeKey(part.hash(whole.value as Exclude<Value, null>));
      values.push(cut.value);
    }
    return { hash, values };
  }

  #lookupMany(keys: readonly LookupKey[]): MaybePromise<Batch | undefined> {
    const { node, columns, asOf } = this.#shape;
    const { table, index, lock, withHandle } = node.inner;
    const timestamp = asOf?.(this.#run);
    const request: Omit<PointRequest, 'key'> = {
      table,
      index,
      columns,
      ...(lock !== undefined && { lock }),
      ...(withHandle && { withHandle }),
      ...(timestamp !== undefined && { asOf: timestamp }),
    };
    const rows = this.#run.ctx.storage.getMany(
      request,
      keys.map((key) => key.values),
    );
    const done = (found: readonly (Row | undefined)[]): Batch => {
      const { innerFilter } = this.#shape;
      for (let i = 0; i < keys.length; i++) {
        const row = found[i];
        if (row === undefined || (innerFilter !== undefined && !innerFilter(row, this.#eval))) continue;
        this.#groups.set(keys[i]!.hash, [this.#strip(row)]);
      }
      return this.#startLoop();
    };
    return isPromise(rows) ? rows.then(done) : done(rows);
  }

  #openScan(keys: readonly LookupKey[]): Batch {
    const ranges = keys.map((key): KeyRange => {
      const bound = { values: key.values, inclusive: true };
      return { low: bound, high: bound };
    });
    const request = this.#shape.makeRequest(this.#run, mergeRanges(ranges, this.#shape.indexParts));
    this.#cursor = this.#run.ctx.storage.scan(request);
    return AGAIN;
  }

  #readScan(cursor: RowCursor): MaybePromise<Batch | undefined> {
    const paused = pace(this.#run.ctx);
    const batch = paused instanceof Promise ? paused.then(() => cursor.next()) : cursor.next();
    return batch instanceof Promise ? batch.then(this.#consumeInner) : this.#consumeInner(batch);
  }

  readonly #consumeInner = (batch: Batch | undefined): Batch => {
    if (batch === undefined) {
      this.#cursor?.close();
      this.#cursor = undefined;
      return this.#startLoop();
    }
    const before = this.#memory.heldBytes;
    this.#memory.chargeBatch(batch);
    this.#groupBytes += this.#memory.heldBytes - before;
    for (const row of batch) {
      const hash = this.#innerHash(row);
      const group = this.#groups.get(hash);
      if (group === undefined) this.#groups.set(hash, [this.#strip(row)]);
      else group.push(this.#strip(row));
    }
    return AGAIN;
  };

  #innerHash(row: Row): string {
    const { keyParts, keyPositions } = this.#shape;
    let hash = '';
    for (let i = 0; i < keyParts.length; i++) {
      const value = row[keyPositions[i]!]!;
      hash += value === null ? 'n' : encodeKey(keyParts[i]!.hash(value));
    }
    return hash;
  }

  /** Takes out the key columns that only the lookup needed. */
  #strip(row: Row): Row {
    const { inner } = this.#shape.node;
    const extra = this.#shape.columns.length - inner.columns.length;
    if (extra === 0) return row;
    const out = row.slice(0, inner.columns.length);
    if (inner.withHandle) out.push(row[row.length - 1]!);
    return out;
  }

  close(): void {
    this.#left.close();
    this.#cursor?.close();
    this.#cursor = undefined;
    this.#groups.clear();
    this.#groupBytes = 0;
    this.#memory.close();
  }
}
