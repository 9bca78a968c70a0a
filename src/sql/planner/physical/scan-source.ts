/** What access paths share: the context, which indexes may be used, and the parts of a scan node that do not depend on the path. */
import type { IndexDef } from '../../catalog/index.ts';
import type { CallBuilder } from '../bind/call-builder.ts';
import type { Expr } from '../../expr/index.ts';
import type { PhysicalNode, PlanColumn } from '../../plan/index.ts';
import { isRuntimeConstant, someExpr } from '../logical/expressions.ts';
import type { ScanNode } from '../logical/logical-plan.ts';
import type { Estimator } from './estimator.ts';

export interface AccessContext {
  readonly estimator: Estimator;
  readonly calls: CallBuilder;
  /** Columns that come from outside (apply): known when the scan opens. */
  readonly isOuter: (id: number) => boolean;
}

/** What an expression may be to bound a key: no column of this query level. */
export function isKeyValue(context: AccessContext): (expr: Expr) => boolean {
  return (expr) =>
    isRuntimeConstant(expr) ||
    !someExpr(
      expr,
      (part) =>
        (part.kind === 'column' && !context.isOuter(part.id)) ||
        (part.kind === 'call' && part.def.stability === 'volatile'),
    );
}

export function usableIndexes(scan: ScanNode): readonly IndexDef[] {
  const { hints, table } = scan;
  return table.indexes.filter((index, i) => {
    if (i === 0 && index.parts.length === 0) return true;
    if (index.kind !== 'btree' || index.state !== 'public' || !index.visible) return false;
    if (hints?.ignored.includes(index)) return i === 0;
    return hints?.only === undefined || hints.only.includes(index) || i === 0;
  });
}

export function positionLookup(scan: ScanNode): (position: number) => number | undefined {
  return (position) => {
    const at = scan.positions.indexOf(position);
    return at < 0 ? undefined : scan.columns[at]!.id;
  };
}

export function outputOf(scan: ScanNode): PlanColumn[] {
  return scan.handle === undefined ? [...scan.columns] : [...scan.columns, scan.handle];
}

export function sourceFields(scan: ScanNode): Pick<
  Extract<PhysicalNode, { kind: 'index-scan' }>,
  'table' | 'alias' | 'columns' | 'withHandle'
> & {
  lock?: NonNullable<ScanNode['lock']>;
  asOf?: Expr;
} {
  return {
    table: scan.table,
    alias: scan.alias,
    columns: scan.positions,
    withHandle: scan.handle !== undefined,
    ...(scan.lock !== undefined && { lock: scan.lock }),
    ...(scan.asOf !== undefined && { asOf: scan.asOf }),
  };
}
