/**
 * From conditions to the part of an index that has to be read.
 *
 * Parts are matched left to right: points (=, IN, IS NULL) go on to the next part, an interval ends the match. Points of several
 * parts multiply; an OR over several parts gives the union of what its operands give.
 */
import type { IndexDef, TableDef } from '../../catalog/index.ts';
import type { Expr } from '../../expr/index.ts';
import type { IndexInterval } from '../../plan/index.ts';
import { addConjuncts, disjunctsOf } from '../logical/expressions.ts';
import { type KeyPoint, type KeyPredicate, keyPredicateOf } from './key-predicate.ts';

export const ALTERNATIVES_MAX = 16_384;

export interface IndexPart {
  /** Id of the column in this statement; undefined when the statement never names it. */
  readonly column: number | undefined;
  readonly position: number;
  readonly isPrefix: boolean;
  readonly descending: boolean;
}

export interface AccessMatch {
  readonly alternatives: readonly IndexInterval[];
  /** Conditions that narrowed the access (for the estimate). */
  readonly used: readonly Expr[];
  /** Those of them that need not be checked again. */
  readonly exact: readonly Expr[];
  /** How many leading parts are bound to exactly one value each. */
  readonly fixedParts: number;
  /** Every part of the index has points: candidates for a point get. */
  readonly pointParts: number;
}

/** Parts of the index, then for a secondary index the primary key's, as its entries are stored. */
export function partsOf(
  table: TableDef,
  index: IndexDef,
  columnOf: (position: number) => number | undefined,
): IndexPart[] {
  const own = index.parts.map((part) => toPart(table, part, columnOf));
  const clustered = table.indexes[0]!;
  if (clustered === index || index.unique) return own; // a unique entry without NULL ends with its own parts
  const known = new Set(index.parts.map((part) => part.columnId));
  for (const part of clustered.parts) if (!known.has(part.columnId)) own.push(toPart(table, part, columnOf));
  return own;
}

function toPart(
  table: TableDef,
  part: IndexDef['parts'][number],
  columnOf: (position: number) => number | undefined,
): IndexPart {
  const position = table.columns.findIndex((column) => column.id === part.columnId);
  return {
    column: columnOf(position),
    position,
    isPrefix: part.prefixLength !== undefined,
    descending: part.descending,
  };
}

/** Key predicates of conditions, computed once per scan. */
export interface Restriction {
  readonly conditions: readonly Expr[];
  readonly predicates: readonly (KeyPredicate | undefined)[];
}

export function restrictionOf(conditions: readonly Expr[], isValue: (expr: Expr) => boolean): Restriction {
  return { conditions, predicates: conditions.map((condition) => keyPredicateOf(condition, isValue)) };
}

export function matchIndex(
  parts: readonly IndexPart[],
  restriction: Restriction,
  isValue: (expr: Expr) => boolean,
): AccessMatch {
  const flat = matchConjunction(parts, restriction.predicates);
  let best = flat;
  for (const [i, condition] of restriction.conditions.entries()) {
    if (condition.kind !== 'call' || condition.name !== 'or' || restriction.predicates[i] !== undefined) continue;
    const union = matchDisjunction(parts, condition, restriction, isValue);
    if (union !== undefined && isNarrower(union, best)) best = union;
  }
  return best;
}

function isNarrower(a: AccessMatch, b: AccessMatch): boolean {
  return a.used.length > b.used.length || b.alternatives.length === 0;
}

function matchDisjunction(
  parts: readonly IndexPart[],
  or: Expr,
  restriction: Restriction,
  isValue: (expr: Expr) => boolean,
): AccessMatch | undefined {
  const alternatives: IndexInterval[] = [];
  const used = new Set<Expr>([or]);
  for (const operand of disjunctsOf(or)) {
    const conjuncts: Expr[] = [];
    addConjuncts(operand, conjuncts);
    const predicates = [...restriction.predicates, ...conjuncts.map((conjunct) => keyPredicateOf(conjunct, isValue))];
    const match = matchConjunction(parts, predicates);
    if (match.alternatives.length === 0) return undefined;
    if (!match.used.some((expr) => conjuncts.includes(expr))) return undefined;
    alternatives.push(...match.alternatives);
    if (alternatives.length > ALTERNATIVES_MAX) return undefined;
    for (const expr of match.used) if (restriction.conditions.includes(expr)) used.add(expr);
  }
  return { alternatives, used: [...used], exact: [], fixedParts: 0, pointParts: 0 };
}

const NO_MATCH: AccessMatch = { alternatives: [], used: [], exact: [], fixedParts: 0, pointParts: 0 };

function matchConjunction(parts: readonly IndexPart[], predicates: readonly (KeyPredicate | undefined)[]): AccessMatch {
  let prefixes: (readonly KeyPoint[])[] = [[]];
  const used: Expr[] = [];
  const exact: Expr[] = [];
  let fixedParts = 0;
  let pointParts = 0;
  for (const part of parts) {
    if (part.column === undefined) break;
    const point = narrowestPoints(part.column, predicates);
    if (point !== undefined && prefixes.length * point.points!.length <= ALTERNATIVES_MAX) {
      prefixes =
        prefixes.length === 1 && prefixes[0]!.length === 0
          ? point.points!.map((value) => [value])
          : product(prefixes, point.points!);
      used.push(point.source);
      if (point.exact && !part.isPrefix) exact.push(point.source);
      if (fixedParts === pointParts && point.points!.length === 1 && !part.isPrefix) fixedParts++;
      pointParts++;
      continue;
    }
    const interval = intervalOf(part.column, predicates);
    if (interval === undefined) break;
    used.push(...interval.sources);
    if (!part.isPrefix) exact.push(...interval.exact);
    return {
      alternatives: prefixes.map((equal) => ({ equal, ...interval.bounds })),
      used,
      exact,
      fixedParts,
      pointParts,
    };
  }
  if (used.length === 0) return NO_MATCH;
  return { alternatives: prefixes.map((equal) => ({ equal })), used, exact, fixedParts, pointParts };
}

function product(prefixes: readonly (readonly KeyPoint[])[], points: readonly KeyPoint[]): (readonly KeyPoint[])[] {
  const all: (readonly KeyPoint[])[] = [];
  for (const prefix of prefixes) for (const point of points) all.push([...prefix, point]);
  return all;
}

function narrowestPoints(column: number, predicates: readonly (KeyPredicate | undefined)[]): KeyPredicate | undefined {
  let best: KeyPredicate | undefined;
  for (const predicate of predicates) {
    if (predicate?.points === undefined || predicate.column !== column) continue;
    if (best === undefined || predicate.points.length < best.points!.length) best = predicate;
  }
  return best;
}

interface Interval {
  readonly bounds: Omit<IndexInterval, 'equal'>;
  readonly sources: readonly Expr[];
  readonly exact: readonly Expr[];
}

/** The first lower and the first upper bound; further ones are checked on the rows. */
function intervalOf(column: number, predicates: readonly (KeyPredicate | undefined)[]): Interval | undefined {
  let low: KeyPredicate | undefined;
  let high: KeyPredicate | undefined;
  let notNull: KeyPredicate | undefined;
  for (const predicate of predicates) {
    if (predicate === undefined || predicate.column !== column || predicate.points !== undefined) continue;
    if (predicate.low !== undefined && predicate.high !== undefined && low === undefined && high === undefined) {
      low = high = predicate;
    } else if (predicate.low !== undefined && predicate.high === undefined) low ??= predicate;
    else if (predicate.high !== undefined && predicate.low === undefined) high ??= predicate;
    else if (predicate.low === undefined) notNull = predicate;
  }
  if (low === undefined && high === undefined && notNull === undefined) return undefined;
  const members = [...new Set([low, high, low === undefined && high === undefined ? notNull : undefined])].filter(
    (item) => item !== undefined,
  );
  if (notNull !== undefined && !members.includes(notNull)) members.push(notNull);
  return {
    bounds: {
      ...(low?.low !== undefined && { low: low.low }),
      ...(high?.high !== undefined && { high: high.high }),
      excludeNull: true,
    },
    sources: members.map((member) => member.source),
    exact: members.filter((member) => member.exact).map((member) => member.source),
  };
}
