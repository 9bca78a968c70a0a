/** MySQL cannot use one temporary table twice in a statement (1137); programs written for it rely on nothing else. */
import { sqlError } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { EngineSession } from '../session/session.ts';

interface Named {
  readonly kind?: string;
  readonly schema?: string | undefined;
  readonly name?: string;
  readonly alias?: string | undefined;
  readonly with?: ast.WithClause | undefined;
}

type Tables = ReadonlyMap<string, { readonly body: ast.Query; readonly scope: Tables }>;

export function refuseReopening(statement: ast.Statement, session: EngineSession): void {
  const opened = new Map<string, string>();
  const open = ({ schema, name, alias }: Named): void => {
    const place = schema ?? session.state.database;
    if (place === null || name === undefined || session.temporary?.find(place, name) === undefined) return;
    const key = `${place}\u0000${name}`;
    const first = opened.get(key);
    if (first !== undefined) throw sqlError('ER_CANT_REOPEN_TABLE', first);
    opened.set(key, alias ?? name);
  };
  if (statement.kind === 'insert') open(statement.table);
  visit(statement, new Map(), open);
}

/** Calls back for each table that is opened: one in a common table expression as often as that is named. */
function visit(node: unknown, ctes: Tables, open: (table: Named) => void): void {
  if (Array.isArray(node)) for (const item of node) visit(item, ctes, open);
  if (Array.isArray(node) || typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
  const tree = node as Named;
  if (tree.kind === 'table') {
    const cte = tree.schema === undefined ? ctes.get(tree.name ?? '') : undefined;
    if (cte === undefined) open(tree);
    else visit(cte.body, cte.scope, open);
    return;
  }
  const scope = tree.with === undefined ? ctes : scopeOf(tree.with, ctes);
  for (const [key, value] of Object.entries(node)) if (key !== 'with') visit(value, scope, open);
}

/** A recursive expression does not see itself here: it is opened once. */
function scopeOf(clause: ast.WithClause, outer: Tables): Tables {
  let scope = outer;
  for (const cte of clause.tables) scope = new Map([...scope, [cte.name, { body: cte.query, scope }]]);
  return scope;
}
