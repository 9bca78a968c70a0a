/**
 * A query block while it is bound: what names mean, what is allowed where, and what its expressions leave behind
 * (aggregates, window calls, subqueries to attach).
 *
 * Expressions of SELECT, HAVING and ORDER BY are bound over the columns of FROM; when the block turns out to be grouped,
 * bind-select.ts rewrites them over the aggregate's output. Subqueries met in them are therefore only collected here.
 */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import type { AggregateCall, SortKey, WindowCall } from '../../plan/index.ts';
import type { PrivilegeChecker } from '../planner-context.ts';
import type { ApplyNode, JoinNode, LogicalNode } from '../logical/logical-plan.ts';
import { sameExpr } from '../logical/expressions.ts';
import type { CteScope } from './cte-scope.ts';
import { findInRelation, type NamedExpr, type Relation, type Source } from './scope.ts';
import type { StatementState } from './statement-state.ts';

export type Clause =
  | 'field list'
  | 'where clause'
  | 'on clause'
  | 'from clause'
  | 'group statement'
  | 'having clause'
  | 'order clause'
  | 'window partition by'
  | 'window order by'
  | 'default'
  | 'a table function argument'
  | 'constraint';

/** A bound query: a plan, and the result's columns as expressions over it (not yet projected). */
export interface BoundQuery {
  plan: LogicalNode;
  outputs: readonly NamedExpr[];
  /** MySQL would merge it into the query around it: its columns then show their own names. */
  isMergeable?: boolean;
}

/** A join or apply whose left side is still to be filled in. */
export type Attachment = JoinNode | ApplyNode;

export function attach(plan: LogicalNode, attachment: Attachment): LogicalNode {
  return attachment.kind === 'join' ? { ...attachment, left: plan } : { ...attachment, outer: plan };
}

export interface AttachPoint {
  attach(attachment: Attachment): void;
}

export interface CollectedWindow {
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly SortKey[];
  readonly calls: { readonly call: WindowCall; readonly column: ColumnExpr }[];
}

/** How the mutually recursive parts of the binder reach each other. */
export interface Binders {
  expression(node: ast.Expression, block: Block): Expr;
  query(query: ast.Query, env: QueryEnv): BoundQuery;
  reference(reference: ast.TableReference, block: Block, left: Relation | undefined): Relation;
}

/** What surrounds a query. */
export interface QueryEnv {
  readonly state: StatementState;
  readonly binders: Binders;
  /** Enclosing block whose columns are visible. */
  readonly parent: Block | undefined;
  readonly ctes: CteScope | undefined;
  /** Schema for unqualified tables (a view's own), and whose privileges apply. */
  readonly database: string | null;
  readonly privileges: PrivilegeChecker | undefined;
  readonly viewPath: readonly string[];
  /** Inside a derived table, view or CTE: what it reads is computed before a statement writes. */
  readonly inDerived: boolean;
  /** The statement's own query: its result goes to the client. */
  readonly top: boolean;
  /** Result column order matters and LIMIT does (derived tables drop a lone ORDER BY). */
  readonly dropOrder: boolean;
}

export class Block implements AttachPoint {
  readonly env: QueryEnv;
  readonly state: StatementState;
  readonly parent: Block | undefined;
  relation: Relation | undefined;
  clause: Clause = 'field list';
  attachPoint: AttachPoint = this;
  /** Expressions of a table over one of its rows: defaults, generated columns, index parts, checks. */
  isRow = false;
  allowAggregates = false;
  insideAggregate = false;
  allowWindows = false;
  /** False in HAVING outside of aggregates: only the select list and group keys are visible. */
  fromVisible = true;
  /** Looked up before FROM (ORDER BY's top level) and after it (select aliases). */
  aliasFirst: ((name: ast.ColumnReference) => Expr | undefined) | undefined;
  aliasLast: ((name: ast.ColumnReference) => Expr | undefined) | undefined;
  /** Select aliases, as subqueries in the select list see them. */
  aliasInner: ((name: ast.ColumnReference) => Expr | undefined) | undefined;
  /** ON DUPLICATE KEY UPDATE: the row that was to be inserted, for VALUES(c). */
  insertedRow: Source | undefined;
  namedWindows: ReadonlyMap<string, ast.WindowSpecification> = new Map();
  readonly aggregateCalls: AggregateCall[] = [];
  readonly aggregateColumns: ColumnExpr[] = [];
  readonly windows: CollectedWindow[] = [];
  /** Group keys of a grouped block, for GROUPING(). */
  groupKeys: readonly Expr[] = [];
  levelColumn: ColumnExpr | undefined;
  /** Blocks that names resolved in, while an aggregate's arguments are bound. */
  #trace: Set<Block> | undefined;

  constructor(env: QueryEnv) {
    this.env = env;
    this.state = env.state;
    this.parent = env.parent;
  }

  bind(node: ast.Expression): Expr {
    return this.env.binders.expression(node, this);
  }

  /** Attaches below everything else: to FROM. */
  attach(attachment: Attachment): void {
    const relation = this.relation;
    if (relation === undefined) throw sqlError('ER_NOT_SUPPORTED_YET', 'subquery in this place');
    relation.plan = attach(relation.plan, attachment);
  }

  resolve(name: ast.ColumnReference): Expr {
    const expr = this.find(name);
    if (expr !== undefined) return expr;
    const path = [name.schema, name.table, name.name].filter((part) => part !== undefined).join('.');
    throw sqlError('ER_BAD_FIELD_ERROR', path, this.clause);
  }

  find(name: ast.ColumnReference): Expr | undefined {
    for (let block: Block | undefined = this; block !== undefined; block = block.parent) {
      const expr = block.#lookup(name, this.clause) ?? (block === this ? undefined : block.aliasInner?.(name));
      if (expr === undefined) continue;
      if (this.#trace !== undefined) this.#traced(block);
      if (block !== this)
        for (let at = this.parent; at !== undefined && at !== block.parent; at = at.parent) at.#traced(block);
      return expr;
    }
    return undefined;
  }

  #traced(block: Block): void {
    this.#trace?.add(block);
  }

  #lookup(name: ast.ColumnReference, clause: string): Expr | undefined {
    const first = this.aliasFirst?.(name);
    if (first !== undefined) return first;
    if (this.relation !== undefined && (this.fromVisible || this.insideAggregate)) {
      const expr = findInRelation(this.relation, name, clause);
      if (expr !== undefined) {
        if (this.state.context.onName !== undefined) this.#tell(name, this.relation, this.state.context.onName);
        return expr;
      }
    }
    return this.aliasLast?.(name);
  }

  #tell(
    name: ast.ColumnReference,
    relation: Relation,
    onName: (node: ast.ColumnReference, table: string) => void,
  ): void {
    const lower = name.name.toLowerCase();
    const source = relation.sources.find(
      (candidate) =>
        (name.table === undefined ? !candidate.hidden.has(lower) : candidate.alias === name.table) &&
        candidate.find(lower) !== undefined,
    );
    if (source !== undefined) onName(name, source.alias);
  }

  /** Runs `bind` and tells which blocks' columns it read. */
  traceBlocks<T>(bind: () => T): readonly [T, ReadonlySet<Block>] {
    const outer = this.#trace;
    const trace = new Set<Block>();
    this.#trace = trace;
    try {
      return [bind(), trace];
    } finally {
      this.#trace = outer;
      if (outer !== undefined) for (const block of trace) outer.add(block);
    }
  }

  /** The column that carries an aggregate; equal calls share one. */
  addAggregate(call: AggregateCall, name: string): ColumnExpr {
    for (const [i, known] of this.aggregateCalls.entries())
      if (sameAggregate(known, call)) return this.aggregateColumns[i]!;
    const column = this.state.newColumnOf(call.args, name, undefined, call.type);
    this.aggregateCalls.push(call);
    this.aggregateColumns.push(column);
    return column;
  }

  addWindow(partitionBy: readonly Expr[], orderBy: readonly SortKey[], call: WindowCall, name: string): ColumnExpr {
    const column = this.state.newColumnOf(call.args, name, undefined, call.type);
    let window = this.windows.find((known) => sameWindow(known, partitionBy, orderBy));
    if (window === undefined) this.windows.push((window = { partitionBy, orderBy, calls: [] }));
    window.calls.push({ call, column });
    return column;
  }
}

function sameAggregate(a: AggregateCall, b: AggregateCall): boolean {
  return (
    a.def === b.def &&
    a.options.distinct === b.options.distinct &&
    a.options.separator === b.options.separator &&
    (a.options.orderBy?.length ?? 0) === (b.options.orderBy?.length ?? 0) &&
    (a.options.orderBy ?? []).every((key, i) => key.descending === b.options.orderBy?.[i]?.descending) &&
    a.args.length === b.args.length &&
    a.args.every((arg, i) => sameExpr(arg, b.args[i]!))
  );
}

function sameWindow(window: CollectedWindow, partitionBy: readonly Expr[], orderBy: readonly SortKey[]): boolean {
  return (
    window.partitionBy.length === partitionBy.length &&
    window.orderBy.length === orderBy.length &&
    window.partitionBy.every((expr, i) => sameExpr(expr, partitionBy[i]!)) &&
    window.orderBy.every((key, i) => key.descending === orderBy[i]!.descending && sameExpr(key.expr, orderBy[i]!.expr))
  );
}
