/** A logical plan as indented text, for golden files and traces. */
import type { Expr } from '../../expr/index.ts';
import { formatExpr } from '../explain/format-expr.ts';
import type { LogicalNode } from './logical-plan.ts';
import { childrenOf } from './plan-tree.ts';

export function printLogical(node: LogicalNode, indent = ''): string {
  const lines = [`${indent}${describe(node)}`];
  for (const child of childrenOf(node)) lines.push(printLogical(child, `${indent}  `));
  return lines.join('\n');
}

function list(exprs: readonly Expr[]): string {
  return exprs.map((expr) => formatExpr(expr)).join(', ');
}

function describe(node: LogicalNode): string {
  switch (node.kind) {
    case 'scan':
      return `scan ${node.table.name}${node.alias === node.table.name ? '' : ` as ${node.alias}`} (${node.columns.map((column) => column.name).join(', ')})`;
    case 'dual':
      return node.rowCount === 1 ? 'dual' : 'nothing';
    case 'values':
      return `values ${node.rows.length} rows`;
    case 'json-table':
      return `json table of ${formatExpr(node.document)}`;
    case 'filter':
      return `filter ${list(node.conditions)}`;
    case 'project':
      return `project ${list(node.exprs)}`;
    case 'join':
      return `${node.join} join${node.nullAware ? ' null-aware' : ''}${node.on.length === 0 ? '' : ` on ${list(node.on)}`}`;
    case 'apply':
      return `apply ${node.mode}${node.on.length === 0 ? '' : ` on ${list(node.on)}`}`;
    case 'aggregate':
      return `aggregate by (${list(node.groupBy)}) ${node.calls.map((call) => `${call.def.name}(${call.options.distinct ? 'distinct ' : ''}${list(call.args)})`).join(', ')}`;
    case 'window':
      return `window partition by (${list(node.partitionBy)}) order by (${list(node.orderBy.map((key) => key.expr))})`;
    case 'sort':
      return `sort ${node.by.map((key) => `${formatExpr(key.expr)}${key.descending ? ' desc' : ''}`).join(', ')}`;
    case 'limit':
      return `limit ${node.count === undefined ? 'all' : formatExpr(node.count)}${node.offset === undefined ? '' : ` offset ${formatExpr(node.offset)}`}`;
    case 'set-operation':
      return `${node.operation}${node.all ? ' all' : ''}`;
    case 'cte-scan':
      return `${node.workTable ? 'work table' : 'cte'} ${node.name}`;
    case 'distinct':
    case 'max-one-row':
    case 'choice':
      return node.kind;
  }
}
