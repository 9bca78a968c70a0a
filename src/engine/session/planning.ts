/** From a statement to a plan that can run. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { planStatement } from '../../sql/planner/index.ts';
import type { StatementPlan } from '../../sql/plan/index.ts';
import type { FieldType, Value } from '../../sql/types/index.ts';
import type { ResultColumn } from '../session-port.ts';
import { refuseReopening } from '../temporary/reopening.ts';
import { plannerContext } from './plan-context.ts';
import { withBinding } from './statement-hints.ts';
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

/** A data change inside a read-only transaction is refused before it is planned (1792), but for temporary tables. */
export function requireWritable(session: EngineSession, statement: ast.Statement, ready?: ReadyPlan): void {
  if (statement.kind === 'query' || !session.transactions.readOnly) return;
  if (session.temporary !== undefined && (ready === undefined || writesOnlyTemporary(ready.plan))) return;
  throw sqlError('ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION');
}

function writesOnlyTemporary(plan: StatementPlan): boolean {
  if (plan.kind === 'query') return true;
  if (plan.kind === 'insert' || plan.kind === 'load') return plan.writer.table.temporary;
  return plan.targets.every(({ writer }) => writer.table.temporary);
}

export function planWritable(
  session: EngineSession,
  statement: ast.Statement,
  sql: string,
  types: readonly FieldType[],
): ReadyPlan {
  requireWritable(session, statement);
  const ready = planFor(session, statement, sql, types);
  if (session.transactions.readOnly) requireWritable(session, statement, ready);
  return ready;
}

export function planFor(
  session: EngineSession,
  statement: ast.Statement,
  sql: string,
  types: readonly FieldType[],
): ReadyPlan {
  if (session.temporary !== undefined) refuseReopening(statement, session);
  const plan = planStatement(withBinding(session, statement, sql), plannerContext(session, sql, types));
  return { plan, columns: plan.kind === 'query' && plan.into === undefined ? plan.columns : [] };
}
