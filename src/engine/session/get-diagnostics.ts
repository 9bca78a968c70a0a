/** GET DIAGNOSTICS: reads the diagnostics area into user variables; the area stays as it is. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { varcharType } from '../../sql/types/index.ts';
import type { StatementResult } from '../session-port.ts';
import type { Diagnostic } from './diagnostics.ts';
import { evaluateExpression } from './evaluate.ts';
import { intColumn, okResult } from './results.ts';
import type { EngineSession } from './session.ts';

export function runGetDiagnostics(session: EngineSession, statement: ast.GetDiagnostics): StatementResult {
  if (statement.area === 'stacked') throw sqlError('ER_GET_STACKED_DA_WITHOUT_ACTIVE_HANDLER');
  const { diagnostics } = session.state;
  for (const { target } of statement.items) {
    if (typeof target === 'string') throw sqlError('ER_SP_UNDECLARED_VAR', target);
  }
  if (statement.condition === undefined) {
    const values = { number: diagnostics.entries.length, row_count: session.eval.rowCount };
    for (const { target, name } of statement.items) {
      const value = values[name.toLowerCase() as keyof typeof values];
      store(session, target, value);
    }
  } else {
    const { value } = evaluateExpression(session, statement.condition);
    const condition = diagnostics.entries[Number(value ?? 0) - 1];
    if (condition === undefined) diagnostics.add('Error', 1758, 'Invalid condition number', '35000');
    else for (const { target, name } of statement.items) store(session, target, conditionItem(condition, name));
  }
  return okResult({ warningCount: diagnostics.warningCount });
}

const BIGINT = intColumn('').type;
const TEXT = varcharType(512, { collation: 'utf8mb3_general_ci' });

function store(session: EngineSession, target: ast.UserVariable | string, value: number | string): void {
  if (typeof target === 'string') return;
  session.eval.setUserVariable(target.name, value, typeof value === 'number' ? BIGINT : TEXT);
}

/** Items about tables, columns and cursors are empty unless a SIGNAL gave them. */
function conditionItem(condition: Diagnostic, name: string): number | string {
  switch (name.toLowerCase()) {
    case 'returned_sqlstate':
      return condition.sqlState;
    case 'mysql_errno':
      return condition.errno;
    case 'message_text':
      return condition.message;
    case 'class_origin':
    case 'subclass_origin':
      return 'ISO 9075';
    default:
      return '';
  }
}
