/**
 * EXPLAIN: TiDB's table (`id | estRows | task | access object | operator info`, with the columns of EXPLAIN ANALYZE when
 * there are runtime statistics), or a simple tree or JSON form of the same lines.
 */
import type { PhysicalNode, StatementPlan } from '../../plan/index.ts';
import { describeNode } from './describe-node.ts';
import type { ExplainLine } from './explain-line.ts';

/** What the executor counted per node; `RuntimeStats` of the exec room has this shape. */
export interface RuntimeCounters {
  find(
    id: number,
  ):
    | { readonly rows: number; readonly loops: number; readonly timeMs: number; readonly memoryBytes: number }
    | undefined;
}

export interface ExplainOptions {
  /** 'row', 'brief', 'traditional', 'verbose' (TiDB's table), 'dot', 'tree', 'json', 'tidb_json'. */
  readonly format: string;
  readonly analyze?: RuntimeCounters;
  /** Names of the partitions that a scan reads; undefined for other nodes. */
  readonly partitions?: (node: PhysicalNode) => string | undefined;
}

export interface ExplainTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function explainPlan(plan: StatementPlan, options: ExplainOptions): ExplainTable {
  const { partitions } = options;
  const lines =
    partitions === undefined ? linesOf(plan) : linesOf(plan).map((root) => withPartitions(root, partitions));
  switch (options.format.toLowerCase()) {
    case 'tree':
      return { columns: ['EXPLAIN'], rows: [[lines.map((root) => treeText(root, 0, options.analyze)).join('\n')]] };
    case 'json':
    case 'tidb_json':
      return {
        columns: ['EXPLAIN'],
        rows: [
          [
            JSON.stringify(
              lines.map((root) => jsonOf(root, options.analyze)),
              null,
              2,
            ),
          ],
        ],
      };
    case 'dot':
      return { columns: ['dot contents'], rows: lines.map((root) => [dotText(root)]) };
    default:
      return table(lines, options);
  }
}

/** `table:t, partition:p0,p1`, as TiDB shows what pruning left. */
function withPartitions(line: ExplainLine, namesOf: (node: PhysicalNode) => string | undefined): ExplainLine {
  const children = line.children.map((child) => withPartitions(child, namesOf));
  const names = line.source !== undefined && line.object.startsWith('table:') ? namesOf(line.source) : undefined;
  if (names === undefined) return { ...line, children };
  const object = line.object.replace(/^(table:[^,]*)/, (table) => `${table}, partition:${names}`);
  return { ...line, object, children };
}

/** The main tree, then CTEs and init plans, as TiDB lists them. */
function linesOf(plan: StatementPlan): ExplainLine[] {
  const lines: ExplainLine[] = [rootOf(plan)];
  for (const cte of plan.ctes) {
    const children = [{ ...describeNode(cte.plan), role: '' as const }];
    if (cte.recursive !== undefined) children.push({ ...describeNode(cte.recursive), role: '' as const });
    lines.push(
      plainLine(
        `CTE`,
        cte.cte,
        cte.plan.estimatedRows,
        cte.recursive === undefined ? 'Non-Recursive CTE' : 'Recursive CTE',
        children,
      ),
    );
  }
  for (const init of plan.initPlans) {
    lines.push(
      plainLine(
        'ScalarSubQuery',
        init.slots[0] ?? 0,
        1,
        `Output: ${init.slots.map((slot) => `ScalarQueryCol#${slot}`).join(', ')}`,
        [describeNode(init.plan)],
      ),
    );
  }
  return lines;
}

function plainLine(
  name: string,
  number: number,
  estimatedRows: number,
  info: string,
  children: readonly ExplainLine[],
): ExplainLine {
  return { name, node: undefined, number, role: '', estimatedRows, object: '', info, children };
}

function rootOf(plan: StatementPlan): ExplainLine {
  switch (plan.kind) {
    case 'query':
      return describeNode(plan.root);
    case 'update':
      return plainLine('Update', 0, 0, 'N/A', [describeNode(plan.root)]);
    case 'delete':
      return plainLine('Delete', 0, 0, 'N/A', [describeNode(plan.root)]);
    case 'insert':
      return plainLine(
        plan.mode === 'replace' ? 'Replace' : 'Insert',
        0,
        0,
        'N/A',
        plan.source.kind === 'query' ? [describeNode(plan.source.root)] : [],
      );
    case 'load':
      return plainLine('LoadData', 0, 0, 'N/A', []);
  }
}

const PLAIN_COLUMNS = ['id', 'estRows', 'task', 'access object', 'operator info'];
const ANALYZE_COLUMNS = [
  'id',
  'estRows',
  'actRows',
  'task',
  'access object',
  'execution info',
  'operator info',
  'memory',
  'disk',
];

function table(lines: readonly ExplainLine[], options: ExplainOptions): ExplainTable {
  const rows: string[][] = [];
  const brief = options.format.toLowerCase() === 'brief';
  for (const root of lines) addRows(root, { indent: '', branch: '', brief, analyze: options.analyze }, rows);
  return { columns: options.analyze === undefined ? PLAIN_COLUMNS : ANALYZE_COLUMNS, rows };
}

interface Drawing {
  readonly indent: string;
  readonly branch: string;
  readonly brief: boolean;
  readonly analyze: RuntimeCounters | undefined;
}

function addRows(line: ExplainLine, drawing: Drawing, rows: string[][]): void {
  const number = drawing.brief ? '' : `_${line.number}`;
  const id = `${drawing.indent}${drawing.branch}${line.name}${number}${line.role}`;
  const estimated =
    line.name === 'Update' || line.name === 'Delete' || line.name === 'Insert' || line.name === 'Replace'
      ? 'N/A'
      : line.estimatedRows.toFixed(2);
  rows.push(
    drawing.analyze === undefined
      ? [id, estimated, 'root', line.object, line.info]
      : analyzed(id, estimated, line, drawing.analyze),
  );
  const below = drawing.branch === '' ? drawing.indent : `${drawing.indent}${drawing.branch === '└─' ? '  ' : '│ '}`;
  for (const [i, child] of line.children.entries()) {
    addRows(child, { ...drawing, indent: below, branch: i === line.children.length - 1 ? '└─' : '├─' }, rows);
  }
}

function analyzed(id: string, estimated: string, line: ExplainLine, counters: RuntimeCounters): string[] {
  const counted = line.node === undefined ? undefined : counters.find(line.node.id);
  const actual = counted === undefined ? 'N/A' : String(counted.rows);
  const execution = counted === undefined ? '' : `time:${formatTime(counted.timeMs)}, loops:${counted.loops}`;
  const memory = counted === undefined || counted.memoryBytes === 0 ? 'N/A' : formatBytes(counted.memoryBytes);
  return [id, estimated, actual, 'root', line.object, execution, line.info, memory, 'N/A'];
}

function formatTime(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)}s`;
  return ms >= 1 ? `${ms.toFixed(2)}ms` : `${(ms * 1000).toFixed(1)}µs`;
}

function formatBytes(bytes: number): string {
  if (bytes >= 1 << 20) return `${(bytes / (1 << 20)).toFixed(1)} MB`;
  return bytes >= 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${bytes} Bytes`;
}

function treeText(line: ExplainLine, depth: number, counters: RuntimeCounters | undefined): string {
  const counted = line.node === undefined ? undefined : counters?.find(line.node.id);
  const actual =
    counted === undefined
      ? ''
      : ` (actual time=${counted.timeMs.toFixed(3)} rows=${counted.rows} loops=${counted.loops})`;
  const details = [line.object, line.info].filter((part) => part !== '').join(', ');
  const own = `${'    '.repeat(depth)}-> ${line.name}${details === '' ? '' : `: ${details}`}  (rows=${line.estimatedRows.toFixed(2)})${actual}`;
  return [own, ...line.children.map((child) => treeText(child, depth + 1, counters))].join('\n');
}

/** For Graphviz, in TiDB's shape. */
function dotText(root: ExplainLine): string {
  const name = (line: ExplainLine): string => `${line.name}_${line.number}`;
  const edges: string[] = [];
  const walk = (line: ExplainLine): void => {
    for (const child of line.children) {
      edges.push(`"${name(line)}" -> "${name(child)}"`);
      walk(child);
    }
  };
  walk(root);
  const style = 'node [style=filled, color=lightgrey]\ncolor=black\nlabel = "root"';
  const body = edges.length === 0 ? `"${name(root)}"` : edges.join('\n');
  return `\ndigraph ${name(root)} {\nsubgraph cluster${root.number}{\n${style}\n${body}\n}\n}\n`;
}

function jsonOf(line: ExplainLine, counters: RuntimeCounters | undefined): Record<string, unknown> {
  const counted = line.node === undefined ? undefined : counters?.find(line.node.id);
  return {
    id: `${line.name}_${line.number}${line.role}`,
    estRows: line.estimatedRows.toFixed(2),
    ...(counted !== undefined && {
      actRows: String(counted.rows),
      executeInfo: `time:${formatTime(counted.timeMs)}, loops:${counted.loops}`,
    }),
    taskType: 'root',
    ...(line.object !== '' && { accessObject: line.object }),
    operatorInfo: line.info,
    ...(line.children.length > 0 && { subOperators: line.children.map((child) => jsonOf(child, counters)) }),
  };
}
