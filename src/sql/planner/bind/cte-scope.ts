/** Names of common table expressions that are visible in a query: a chain, innermost first. */
import type { ColumnExpr } from '../../expr/index.ts';
import type { LogicalCte } from '../logical/logical-plan.ts';
import type { BoundQuery } from './block.ts';

export interface CteEntry {
  readonly name: string;
  readonly definition: LogicalCte;
  readonly columns: readonly ColumnExpr[];
  readonly columnNames: readonly string[];
  /** While its own recursive part is bound: a reference reads the work table. */
  recursing: boolean;
  workReferences: number;
  /** It reads columns of an enclosing query: bound again at each reference instead of being computed once. */
  readonly rebind: (() => BoundQuery) | undefined;
}

export class CteScope {
  readonly parent: CteScope | undefined;
  readonly #entries = new Map<string, CteEntry>();

  constructor(parent: CteScope | undefined) {
    this.parent = parent;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  add(entry: CteEntry): void {
    this.#entries.set(entry.name, entry);
  }

  remove(name: string): void {
    this.#entries.delete(name);
  }

  find(name: string): CteEntry | undefined {
    return this.#entries.get(name) ?? this.parent?.find(name);
  }
}
