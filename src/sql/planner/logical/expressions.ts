/** Walking, rewriting and comparing bound expressions. All functions are pure; unchanged subtrees are shared. */
import type { CallExpr, ColumnExpr, Expr, FunctionOptions } from '../../expr/index.ts';
import type { FieldType } from '../../types/index.ts';

/** Rewrites bottom-up; `visit` gets each node after its arguments were rewritten. */
export function mapExpr(expr: Expr, visit: (expr: Expr) => Expr): Expr {
  if (expr.kind !== 'call') return visit(expr);
  return visit(mapArgs(expr, (arg) => mapExpr(arg, visit)));
}

/** Rewrites top-down: where `visit` gives a replacement, the walk stops. */
export function replaceExpr(expr: Expr, visit: (expr: Expr) => Expr | undefined): Expr {
  const replacement = visit(expr);
  if (replacement !== undefined) return replacement;
  return expr.kind === 'call' ? mapArgs(expr, (arg) => replaceExpr(arg, visit)) : expr;
}

export function mapArgs(expr: CallExpr, visit: (arg: Expr) => Expr): CallExpr {
  const args = expr.args;
  for (let i = 0; i < args.length; i++) {
    const before = args[i]!;
    const after = visit(before);
    if (after === before) continue;
    const changed = args.slice(0, i);
    changed.push(after);
    for (let j = i + 1; j < args.length; j++) changed.push(visit(args[j]!));
    return { ...expr, args: changed };
  }
  return expr;
}

export function walkExpr(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  if (expr.kind === 'call') for (const arg of expr.args) walkExpr(arg, visit);
}

export function someExpr(expr: Expr, test: (expr: Expr) => boolean): boolean {
  if (test(expr)) return true;
  if (expr.kind !== 'call') return false;
  for (const arg of expr.args) if (someExpr(arg, test)) return true;
  return false;
}

/** Every column of the expression satisfies `test` (true for an expression without columns). */
export function everyColumn(expr: Expr, test: (id: number) => boolean): boolean {
  switch (expr.kind) {
    case 'column':
      return test(expr.id);
    case 'call':
      for (const arg of expr.args) if (!everyColumn(arg, test)) return false;
      return true;
    default:
      return true;
  }
}

export function addColumnIds(expr: Expr, into: Set<number>): void {
  if (expr.kind === 'column') into.add(expr.id);
  else if (expr.kind === 'call') for (const arg of expr.args) addColumnIds(arg, into);
}

export function hasColumns(expr: Expr): boolean {
  return someExpr(expr, (part) => part.kind === 'column');
}

/** Replaces columns by expressions, by id. */
export function substitute(expr: Expr, replacements: ReadonlyMap<number, Expr>): Expr {
  if (replacements.size === 0) return expr;
  return replaceExpr(expr, (part) => (part.kind === 'column' ? replacements.get(part.id) : undefined));
}

/** Calls that give another result when called again: never duplicated, moved or dropped. */
export function isVolatile(expr: Expr): boolean {
  return someExpr(expr, (part) => part.kind === 'call' && part.def.stability === 'volatile');
}

/** Same value for all rows of one execution. */
export function isRuntimeConstant(expr: Expr): boolean {
  switch (expr.kind) {
    case 'column':
      return false;
    case 'call':
      if (expr.def.stability === 'volatile') return false;
      for (const arg of expr.args) if (!isRuntimeConstant(arg)) return false;
      return true;
    default:
      return true;
  }
}

export function sameExpr(a: Expr, b: Expr): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case 'column':
      return b.kind === 'column' && a.id === b.id;
    case 'constant':
      return b.kind === 'constant' && sameConstant(a.value, b.value) && sameType(a.type, b.type);
    case 'slot':
      return b.kind === 'slot' && a.slot === b.slot;
    case 'param':
      return b.kind === 'param' && a.index === b.index;
    case 'call':
      return b.kind === 'call' && sameCall(a, b);
  }
}

function sameCall(a: CallExpr, b: CallExpr): boolean {
  if (a.name !== b.name || a.args.length !== b.args.length || a.def.stability === 'volatile') return false;
  if (!sameOptions(a.options, b.options)) return false;
  for (let i = 0; i < a.args.length; i++) if (!sameExpr(a.args[i]!, b.args[i]!)) return false;
  return true;
}

function sameConstant(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  if (a.constructor !== b.constructor) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = Object.keys(left);
  return (
    keys.length > 0 &&
    keys.length === Object.keys(right).length &&
    keys.every((key) => sameConstant(left[key], right[key]))
  );
}

export function sameType(a: FieldType, b: FieldType): boolean {
  return (
    a === b ||
    (a.kind === b.kind &&
      a.mysqlType === b.mysqlType &&
      a.length === b.length &&
      a.decimals === b.decimals &&
      a.unsigned === b.unsigned &&
      a.collation === b.collation)
  );
}

function sameOptions(a: FunctionOptions | undefined, b: FunctionOptions | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (a.unit !== b.unit || a.word !== b.word || a.collation !== b.collation) return false;
  if (a.castType !== b.castType && !(a.castType && b.castType && sameType(a.castType, b.castType))) return false;
  return a.extra === b.extra || JSON.stringify(a.extra) === JSON.stringify(b.extra);
}

/** The conjuncts of a condition, left to right. */
export function addConjuncts(expr: Expr, into: Expr[]): void {
  if (expr.kind === 'call' && expr.name === 'and') for (const arg of expr.args) addConjuncts(arg, into);
  else into.push(expr);
}

export function disjunctsOf(expr: Expr): readonly Expr[] {
  if (expr.kind !== 'call' || expr.name !== 'or') return [expr];
  const all: Expr[] = [];
  for (const arg of expr.args) all.push(...disjunctsOf(arg));
  return all;
}

/** `left = right` with a column on each side, of different relations or not. */
export function columnEquality(expr: Expr): readonly [ColumnExpr, ColumnExpr] | undefined {
  if (expr.kind !== 'call' || expr.name !== '=') return undefined;
  const [left, right] = expr.args;
  return left?.kind === 'column' && right?.kind === 'column' ? [left, right] : undefined;
}

export function isTrueConstant(expr: Expr): boolean {
  return (
    expr.kind === 'constant' &&
    expr.value !== null &&
    typeof expr.value !== 'object' &&
    typeof expr.value !== 'string' &&
    Number(expr.value) !== 0
  );
}
export function isFalseConstant(expr: Expr): boolean {
  return expr.kind === 'constant' && (expr.value === null || expr.value === 0);
}
