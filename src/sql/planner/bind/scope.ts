/**
 * Names and what they stand for: the tables of a FROM clause, and the chain of query blocks around an expression.
 *
 * Table names and aliases compare case-sensitively, column names without case (lower_case_table_names = 0).
 */
import { sqlError } from '../../../base/index.ts';
import type { ColumnDef, TableDef } from '../../catalog/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import { withNullable } from '../../types/index.ts';
import type { LogicalNode, ScanNode } from '../logical/logical-plan.ts';
import type { StatementState, TableAccess } from './statement-state.ts';
import { isVirtualSchema } from './virtual-schema.ts';

export interface NamedExpr {
  readonly name: string;
  readonly expr: Expr;
}

/** One table, view, derived table or CTE in FROM. */
export interface Source {
  readonly alias: string;
  readonly schema: string | undefined;
  /** Column names (lower case) that a USING or NATURAL join merged away for unqualified lookup. */
  readonly hidden: Set<string>;
  /** Inner side of an outer join: its columns may be NULL. */
  nullable: boolean;
  find(lowerName: string): Expr | undefined;
  /** The column's own name, where the result is to show it instead of what was written (views, derived tables). */
  nameOf(lowerName: string): string | undefined;
  /** Visible columns in order, for `*`. */
  all(): readonly NamedExpr[];
  /** The base table, for write targets and lock targets. */
  readonly scan: ScanNode | undefined;
  readonly access: TableAccess | undefined;
}

/** FROM, or a part of it. */
export interface Relation {
  plan: LogicalNode;
  readonly sources: readonly Source[];
  /** Columns merged by USING/NATURAL. */
  readonly merged: ReadonlyMap<string, Expr>;
  star(): readonly NamedExpr[];
}

const positionsByTable = new WeakMap<TableDef, Map<string, number>>();

/** Positions of a table's columns by lower-case name; hidden columns and those not yet public are not found. */
export function columnPositions(table: TableDef): Map<string, number> {
  let positions = positionsByTable.get(table);
  if (positions === undefined) {
    positions = new Map();
    for (const [position, column] of table.columns.entries()) {
      if (!column.hidden && column.state === 'public') positions.set(column.name.toLowerCase(), position);
    }
    positionsByTable.set(table, positions);
  }
  return positions;
}

export class TableSource implements Source {
  readonly alias: string;
  readonly schema: string;
  readonly hidden = new Set<string>();
  readonly scan: ScanNode;
  readonly access: TableAccess | undefined;
  nullable = false;
  readonly #state: StatementState;
  readonly #byPosition = new Map<number, ColumnExpr>();

  /** Read through a derived table, view or CTE. */
  readonly inDerived: boolean;

  constructor(state: StatementState, scan: ScanNode, access: TableAccess | undefined, inDerived = false) {
    this.inDerived = inDerived;
    this.#state = state;
    this.scan = scan;
    this.alias = scan.alias;
    this.schema = scan.table.schema;
    this.access = access;
    state.tableSources.push(this);
  }

  find(lowerName: string): Expr | undefined {
    const position = columnPositions(this.scan.table).get(lowerName);
    return position === undefined ? undefined : this.column(position);
  }

  nameOf(lowerName: string): string | undefined {
    // Those of information_schema are views, whose columns keep their names; others are named as the query writes them.
    const isView = this.scan.virtual && this.schema !== 'performance_schema';
    const position = isView ? columnPositions(this.scan.table).get(lowerName) : undefined;
    return position === undefined ? undefined : this.scan.table.columns[position]!.name;
  }

  all(): readonly NamedExpr[] {
    const named: NamedExpr[] = [];
    for (const [position, column] of this.scan.table.columns.entries()) {
      if (column.hidden || column.invisible || column.state !== 'public') continue;
      named.push({ name: column.name, expr: this.column(position) });
    }
    return named;
  }

  /** The column at a position of the table; reading it makes it an output of the scan. */
  column(position: number): ColumnExpr {
    const def = this.scan.table.columns[position]!;
    const column = this.#byPosition.get(position) ?? this.#add(position, def);
    this.access?.columns.add(def.name.toLowerCase());
    return this.nullable && !column.type.nullable ? { ...column, type: withNullable(column.type, true) } : column;
  }

  /** Makes every column an output of the scan, without reading it: what is not read is pruned later. */
  openAll(): void {
    for (const [position, column] of this.scan.table.columns.entries()) {
      if (column.state === 'public' && !this.#byPosition.has(position)) this.#add(position, column);
    }
  }

  #add(position: number, def: ColumnDef): ColumnExpr {
    const column = this.#state.newColumn(def.type, def.name, this.alias);
    this.#byPosition.set(position, column);
    this.scan.columns.push(column);
    this.scan.positions.push(position);
    this.#state.origins.set(column.id, {
      schema: this.scan.table.schema,
      originalTable: this.scan.table.name,
      originalName: def.name,
      table: this.alias,
      flags: columnFlags(this.scan.table, def),
    });
    return column;
  }
}

/** NOT_NULL 1, PRI_KEY 2, UNIQUE_KEY 4, MULTIPLE_KEY 8, AUTO_INCREMENT 512, NO_DEFAULT_VALUE 4096, ON_UPDATE_NOW 8192. */
export function columnFlags(table: TableDef, column: ColumnDef): number {
  let flags = column.type.nullable ? 0 : 1;
  for (const index of table.indexes) {
    const place = index.parts.findIndex((part) => part.columnId === column.id);
    if (place < 0) continue;
    if (index.primary) flags |= 2;
    else if (index.unique && index.parts.length === 1) flags |= 4;
    else if (place === 0) flags |= 8;
  }
  if (column.autoIncrement) flags |= 512;
  if (
    column.defaultValue === undefined &&
    !column.type.nullable &&
    !column.autoIncrement &&
    column.generated === undefined
  )
    flags |= 4096;
  if (column.onUpdateNow) flags |= 8192;
  return flags;
}

/** A source whose columns are given: derived tables, views, CTEs, row aliases. */
export class ListSource implements Source {
  readonly alias: string;
  readonly schema: string | undefined;
  readonly hidden = new Set<string>();
  readonly scan = undefined;
  readonly access: TableAccess | undefined;
  nullable = false;
  #columns: readonly NamedExpr[] = [];
  readonly #byName = new Map<string, Expr>();

  readonly #showsOwnNames: boolean;

  constructor(
    alias: string,
    schema: string | undefined,
    columns: readonly NamedExpr[],
    access?: TableAccess,
    showsOwnNames = false,
  ) {
    this.#showsOwnNames = showsOwnNames;
    this.alias = alias;
    this.schema = schema;
    this.access = access;
    this.setColumns(columns);
  }

  get columns(): readonly NamedExpr[] {
    return this.#columns;
  }

  /** Other expressions for the same names: when computed columns are put into a projection. */
  setColumns(columns: readonly NamedExpr[]): void {
    this.#columns = columns;
    this.#byName.clear();
    for (const { name, expr } of columns) {
      const lower = name.toLowerCase();
      if (!this.#byName.has(lower)) this.#byName.set(lower, expr);
    }
  }

  find(lowerName: string): Expr | undefined {
    const expr = this.#byName.get(lowerName);
    if (expr !== undefined) this.access?.columns.add(lowerName);
    return expr === undefined ? undefined : this.#seen(expr);
  }

  nameOf(lowerName: string): string | undefined {
    return this.#showsOwnNames ? this.#columns.find(({ name }) => name.toLowerCase() === lowerName)?.name : undefined;
  }

  all(): readonly NamedExpr[] {
    for (const { name } of this.#columns) this.access?.columns.add(name.toLowerCase());
    return this.#columns.map(({ name, expr }) => ({ name, expr: this.#seen(expr) }));
  }

  #seen(expr: Expr): Expr {
    return this.nullable && expr.kind === 'column' && !expr.type.nullable
      ? { ...expr, type: withNullable(expr.type, true) }
      : expr;
  }
}

export const NO_MERGED: ReadonlyMap<string, Expr> = new Map();

export function relationOf(plan: LogicalNode, source: Source): Relation {
  return { plan, sources: [source], merged: NO_MERGED, star: () => source.all() };
}

/** Names of schemas are exact, but for the virtual ones. */
function isSchema(source: Source, name: string): boolean {
  return source.schema === name || (isVirtualSchema(name) && source.schema?.toLowerCase() === name.toLowerCase());
}

/** Finds `[[schema.]table.]name` in one relation; undefined when it is not there; 1052 when it is there twice. */
export function findInRelation(
  relation: Relation,
  name: { readonly schema: string | undefined; readonly table: string | undefined; readonly name: string },
  clause: string,
): Expr | undefined {
  const lower = name.name.toLowerCase();
  if (name.table === undefined) {
    const merged = relation.merged.size === 0 ? undefined : relation.merged.get(lower);
    let found: Expr | undefined = merged;
    for (const source of relation.sources) {
      if (source.hidden.size > 0 && source.hidden.has(lower)) continue;
      const expr = source.find(lower);
      if (expr === undefined) continue;
      if (found !== undefined) throw sqlError('ER_NON_UNIQ_ERROR', name.name, clause);
      found = expr;
    }
    return found;
  }
  let found: Expr | undefined;
  for (const source of relation.sources) {
    if (source.alias !== name.table || (name.schema !== undefined && !isSchema(source, name.schema))) continue;
    const expr = source.find(lower);
    if (expr === undefined) continue;
    if (found !== undefined) throw sqlError('ER_NON_UNIQ_ERROR', `${name.table}.${name.name}`, clause);
    found = expr;
  }
  return found;
}
