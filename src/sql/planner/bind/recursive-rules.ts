/**
 * What MySQL asks of the recursive query blocks of a common table expression: each reads the table once, in its own FROM, never from the side of
 * an outer join that may be filled with NULL; no grouping, windows, DISTINCT, ORDER BY or LIMIT (errors 3574 to 3577, 1235).
 */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';

export function checkRecursivePart(part: ast.QueryBody, name: string): void {
  if (!mentions(part, name)) throw sqlError('ER_CTE_RECURSIVE_REQUIRES_NONRECURSIVE_FIRST', name);
  if (part.kind === 'query') {
    if (mentions(part.with, name)) throw sqlError('ER_CTE_RECURSIVE_REQUIRES_SINGLE_REFERENCE', name);
    if (part.orderBy.length > 0 || part.limit !== undefined) throw sqlError('ER_NOT_SUPPORTED_YET', NO_ORDER);
    return checkRecursivePart(part.body, name);
  }
  if (part.kind !== 'select') return;
  if (part.groupBy !== undefined || hasAggregateOrWindow([part.items, part.having, part.qualify]))
    throw sqlError('ER_CTE_RECURSIVE_FORBIDS_AGGREGATION', name);
  if (part.distinct) throw sqlError('ER_NOT_SUPPORTED_YET', NO_ORDER);
  let references = 0;
  for (const reference of part.from) references += countReferences(reference, name, false);
  if (references !== 1 || mentions({ ...part, from: [] }, name))
    throw sqlError('ER_CTE_RECURSIVE_REQUIRES_SINGLE_REFERENCE', name);
}

const NO_ORDER = 'ORDER BY / LIMIT / SELECT DISTINCT in recursive query block of Common Table Expression';

/** A UNION DISTINCT may not be followed by a UNION ALL. */
export function checkRecursiveUnions(body: ast.SetOperation, recursiveParts: number): void {
  const distincts: boolean[] = [];
  for (
    let node: ast.QueryBody = body;
    node.kind === 'set-operation' && distincts.length < recursiveParts;
    node = node.left
  )
    distincts.unshift(node.distinct);
  const first = distincts.indexOf(true);
  if (first >= 0 && distincts.includes(false, first))
    throw sqlError(
      'ER_NOT_SUPPORTED_YET',
      'recursive query blocks with UNION DISTINCT then UNION ALL, in recursive Common Table Expression',
    );
}

/** References in FROM itself; one inside a derived table counts as two, since it is not allowed. */
function countReferences(reference: ast.TableReference, name: string, isFilled: boolean): number {
  if (reference.kind === 'table') {
    const isIt = reference.schema === undefined && reference.name === name;
    if (isIt && isFilled) throw sqlError('ER_CTE_RECURSIVE_FORBIDDEN_JOIN_ORDER', name);
    return isIt ? 1 : 0;
  }
  if (reference.kind === 'join') {
    const { left, right, type, on } = reference;
    if (mentions(on, name)) return 2;
    return (
      countReferences(left, name, isFilled || type === 'right') +
      countReferences(right, name, isFilled || type === 'left')
    );
  }
  return mentions(reference, name) ? 2 : 0;
}

/** A query whose own WITH has that name. */
function hides(node: object, name: string): boolean {
  const { kind, with: clause } = node as { readonly kind?: unknown; readonly with?: ast.WithClause };
  return kind === 'query' && (clause?.tables.some((table) => table.name === name) ?? false);
}

/** Whether an unqualified table of that name is read anywhere below. */
export function mentions(node: unknown, name: string): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some((item) => mentions(item, name));
  if (hides(node, name)) return false;
  const tagged = node as { readonly kind?: unknown; readonly schema?: unknown; readonly name?: unknown };
  if (tagged.kind === 'table' && tagged.schema === undefined && tagged.name === name) return true;
  return Object.values(node).some((value) => mentions(value, name));
}

/** Not in subqueries: they group for themselves. */
function hasAggregateOrWindow(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some(hasAggregateOrWindow);
  const { kind, over } = node as { kind?: unknown; over?: unknown };
  if (kind === 'query') return false;
  if (kind === 'aggregate' || (over !== undefined && over !== null)) return true;
  return Object.values(node).some(hasAggregateOrWindow);
}
