/** BATCH … DRY RUN [QUERY]: the statements that would run, first and last, or the query that finds the values. */
import type * as ast from '../../sql/ast/index.ts';
import { formatExpression, quoteName } from '../../sql/ast/index.ts';
import { tableResult, textColumn } from '../session/results.ts';
import type { EngineSession } from '../session/session.ts';
import type { StatementResult } from '../session-port.ts';
import type { Change } from './batch-dml.ts';

export function shownQuery(session: EngineSession, change: Change, name: string, sql: string): StatementResult {
  const where = change.where === undefined ? 'TRUE' : formatExpression(change.where);
  const text = `SELECT ${name} FROM ${fromText(session, change.from, sql)} WHERE ${where} ORDER BY IF(ISNULL(${name}),0,1),${name}`;
  return oneColumn('query statement', [text]);
}

export function shownJobs(
  session: EngineSession,
  statement: ast.Batch['statement'],
  conditions: readonly string[],
  sql: string,
): StatementResult {
  const shown = conditions.length > 1 ? [conditions[0] as string, conditions.at(-1) as string] : conditions;
  return oneColumn(
    'split statement examples',
    shown.map((condition) => jobText(session, statement, condition, sql)),
  );
}

function oneColumn(name: string, texts: readonly string[]): StatementResult {
  return tableResult(
    [textColumn(name, 65_535)],
    texts.map((text) => [text]),
  );
}

function jobText(session: EngineSession, statement: ast.Batch['statement'], condition: string, sql: string): string {
  const both = (where: ast.Expression | undefined): string =>
    where === undefined ? condition : `(${condition} AND ${formatExpression(where)})`;
  const { kind } = statement;
  if (kind === 'delete') {
    const targets = statement.targets?.map((target) => tableText(session, target)).join(',') ?? '';
    const from = fromText(session, statement.from, sql);
    return `DELETE ${targets === '' ? '' : `${targets} `}FROM ${from} WHERE ${both(statement.where)}`;
  }
  if (kind === 'update') {
    const from = fromText(session, statement.tables, sql);
    return `UPDATE ${from} SET ${assignmentsText(statement.assignments)} WHERE ${both(statement.where)}`;
  }
  const body = statement.query?.body as ast.Select;
  const columns = statement.columns?.map(({ name }) => quoteName(name)).join(',');
  const items = body.items.map((item) => (item.kind === 'star' ? starText(item) : sql.slice(item.start, item.end)));
  const into = `${statement.replace ? 'REPLACE' : 'INSERT'} INTO ${tableText(session, statement.table)}`;
  const head = columns === undefined ? into : `${into} (${columns})`;
  const select = `SELECT ${items.join(',')} FROM ${fromText(session, body.from, sql)} WHERE ${both(body.where)}`;
  const { onDuplicate } = statement;
  const tail = onDuplicate.length === 0 ? '' : ` ON DUPLICATE KEY UPDATE ${assignmentsText(onDuplicate)}`;
  return `${head} ${select}${tail}`;
}

function starText({ schema, table }: ast.SelectStar): string {
  return [schema, table].flatMap((part) => (part === undefined ? [] : [`${quoteName(part)}.`])).join('') + '*';
}

function assignmentsText(assignments: readonly ast.Assignment[]): string {
  return assignments.map(({ column, value }) => `${columnText(column)}=${formatExpression(value)}`).join(', ');
}

function columnText({ schema, table, name }: ast.ColumnReference): string {
  return [schema, table, name].flatMap((part) => (part === undefined ? [] : [quoteName(part)])).join('.');
}

function tableText(session: EngineSession, { schema, name }: Pick<ast.TableName, 'schema' | 'name'>): string {
  const place = schema ?? session.state.database;
  return place === null ? quoteName(name) : `${quoteName(place)}.${quoteName(name)}`;
}

/** Joins as they were written. */
function fromText(session: EngineSession, from: readonly ast.TableReference[], sql: string): string {
  return from
    .map((reference) => {
      if (reference.kind !== 'table') return sql.slice(reference.start, reference.end);
      const text = tableText(session, { schema: reference.schema, name: reference.name });
      return reference.alias === undefined ? text : `${text} AS ${quoteName(reference.alias)}`;
    })
    .join(', ');
}
