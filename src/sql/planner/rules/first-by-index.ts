/**
 * MIN and MAX of a column are the first value in its order: the aggregate reads one row, which an index in that order
 * gives at once (and without an index costs no more than before).
 */
import type { StatementState } from '../bind/statement-state.ts';
import { integerConstant } from '../bind/call-builder.ts';
import type { AggregateNode, LogicalNode, ScanNode } from '../logical/logical-plan.ts';
import { filter } from '../logical/make.ts';
import { mapChildren } from '../logical/plan-tree.ts';

export function firstByIndex(plan: LogicalNode, state: StatementState): LogicalNode {
  const node = mapChildren(plan, (child) => firstByIndex(child, state));
  return node.kind === 'aggregate' ? firstRow(node, state) : node;
}

function firstRow(node: AggregateNode, state: StatementState): LogicalNode {
  const [call] = node.calls;
  if (node.groupBy.length > 0 || node.calls.length !== 1 || call === undefined) return node;
  if (call.def.name !== 'min' && call.def.name !== 'max') return node;
  const [column] = call.args;
  const scan = node.child.kind === 'filter' ? node.child.child : node.child;
  if (column?.kind !== 'column' || scan.kind !== 'scan' || !leadsIndex(scan, column.id)) return node;
  const { calls } = state;
  const present = column.type.nullable ? [calls.not(calls.call('isnull', [column]))] : [];
  const sorted: LogicalNode = {
    kind: 'sort',
    child: filter(node.child, present),
    by: [{ expr: column, descending: call.def.name === 'max' }],
  };
  return {
    ...node,
    child: { kind: 'limit', child: sorted, count: integerConstant(1), offset: undefined, countAll: false },
  };
}

/** Types whose index order is the order of MIN and MAX: ENUM and SET compare as text there. */
function leadsIndex(scan: ScanNode, id: number): boolean {
  const position = scan.positions[scan.columns.findIndex((column) => column.id === id)];
  const def = position === undefined ? undefined : scan.table.columns[position];
  if (def === undefined || def.type.kind === 'enum' || def.type.kind === 'set') return false;
  return scan.table.indexes.some((index) =>
    index.parts.some((part) => part.columnId === def.id && part.prefixLength === undefined),
  );
}
