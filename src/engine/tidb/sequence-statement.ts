/** CREATE, ALTER, DROP SEQUENCE; each commits what is open, as schema changes do. */
import { andThen, type MaybePromise, sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { okResult } from '../session/results.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';

export function runSequence(session: EngineSession, statement: ast.Sequence): MaybePromise<StatementResult> {
  return andThen(session.implicitCommit(), () => change(session, statement));
}

async function change(session: EngineSession, statement: ast.Sequence): Promise<StatementResult> {
  const { sequences } = session.host.additions;
  const names = statement.sequences.map((name) => {
    const schema = name.schema ?? session.state.database;
    if (schema === null) throw sqlError('ER_NO_DB_ERROR');
    if (session.host.catalog().findSchema(schema) === undefined) throw sqlError('ER_BAD_DB_ERROR', schema);
    return { schema, name: name.name };
  });
  const note = (errno: number, text: string): void => session.warn(errno, text, 'Note');
  if (statement.action === 'create') {
    const { schema, name } = names[0]!;
    if (sequences.has(schema, name) || session.host.catalog().findTable(schema, name) !== undefined) {
      if (!statement.ifExists) throw sqlError('ER_TABLE_EXISTS_ERROR', name);
      note(1050, `Table '${name}' already exists`);
    } else await sequences.create(schema, name, statement.options);
    return okResult({ warningCount: session.state.diagnostics.warningCount });
  }
  const missing = names
    .filter(({ schema, name }) => !sequences.has(schema, name))
    .map((at) => `${at.schema}.${at.name}`);
  if (missing.length > 0 && !statement.ifExists) {
    if (statement.action === 'drop') throw sqlError('ER_UNKNOWN_SEQUENCE', missing.join(','));
    throw sqlError('ER_NO_SUCH_TABLE', names[0]!.schema, names[0]!.name);
  }
  for (const name of missing) note(4139, `Unknown SEQUENCE: '${name}'`);
  for (const { schema, name } of names) {
    if (!sequences.has(schema, name)) continue;
    if (statement.action === 'drop') await sequences.drop(schema, name);
    else await sequences.alter(schema, name, statement.options);
  }
  return okResult({ warningCount: session.state.diagnostics.warningCount });
}
