/**
 * LOCK TABLES as the session sees it: while it holds locks, only the locked names may be used, and only as locked (1099, 1100).
 * table-locks.ts keeps other sessions out.
 */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { isVirtualSchema } from '../../sql/infoschema/index.ts';

type Locks = ReadonlyMap<string, { readonly table: string; readonly write: boolean }>;

export class LockedTables {
  #locks: Locks | undefined;
  /** What is locked now, as written. */
  statement: ast.LockTables | undefined;

  lock(statement: ast.LockTables): void {
    const locks = new Map<string, { table: string; write: boolean }>();
    for (const { table, alias, type } of statement.locks) {
      const name = alias ?? table.name;
      if (locks.has(name)) throw sqlError('ER_NONUNIQ_TABLE', name);
      locks.set(name, { table: table.name, write: type === 'write' });
    }
    this.#locks = locks;
    this.statement = statement;
  }

  /** Statements whose plans are kept must be looked at again. */
  get isActive(): boolean {
    return this.#locks !== undefined;
  }

  release(): void {
    this.#locks = undefined;
    this.statement = undefined;
  }

  /** Throws when the statement uses what is not locked for it. */
  check(statement: ast.Statement, isTemporary: (table: ast.TableName) => boolean): void {
    if (this.#locks === undefined) return;
    const locks = { byName: this.#locks, isTemporary };
    switch (statement.kind) {
      case 'insert':
        requireLock(locks, statement.table, true);
        return checkReads(locks, statement.query, new Set());
      case 'query':
      case 'update':
      case 'delete':
        return checkReads(locks, statement, new Set());
      case 'drop-table':
        if (statement.temporary) return;
        for (const table of statement.tables) requireLock(locks, table, true);
        return;
      case 'create-table':
        if (statement.temporary) return checkReads(locks, statement.query, new Set());
        requireLock(locks, statement.table, true);
        return;
      case 'alter-table':
      case 'truncate-table':
      case 'create-index':
      case 'drop-index':
        requireLock(locks, statement.table, true);
        return;
      default:
    }
  }
}

interface Held {
  readonly byName: Locks;
  /** The session's own tables need no lock. */
  readonly isTemporary: (table: ast.TableName) => boolean;
}

function requireLock(locks: Held, table: ast.TableName, write: boolean, name = table.name): void {
  if (locks.isTemporary(table)) return;
  const lock = locks.byName.get(name);
  if (lock === undefined) throw sqlError('ER_TABLE_NOT_LOCKED', name);
  if (write && !lock.write) throw sqlError('ER_TABLE_NOT_LOCKED_FOR_WRITE', name);
}

/** Every table that a tree names, but for common table expressions and the virtual schemas. */
function checkReads(locks: Held, node: unknown, hidden: ReadonlySet<string>): void {
  if (Array.isArray(node)) for (const item of node) checkReads(locks, item, hidden);
  if (Array.isArray(node) || typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
  const tree = node as {
    readonly kind?: string;
    readonly schema?: string;
    readonly name?: string;
    readonly alias?: string;
    readonly with?: ast.WithClause;
  };
  if (tree.kind === 'table' && tree.name !== undefined) {
    const isOurs = tree.schema === undefined || !isVirtualSchema(tree.schema);
    if (isOurs && !hidden.has(tree.name)) requireLock(locks, tree as ast.TableName, false, tree.alias ?? tree.name);
  }
  const names = tree.with === undefined ? hidden : new Set([...hidden, ...tree.with.tables.map((cte) => cte.name)]);
  for (const value of Object.values(node)) checkReads(locks, value, names);
}
