/**
 * Optimizer hints about the running of a statement, and bindings, which bring hints from elsewhere.
 *
 * MAX_EXECUTION_TIME, MEMORY_QUOTA, SET_VAR and RESOURCE_GROUP hold for one statement; what they change is put back when
 * the statement ends. Hints for the planner (indexes, joins) are read by the planner.
 */
import type * as ast from '../../sql/ast/index.ts';
import { normalizeStatement } from '../../sql/parser/index.ts';
import { withHintsOf } from '../tidb/bindings.ts';
import { findVariableRow, normalizeVariable } from '../variables/index.ts';
import type { EngineSession } from './session.ts';

const RUNNING: ReadonlySet<string> = new Set(['max_execution_time', 'memory_quota', 'set_var', 'resource_group']);
const NONE: readonly ast.OptimizerHint[] = [];

/** The hints of the statement's first query block that are about its running. */
export function runningHints(statement: ast.Statement): readonly ast.OptimizerHint[] {
  const hints = hintsOf(statement);
  return hints.length === 0 ? NONE : hints.filter((hint) => RUNNING.has(hint.name));
}

function hintsOf(statement: ast.Statement): readonly ast.OptimizerHint[] {
  switch (statement.kind) {
    case 'query': {
      let { body } = statement;
      while (body.kind !== 'select') {
        if (body.kind === 'query') ({ body } = body);
        else if (body.kind === 'set-operation') body = body.left;
        else return NONE;
      }
      return body.hints;
    }
    case 'insert':
    case 'update':
    case 'delete':
      return statement.hints;
    default:
      return NONE;
  }
}

/** Applies the hints to the running statement. */
export function applyRunningHints(session: EngineSession, hints: readonly ast.OptimizerHint[]): void {
  const seen = new Set<string>();
  for (const hint of hints) {
    const key = `${hint.name} ${hint.variable?.toLowerCase() ?? ''}`;
    if (seen.has(key)) {
      session.warn(3126, `Hint ${hintText(hint)} is ignored as conflicting/duplicated`);
      continue;
    }
    seen.add(key);
    if (hint.name === 'max_execution_time') session.limitTime(Number(hint.value));
    else if (hint.name === 'memory_quota') setForStatement(session, 'tidb_mem_quota_query', quotaBytes(hint));
    else if (hint.name === 'set_var' && hint.variable !== undefined)
      setForStatement(session, hint.variable, hint.value ?? '');
    else if (hint.name === 'resource_group') useGroup(session, String(hint.value));
  }
}

function hintText(hint: ast.OptimizerHint): string {
  // MySQL prints a blank too many behind SET_VAR.
  if (hint.name === 'set_var') return `SET_VAR(${hint.variable}=${hint.value}) `;
  return `${hint.name.toUpperCase()}(${hint.value})`;
}

/** MEMORY_QUOTA(100 MB): the reader keeps the number; MB is TiDB's unit by default. */
function quotaBytes(hint: ast.OptimizerHint): number {
  const [, amount = '0', unit = 'MB'] = /^(\d+)\s*(MB|GB)?$/i.exec(String(hint.value)) ?? [];
  return Number(amount) * (unit.toUpperCase() === 'GB' ? 1024 ** 3 : 1024 ** 2);
}

function setForStatement(session: EngineSession, name: string, value: string | number): void {
  const row = findVariableRow(name);
  if (row === undefined) return session.warn(3128, `Unresolved name '${name}' for SET_VAR hint`);
  if (row.scope === 'global' || row.readOnly || NOT_HINTABLE.has(row.name))
    return session.warn(3637, `Variable '${row.name}' cannot be set using SET_VAR hint.`);
  const { state } = session;
  const before = state.variables.get(row.name);
  const put = (text: string | null): void => {
    state.variables.set(row.name, text);
    state.variableChanged(row.name, text);
  };
  try {
    put(normalizeVariable(row, value, session.warn, before));
  } catch (error) {
    return session.warn(1231, error instanceof Error ? error.message : String(error));
  }
  session.atStatementEnd(() => put(before));
}

/** They change what is between statements. */
const NOT_HINTABLE: ReadonlySet<string> = new Set(['autocommit', 'tidb_snapshot', 'timestamp', 'last_insert_id']);

function useGroup(session: EngineSession, name: string): void {
  const group = session.host.additions.resourceGroups.find(name);
  if (group === undefined) return session.warn(8249, `Unknown resource group '${name}'`);
  const before = session.resourceGroup;
  session.resourceGroup = group.name;
  session.atStatementEnd(() => {
    session.resourceGroup = before;
  });
}

/** The statement with the hints of its binding, if it has one. */
export function withBinding(session: EngineSession, statement: ast.Statement, sql: string): ast.Statement {
  const { bindings } = session.host.additions;
  session.previousUsedBinding = session.usedBinding;
  session.usedBinding = false;
  if (session.bindings.size === 0 && bindings.size === 0) return statement;
  if (!session.state.variables.isOn('tidb_use_plan_baselines')) return statement;
  const normalized = normalizeStatement(sql.slice(statement.start, statement.end));
  const binding = session.bindings.find(normalized) ?? bindings.find(normalized);
  if (binding === undefined) return statement;
  session.usedBinding = true;
  return withHintsOf(statement, binding);
}
