/**
 * Bindings: hints for statements that cannot be changed. A statement whose text without values equals a binding's runs with the
 * hints of the binding's second statement.
 *
 * Bindings of the session come before global ones, which are kept in storage. A session without any pays one comparison.
 */
import { digest } from '../../env/index.ts';
import { toHex, utf8Encode } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { normalizeStatement, parse } from '../../sql/parser/index.ts';
import type { Documents } from '../documents.ts';

export interface BindingRow {
  /** Normalized. */
  readonly original: string;
  /** As written. */
  readonly using: string;
  readonly database: string;
  readonly enabled: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly digest: string;
}

const DOCUMENT = 'bindings';
const BINDINGS_MAX = 10_000;

export function sqlDigest(normalized: string): string {
  return toHex(digest('sha256', utf8Encode(normalized)));
}

/** A set of bindings by normalized text. */
export class BindingSet {
  readonly #rows = new Map<string, BindingRow>();
  /** Grows with each change: plans made under other bindings are not reused. */
  version = 0;

  get size(): number {
    return this.#rows.size;
  }

  list(): readonly BindingRow[] {
    return [...this.#rows.values()].toSorted((a, b) => b.updatedAtMs - a.updatedAtMs);
  }

  load(rows: readonly BindingRow[]): void {
    for (const row of rows) this.#rows.set(row.original, row);
  }

  create(original: string, using: string, database: string, nowMs: number): void {
    const normalized = normalizeStatement(original);
    const createdAtMs = this.#rows.get(normalized)?.createdAtMs ?? nowMs;
    if (this.#rows.size < BINDINGS_MAX || this.#rows.has(normalized))
      this.#rows.set(normalized, {
        original: normalized,
        using,
        database,
        enabled: true,
        createdAtMs,
        updatedAtMs: nowMs,
        digest: sqlDigest(normalized),
      });
    this.version++;
  }

  /** By text or digest; returns how many there were. */
  drop(original: string | undefined, byDigest: string | undefined): number {
    const found = this.#find(original, byDigest);
    for (const row of found) this.#rows.delete(row.original);
    this.version++;
    return found.length;
  }

  enable(original: string | undefined, byDigest: string | undefined, enabled: boolean): number {
    const found = this.#find(original, byDigest);
    for (const row of found) this.#rows.set(row.original, { ...row, enabled });
    this.version++;
    return found.length;
  }

  find(normalized: string): BindingRow | undefined {
    const row = this.#rows.get(normalized);
    return row?.enabled === true ? row : undefined;
  }

  #find(original: string | undefined, byDigest: string | undefined): BindingRow[] {
    if (original === undefined) return [...this.#rows.values()].filter((row) => row.digest === byDigest);
    const row = this.#rows.get(normalizeStatement(original));
    return row === undefined ? [] : [row];
  }
}

/** The global bindings, in storage. */
export class GlobalBindings extends BindingSet {
  readonly #documents: () => Documents;

  constructor(documents: () => Documents) {
    super();
    this.#documents = documents;
    this.load((documents().get(DOCUMENT) as BindingRow[] | undefined) ?? []);
  }

  save(): Promise<void> {
    return this.#documents().put(DOCUMENT, this.size === 0 ? undefined : this.list());
  }
}

/** The statement with the hints of the binding's: both have the same shape, so hints go from node to node. */
export function withHintsOf(statement: ast.Statement, binding: BindingRow): ast.Statement {
  return graft(statement, parse(binding.using).statement) as ast.Statement;
}

function graft(node: unknown, from: unknown): unknown {
  if (typeof node !== 'object' || node === null || typeof from !== 'object' || from === null) return node;
  if (Array.isArray(node)) return Array.isArray(from) ? node.map((item, i) => graft(item, from[i])) : node;
  if (node instanceof Uint8Array) return node;
  const source = from as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    const isHint = key === 'hints' || key === 'indexHints';
    result[key] = isHint && Array.isArray(source[key]) ? source[key] : graft(value, source[key]);
  }
  return result;
}
