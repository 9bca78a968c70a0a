/** From a statement to a plan that can run. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { planStatement } from '../../sql/planner/index.ts';
import type { StatementPlan } from '../../sql/plan/index.ts';
import type { FieldType, Value } from '../../sql/types/index.ts';
import type { ResultColumn } from '../session-port.ts';
import { plannerContext } from './plan-context.ts';
import type { EngineSession } from './session.ts';

/** A plan ready to run again and again, and the columns that clients see. */
export interface ReadyPlan {
  readonly plan: StatementPlan;
  readonly columns: readonly ResultColumn[];
}

/** Values and types of a statement's parameters. */
export interface BoundParams {
  readonly params: readonly Value[];
  readonly types: readonly FieldType[];
}

export const NO_PARAMS: BoundParams = { params: [], types: [] };

/** Queries and data changes are planned; every other statement is run by the module of its family. */
export function isPlannable(statement: ast.Statement): boolean {
  switch (statement.kind) {
    case 'query':
    case 'insert':
    case 'update':
    case 'delete':
    case 'load-data':
      return true;
    default:
      return false;
  }
}

/** A data change inside a read-only transaction is refused before it is planned (1792). */
export function requireWritable(session: EngineSession, statement: ast.Statement): void {
  if (statement.kind !== 'query' && session.transactions.readOnly)
    throw sqlError('ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION');
}

export function planFor(
  session: EngineSession,
  statement: ast.Statement,
  sql: string,
  types: readonly FieldType[],
): ReadyPlan {
  const plan = planStatement(statement, plannerContext(session, sql, types));
  return { plan, columns: plan.kind === 'query' && plan.into === undefined ? plan.columns : [] };
}
