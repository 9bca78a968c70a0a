/**
 * The planner: from a statement's syntax tree to a physical plan (src/sql/plan).
 *
 * The life of a statement here:
 *   1. bind/      names, types and functions; subqueries become apply nodes                → logical plan
 *   2. rules/     one rewrite per file, applied in the order of rules/rule-list.ts          → logical plan
 *   3. physical/  access paths, join order, join and aggregate algorithms by estimated cost → physical plan
 *   4. explain/   the plan as TiDB's EXPLAIN table, a tree, or JSON
 */
export type * from './planner-context.ts';
export type * from './stats/table-statistics.ts';
export { bindStandaloneExpression, planStatement, type PlannableStatement } from './plan-statement.ts';
export { bindRowExpression, bindTableExpression, bindTableExpressions, isUpdatableView } from './table-expressions.ts';
export { explainPlan, type ExplainOptions, type ExplainTable, type RuntimeCounters } from './explain/explain-plan.ts';
export { collectStatistics, type CollectOptions } from './stats/collect-statistics.ts';
export { needsAnalyze } from './stats/needs-analyze.ts';
