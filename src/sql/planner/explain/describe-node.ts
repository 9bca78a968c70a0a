/** Every physical operator in TiDB's words. */
import { unreachable } from '../../../base/index.ts';
import type { Expr } from '../../expr/index.ts';
import type {
  AggregateCall,
  AggregateNode,
  HashJoinNode,
  IndexJoinNode,
  MergeJoinNode,
  NestedLoopJoinNode,
  PhysicalNode,
  SortKey,
  WindowNode,
} from '../../plan/index.ts';
import {
  describeIndexMerge,
  describePointGet,
  describeScan,
  describeVirtualScan,
  formatConjuncts,
  line,
} from './describe-scan.ts';
import type { ExplainLine } from './explain-line.ts';
import { formatExpr } from './format-expr.ts';

type Role = ExplainLine['role'];

export function describeNode(node: PhysicalNode, role: Role = ''): ExplainLine {
  const make = (name: string, info: string, children: readonly ExplainLine[] = []): ExplainLine => ({
    ...line(name, node, role, { rows: node.estimatedRows, object: '', info, own: true }),
    children,
  });
  switch (node.kind) {
    case 'index-scan':
      return describeScan(node, role);
    case 'point-get':
      return describePointGet(node, role);
    case 'index-merge':
      return describeIndexMerge(node, role);
    case 'virtual-scan':
      return describeVirtualScan(node, role);
    case 'dual':
      return make('TableDual', `rows:${node.rowCount}`);
    case 'values':
      return make('TableDual', `rows:${node.rows.length}`);
    case 'selection':
      return make('Selection', formatConjuncts(node.condition), [describeNode(node.child)]);
    case 'projection':
      return make(
        'Projection',
        node.exprs.map((expr, i) => `${formatExpr(expr)}->Column#${node.output[i]?.id ?? i}`).join(', '),
        [describeNode(node.child)],
      );
    case 'hash-join':
      return make('HashJoin', hashJoinInfo(node), buildFirst(node));
    case 'merge-join':
      return make('MergeJoin', mergeJoinInfo(node), [
        describeNode(node.right, '(Build)'),
        describeNode(node.left, '(Probe)'),
      ]);
    case 'nested-loop-join':
      return make('HashJoin', loopJoinInfo(node), [
        describeNode(node.right, '(Build)'),
        describeNode(node.left, '(Probe)'),
      ]);
    case 'index-join':
      return make('IndexJoin', indexJoinInfo(node), [
        describeNode(node.left, '(Build)'),
        describeScan(node.inner, '(Probe)', node.outerKeys),
      ]);
    case 'apply':
      return make(
        'Apply',
        `${applyType(node.mode)}${node.condition === undefined ? '' : `, other cond:${formatConjuncts(node.condition)}`}`,
        [describeNode(node.outer, '(Build)'), describeNode(node.inner, '(Probe)')],
      );
    case 'hash-aggregate':
    case 'stream-aggregate':
      return make(node.kind === 'hash-aggregate' ? 'HashAgg' : 'StreamAgg', aggregateInfo(node), [
        describeNode(node.child),
      ]);
    case 'sort':
      return make('Sort', formatKeys(node.by), [describeNode(node.child)]);
    case 'top-n':
      return make(
        'TopN',
        `${formatKeys(node.by)}, offset:${node.offset === undefined ? 0 : formatExpr(node.offset)}, count:${formatExpr(node.count)}`,
        [describeNode(node.child)],
      );
    case 'limit':
      return make(
        'Limit',
        `offset:${node.offset === undefined ? 0 : formatExpr(node.offset)}, count:${node.count === undefined ? 'all' : formatExpr(node.count)}`,
        [describeNode(node.child)],
      );
    case 'distinct':
      return make('HashAgg', `group by:${node.output.map((column) => column.name).join(', ')}`, [
        describeNode(node.child),
      ]);
    case 'window':
      return make('Window', windowInfo(node), [describeNode(node.child)]);
    case 'set-operation':
      return make(
        setOperationName(node.operation, node.all),
        '',
        node.children.map((child) => describeNode(child)),
      );
    case 'json-table':
      return make('JsonTable', `document:${formatExpr(node.document)}`);
    case 'cte-scan':
      return make('CTEFullScan', `data:CTE_${node.cte}`);
    case 'work-table-scan':
      return make('CTETable', `Scan on CTE_${node.cte}`);
    case 'max-one-row':
      return make('MaxOneRow', '', [describeNode(node.child)]);
    case 'lock-rows':
      return make('SelectLock', 'for update', [describeNode(node.child)]);
    default:
      return unreachable(node, 'physical node');
  }
}

function setOperationName(operation: string, all: boolean): string {
  if (operation === 'union') return all ? 'Union' : 'UnionDistinct';
  return operation === 'intersect' ? 'Intersect' : 'Except';
}

const JOIN_NAMES: Record<string, string> = {
  inner: 'inner join',
  left: 'left outer join',
  semi: 'semi join',
  anti: 'anti semi join',
  mark: 'left outer semi join',
};

function applyType(mode: string): string {
  switch (mode) {
    case 'scalar':
    case 'lateral-left':
      return 'left outer join';
    case 'lateral':
      return 'inner join';
    default:
      return JOIN_NAMES[mode] ?? mode;
  }
}

function buildFirst(node: HashJoinNode): ExplainLine[] {
  const left = describeNode(node.left, node.build === 'left' ? '(Build)' : '(Probe)');
  const right = describeNode(node.right, node.build === 'right' ? '(Build)' : '(Probe)');
  return node.build === 'left' ? [left, right] : [right, left];
}

function otherCondition(condition: Expr | undefined): string {
  return condition === undefined ? '' : `, other cond:${formatConjuncts(condition)}`;
}

function hashJoinInfo(node: HashJoinNode): string {
  const keys = node.leftKeys.map(
    (key, i) => `${node.nullSafe[i] === true ? 'nulleq' : 'eq'}(${formatExpr(key)}, ${formatExpr(node.rightKeys[i]!)})`,
  );
  const name = node.nullAware ? `Null-aware ${JOIN_NAMES[node.join]!}` : JOIN_NAMES[node.join]!;
  return `${name}, equal:[${keys.join(' ')}]${otherCondition(node.condition)}`;
}

function mergeJoinInfo(node: MergeJoinNode): string {
  return `${JOIN_NAMES[node.join]!}, left key:${node.leftKeys.map(formatExpr).join(', ')}, right key:${node.rightKeys.map(formatExpr).join(', ')}${otherCondition(node.condition)}`;
}

function loopJoinInfo(node: NestedLoopJoinNode): string {
  return `${node.condition === undefined ? 'CARTESIAN ' : ''}${JOIN_NAMES[node.join]!}${otherCondition(node.condition)}`;
}

function indexJoinInfo(node: IndexJoinNode): string {
  const keys = node.outerKeys.map(formatExpr).join(', ');
  return `${JOIN_NAMES[node.join]!}, inner:${node.inner.index.parts.length === 0 ? 'TableScan' : node.inner.covering ? 'IndexReader' : 'IndexLookUp'}, outer key:${keys}${otherCondition(node.condition)}`;
}

function formatKeys(by: readonly SortKey[]): string {
  return by.map((key) => `${formatExpr(key.expr)}${key.descending ? ':desc' : ''}`).join(', ');
}

function formatCall(call: AggregateCall, column: string): string {
  return `${call.def.name}(${call.options.distinct ? 'distinct ' : ''}${call.args.length === 0 ? '1' : call.args.map(formatExpr).join(', ')})->${column}`;
}

function aggregateInfo(node: AggregateNode): string {
  const calls = node.aggregates.map(
    (call, i) => `funcs:${formatCall(call, `Column#${node.output[node.groupBy.length + i]?.id ?? i}`)}`,
  );
  const groups = node.groupBy.length === 0 ? [] : [`group by:${node.groupBy.map(formatExpr).join(', ')}`];
  return [...groups, ...calls].join(', ');
}

function windowInfo(node: WindowNode): string {
  const calls = node.calls.map((call) => `${call.function.def.name}(${call.args.map(formatExpr).join(', ')})`);
  const partition = node.partitionBy.length === 0 ? '' : `partition by ${node.partitionBy.map(formatExpr).join(', ')}`;
  const order = node.orderBy.length === 0 ? '' : `order by ${formatKeys(node.orderBy)}`;
  return `${calls.join(', ')} over(${[partition, order].filter((part) => part !== '').join(' ')})`;
}
