/** The `BuildContext` of a session, and the check that a definition's expressions bind. */
import { sqlError } from '../../base/index.ts';
import { formatExpression } from '../../sql/ast/index.ts';
import type { TableDef } from '../../sql/catalog/index.ts';
import type { BuildContext } from '../../sql/ddl/index.ts';
import { findFunction } from '../../sql/functions/index.ts';
import { parseExpressionText } from '../../sql/parser/index.ts';
import { bindRowExpression, bindTableExpressions } from '../../sql/planner/index.ts';
import { evaluateExpression } from '../session/evaluate.ts';
import { plannerContext } from '../session/plan-context.ts';
import type { EngineSession } from '../session/session.ts';
import { convertExactly, literalDefault } from './literal-default.ts';

export function buildContext(session: EngineSession, schemaName: string): BuildContext {
  const catalog = session.host.catalog();
  const schema = catalog.findSchema(schemaName);
  if (schema === undefined) throw sqlError('ER_BAD_DB_ERROR', schemaName);
  const { sqlMode } = session.state;
  return {
    catalog,
    schema: schema.name,
    schemaCollation: schema.collation,
    nowMs: session.host.env.clock.nowMs(),
    defaultEngine: (isTemporary) =>
      session.state.variables.get(isTemporary ? 'default_tmp_storage_engine' : 'default_storage_engine') ?? 'InnoDB',
    foreignKeyChecks: session.foreignKeyChecks,
    strict: sqlMode.strictTransTables || sqlMode.strictAllTables,
    formatExpression: (expression) => formatExpression(expression, { introducer: 'utf8mb4' }),
    literalDefault: (expression, type, column) => literalDefault(session, expression, type, column),
    warn: session.warn,
    parseExpression: parseExpressionText,
    isFunction: (name) => findFunction(name) !== undefined,
    standardForeignKeys: session.state.variables.isOn('restrict_fk_on_non_standard_key'),
    evaluate: (expression) => evaluateExpression(session, expression),
    convert: (value, from, to) => convertExactly(session, value, from, to),
    expressionType: (sql, table) => bindRowExpression(sql, table, plannerContext(session, sql, [])).type,
  };
}

/** Binds defaults, generated columns and checks once, so that a bad one fails the DDL and not a later INSERT. */
export function checkExpressions(session: EngineSession, table: TableDef): void {
  bindTableExpressions(table, plannerContext(session, '', []));
}
