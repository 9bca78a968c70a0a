/**
 * Access paths of one table: point get, clustered scan, index ranges, covering and non-covering, index merge; all costed.
 *
 * Conditions that the chosen index answers exactly are dropped; all others are checked inside the scan.
 */
import type { IndexDef } from '../../catalog/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import type { IndexAccess } from '../../plan/index.ts';
import { someExpr } from '../logical/expressions.ts';
import type { ScanNode } from '../logical/logical-plan.ts';
import { COST } from './cost.ts';
import {
  type AccessMatch,
  type IndexPart,
  matchIndex,
  partsOf,
  type Restriction,
  restrictionOf,
} from './index-access.ts';
import { indexMergePaths } from './index-merge.ts';
import { partitionAccess, withPartitions } from './partition-access.ts';
import {
  type AccessContext,
  isKeyValue,
  outputOf,
  positionLookup,
  sourceFields,
  usableIndexes,
} from './scan-source.ts';
import { type Candidate, NO_CONSTANTS, NO_ORDER, type OrderColumn, satisfies, UNNUMBERED } from './physical-plan.ts';

/** The cheapest path, and the cheapest one in the wanted order where another. */
export function accessPaths(
  scan: ScanNode,
  conditions: readonly Expr[],
  want: readonly OrderColumn[],
  context: AccessContext,
): Candidate[] {
  if (scan.virtual) return [virtualScan(scan, conditions, context)];
  const isValue = isKeyValue(context);
  const restriction = restrictionOf(conditions, isValue);
  const candidates: Candidate[] = [];
  const columnOf = positionLookup(scan);
  const pruned = (found: Candidate[]): Candidate[] => {
    const partitions = partitionAccess(scan, restriction, columnOf, isValue);
    return partitions === undefined ? found : found.map((candidate) => withPartitions(candidate, partitions));
  };
  const forced = scan.hints?.force === true ? (scan.hints.only ?? []) : undefined;
  for (const index of usableIndexes(scan)) {
    const parts = partsOf(scan.table, index, columnOf);
    const match = matchIndex(parts, restriction, isValue);
    const point = pointGet(scan, index, parts, match, conditions, context);
    if (point !== undefined && scan.hints?.only === undefined) return pruned([point]);
    if (point !== undefined) candidates.push(point);
    const discouraged = forced !== undefined && !forced.includes(index);
    candidates.push(...indexScans(scan, index, parts, match, restriction, want, context, discouraged));
  }
  if (scan.hints === undefined)
    candidates.push(...indexMergePaths(scan, conditions, restriction, columnOf, isValue, context));
  return pruned(bestTwo(candidates, want));
}

export function bestTwo(candidates: readonly Candidate[], want: readonly OrderColumn[]): Candidate[] {
  let best: Candidate | undefined;
  let ordered: Candidate | undefined;
  for (const candidate of candidates) {
    if (best === undefined || candidate.cost < best.cost) best = candidate;
    if (
      want.length > 0 &&
      satisfies(candidate.order, want, candidate.constants) &&
      (ordered === undefined || candidate.cost < ordered.cost)
    )
      ordered = candidate;
  }
  return ordered === undefined || ordered === best ? [best!] : [best!, ordered];
}

function withFilter(conditions: readonly Expr[], context: AccessContext): { filter?: Expr } {
  return conditions.length === 0 ? {} : { filter: context.calls.and(conditions) };
}

// ---- point get ----

function pointGet(
  scan: ScanNode,
  index: IndexDef,
  parts: readonly IndexPart[],
  match: AccessMatch,
  conditions: readonly Expr[],
  context: AccessContext,
): Candidate | undefined {
  if (
    !index.unique ||
    index.parts.length === 0 ||
    match.pointParts < index.parts.length ||
    match.alternatives.length === 0
  )
    return undefined;
  const width = index.parts.length;
  if (parts.slice(0, width).some((part) => part.isPrefix)) return undefined;
  const keys: Expr[][] = [];
  for (const alternative of match.alternatives) {
    const key: Expr[] = [];
    for (const point of alternative.equal.slice(0, width)) {
      if ('isNull' in point) return undefined;
      key.push(point);
    }
    keys.push(key);
  }
  const covered = new Set(parts.slice(0, width).map((part) => part.column));
  const answered = match.exact.filter((expr) => restricts(expr, covered));
  const rest = conditions.filter((condition) => !answered.includes(condition));
  const rows = Math.max(
    keys.length *
      (rest.length > 0
        ? context.estimator.selectivity(rest.filter((condition) => !match.used.includes(condition)))
        : 1),
    0.001,
  );
  const cost = keys.length * COST.pointGet + rest.length * COST.condition;
  const fixed = keys.length === 1;
  return {
    node: {
      kind: 'point-get',
      id: UNNUMBERED,
      output: outputOf(scan),
      estimatedRows: rows,
      estimatedCost: cost,
      ...sourceFields(scan),
      index,
      keys,
      ...withFilter(rest, context),
    },
    rows,
    cost,
    startup: 0,
    order: fixed ? NO_ORDER : orderOf(parts.slice(0, width), false),
    constants: fixed ? new Set(scan.columns.map((column) => column.id)) : NO_CONSTANTS,
  };
}

/** The condition is about the key's own columns (not about the primary key that a secondary entry carries as well). */
function restricts(expr: Expr, columns: ReadonlySet<number | undefined>): boolean {
  return someExpr(expr, (part) => part.kind === 'column' && columns.has(part.id));
}

// ---- scans ----

export function orderOf(parts: readonly IndexPart[], reverse: boolean): OrderColumn[] {
  const order: OrderColumn[] = [];
  for (const part of parts) {
    if (part.column === undefined || part.isPrefix) break;
    order.push({ column: part.column, descending: part.descending !== reverse });
  }
  return order;
}

export function isCovering(scan: ScanNode, index: IndexDef, parts: readonly IndexPart[]): boolean {
  if (index === scan.table.indexes[0]) return true;
  return scan.positions.every((position) => parts.some((part) => part.position === position && !part.isPrefix));
}

function indexScans(
  scan: ScanNode,
  index: IndexDef,
  parts: readonly IndexPart[],
  match: AccessMatch,
  restriction: Restriction,
  want: readonly OrderColumn[],
  context: AccessContext,
  discouraged: boolean,
): Candidate[] {
  const clustered = index === scan.table.indexes[0];
  const covering = isCovering(scan, index, parts);
  if (!clustered && match.alternatives.length === 0 && !covering && want.length === 0 && scan.hints?.only === undefined)
    return [];
  const constants = constantColumns(parts, match);
  const forward = orderOf(parts, false);
  const backward = orderOf(parts, true);
  const reverse = want.length > 0 && !satisfies(forward, want, constants) && satisfies(backward, want, constants);
  const keepOrder = want.length > 0 && (reverse || satisfies(forward, want, constants));
  const candidate = makeScan(
    scan,
    index,
    match,
    restriction.conditions,
    { reverse, covering, clustered, keepOrder },
    context,
  );
  const cost = candidate.cost + (discouraged ? 1e9 : 0);
  // A lookup of rows keeps the entries' order only when it is asked to.
  // So does a scan of several partitions.
  const isOrdered = keepOrder || ((clustered || covering) && scan.table.partitioning === undefined);
  return [{ ...candidate, cost, order: !isOrdered ? NO_ORDER : reverse ? backward : forward, constants }];
}

function constantColumns(parts: readonly IndexPart[], match: AccessMatch): ReadonlySet<number> {
  if (match.fixedParts === 0) return NO_CONSTANTS;
  return new Set(parts.slice(0, match.fixedParts).flatMap((part) => (part.column === undefined ? [] : [part.column])));
}

export function makeScan(
  scan: ScanNode,
  index: IndexDef,
  match: AccessMatch,
  conditions: readonly Expr[],
  how: {
    readonly reverse: boolean;
    readonly covering: boolean;
    readonly clustered: boolean;
    readonly keepOrder: boolean;
  },
  context: AccessContext,
): Candidate {
  const { estimator } = context;
  const total = estimator.tableRows(scan.table, scan.virtual);
  const rest = conditions.filter((condition) => !match.exact.includes(condition));
  const read = Math.max(
    Math.min(total, total * estimator.selectivity(match.used)),
    match.alternatives.length === 0 ? 0 : 0.5,
  );
  const rows = Math.max(
    read * estimator.selectivity(rest.filter((condition) => !match.used.includes(condition))),
    1e-3,
  );
  const perRow = how.clustered ? COST.scanRow : how.covering ? COST.entryRow : COST.entryRow + COST.lookupRow;
  const cost = read * (perRow + rest.length * COST.condition) + COST.seek * Math.max(1, match.alternatives.length);
  const access: IndexAccess = { alternatives: match.alternatives };
  return {
    node: {
      kind: 'index-scan',
      id: UNNUMBERED,
      output: outputOf(scan),
      estimatedRows: rows,
      estimatedCost: cost,
      estimatedInputRows: read,
      ...sourceFields(scan),
      index,
      access,
      reverse: how.reverse,
      keepOrder: how.keepOrder,
      covering: how.covering,
      ...withFilter(rest, context),
    },
    rows,
    cost,
    startup: COST.seek,
    order: NO_ORDER,
    constants: NO_CONSTANTS,
  };
}

function virtualScan(scan: ScanNode, conditions: readonly Expr[], context: AccessContext): Candidate {
  const equal: Record<string, Expr> = {};
  const isValue = isKeyValue(context);
  for (const condition of conditions) {
    if (condition.kind !== 'call' || condition.name !== '=') continue;
    const [left, right] = condition.args as [Expr, Expr];
    if (left.kind === 'column' && isValue(right)) equal[columnName(scan, left)] ??= right;
    else if (right.kind === 'column' && isValue(left)) equal[columnName(scan, right)] ??= left;
  }
  const total = context.estimator.tableRows(scan.table, true);
  const rows = total * context.estimator.selectivity(conditions);
  return {
    node: {
      kind: 'virtual-scan',
      id: UNNUMBERED,
      output: outputOf(scan),
      estimatedRows: rows,
      estimatedCost: total,
      schema: scan.table.schema,
      table: scan.table.name,
      alias: scan.alias,
      columns: scan.positions,
      equal,
      ...withFilter(conditions, context),
    },
    rows,
    cost: total * 10,
    startup: total * 10,
    order: NO_ORDER,
    constants: NO_CONSTANTS,
  };
}

function columnName(scan: ScanNode, column: ColumnExpr): string {
  const at = scan.columns.findIndex((candidate) => candidate.id === column.id);
  return scan.table.columns[scan.positions[at]!]!.name.toLowerCase();
}
