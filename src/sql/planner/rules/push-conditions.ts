/**
 * Predicate push-down: every condition goes as far down as it keeps its meaning, and outer joins whose inner side a
 * condition rejects NULLs of become inner joins on the way.
 */
import { unreachable } from '../../../base/index.ts';
import type { CallBuilder } from '../bind/call-builder.ts';
import type { Expr } from '../../expr/index.ts';
import { everyColumn, isFalseConstant, isVolatile, someExpr, substitute } from '../logical/expressions.ts';
import type {
  AggregateNode,
  ApplyNode,
  JoinNode,
  LogicalNode,
  ProjectNode,
  SetOperationNode,
  WindowNode,
} from '../logical/logical-plan.ts';
import { dual, filter } from '../logical/make.ts';
import { columnIdsOf, columnsOf, mapChildren } from '../logical/plan-tree.ts';
import { rejectsNulls } from './null-rejection.ts';

type Conditions = readonly Expr[];

export function pushConditions(plan: LogicalNode, calls: CallBuilder): LogicalNode {
  return new PushDown(calls).push(plan, []);
}

class PushDown {
  readonly #calls: CallBuilder;
  #rejecting: Conditions = [];

  constructor(calls: CallBuilder) {
    this.#calls = calls;
  }

  push(node: LogicalNode, conditions: Conditions): LogicalNode {
    if (this.#rejecting.length > 0 && node.kind !== 'join' && node.kind !== 'filter') {
      const outer = this.#rejecting;
      this.#rejecting = [];
      const pushed = this.push(node, conditions);
      this.#rejecting = outer;
      return pushed;
    }
    if (conditions.some(isFalseConstant)) return dual(0, columnsOf(node));
    switch (node.kind) {
      case 'filter':
        return this.#filter([...conditions, ...node.conditions], node.child);
      case 'project':
        return this.#project(node, conditions);
      case 'join':
        return this.#join(node, conditions);
      case 'apply':
        return this.#apply(node, conditions);
      case 'aggregate':
        return this.#aggregate(node, conditions);
      case 'window':
        return this.#window(node, conditions);
      case 'choice':
      case 'sort':
      case 'distinct':
        return mapChildren(node, (child) => this.push(child, conditions));
      case 'limit':
      case 'max-one-row':
        return filter(
          mapChildren(node, (child) => this.push(child, [])),
          conditions,
        );
      case 'set-operation':
        return this.#setOperation(node, conditions);
      case 'scan':
      case 'values':
      case 'json-table':
      case 'cte-scan':
        return filter(node, conditions);
      case 'dual':
        return node.rowCount === 0 ? node : filter(node, conditions);
      default:
        return unreachable(node, 'logical node');
    }
  }

  /** Volatile conditions stay where they were written; the others go on. */
  #filter(conditions: Conditions, child: LogicalNode): LogicalNode {
    const volatile = conditions.filter(isVolatile);
    if (volatile.length === 0) return this.push(child, conditions);
    return filter(
      this.push(
        child,
        conditions.filter((condition) => !volatile.includes(condition)),
      ),
      volatile,
    );
  }

  #project(node: ProjectNode, conditions: Conditions): LogicalNode {
    const exprs = new Map(node.columns.map((column, i) => [column.id, node.exprs[i]!]));
    const fixed = new Set(node.columns.filter((_, i) => isVolatile(node.exprs[i]!)).map((column) => column.id));
    const [down, stay] = split(conditions, (condition) => everyColumn(condition, (id) => !fixed.has(id)));
    const child = this.push(
      node.child,
      down.map((condition) => this.#substituted(condition, exprs)),
    );
    return filter({ ...node, child }, stay);
  }

  #substituted(condition: Expr, exprs: ReadonlyMap<number, Expr>): Expr {
    const replaced = substitute(condition, exprs);
    return replaced.kind === 'call' ? this.#calls.refold(replaced) : replaced;
  }

  #join(node: JoinNode, conditions: Conditions): LogicalNode {
    const right = columnIdsOf(node.right);
    switch (node.join) {
      case 'inner':
        return this.#inner(node, [...node.on, ...conditions], right);
      case 'left':
        return this.#left(node, conditions, right);
      default:
        return this.#semi(node, conditions, right);
    }
  }

  #inner(node: JoinNode, conditions: Conditions, right: ReadonlySet<number>): LogicalNode {
    const left = columnIdsOf(node.left);
    const toLeft: Expr[] = [];
    const toRight: Expr[] = [];
    const on: Expr[] = [];
    for (const condition of conditions) {
      const readsLeft = reads(condition, left);
      const readsRight = reads(condition, right);
      if (isVolatile(condition)) on.push(condition);
      else if (readsLeft && readsRight) on.push(condition);
      else if (readsRight) toRight.push(condition);
      else toLeft.push(condition);
    }
    const rejecting = [...this.#rejecting, ...on];
    return {
      ...node,
      left: this.#pushRejecting(node.left, toLeft, rejecting),
      right: this.#pushRejecting(node.right, toRight, rejecting),
      on,
    };
  }

  /** `rejecting`: conditions evaluated above that the rows will have to meet, though they cannot be pushed. */
  #pushRejecting(node: LogicalNode, conditions: Conditions, rejecting: Conditions): LogicalNode {
    const outer = this.#rejecting;
    this.#rejecting = node.kind === 'join' || node.kind === 'filter' ? rejecting : [];
    const pushed = this.push(node, conditions);
    this.#rejecting = outer;
    return pushed;
  }

  #left(node: JoinNode, conditions: Conditions, right: ReadonlySet<number>): LogicalNode {
    if ([...conditions, ...this.#rejecting].some((condition) => rejectsNulls(condition, right))) {
      return this.#inner({ ...node, join: 'inner' }, [...node.on, ...conditions], right);
    }
    const left = columnIdsOf(node.left);
    const [toLeft, above] = split(conditions, (condition) => !reads(condition, right));
    const [toRight, on] = split(node.on, (condition) => !reads(condition, left) && !isVolatile(condition));
    if (toRight.some(isFalseConstant)) {
      const emptied: JoinNode = {
        ...node,
        left: this.push(node.left, toLeft),
        right: dual(0, columnsOf(node.right)),
        on,
      };
      return filter(emptied, above);
    }
    return filter(
      { ...node, left: this.push(node.left, toLeft), right: this.#pushRejecting(node.right, toRight, on), on },
      above,
    );
  }

  #semi(node: JoinNode, conditions: Conditions, right: ReadonlySet<number>): LogicalNode {
    const mark = node.mark?.id;
    const [toLeft, above] = split(conditions, (condition) => mark === undefined || !reads(condition, new Set([mark])));
    const left = columnIdsOf(node.left);
    const leftConditions = [...toLeft];
    const toRight: Expr[] = [];
    const on: Expr[] = [];
    for (const [i, condition] of node.on.entries()) {
      if (i < node.awareCount) on.push(condition);
      else if (!reads(condition, left) && reads(condition, right) && !isVolatile(condition)) toRight.push(condition);
      else if (node.join === 'semi' && !reads(condition, right)) leftConditions.push(condition);
      else on.push(condition);
    }
    return filter(
      { ...node, left: this.push(node.left, leftConditions), right: this.#pushRejecting(node.right, toRight, []), on },
      above,
    );
  }

  #apply(node: ApplyNode, conditions: Conditions): LogicalNode {
    const made = new Set(node.output.map((column) => column.id));
    const lateral = node.mode === 'lateral' || node.mode === 'lateral-left';
    if (lateral) for (const id of columnIdsOf(node.inner)) made.add(id);
    const [toOuter, above] = split(conditions, (condition) => !reads(condition, made));
    if (node.mode === 'lateral-left' && above.some((condition) => rejectsNulls(condition, made))) {
      return this.#apply({ ...node, mode: 'lateral' }, conditions);
    }
    return filter({ ...node, outer: this.push(node.outer, toOuter), inner: this.push(node.inner, []) }, above);
  }

  /** Conditions on group keys filter the rows before they are grouped. */
  #aggregate(node: AggregateNode, conditions: Conditions): LogicalNode {
    const keys = new Map(node.groupColumns.map((column, i) => [column.id, node.groupBy[i]!]));
    const movable = !node.rollup && node.groupBy.length > 0;
    const [down, stay] = split(conditions, (condition) => movable && everyColumn(condition, (id) => keys.has(id)));
    return filter(
      {
        ...node,
        child: this.push(
          node.child,
          down.map((condition) => this.#substituted(condition, keys)),
        ),
      },
      stay,
    );
  }

  #window(node: WindowNode, conditions: Conditions): LogicalNode {
    const partition = new Set(node.partitionBy.flatMap((expr) => (expr.kind === 'column' ? [expr.id] : [])));
    const [down, stay] = split(
      conditions,
      (condition) =>
        partition.size > 0 &&
        everyColumn(condition, (id) => partition.has(id)) &&
        someExpr(condition, (part) => part.kind === 'column'),
    );
    return filter({ ...node, child: this.push(node.child, down) }, stay);
  }

  #setOperation(node: SetOperationNode, conditions: Conditions): LogicalNode {
    const children = node.children.map((child) => {
      const columns = columnsOf(child);
      const renamed = new Map(node.columns.map((column, i) => [column.id, columns[i]! as Expr]));
      return this.push(
        child,
        conditions.map((condition) => substitute(condition, renamed)),
      );
    });
    return { ...node, children };
  }
}

function reads(expr: Expr, columns: ReadonlySet<number>): boolean {
  return someExpr(expr, (part) => part.kind === 'column' && columns.has(part.id));
}

function split(conditions: Conditions, test: (condition: Expr) => boolean): readonly [yes: Expr[], no: Expr[]] {
  const yes: Expr[] = [];
  const no: Expr[] = [];
  for (const condition of conditions) (test(condition) ? yes : no).push(condition);
  return [yes, no];
}
