/** What running a plan adds to Select_*, Sort_* and Created_tmp_tables; looked at once per plan. */
import type { WriteResult } from '../../sql/exec/index.ts';
import type { PhysicalNode, StatementPlan } from '../../sql/plan/index.ts';
import type { StatusCounters } from './status-counters.ts';

interface PlanCounts {
  selectScan: number;
  selectRange: number;
  selectFullJoin: number;
  selectFullRangeJoin: number;
  sortScan: number;
  sortRange: number;
  createdTmpTables: number;
}

const known = new WeakMap<StatementPlan, PlanCounts | undefined>();

export function countPlan(counters: StatusCounters, plan: StatementPlan): void {
  let counts = known.get(plan);
  if (counts === undefined && !known.has(plan)) {
    counts = countsOf(plan);
    known.set(plan, counts);
  }
  if (counts === undefined) return;
  counters.selectScan += counts.selectScan;
  counters.selectRange += counts.selectRange;
  counters.selectFullJoin += counts.selectFullJoin;
  counters.selectFullRangeJoin += counts.selectFullRangeJoin;
  counters.sortScan += counts.sortScan;
  counters.sortRange += counts.sortRange;
  counters.createdTmpTables += counts.createdTmpTables;
}

/** A replaced row counts twice, as its affected rows do. */
export function countWritten(counters: StatusCounters, plan: StatementPlan, result: WriteResult): void {
  if (plan.kind === 'update') counters.handlerUpdate += result.changedRows;
  else if (plan.kind === 'delete') counters.handlerDelete += result.affectedRows;
  else counters.handlerWrite += result.affectedRows;
}

/** Undefined for plans that count nothing, as point reads do. */
function countsOf(plan: StatementPlan): PlanCounts | undefined {
  const counts: PlanCounts = {
    selectScan: 0,
    selectRange: 0,
    selectFullJoin: 0,
    selectFullRangeJoin: 0,
    sortScan: 0,
    sortRange: 0,
    createdTmpTables: 0,
  };
  // MySQL counts the access of SELECT only, UPDATE and DELETE sort.
  const isQuery = plan.kind === 'query';
  if ('root' in plan) visit(plan.root, counts, false, isQuery);
  else if (plan.kind === 'insert' && plan.source.kind === 'query') visit(plan.source.root, counts, false, true);
  for (const { plan: root } of plan.initPlans) visit(root, counts, false, true);
  return Object.values(counts).every((count) => count === 0) ? undefined : counts;
}

/** `joined`: rows are read here for each row, or for all rows, of another table. */
function visit(node: PhysicalNode, counts: PlanCounts, joined: boolean, isQuery: boolean): void {
  switch (node.kind) {
    case 'index-scan':
    case 'virtual-scan':
    case 'index-merge':
      if (isQuery) countScan(node, counts, joined);
      break;
    case 'sort':
    case 'top-n':
      if (readsRange(node)) counts.sortRange++;
      else counts.sortScan++;
      break;
    case 'hash-aggregate':
    case 'distinct':
    case 'window':
    case 'set-operation':
    case 'cte-scan':
      counts.createdTmpTables++;
      break;
    default:
  }
  const children = childrenOf(node);
  const isJoin = children.length > 1 && node.kind.endsWith('join');
  children.forEach((child, place) => visit(child, counts, joined || (isJoin && place > 0), isQuery));
}

function countScan(node: PhysicalNode, counts: PlanCounts, joined: boolean): void {
  const access = accessOf(node);
  if (access === 'ref') return;
  if (access === 'range') {
    if (joined) counts.selectFullRangeJoin++;
    else counts.selectRange++;
  } else if (joined) counts.selectFullJoin++;
  else counts.selectScan++;
}

/** Equality alone is MySQL's ref, which Select_… does not count; see countScan. */
function accessOf(node: PhysicalNode): 'scan' | 'ref' | 'range' {
  if (node.kind !== 'index-scan') return node.kind === 'index-merge' ? 'range' : 'scan';
  const { alternatives } = node.access;
  if (alternatives.length === 0) return 'scan';
  const isRange = alternatives.length > 1 || alternatives[0]?.low !== undefined || alternatives[0]?.high !== undefined;
  return isRange ? 'range' : 'ref';
}

function readsRange(node: PhysicalNode): boolean {
  const first = childrenOf(node)[0];
  if (node.kind === 'index-scan') return accessOf(node) === 'range';
  return first !== undefined && readsRange(first);
}

const CHILDREN = ['child', 'left', 'right', 'outer', 'inner', 'children'] as const;

function childrenOf(node: PhysicalNode): PhysicalNode[] {
  const fields = node as unknown as Readonly<Record<string, PhysicalNode | readonly PhysicalNode[] | undefined>>;
  return CHILDREN.flatMap((name) => fields[name] ?? []);
}
