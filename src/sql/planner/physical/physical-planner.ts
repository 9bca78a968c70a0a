/**
 * From the logical plan to the cheapest physical one. Each node is planned for a wanted order of its rows: the answer is
 * the cheapest plan, and, where another, the cheapest that comes in that order, so that a sort is paid only where it wins.
 */
import { sqlError, unreachable } from '../../../base/index.ts';
import type { CallBuilder } from '../bind/call-builder.ts';
import type { StatementState } from '../bind/statement-state.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import type { PhysicalNode, PlanColumn, SortKey } from '../../plan/index.ts';
import type {
  AggregateNode,
  ApplyNode,
  FilterNode,
  JoinNode,
  LimitNode,
  LogicalNode,
  ProjectNode,
  SetOperationNode,
  SortNode,
  WindowNode,
} from '../logical/logical-plan.ts';
import { isVolatile } from '../logical/expressions.ts';
import { columnIdsOf, columnsOf, freeColumns } from '../logical/plan-tree.ts';
import { accessPaths, bestTwo } from './access-path.ts';
import { planApply } from './apply.ts';
import { COST, sortCost, topNCost } from './cost.ts';
import { Estimator } from './estimator.ts';
import { innerLookups } from './index-lookup.ts';
import { joinGroupOf } from './join-group.ts';
import { splitJoinConditions } from './join-keys.ts';
import { joinMethods } from './join-methods.ts';
import { type JoinOrderContext, orderJoins } from './join-order.ts';
import { type Candidate, NO_CONSTANTS, NO_ORDER, type OrderColumn, satisfies, UNNUMBERED } from './physical-plan.ts';
import { inOrder } from './rely-on-order.ts';

type Want = readonly OrderColumn[];
const ANY: Want = [];
/** A document's rows are not known before it is read. */
const JSON_TABLE_ROWS = 4;
const NOTHING: ReadonlySet<string> = new Set();

export class PhysicalPlanner implements JoinOrderContext {
  readonly estimator: Estimator;
  readonly calls: CallBuilder;
  readonly state: StatementState;
  readonly disabled: ReadonlySet<string>;
  /** Columns that enclosing applies bind: known while the inner side runs. */
  readonly #outer = new Set<number>();
  readonly #scans = new WeakSet<LogicalNode>();

  constructor(state: StatementState) {
    this.state = state;
    this.calls = state.calls;
    this.estimator = new Estimator(state.context);
    this.disabled = state.context.session.disabledStrategies ?? NOTHING;
  }

  readonly isOuter = (id: number): boolean => this.#outer.has(id);

  /** The cheapest plan whatever its order. */
  cheapest(node: LogicalNode): Candidate {
    return this.plan(node, ANY)[0]!;
  }

  planLeaf(node: LogicalNode, want: Want): readonly Candidate[] {
    return this.plan(node, want);
  }

  withOuter<T>(columns: Iterable<number>, run: () => T): T {
    const added: number[] = [];
    for (const id of columns) {
      if (this.#outer.has(id)) continue;
      this.#outer.add(id);
      added.push(id);
    }
    try {
      return run();
    } finally {
      for (const id of added) this.#outer.delete(id);
    }
  }

  /** First the cheapest; second, if any, the cheapest in the wanted order. */
  plan(node: LogicalNode, want: Want): readonly Candidate[] {
    switch (node.kind) {
      case 'scan':
        return this.#scan(node, [], want);
      case 'filter':
        return this.#filter(node, want);
      case 'project':
        return this.#project(node, want);
      case 'join':
        return node.join === 'inner' ? this.#joinGroup(node, want) : this.#fixedJoin(node, want);
      case 'apply':
        return this.#apply(node, want);
      case 'aggregate':
        return this.#aggregate(node, want);
      case 'window':
        return [this.#window(node)];
      case 'sort':
        return [this.#sort(node)];
      case 'limit':
        return [this.#limit(node)];
      case 'choice':
        return this.#choice(
          node.options.map((option) => this.plan(option, want)),
          want,
        );
      case 'distinct':
        return this.plan(node.child, want).map((child) => this.#distinct(child));
      case 'set-operation':
        return [this.#setOperation(node)];
      case 'max-one-row':
        return [
          this.#wrap(
            this.cheapest(node.child),
            (child) => ({ kind: 'max-one-row', child: child.node, ...base(child.node.output, 1, child.cost) }),
            1,
            0,
          ),
        ];
      case 'dual':
        return [
          leaf({ kind: 'dual', rowCount: node.rowCount, ...base(node.columns, node.rowCount, 0) }, node.rowCount),
        ];
      case 'values':
        return [
          leaf(
            { kind: 'values', rows: node.rows, ...base(node.columns, node.rows.length, node.rows.length) },
            node.rows.length,
          ),
        ];
      case 'json-table':
        return [leaf({ ...node, ...base(node.columns, JSON_TABLE_ROWS, JSON_TABLE_ROWS) }, JSON_TABLE_ROWS)];
      case 'cte-scan': {
        const rows = this.cteRows(node.cte);
        const kind = node.workTable ? 'work-table-scan' : 'cte-scan';
        const { cte, name, outer } = node;
        return [leaf({ kind, cte, name, outer, ...base(node.columns, rows, rows) }, rows)];
      }
      default:
        return unreachable(node, 'logical node');
    }
  }

  readonly #cteRows = new Map<number, number>();
  cteRows(cte: number): number {
    return this.#cteRows.get(cte) ?? 100;
  }
  setCteRows(cte: number, rows: number): void {
    this.#cteRows.set(cte, rows);
  }

  #scan(node: Extract<LogicalNode, { kind: 'scan' }>, conditions: readonly Expr[], want: Want): readonly Candidate[] {
    if (!this.#scans.has(node)) {
      this.#scans.add(node);
      this.estimator.addScan(node);
    }
    return accessPaths(node, conditions, want, this);
  }

  #filter(node: FilterNode, want: Want): readonly Candidate[] {
    if (node.child.kind === 'scan') return this.#scan(node.child, node.conditions, want);
    if (node.child.kind === 'join' && node.child.join === 'inner' && !node.conditions.some(isVolatile))
      return this.#joinGroup(node, want);
    return this.plan(node.child, want).map((child) => this.select(child, node.conditions));
  }

  #choice(options: readonly (readonly Candidate[])[], want: Want): readonly Candidate[] {
    return bestTwo(options.flat(), want);
  }

  select(child: Candidate, conditions: readonly Expr[]): Candidate {
    if (conditions.length === 0) return child;
    const rows = child.rows * this.estimator.selectivity(conditions);
    return this.#wrap(
      child,
      (inner) => ({
        kind: 'selection',
        child: inner.node,
        condition: this.calls.and(conditions),
        ...base(inner.node.output, rows, inner.cost),
      }),
      rows,
      child.rows * conditions.length * COST.condition,
    );
  }

  #wrap(
    child: Candidate,
    make: (child: Candidate) => PhysicalNode,
    rows: number,
    added: number,
    order: readonly OrderColumn[] = child.order,
  ): Candidate {
    return {
      node: make(child),
      rows,
      cost: child.cost + added,
      startup: child.startup,
      order,
      constants: child.constants,
    };
  }

  #project(node: ProjectNode, want: Want): readonly Candidate[] {
    const exprOf = new Map(node.columns.map((column, i) => [column.id, node.exprs[i]!]));
    const inner: OrderColumn[] = [];
    for (const column of want) {
      const expr = exprOf.get(column.column);
      if (expr?.kind !== 'column') break;
      inner.push({ column: expr.id, descending: column.descending });
    }
    return this.plan(node.child, inner.length === want.length ? inner : ANY).map((child) =>
      this.projection(child, node.exprs, node.columns),
    );
  }

  projection(child: Candidate, exprs: readonly Expr[], columns: readonly ColumnExpr[]): Candidate {
    const renamed = new Map<number, number>();
    for (const [i, expr] of exprs.entries()) {
      if (expr.kind !== 'column' || expr.id !== columns[i]!.id)
        this.estimator.setDistinct(columns[i]!.id, this.estimator.distinct(expr, child.rows));
      if (expr.kind === 'column' && !renamed.has(expr.id)) renamed.set(expr.id, columns[i]!.id);
    }
    const order: OrderColumn[] = [];
    for (const column of child.order) {
      const id = renamed.get(column.column);
      if (id === undefined) break;
      order.push({ column: id, descending: column.descending });
    }
    const constants = new Set<number>();
    for (const id of child.constants) if (renamed.has(id)) constants.add(renamed.get(id)!);
    const cost = child.cost + child.rows * exprs.length * COST.expression;
    const node: PhysicalNode = { kind: 'projection', child: child.node, exprs, ...base(columns, child.rows, cost) };
    return { node, rows: child.rows, cost, startup: child.startup, order, constants };
  }

  // ---- joins ----

  #joinGroup(node: LogicalNode, want: Want): readonly Candidate[] {
    const group = joinGroupOf(node);
    const columns = columnsOf(node);
    for (const leafNode of group.leaves) this.registerScans(leafNode);
    const mapped = want.map((column) => {
      const expr = group.computed.get(column.column);
      return expr?.kind === 'column' ? { ...column, column: expr.id } : column;
    });
    const candidates = orderJoins(group, mapped, this);
    if (group.computed.size === 0) return candidates;
    return candidates.map((candidate) =>
      this.projection(
        candidate,
        columns.map((column) => group.computed.get(column.id) ?? column),
        columns,
      ),
    );
  }

  /** Lets the estimator know a subtree's columns before conditions over them are estimated. */
  registerScans(node: LogicalNode): void {
    if (node.kind === 'scan' && !this.#scans.has(node)) {
      this.#scans.add(node);
      this.estimator.addScan(node);
    }
    if (node.kind === 'filter') this.registerScans(node.child);
  }

  /** Left, semi, anti and mark joins: the sides are fixed, the algorithm is not. */
  #fixedJoin(node: JoinNode, want: Want): readonly Candidate[] {
    const lefts = this.plan(node.left, want);
    const right = this.cheapest(node.right);
    const leftIds = columnIdsOf(node.left);
    const rightIds = columnIdsOf(node.right);
    const isLeft = (id: number): boolean => leftIds.has(id) || this.isOuter(id);
    const isRight = (id: number): boolean => rightIds.has(id);
    const aware = node.nullAware ? node.on.slice(0, node.awareCount) : node.on;
    let split = splitJoinConditions(aware, isLeft, isRight);
    if (node.nullAware) {
      const others = node.on.slice(node.awareCount).map((expr) => this.calls.call('istrue', [expr]));
      split = split.rest.length > 0 ? { keys: [], rest: [...aware, ...others] } : { keys: split.keys, rest: others };
    }
    const lookups = node.nullAware ? [] : innerLookups(node.right, split.keys, this);
    const kind = node.join;
    return lefts.map((left) => {
      const task = {
        join: kind,
        left,
        right,
        split,
        output: columnsOf(node),
        rows: this.#fixedRows(node, left, right),
        nullAware: node.nullAware,
        lookups,
      };
      return joinMethods(task, this).reduce((best, candidate) =>
        this.#preferred(candidate, best, want) ? candidate : best,
      );
    });
  }

  #preferred(candidate: Candidate, best: Candidate, want: Want): boolean {
    const have = satisfies(candidate.order, want, candidate.constants);
    if (want.length > 0 && have !== satisfies(best.order, want, best.constants)) return have;
    return candidate.cost < best.cost;
  }

  #fixedRows(node: JoinNode, left: Candidate, right: Candidate): number {
    if (node.join === 'mark') return left.rows;
    const matches = this.estimator.joinRows(left.rows, right.rows, node.on);
    if (node.join === 'left') return Math.max(left.rows, matches);
    const kept = Math.min(left.rows, node.on.length === 0 ? left.rows : Math.min(matches, left.rows * 0.9));
    return Math.max(node.join === 'semi' ? kept : Math.max(left.rows - kept, left.rows * 0.1), 1e-3);
  }

  #apply(node: ApplyNode, want: Want): readonly Candidate[] {
    return this.plan(node.outer, want).map((outer) => planApply(node, outer, this));
  }

  // ---- grouping, sorting ----

  #aggregate(node: AggregateNode, _want: Want): readonly Candidate[] {
    const keys: OrderColumn[] = [];
    for (const key of node.groupBy) if (key.kind === 'column') keys.push({ column: key.id, descending: false });
    const plain = keys.length === node.groupBy.length && keys.length > 0 && !node.rollup;
    const children = this.plan(node.child, plain ? keys : ANY);
    const candidates: Candidate[] = [];
    for (const child of children) {
      const ordered = node.groupBy.length === 0 || (plain && isGrouped(child, keys));
      candidates.push(this.#aggregateOver(node, child, ordered && !node.rollup));
    }
    return [candidates.reduce((best, candidate) => (candidate.cost < best.cost ? candidate : best))];
  }

  #aggregateOver(node: AggregateNode, child: Candidate, stream: boolean): Candidate {
    const groups =
      node.groupBy.length === 0
        ? 1
        : Math.max(
            1,
            Math.min(
              child.rows,
              node.groupBy.reduce((product, key) => product * this.estimator.distinct(key, child.rows), 1),
            ),
          );
    const rows = node.rollup ? groups * 1.5 : groups;
    const perRow = (stream ? COST.streamAggregateRow : COST.aggregateRow) + node.calls.length * COST.expression * 2;
    const cost = child.cost + child.rows * perRow + rows * COST.groupRow;
    const columns = columnsOf(node);
    for (const [i, column] of node.groupColumns.entries())
      this.estimator.setDistinct(column.id, this.estimator.distinct(node.groupBy[i]!, groups));
    const order: OrderColumn[] = [];
    if (stream) {
      for (const column of child.order) {
        const at = node.groupBy.findIndex((key) => key.kind === 'column' && key.id === column.column);
        if (at < 0) break;
        order.push({ column: node.groupColumns[at]!.id, descending: column.descending });
      }
    }
    return {
      node: {
        kind: stream ? 'stream-aggregate' : 'hash-aggregate',
        child: stream && node.groupBy.length > 0 ? inOrder(child).node : child.node,
        groupBy: node.groupBy,
        aggregates: node.calls,
        rollup: node.rollup,
        ...base(columns, rows, cost),
      },
      rows,
      cost,
      startup: stream && node.groupBy.length > 0 ? child.startup : cost,
      order,
      constants: NO_CONSTANTS,
    };
  }

  #distinct(child: Candidate): Candidate {
    const columns = child.node.output as readonly ColumnExpr[];
    const rows = Math.max(
      1,
      Math.min(
        child.rows,
        columns.reduce((product, column) => product * this.estimator.distinct(column, child.rows), 1),
      ),
    );
    return this.#wrap(
      child,
      (inner) => ({ kind: 'distinct', child: inner.node, ...base(inner.node.output, rows, inner.cost) }),
      rows,
      child.rows * COST.aggregateRow,
    );
  }

  #window(node: WindowNode): Candidate {
    const keys: SortKey[] = [...node.partitionBy.map((expr) => ({ expr, descending: false })), ...node.orderBy];
    const child = this.sorted(node.child, keys);
    const cost = child.cost + child.rows * (COST.aggregateRow + node.calls.length * COST.expression * 4);
    return {
      node: {
        kind: 'window',
        child: child.node,
        partitionBy: node.partitionBy,
        orderBy: node.orderBy,
        calls: node.calls,
        ...base([...child.node.output, ...node.columns], child.rows, cost),
      },
      rows: child.rows,
      cost,
      startup: child.startup,
      order: child.order,
      constants: child.constants,
    };
  }

  #sort(node: SortNode): Candidate {
    return this.sorted(node.child, node.by);
  }

  /** The child in the order of `by`: by its own access paths, or sorted. */
  sorted(child: LogicalNode, by: readonly SortKey[]): Candidate {
    const want = wantOf(by);
    const candidates = this.plan(child, want ?? ANY);
    let best: Candidate | undefined;
    for (const candidate of candidates) {
      const done =
        want !== undefined && satisfies(candidate.order, want, candidate.constants)
          ? inOrder(candidate)
          : this.#sortNode(candidate, by, want);
      if (best === undefined || done.cost < best.cost) best = done;
    }
    return best!;
  }

  #sortNode(child: Candidate, by: readonly SortKey[], want: Want | undefined): Candidate {
    if (by.length === 0) return child;
    const cost = child.cost + sortCost(child.rows);
    const node: PhysicalNode = { kind: 'sort', child: child.node, by, ...base(child.node.output, child.rows, cost) };
    return { node, rows: child.rows, cost, startup: cost, order: want ?? NO_ORDER, constants: child.constants };
  }

  #limit(node: LimitNode): Candidate {
    const count = constantCount(node.count);
    const offset = constantCount(node.offset) ?? 0;
    const needed = count === undefined ? undefined : count + offset;
    if (node.child.kind === 'sort' && !node.countAll) return this.#topN(node, node.child, needed);
    const child = this.cheapest(node.child);
    return this.#limited(child, node, needed);
  }

  #limited(child: Candidate, node: LimitNode, needed: number | undefined): Candidate {
    const rows = needed === undefined ? child.rows : Math.min(child.rows, needed);
    const fraction = node.countAll || child.rows <= 0 ? 1 : Math.min(1, rows / child.rows);
    const cost = child.startup + (child.cost - child.startup) * fraction;
    return {
      node: {
        kind: 'limit',
        child: node.countAll ? child.node : withLimitHint(child.node, node),
        ...(node.count !== undefined && { count: node.count }),
        ...(node.offset !== undefined && { offset: node.offset }),
        ...(node.countAll && { countAll: true }),
        ...base(child.node.output, Math.max(0, rows - (constantCount(node.offset) ?? 0)), cost),
      },
      rows: Math.max(0, rows - (constantCount(node.offset) ?? 0)),
      cost,
      startup: child.startup,
      order: child.order,
      constants: child.constants,
    };
  }

  #topN(node: LimitNode, sort: SortNode, needed: number | undefined): Candidate {
    const want = wantOf(sort.by);
    let best: Candidate | undefined;
    for (const child of this.plan(sort.child, want ?? ANY)) {
      const ordered = want !== undefined && satisfies(child.order, want, child.constants);
      const candidate = ordered
        ? this.#limited(inOrder(child), node, needed)
        : this.#topNode(child, node, sort, needed);
      if (best === undefined || candidate.cost < best.cost) best = candidate;
    }
    return best!;
  }

  #topNode(child: Candidate, node: LimitNode, sort: SortNode, needed: number | undefined): Candidate {
    if (node.count === undefined) throw sqlError('ER_INTERNAL_ERROR', 'LIMIT without a count');
    const rows = Math.min(child.rows, needed ?? child.rows);
    const cost = child.cost + topNCost(child.rows, needed ?? 1000);
    return {
      node: {
        kind: 'top-n',
        child: child.node,
        by: sort.by,
        count: node.count,
        ...(node.offset !== undefined && { offset: node.offset }),
        ...base(child.node.output, rows, cost),
      },
      rows,
      cost,
      startup: cost,
      order: wantOf(sort.by) ?? NO_ORDER,
      constants: child.constants,
    };
  }

  #setOperation(node: SetOperationNode): Candidate {
    const children = node.children.map((child) => this.cheapest(child));
    const sum = children.reduce((rows, child) => rows + child.rows, 0);
    const rows = node.operation === 'union' ? (node.all ? sum : sum * 0.8) : (children[0]?.rows ?? 0) * 0.5;
    const cost = children.reduce((total, child) => total + child.cost, 0) + (node.all ? 0 : sum * COST.aggregateRow);
    return {
      node: {
        kind: 'set-operation',
        operation: node.operation,
        all: node.all,
        children: children.map((child) => child.node),
        ...base(node.columns, rows, cost),
      },
      rows,
      cost,
      startup: children[0]?.startup ?? 0,
      order: NO_ORDER,
      constants: NO_CONSTANTS,
    };
  }

  /** Which of a subtree's outer columns enclosing applies already bind. */
  freeOf(node: LogicalNode): Set<number> {
    return freeColumns(node);
  }
}

export function base(
  output: readonly PlanColumn[],
  rows: number,
  cost: number,
): { id: number; output: readonly PlanColumn[]; estimatedRows: number; estimatedCost: number } {
  return { id: UNNUMBERED, output, estimatedRows: rows, estimatedCost: cost };
}

function leaf(node: PhysicalNode, rows: number): Candidate {
  return { node, rows, cost: rows * COST.materializedRow, startup: 0, order: NO_ORDER, constants: NO_CONSTANTS };
}

/** Sort keys as an order of columns; undefined when one is computed. */
function wantOf(by: readonly SortKey[]): Want | undefined {
  const want: OrderColumn[] = [];
  for (const { expr, descending } of by) {
    if (expr.kind !== 'column') return undefined;
    want.push({ column: expr.id, descending });
  }
  return want;
}

/** Rows of a group stand together: the leading order columns are exactly the keys, in any sequence and direction. */
function isGrouped(child: Candidate, keys: Want): boolean {
  const needed = new Set(keys.map((key) => key.column).filter((id) => !child.constants.has(id)));
  for (const column of child.order) {
    if (needed.size === 0) return true;
    if (child.constants.has(column.column)) continue;
    if (!needed.delete(column.column)) return false;
  }
  return needed.size === 0;
}

function constantCount(expr: Expr | undefined): number | undefined {
  if (expr?.kind !== 'constant' || expr.value === null) return undefined;
  const count = Number(expr.value);
  return Number.isFinite(count) ? count : undefined;
}

/** Tells a scan right below (through projections) how many rows will be taken. */
function withLimitHint(node: PhysicalNode, limit: LimitNode): PhysicalNode {
  if (limit.count === undefined || limit.offset !== undefined) return node;
  if (node.kind === 'index-scan') return { ...node, limitHint: limit.count };
  if (node.kind === 'projection') return { ...node, child: withLimitHint(node.child, limit) };
  return node;
}
