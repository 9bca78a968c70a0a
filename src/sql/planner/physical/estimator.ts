/**
 * Cardinalities: how many rows a condition keeps and a join makes, from statistics where they are, from rules of thumb
 * elsewhere. Estimates decide between plans and are shown by EXPLAIN; nothing relies on them for correctness.
 */
import type { TableDef } from '../../catalog/index.ts';
import { compile } from '../../expr/index.ts';
import type { ColumnExpr, ConstantExpr, EvalContext, Expr } from '../../expr/index.ts';
import type { Value } from '../../types/index.ts';
import type { ScanNode } from '../logical/logical-plan.ts';
import type { PlannerContext } from '../planner-context.ts';
import { statKey, statNumber } from '../stats/stat-key.ts';
import type { ColumnStatistics, TableStatistics } from '../stats/table-statistics.ts';
import { columnEquality, hasColumns, someExpr } from '../logical/expressions.ts';

const DEFAULT_ROWS = 1000;
const VIRTUAL_ROWS = 100;
const EQUAL = 0.01;
const RANGE = 1 / 3;
const BETWEEN = 0.1;
const LIKE = 0.1;
const OTHER = 0.8;
const SMALLEST = 1e-9;

interface ColumnFacts {
  readonly table: TableDef;
  readonly columnId: number;
  readonly rows: number;
  readonly stats: ColumnStatistics | undefined;
  /** The column alone is a unique key. */
  readonly unique: boolean;
}

export class Estimator {
  readonly #context: PlannerContext;
  readonly #columns = new Map<number, ColumnFacts>();
  readonly #rows = new Map<TableDef, number>();
  /** Distinct values of computed columns (group keys, projections), by id. */
  readonly #derived = new Map<number, number>();

  constructor(context: PlannerContext) {
    this.#context = context;
  }

  tableRows(table: TableDef, virtual: boolean): number {
    if (virtual) return VIRTUAL_ROWS;
    let rows = this.#rows.get(table);
    if (rows === undefined) {
      rows = Math.max(1, this.#context.stats.rowCount(table));
      this.#rows.set(table, rows);
    }
    return rows;
  }

  addScan(scan: ScanNode): void {
    const stats = scan.virtual ? undefined : this.#context.stats.find(scan.table);
    const rows = this.tableRows(scan.table, scan.virtual);
    for (const [i, column] of scan.columns.entries()) {
      const def = scan.table.columns[scan.positions[i]!]!;
      const unique = scan.table.indexes.some(
        (index) => index.unique && index.parts.length === 1 && index.parts[0]!.columnId === def.id,
      );
      this.#columns.set(column.id, {
        table: scan.table,
        columnId: def.id,
        rows,
        stats: stats?.columns.find((candidate) => candidate.columnId === def.id),
        unique,
      });
    }
  }

  setDistinct(column: number, distinct: number): void {
    this.#derived.set(column, Math.max(1, distinct));
  }

  /** What joins tell about a column: it has no more values than a column that it must equal. */
  readonly #caps = new Map<number, number>();
  capDistinct(column: ColumnExpr, distinct: number): void {
    if (this.#columns.get(column.id)?.unique === true) return;
    this.#caps.set(column.id, Math.max(1, Math.min(distinct, this.#caps.get(column.id) ?? Infinity)));
  }

  /** Its number of distinct values is known, or bounded by one that is. */
  isBounded(column: ColumnExpr): boolean {
    return this.#caps.has(column.id) || this.#columns.get(column.id)?.unique === true;
  }

  /** Distinct values of an expression in a result of `rows` rows. */
  distinct(expr: Expr, rows: number): number {
    if (expr.kind !== 'column')
      return hasColumns(expr) ? Math.min(rows, Math.max(1, this.#inputDistinct(expr, rows))) : 1;
    const cap = this.#caps.get(expr.id);
    const own = this.#ownDistinct(expr, rows);
    return cap === undefined ? own : Math.min(cap, own);
  }

  #ownDistinct(expr: ColumnExpr, rows: number): number {
    const derived = this.#derived.get(expr.id);
    if (derived !== undefined) return Math.min(derived, Math.max(1, rows));
    const facts = this.#columns.get(expr.id);
    if (facts === undefined) return Math.max(1, rows / 10);
    if (facts.unique) return Math.max(1, Math.min(facts.rows, rows));
    const all = facts.stats?.distinct ?? this.#guessDistinct(facts, expr);
    return Math.max(1, Math.min(all, rows));
  }

  #inputDistinct(expr: Expr, rows: number): number {
    if (expr.kind === 'column') return this.distinct(expr, rows);
    if (expr.kind !== 'call') return 1;
    return expr.args.reduce((product, arg) => product * this.#inputDistinct(arg, rows), 1);
  }

  #guessDistinct(facts: ColumnFacts, column: ColumnExpr): number {
    const { kind, elements, length } = column.type;
    if (kind === 'enum' && elements !== undefined) return elements.length;
    if (kind === 'string' && length === 1) return Math.min(10, facts.rows);
    const leading = facts.table.indexes.some((index) => index.parts[0]?.columnId === facts.columnId);
    return Math.max(
      1,
      Math.min(facts.rows, leading ? Math.max(10, facts.rows / 10) : Math.max(10, Math.sqrt(facts.rows))),
    );
  }

  selectivity(conditions: readonly Expr[]): number {
    let product = 1;
    for (const condition of conditions) product *= this.#one(condition);
    return Math.max(product, SMALLEST);
  }

  /** One condition over the columns of one input, or of both for joins. */
  #one(condition: Expr): number {
    if (condition.kind === 'constant') return condition.value === null || condition.value === 0 ? 0 : 1;
    if (condition.kind !== 'call') return OTHER;
    switch (condition.name) {
      case 'and':
        return this.selectivity(condition.args);
      case 'or':
        return 1 - condition.args.reduce((none, arg) => none * (1 - this.#one(arg)), 1);
      case 'not':
        return Math.max(1 - this.#one(condition.args[0]!), 0.01);
      case '=':
      case '<=>':
        return this.#equal(condition.args[0]!, condition.args[1]!);
      case '<>':
        return 1 - this.#equal(condition.args[0]!, condition.args[1]!);
      case 'in':
        return this.#in(condition.args[0]!, condition.args.slice(1));
      case '<':
      case '<=':
        return this.#range(condition.args[0]!, condition.args[1]!, 'below');
      case '>':
      case '>=':
        return this.#range(condition.args[0]!, condition.args[1]!, 'above');
      case 'between':
        return this.#between(condition.args[0]!, condition.args[1]!, condition.args[2]!);
      case 'isnull':
        return this.#nullFraction(condition.args[0]!);
      case 'like':
        return LIKE;
      default:
        return OTHER;
    }
  }

  #facts(expr: Expr): ColumnFacts | undefined {
    return expr.kind === 'column' ? this.#columns.get(expr.id) : undefined;
  }

  #equal(left: Expr, right: Expr): number {
    if (left.kind === 'column' && right.kind === 'column') {
      return 1 / Math.max(this.distinct(left, 1e15), this.distinct(right, 1e15));
    }
    const [column, value] = left.kind === 'column' ? [left, right] : [right, left];
    const facts = this.#facts(column);
    if (facts === undefined)
      return this.#derived.has(column.kind === 'column' ? column.id : -1)
        ? 1 / this.distinct(column, 1e15)
        : hasColumns(column)
          ? EQUAL * 10
          : EQUAL;
    if (facts.unique) return 1 / facts.rows;
    const { stats } = facts;
    if (stats === undefined) return 1 / this.distinct(column, facts.rows);
    const known = this.#known(value);
    if (known !== undefined && known.value !== null)
      return equalFraction(stats, known, column as ColumnExpr, facts.rows);
    return (1 - stats.nullFraction) / Math.max(1, stats.distinct);
  }

  #in(column: Expr, items: readonly Expr[]): number {
    let sum = 0;
    for (const item of items) sum += this.#equal(column, item);
    return Math.min(1, sum);
  }

  #range(left: Expr, right: Expr, side: 'below' | 'above'): number {
    const facts = this.#facts(left);
    const above = this.#known(right);
    if (facts !== undefined && above !== undefined) return this.#fractionOf(facts, left as ColumnExpr, above, side);
    const mirrored = this.#facts(right);
    const below = this.#known(left);
    if (mirrored !== undefined && below !== undefined)
      return this.#fractionOf(mirrored, right as ColumnExpr, below, side === 'below' ? 'above' : 'below');
    return RANGE;
  }

  #fractionOf(facts: ColumnFacts, column: ColumnExpr, bound: ConstantExpr, side: 'below' | 'above'): number {
    const below = fractionBelow(facts.stats, bound, column);
    if (below === undefined) return RANGE;
    const rest = 1 - (facts.stats?.nullFraction ?? 0);
    return Math.min(1, Math.max(0, (side === 'below' ? below : 1 - below) * rest));
  }

  #between(operand: Expr, low: Expr, high: Expr): number {
    const facts = this.#facts(operand);
    const [lowest, highest] = [this.#known(low), this.#known(high)];
    if (facts?.stats === undefined || lowest === undefined || highest === undefined) return BETWEEN;
    const from = fractionBelow(facts.stats, lowest, operand as ColumnExpr);
    const to = fractionBelow(facts.stats, highest, operand as ColumnExpr);
    if (from === undefined || to === undefined) return BETWEEN;
    return Math.max(to - from, 1 / Math.max(1, facts.stats.distinct)) * (1 - facts.stats.nullFraction);
  }

  #nullFraction(expr: Expr): number {
    const facts = this.#facts(expr);
    if (facts?.stats !== undefined) return facts.stats.nullFraction;
    return expr.type.nullable ? EQUAL : 0;
  }

  /** The value of an expression as far as it can be told now; only for estimating, never part of a plan. */
  #known(expr: Expr): ConstantExpr | undefined {
    if (expr.kind === 'constant') return expr;
    if (
      expr.kind !== 'call' ||
      someExpr(expr, (part) => part.kind === 'column' || part.kind === 'slot' || part.kind === 'param')
    )
      return undefined;
    if (someExpr(expr, (part) => part.kind === 'call' && (part.def.stability === 'volatile' || part.name === 'getvar')))
      return undefined;
    try {
      const context: EvalContext = { params: [], slots: [], session: this.#context.evalSession, warn: () => undefined };
      return { kind: 'constant', type: expr.type, value: compile(expr)([], context), literal: false };
    } catch {
      return undefined;
    }
  }

  /** Rows of an inner join. */
  joinRows(left: number, right: number, on: readonly Expr[]): number {
    let rows = left * right;
    let equalities = 0;
    for (const condition of on) {
      const pair = columnEquality(condition);
      if (pair === undefined) rows *= this.#one(condition);
      else {
        const distinct = Math.max(this.distinct(pair[0], 1e15), this.distinct(pair[1], 1e15));
        // Further equalities between the same two sides are seldom independent.
        rows /= equalities === 0 ? distinct : Math.sqrt(distinct);
        equalities++;
      }
    }
    return Math.max(rows, 1e-3);
  }

  /** Statistics of a table, for index prefixes. */
  statsOf(table: TableDef): TableStatistics | undefined {
    return this.#context.stats.find(table);
  }

  static defaultRows(): number {
    return DEFAULT_ROWS;
  }
}

function equalFraction(stats: ColumnStatistics, value: ConstantExpr, column: ColumnExpr, rows: number): number {
  const converted = comparable(value.value, column);
  if (converted !== undefined) {
    const key = statKey(converted, column.type);
    for (const [common, fraction] of stats.common) if (common === key) return fraction;
    const number = statNumber(converted, column.type);
    if (stats.min !== null && stats.max !== null && (number < stats.min || number > stats.max))
      return 1 / Math.max(1, rows);
  }
  const commonShare = stats.common.reduce((sum, [, fraction]) => sum + fraction, 0);
  const rest = Math.max(0, 1 - commonShare - stats.nullFraction);
  return Math.max(rest / Math.max(1, stats.distinct - stats.common.length), 1 / Math.max(1, rows * 10));
}

/** The value in the column's representation, where that is easily had. */
function comparable(value: Value, column: ColumnExpr): Exclude<Value, null> | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'string' || column.type.kind === 'string') return value;
  return temporalFromText(value, column);
}

function temporalFromText(text: string, column: ColumnExpr): number | undefined {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})/.exec(text);
  if (match !== null && column.type.kind === 'date')
    return (Number(match[1]) * 16 + Number(match[2])) * 32 + Number(match[3]);
  const number = Number(text);
  return Number.isFinite(number) && column.type.kind !== 'datetime' && column.type.kind !== 'timestamp'
    ? number
    : undefined;
}

function fractionBelow(
  stats: ColumnStatistics | undefined,
  bound: ConstantExpr,
  column: ColumnExpr,
): number | undefined {
  if (stats === undefined || stats.min === null || stats.max === null) return undefined;
  const converted = comparable(bound.value, column);
  if (converted === undefined) return undefined;
  const number = statNumber(converted, bound.type.kind === 'date' ? bound.type : column.type);
  if (number <= stats.min) return 0;
  if (number >= stats.max) return 1;
  return interpolate(stats, number);
}

function interpolate(stats: ColumnStatistics, number: number): number {
  const { bounds, min } = stats;
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[middle]! < number) low = middle + 1;
    else high = middle;
  }
  if (bounds.length === 0) return (number - min!) / (stats.max! - min!);
  const from = low === 0 ? min! : bounds[low - 1]!;
  const to = bounds[low] ?? stats.max!;
  const inside = to > from ? (number - from) / (to - from) : 0.5;
  return Math.min(1, (low + inside) / bounds.length);
}
