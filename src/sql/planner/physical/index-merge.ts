/** Index merge: an OR whose operands each have an index of their own is read as the union of several index scans. */
import type { IndexDef } from '../../catalog/index.ts';
import type { Expr } from '../../expr/index.ts';
import { addConjuncts, disjunctsOf } from '../logical/expressions.ts';
import type { ScanNode } from '../logical/logical-plan.ts';
import { type AccessContext, outputOf, sourceFields, usableIndexes } from './scan-source.ts';
import { COST } from './cost.ts';
import { type AccessMatch, matchIndex, partsOf, type Restriction, restrictionOf } from './index-access.ts';
import { type Candidate, NO_CONSTANTS, NO_ORDER, UNNUMBERED } from './physical-plan.ts';

const OPERANDS_MAX = 32;

export function indexMergePaths(
  scan: ScanNode,
  conditions: readonly Expr[],
  restriction: Restriction,
  columnOf: (position: number) => number | undefined,
  isValue: (expr: Expr) => boolean,
  context: AccessContext,
): Candidate[] {
  const found: Candidate[] = [];
  for (const [i, condition] of conditions.entries()) {
    if (restriction.predicates[i] !== undefined || condition.kind !== 'call' || condition.name !== 'or') continue;
    const operands = disjunctsOf(condition);
    if (operands.length > OPERANDS_MAX) continue;
    const scans = operands.map((operand) => bestIndex(scan, operand, columnOf, isValue, context));
    if (scans.every((item) => item !== undefined)) found.push(union(scan, scans, conditions, condition, context));
  }
  return found;
}

interface IndexChoice {
  readonly index: IndexDef;
  readonly match: AccessMatch;
  readonly rows: number;
}

function bestIndex(
  scan: ScanNode,
  operand: Expr,
  columnOf: (position: number) => number | undefined,
  isValue: (expr: Expr) => boolean,
  context: AccessContext,
): IndexChoice | undefined {
  const conjuncts: Expr[] = [];
  addConjuncts(operand, conjuncts);
  const restriction = restrictionOf(conjuncts, isValue);
  const total = context.estimator.tableRows(scan.table, false);
  let best: IndexChoice | undefined;
  for (const index of usableIndexes(scan)) {
    if (index.parts.length === 0) continue;
    const match = matchIndex(partsOf(scan.table, index, columnOf), restriction, isValue);
    if (match.alternatives.length === 0) continue;
    const rows = total * context.estimator.selectivity(match.used);
    if (best === undefined || rows < best.rows) best = { index, match, rows };
  }
  return best;
}

function union(
  scan: ScanNode,
  scans: readonly IndexChoice[],
  conditions: readonly Expr[],
  or: Expr,
  context: AccessContext,
): Candidate {
  const total = context.estimator.tableRows(scan.table, false);
  const entries = scans.reduce((sum, item) => sum + item.rows, 0);
  const fetched = Math.min(entries, total * context.estimator.selectivity([or]));
  const rows = Math.max(
    fetched * context.estimator.selectivity(conditions.filter((condition) => condition !== or)),
    1e-3,
  );
  const cost =
    scans.length * COST.seek +
    entries * (COST.entryRow + COST.groupRow) +
    fetched * (COST.lookupRow + conditions.length * COST.condition);
  return {
    node: {
      kind: 'index-merge',
      id: UNNUMBERED,
      output: outputOf(scan),
      estimatedRows: rows,
      estimatedCost: cost,
      ...sourceFields(scan),
      mode: 'union',
      scans: scans.map(({ index, match }) => ({ index, access: { alternatives: match.alternatives } })),
      filter: context.calls.and(conditions),
    },
    rows,
    cost,
    startup: entries * COST.entryRow,
    order: NO_ORDER,
    constants: NO_CONSTANTS,
  };
}
