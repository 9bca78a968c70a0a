/** A query: WITH, then its body, then ORDER BY and LIMIT of the whole. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Expr } from '../../expr/index.ts';
import type { ValuesNode } from '../logical/logical-plan.ts';
import { bindLimit } from './bind-limit.ts';
import { bindKey } from './bind-order-by.ts';
import { bindSelect, type SelectItem } from './bind-select.ts';
import { bindSetOperation } from './bind-set-operation.ts';
import { bindWith } from './bind-with.ts';
import { Block, type BoundQuery, type QueryEnv } from './block.ts';
import { bindReference } from './bind-from.ts';
import { isRuntimeConstant } from '../logical/expressions.ts';

const DEPTH_MAX = 200;

export function bindQuery(query: ast.Query, outer: QueryEnv): BoundQuery {
  const { state } = outer;
  if (++state.depth > DEPTH_MAX) throw sqlError('ER_STACK_OVERRUN_NEED_MORE', 0, 0, 0);
  const env = query.with === undefined ? outer : { ...outer, ctes: bindWith(query.with, outer) };
  const bound = bindBody(query, env);
  state.depth--;
  return bound;
}

function bindBody(query: ast.Query, env: QueryEnv): BoundQuery {
  const { body } = query;
  switch (body.kind) {
    case 'select':
      return bindSelect(body, query, env);
    case 'values':
      return tail(query, bindValues(body, env), env);
    case 'table-query':
      return tail(query, bindTableQuery(body, env), env);
    case 'set-operation':
      return tail(query, bindSetOperation(body, { ...env, top: false, dropOrder: false }), env);
    case 'query': {
      const hasOwnTail = query.orderBy.length > 0 || query.limit !== undefined;
      return tail(
        query,
        bindQuery(body, hasOwnTail ? { ...env, top: false, dropOrder: body.limit === undefined } : env),
        env,
      );
    }
  }
}

/** ORDER BY over the output columns only, then LIMIT. */
function tail(query: ast.Query, bound: BoundQuery, env: QueryEnv): BoundQuery {
  const block = new Block(env);
  let plan = bound.plan;
  if (query.orderBy.length > 0 && !(env.dropOrder && query.limit === undefined)) {
    block.clause = 'order clause';
    const items = bound.outputs.map((output): SelectItem => ({ ...output, alias: output.name, node: undefined }));
    block.aliasFirst = (name) => {
      if (name.table !== undefined) throw sqlError('ER_TABLENAME_NOT_ALLOWED_HERE', name.table, 'global ORDER clause');
      return items.find((item) => item.name.toLowerCase() === name.name.toLowerCase())?.expr;
    };
    const holder = { plan, sources: [], merged: new Map<string, Expr>(), star: () => [] };
    block.relation = holder;
    const by = query.orderBy.map((item) => ({
      expr: bindKey(item.expression, items, block),
      descending: item.direction === 'desc',
    }));
    const useful = by.filter((key) => !isRuntimeConstant(key.expr));
    plan = useful.length === 0 ? holder.plan : { kind: 'sort', child: holder.plan, by: useful };
  }
  return { ...bound, plan: bindLimit(plan, query.limit, block, false) };
}

function bindValues(body: ast.ValuesBody, env: QueryEnv): BoundQuery {
  const block = new Block(env);
  block.relation = { plan: { kind: 'dual', rowCount: 1, columns: [] }, sources: [], merged: new Map(), star: () => [] };
  const width = body.rows[0]?.length ?? 0;
  const rows = body.rows.map((row, i) => {
    if (row.length !== width) throw sqlError('ER_WRONG_VALUE_COUNT_ON_ROW', i + 1);
    return row.map((value) => block.bind(value));
  });
  const { state } = env;
  const types = Array.from({ length: width }, (_, c) =>
    commonType(
      rows.map((row) => row[c]!),
      block,
    ),
  );
  const columns = types.map((type, c) => state.newColumn(type, `column_${c}`));
  const node: ValuesNode = { kind: 'values', rows, columns };
  return { plan: node, outputs: columns.map((expr) => ({ name: expr.name, expr })) };
}

/** The type that holds all of the expressions, by the rules of UNION. */
function commonType(exprs: readonly Expr[], block: Block): Expr['type'] {
  return exprs.length === 1
    ? exprs[0]!.type
    : block.state.calls.call(
        'coalesce',
        exprs.map((expr) => (expr.kind === 'constant' ? { ...expr, value: null } : expr)),
      ).type;
}

function bindTableQuery(body: ast.TableBody, env: QueryEnv): BoundQuery {
  const block = new Block(env);
  const source: ast.TableSource = {
    kind: 'table',
    schema: body.table.schema,
    name: body.table.name,
    alias: undefined,
    partitions: [],
    indexHints: [],
    tableSample: undefined,
    start: body.start,
    end: body.end,
  };
  const relation = bindReference(source, block, undefined);
  return { plan: relation.plan, outputs: relation.star() };
}
