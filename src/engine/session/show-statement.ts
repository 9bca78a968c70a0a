/** SHOW: diagnostics and accounts here, everything else by engine/show. */
import type { MaybePromise } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { runShowStatement } from '../show/index.ts';
import type { StatementResult } from '../session-port.ts';
import { intColumn, tableResult, textColumn } from './results.ts';
import type { EngineSession } from './session.ts';

export function runShow(session: EngineSession, statement: ast.Show, sql: string): MaybePromise<StatementResult> {
  if (statement.kind === 'show-diagnostics') return showDiagnostics(session, statement);
  if (statement.kind === 'show' && statement.subject === 'count warnings') return showCount(session, 'warning_count');
  if (statement.kind === 'show' && statement.subject === 'count errors') return showCount(session, 'error_count');
  return session.privileges.runAccountStatement(statement) ?? runShowStatement(session, statement, sql);
}

function showCount(session: EngineSession, variable: 'warning_count' | 'error_count'): StatementResult {
  const { warningCount, errorCount } = session.state.diagnostics;
  const counts = { warning_count: warningCount, error_count: errorCount };
  return tableResult([intColumn(`@@session.${variable}`)], [[counts[variable]]]);
}

function showDiagnostics(session: EngineSession, statement: ast.ShowDiagnostics): StatementResult {
  const all = session.state.diagnostics.entries.filter(
    (entry) => statement.what === 'warnings' || entry.level === 'Error',
  );
  const literal = (expression: ast.Expression | undefined): number | undefined =>
    expression?.kind === 'integer' ? Number(expression.value) : undefined;
  const offset = literal(statement.limit?.offset) ?? 0;
  const count = literal(statement.limit?.count) ?? all.length;
  return tableResult(
    [textColumn('Level', 7), intColumn('Code'), textColumn('Message', 512)],
    all.slice(offset, offset + count).map((entry) => [entry.level, entry.errno, entry.message]),
  );
}
