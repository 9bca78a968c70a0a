/** Scans and point gets in TiDB's words: operator, access object, ranges. */
import type { IndexDef, TableDef } from '../../catalog/index.ts';
import type { Expr } from '../../expr/index.ts';
import type {
  IndexAccess,
  IndexInterval,
  IndexMergeNode,
  IndexScanNode,
  PhysicalNode,
  PointGetNode,
  VirtualScanNode,
} from '../../plan/index.ts';
import type { ExplainLine } from './explain-line.ts';
import { formatExpr } from './format-expr.ts';

const RANGES_SHOWN = 10;

type Role = ExplainLine['role'];

export function describeScan(node: IndexScanNode, role: Role, keys: readonly Expr[] = []): ExplainLine {
  const { table, index } = node;
  const clustered = index === table.indexes[0] || index.primary || index.parts.length === 0;
  const ranged = node.access.alternatives.length > 0 || keys.length > 0;
  const rows = node.estimatedInputRows ?? node.estimatedRows;
  const info = [
    ...(node.access.alternatives.length > 0 ? [`range:${formatRanges(node.access)}`] : []),
    ...(keys.length > 0
      ? [
          `range: decided by [${keys.map((key, i) => `eq(${table.name}.${partName(table, index, i)}, ${formatExpr(key)})`).join(' ')}]`,
        ]
      : []),
    `keep order:${node.keepOrder}`,
    ...(node.reverse ? ['desc'] : []),
  ].join(', ');
  const kind = `${clustered ? 'Table' : 'Index'}${ranged ? 'RangeScan' : 'FullScan'}`;
  const scan = (as: Role): ExplainLine =>
    line(kind, node, as, {
      rows,
      object: accessObject(node.alias, table, clustered ? undefined : index),
      info,
      own: node.filter === undefined && (clustered || node.covering),
    });
  let top =
    clustered || node.covering
      ? scan(node.filter === undefined ? role : '')
      : lookUp(node, node.filter === undefined ? role : '', rows, scan('(Build)'));
  if (node.filter !== undefined) top = selectionOver(node, node.filter, top, role);
  return top;
}

/** Index entries first, then the rows they point at. */
function lookUp(node: IndexScanNode, role: Role, rows: number, build: ExplainLine): ExplainLine {
  const probe = line('TableRowIDScan', node, '(Probe)', {
    rows,
    object: `table:${node.alias}`,
    info: 'keep order:false',
    own: false,
  });
  return {
    ...line('IndexLookUp', node, role, { rows, object: '', info: '', own: node.filter === undefined }),
    children: [build, probe],
  };
}

function selectionOver(node: PhysicalNode, filter: Expr, child: ExplainLine, role: Role): ExplainLine {
  return {
    ...line('Selection', node, role, {
      rows: node.estimatedRows,
      object: '',
      info: formatConjuncts(filter),
      own: true,
    }),
    children: [child],
  };
}

/** TiDB lists conjuncts with commas. */
export function formatConjuncts(expr: Expr): string {
  return expr.kind === 'call' && expr.name === 'and' ? expr.args.map(formatConjuncts).join(', ') : formatExpr(expr);
}

interface LineFacts {
  readonly rows: number;
  readonly object: string;
  readonly info: string;
  /** Runtime statistics of the node belong to this line. */
  readonly own: boolean;
}

export function line(name: string, node: PhysicalNode, role: Role, facts: LineFacts): ExplainLine {
  return {
    name,
    node: facts.own ? node : undefined,
    source: node,
    number: node.id,
    role,
    estimatedRows: facts.rows,
    object: facts.object,
    info: facts.info,
    children: [],
  };
}

export function describePointGet(node: PointGetNode, role: Role): ExplainLine {
  const { table, index, keys } = node;
  const clustered = index === table.indexes[0];
  const object = accessObject(node.alias, table, clustered ? undefined : index);
  const single = index.parts.length === 1;
  const text = keys.slice(0, RANGES_SHOWN).map((key) => (single ? formatExpr(key[0]!) : key.map(formatExpr).join(' ')));
  const more = keys.length > RANGES_SHOWN ? ` ...(${keys.length} keys)` : '';
  const lock = node.lock === undefined ? '' : ', lock';
  const info =
    keys.length === 1
      ? `${clustered && single ? `handle:${text[0]}` : ''}${lock}`.replace(/^, /, '')
      : `${clustered && single ? `handle:[${text.join(' ')}${more}], ` : ''}keep order:false, desc:false${lock}`;
  const get = line(keys.length === 1 ? 'Point_Get' : 'Batch_Point_Get', node, node.filter === undefined ? role : '', {
    rows: keys.length,
    object,
    info,
    own: node.filter === undefined,
  });
  return node.filter === undefined ? get : selectionOver(node, node.filter, get, role);
}

export function describeIndexMerge(node: IndexMergeNode, role: Role): ExplainLine {
  const scans = node.scans.map(({ index, access }) => {
    const clustered = index === node.table.indexes[0];
    return line(clustered ? 'TableRangeScan' : 'IndexRangeScan', node, '(Build)', {
      rows: node.estimatedRows,
      object: accessObject(node.alias, node.table, clustered ? undefined : index),
      info: `range:${formatRanges(access)}, keep order:false`,
      own: false,
    });
  });
  const probe = line('TableRowIDScan', node, '(Probe)', {
    rows: node.estimatedRows,
    object: `table:${node.alias}`,
    info: 'keep order:false',
    own: false,
  });
  const merge: ExplainLine = {
    ...line('IndexMerge', node, node.filter === undefined ? role : '', {
      rows: node.estimatedRows,
      object: '',
      info: `type: ${node.mode}`,
      own: node.filter === undefined,
    }),
    children: [...scans, probe],
  };
  return node.filter === undefined ? merge : selectionOver(node, node.filter, merge, role);
}

export function describeVirtualScan(node: VirtualScanNode, role: Role): ExplainLine {
  const equal = Object.entries(node.equal).map(([name, expr]) => `${name}:[${formatExpr(expr)}]`);
  const scan = line('MemTableScan', node, node.filter === undefined ? role : '', {
    rows: node.estimatedRows,
    object: `table:${node.table.toUpperCase()}`,
    info: equal.join(', '),
    own: node.filter === undefined,
  });
  return node.filter === undefined ? scan : selectionOver(node, node.filter, scan, role);
}

function partName(table: TableDef, index: IndexDef, part: number): string {
  const id = (index.parts[part] ?? table.indexes[0]!.parts[part - index.parts.length])?.columnId;
  return table.columns.find((column) => column.id === id)?.name ?? '?';
}

function accessObject(alias: string, table: TableDef, index: IndexDef | undefined): string {
  if (index === undefined) return `table:${alias}`;
  return `table:${alias}, index:${index.name}(${index.parts.map((_, i) => partName(table, index, i)).join(', ')})`;
}

function formatRanges(access: IndexAccess): string {
  const shown = access.alternatives.slice(0, RANGES_SHOWN).map(formatInterval).join(', ');
  return access.alternatives.length > RANGES_SHOWN ? `${shown}, ...(${access.alternatives.length} ranges)` : shown;
}

function formatInterval(interval: IndexInterval): string {
  const equal = interval.equal.map((point) => ('isNull' in point ? 'NULL' : formatExpr(point)));
  const { low, high } = interval;
  if (low === undefined && high === undefined && interval.excludeNull !== true)
    return `[${equal.join(' ')},${equal.join(' ')}]`;
  const from = [...equal, low === undefined ? '-inf' : formatExpr(low.expr)].join(' ');
  const to = [...equal, high === undefined ? '+inf' : formatExpr(high.expr)].join(' ');
  return `${low?.inclusive === true ? '[' : '('}${from},${to}${high === undefined || high.inclusive ? ']' : ')'}`;
}
