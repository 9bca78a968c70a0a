/**
 * What is shared while one statement is bound and planned: ids, slots, init plans, CTEs, warnings, accesses to check.
 */
import type { TableDef, ViewDef } from '../../catalog/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import { coercibilityOf } from '../../functions/index.ts';
import type { PlanColumn } from '../../plan/index.ts';
import { Coercibility, type FieldType, isTextual } from '../../types/index.ts';
import type { LogicalCte, LogicalNode } from '../logical/logical-plan.ts';
import type { PlannerContext, PrivilegeChecker, TablePrivilege } from '../planner-context.ts';
import { CallBuilder } from './call-builder.ts';
import type { TableSource } from './scope.ts';

/** Where a column of the result comes from, for the protocol's column definitions. */
export type ColumnOrigin = Pick<PlanColumn, 'schema' | 'originalTable' | 'originalName' | 'flags' | 'table'>;

export interface LogicalInitPlan {
  plan: LogicalNode;
  readonly kind: 'scalar' | 'exists';
  readonly slots: readonly number[];
}

export interface PlanWarning {
  readonly errno: number;
  readonly message: string;
  readonly level: 'Warning' | 'Note';
}

/** One table named in the statement, with the columns that were read of it. */
export interface TableAccess {
  readonly privileges: PrivilegeChecker;
  readonly schema: string;
  readonly table: string;
  readonly columns: Set<string>;
  readonly written: { readonly privilege: TablePrivilege; readonly columns: readonly string[] }[];
  /** Needs no SELECT by itself (target of INSERT, DELETE). */
  writeOnly: boolean;
}

const PARAMETERS_MAX = 65535;

export class StatementState {
  readonly context: PlannerContext;
  readonly calls: CallBuilder;
  readonly initPlans: LogicalInitPlan[] = [];
  readonly ctes: LogicalCte[] = [];
  readonly tables = new Set<TableDef>();
  readonly origins = new Map<number, ColumnOrigin>();
  readonly warnings: PlanWarning[] = [];
  /** Every base table in FROM, also those inside of views: write targets are found by their columns. */
  readonly tableSources: TableSource[] = [];
  /** Views named in the statement itself, with the base tables behind them: for data changes through them. */
  readonly views: { readonly view: ViewDef; readonly alias: string; readonly sources: readonly TableSource[] }[] = [];
  readonly accesses: TableAccess[] = [];
  cacheable = true;
  locking = false;
  paramCount = 0;
  viewDepth = 0;
  /** Depth of query blocks being bound: bounds recursion on hostile input. */
  depth = 0;
  #nextColumn = 1;
  #nextSlot = 0;

  constructor(context: PlannerContext) {
    this.context = context;
    this.calls = new CallBuilder(context);
  }

  get slotCount(): number {
    return this.#nextSlot;
  }

  newColumn(type: FieldType, name: string, table?: string): ColumnExpr {
    const id = this.#nextColumn++;
    return table === undefined
      ? { kind: 'column', type, id, index: -1, name }
      : { kind: 'column', type, id, index: -1, name, table };
  }

  /** A column that stands for expressions (of each part of a union): a text there meets others as they would. */
  newColumnOf(exprs: readonly Expr[], name: string, table?: string, type: FieldType = exprs[0]!.type): ColumnExpr {
    const column = this.newColumn(type, name, table);
    if (!isTextual(type)) return column;
    let coercibility: number = Coercibility.COERCIBLE;
    for (const expr of exprs) coercibility = Math.min(coercibility, coercibilityOf(expr));
    return coercibility === Coercibility.IMPLICIT ? column : { ...column, coercibility };
  }

  newSlot(): number {
    return this.#nextSlot++;
  }

  sawParameter(index: number): void {
    if (index >= this.paramCount) this.paramCount = Math.min(index + 1, PARAMETERS_MAX);
  }

  warn(errno: number, message: string, level: 'Warning' | 'Note' = 'Warning'): void {
    this.warnings.push({ errno, message, level });
  }

  /** Calls the privilege checker for everything that was read or written. */
  checkAccess(): void {
    for (const access of this.accesses) {
      for (const { privilege, columns } of access.written)
        access.privileges.check(privilege, access.schema, access.table, columns);
      if (access.columns.size > 0 || !access.writeOnly) {
        access.privileges.check('select', access.schema, access.table, [...access.columns]);
      }
    }
  }
}
