/**
 * UNION, INTERSECT and EXCEPT, ALL or DISTINCT. Rows come already cast to the common types.
 *
 * UNION streams its children one after the other. When the statement's memory gets short, a DISTINCT one puts rows with keys not seen yet on the
 * disk, divided by their keys, and gives them out after the others. INTERSECT and EXCEPT fold their right children into a multiset of
 * row keys, against which the first child streams.
 */
import { andThen, type MaybePromise } from '../../base/index.ts';
import type { DistinctNode, SetOperationNode } from '../plan/index.ts';
import { type Batch, type Collation, getCollation, type Row, type Value } from '../types/index.ts';
import type { CompileScope } from './compile-scope.ts';
import { compileRowKey, type RowKey } from './group-key.ts';
import type { MemoryAccount } from './memory.ts';
import { AGAIN, type CompiledNode, type Operator, pull, type Run, StepOperator } from './operator.ts';
import { SPILL_LEVEL_MAX, SPILL_PARTITIONS, SpillPartitions } from './spill/partitions.ts';
import { TextSet } from './text-set.ts';
import type { HashKey } from './value-semantics.ts';

const KEY_BYTES = 64;

export function compileSetOperation(node: SetOperationNode, scope: CompileScope): CompiledNode {
  const children = node.children.map((child) => scope.compile(child));
  const key = compileRowKey(node.output.map((column) => column.type));
  if (node.operation === 'union') {
    const distinct = node.all ? undefined : key;
    return { open: (run) => new Union(children, distinct, run) };
  }
  const { operation, all } = node;
  return { open: (run) => new FilterBySets(children, key, { keepPresent: operation === 'intersect', all }, run) };
}

export function compileDistinct(node: DistinctNode, scope: CompileScope): CompiledNode {
  const child = scope.compile(node.child);
  const types = node.output.map((column) => column.type);
  const only = types[0];
  if (types.length === 1 && only?.kind === 'string') {
    const collation = getCollation(only.collation);
    return { open: (run) => new DistinctTexts(child.open(run), collation, run) };
  }
  const key = compileRowKey(types);
  return { open: (run) => new Union([child], key, run) };
}

/** DISTINCT of one column of texts. */
class DistinctTexts extends StepOperator {
  readonly #child: Operator;
  readonly #memory: MemoryAccount;
  readonly #seen: TextSet;
  #seenNull = false;

  constructor(child: Operator, collation: Collation, run: Run) {
    super();
    this.#child = child;
    this.#memory = run.ctx.memory.open();
    this.#seen = new TextSet(collation);
  }

  readonly #consume = (batch: Batch | undefined): Batch | undefined => {
    if (batch === undefined) return undefined;
    const out: Batch = [];
    for (const row of batch) if (this.#isNew(row[0]!)) out.push(row);
    this.#memory.charge(out.length * KEY_BYTES);
    return out.length === 0 ? AGAIN : out;
  };

  #isNew(text: Value): boolean {
    if (text !== null) return this.#seen.add(text as string);
    const isNew = !this.#seenNull;
    this.#seenNull = true;
    return isNew;
  }

  protected step(): MaybePromise<Batch | undefined> {
    return pull(this.#child, this.#consume);
  }

  close(): void {
    this.#child.close();
    this.#memory.close();
  }
}

class Union extends StepOperator {
  readonly #children: readonly CompiledNode[];
  readonly #key: RowKey | undefined;
  readonly #run: Run;
  readonly #memory: MemoryAccount;
  readonly #seen = new Set<HashKey | null>();
  readonly #level: number;
  #current: Operator | undefined;
  #position = 0;
  #partitions: SpillPartitions | undefined;
  #part = 0;

  constructor(children: readonly CompiledNode[], key: RowKey | undefined, run: Run, level = 0) {
    super();
    this.#children = children;
    this.#key = key;
    this.#run = run;
    this.#level = level;
    this.#memory = run.ctx.memory.open();
  }

  readonly #consume = (batch: Batch | undefined): MaybePromise<Batch | undefined> => {
    if (batch === undefined) {
      this.#current?.close();
      this.#current = undefined;
      this.#position++;
      return AGAIN;
    }
    const key = this.#key;
    if (key === undefined) return batch;
    const out: Batch = [];
    for (const row of batch) {
      const value = key(row);
      if (this.#seen.has(value)) continue;
      const bytes = KEY_BYTES + (typeof value === 'string' ? value.length : 0);
      if (!this.#hasRoom(bytes)) {
        this.#partitions!.add(value, row);
        continue;
      }
      this.#seen.add(value);
      this.#memory.charge(bytes);
      out.push(row);
    }
    return andThen(this.#partitions?.flush(), () => out);
  };

  /** False from the moment on that new keys go to the disk. */
  #hasRoom(bytes: number): boolean {
    if (this.#partitions !== undefined) return false;
    const { spill } = this.#run.ctx;
    if (spill === undefined || this.#level >= SPILL_LEVEL_MAX || this.#memory.fits(bytes)) return true;
    this.#partitions = new SpillPartitions(spill, this.#level);
    return false;
  }

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#current === undefined) {
      const child = this.#children[this.#position];
      if (child === undefined) return this.#openPart();
      this.#current = child.open(this.#run);
    }
    return pull(this.#current, this.#position < this.#children.length ? this.#consume : this.#passOn);
  }

  readonly #passOn = (batch: Batch | undefined): Batch => {
    if (batch !== undefined) return batch;
    this.#current?.close();
    this.#current = undefined;
    return AGAIN;
  };

  #openPart(): MaybePromise<Batch | undefined> {
    const partitions = this.#partitions;
    if (partitions === undefined) return undefined;
    // What was seen is given out; no key on the disk is among it.
    this.#seen.clear();
    this.#memory.close();
    while (this.#part < SPILL_PARTITIONS && partitions.rowsOf(this.#part) === 0) this.#part++;
    if (this.#part >= SPILL_PARTITIONS) return undefined;
    return partitions.read(this.#part++).then((rows) => {
      this.#current = new Union([{ open: () => rows }], this.#key, this.#run, this.#level + 1);
      return AGAIN;
    });
  }

  close(): void {
    this.#position = this.#children.length;
    this.#part = SPILL_PARTITIONS;
    this.#current?.close();
    this.#current = undefined;
    this.#partitions?.remove();
    this.#memory.close();
  }
}

interface SetMode {
  readonly keepPresent: boolean; // intersect; otherwise except
  readonly all: boolean;
}

/** The first child's rows, kept or dropped by how often the other children have them. */
class FilterBySets extends StepOperator {
  readonly #children: readonly CompiledNode[];
  readonly #key: RowKey;
  readonly #mode: SetMode;
  readonly #run: Run;
  readonly #memory: MemoryAccount;
  /** Rows left to match, per key. For INTERSECT the minimum over the right children, for EXCEPT the sum. */
  #counts: Map<unknown, number> | undefined;
  #counting = new Map<unknown, number>();
  readonly #emitted = new Set<unknown>();
  #current: Operator | undefined;
  #position = 1;

  constructor(children: readonly CompiledNode[], key: RowKey, mode: SetMode, run: Run) {
    super();
    this.#children = children;
    this.#key = key;
    this.#mode = mode;
    this.#run = run;
    this.#memory = run.ctx.memory.open();
  }

  readonly #count = (batch: Batch | undefined): Batch => {
    if (batch === undefined) {
      this.#current?.close();
      this.#current = undefined;
      this.#fold();
      this.#position++;
      return AGAIN;
    }
    this.#memory.charge(batch.length * KEY_BYTES);
    for (const row of batch) {
      const value = this.#key(row);
      this.#counting.set(value, (this.#counting.get(value) ?? 0) + 1);
    }
    return AGAIN;
  };

  #fold(): void {
    const fresh = this.#counting;
    const known = this.#counts;
    this.#counting = new Map();
    if (known === undefined) {
      this.#counts = fresh;
    } else if (this.#mode.keepPresent) {
      for (const [value, count] of known) {
        const other = fresh.get(value) ?? 0;
        if (other === 0) known.delete(value);
        else if (other < count) known.set(value, other);
      }
    } else {
      for (const [value, count] of fresh) known.set(value, (known.get(value) ?? 0) + count);
    }
  }

  #keeps(row: Row): boolean {
    const value = this.#key(row);
    const count = this.#counts?.get(value) ?? 0;
    if (this.#mode.all) {
      if (count > 0) this.#counts?.set(value, count - 1);
      return this.#mode.keepPresent === count > 0;
    }
    if (this.#mode.keepPresent !== count > 0 || this.#emitted.has(value)) return false;
    this.#emitted.add(value);
    return true;
  }

  readonly #emit = (batch: Batch | undefined): Batch | undefined => batch?.filter((row) => this.#keeps(row));

  protected step(): MaybePromise<Batch | undefined> {
    if (this.#position < this.#children.length) {
      this.#current ??= this.#children[this.#position]!.open(this.#run);
      return pull(this.#current, this.#count);
    }
    this.#current ??= this.#children[0]!.open(this.#run);
    return pull(this.#current, this.#emit);
  }

  close(): void {
    this.#current?.close();
    this.#memory.close();
  }
}
