/**
 * The order of a group of inner joins.
 *
 * Up to BUSHY_MAX leaves: dynamic programming over all connected splits; up to LINEAR_MAX: over left-deep trees; beyond:
 * greedy, always the cheapest next join. STRAIGHT_JOIN keeps the written order. Of each set of leaves the cheapest plan
 * is kept, and the cheapest in the wanted order.
 */
import type { ColumnExpr } from '../../expr/index.ts';
import { columnEquality } from '../logical/expressions.ts';
import type { LogicalNode } from '../logical/logical-plan.ts';
import { columnsOf } from '../logical/plan-tree.ts';
import type { AccessContext } from './scan-source.ts';
import { innerLookups } from './index-lookup.ts';
import type { GroupCondition, JoinGroup } from './join-group.ts';
import { splitJoinConditions } from './join-keys.ts';
import { type JoinContext, joinMethods } from './join-methods.ts';
import { type Candidate, type OrderColumn, satisfies } from './physical-plan.ts';

const BUSHY_MAX = 6;
const LINEAR_MAX = 10;
/** A cross product costs this much more in the greedy choice, so that connected joins come first. */
const CROSS_PENALTY = 1e6;

interface Part {
  /** Leaf numbers, in the order of the output columns. */
  readonly leaves: ReadonlySet<number>;
  readonly columns: readonly ColumnExpr[];
  readonly best: Candidate;
  readonly ordered: Candidate | undefined;
}

export interface JoinOrderContext extends JoinContext, AccessContext {
  planLeaf(node: LogicalNode, want: readonly OrderColumn[]): readonly Candidate[];
}

export function orderJoins(group: JoinGroup, want: readonly OrderColumn[], context: JoinOrderContext): Candidate[] {
  return new JoinOrder(group, want, context).run();
}

class JoinOrder {
  readonly #group: JoinGroup;
  readonly #want: readonly OrderColumn[];
  readonly #context: JoinOrderContext;
  readonly #parts: readonly Part[];

  constructor(group: JoinGroup, want: readonly OrderColumn[], context: JoinOrderContext) {
    this.#group = group;
    this.#want = want;
    this.#context = context;
    shareDistinct(group, context);
    this.#parts = group.leaves.map((leaf, i) => this.#leafPart(leaf, i));
  }

  run(): Candidate[] {
    const count = this.#parts.length;
    const last = this.#group.straight
      ? this.#straight()
      : count <= BUSHY_MAX
        ? this.#bushy()
        : count <= LINEAR_MAX
          ? this.#linear()
          : this.#greedy();
    return last.ordered === undefined || last.ordered === last.best ? [last.best] : [last.best, last.ordered];
  }

  #leafPart(leaf: LogicalNode, number: number): Part {
    const columns = columnsOf(leaf);
    const own = this.#want.length > 0 && columns.some((column) => column.id === this.#want[0]!.column);
    const candidates = this.#context.planLeaf(leaf, own ? this.#wantPrefix(columns) : []);
    return this.#part(new Set([number]), columns, candidates);
  }

  /** The part of the wanted order that this leaf can give; the rest has to be constant per row of it. */
  #wantPrefix(columns: readonly ColumnExpr[]): readonly OrderColumn[] {
    const prefix: OrderColumn[] = [];
    for (const column of this.#want) {
      if (!columns.some((candidate) => candidate.id === column.column)) break;
      prefix.push(column);
    }
    return prefix;
  }

  #part(leaves: ReadonlySet<number>, columns: readonly ColumnExpr[], candidates: readonly Candidate[]): Part {
    let best: Candidate | undefined;
    let ordered: Candidate | undefined;
    for (const candidate of candidates) {
      if (best === undefined || candidate.cost < best.cost) best = candidate;
      if (
        this.#want.length > 0 &&
        satisfies(candidate.order, this.#want, candidate.constants) &&
        (ordered === undefined || candidate.cost < ordered.cost)
      )
        ordered = candidate;
    }
    return { leaves, columns, best: best!, ordered };
  }

  /** Conditions that become answerable when these two sets meet. */
  #conditionsOf(left: Part, right: Part): GroupCondition[] {
    return this.#group.conditions.filter(({ leaves }) => {
      let inLeft = false;
      let inRight = false;
      for (const leaf of leaves) {
        if (left.leaves.has(leaf)) inLeft = true;
        else if (right.leaves.has(leaf)) inRight = true;
        else return false;
      }
      return inLeft && inRight;
    });
  }

  #join(left: Part, right: Part, conditions: readonly GroupCondition[]): Part {
    const { estimator } = this.#context;
    const exprs = conditions.map((condition) => condition.expr);
    const isLeft = (id: number): boolean =>
      left.leaves.has(this.#group.leafOf.get(id) ?? -1) || this.#context.isOuter(id);
    const isRight = (id: number): boolean => right.leaves.has(this.#group.leafOf.get(id) ?? -1);
    const split = splitJoinConditions(exprs, isLeft, isRight);
    const rows = estimator.joinRows(left.best.rows, right.best.rows, exprs);
    const columns = [...left.columns, ...right.columns];
    const only = right.leaves.size === 1 ? this.#group.leaves[[...right.leaves][0]!] : undefined;
    const lookups = only === undefined ? [] : innerLookups(only, split.keys, this.#context);
    const task = { join: 'inner', right: right.best, split, output: columns, rows, nullAware: false, lookups } as const;
    const candidates = joinMethods({ ...task, left: left.best }, this.#context);
    if (left.ordered !== undefined && left.ordered !== left.best)
      candidates.push(...joinMethods({ ...task, left: left.ordered }, this.#context));
    if (right.ordered !== undefined && right.ordered !== right.best && left.best.order.length > 0) {
      candidates.push(...joinMethods({ ...task, left: left.best, right: right.ordered }, this.#context));
    }
    return this.#part(new Set([...left.leaves, ...right.leaves]), columns, candidates);
  }

  #better(a: Part | undefined, b: Part): Part {
    if (a === undefined) return b;
    const best = a.best.cost <= b.best.cost ? a : b;
    const ordered = a.ordered !== undefined && (b.ordered === undefined || a.ordered.cost <= b.ordered.cost) ? a : b;
    if (best === ordered || ordered.ordered === undefined)
      return best.ordered === undefined && ordered.ordered !== undefined ? { ...best, ordered: ordered.ordered } : best;
    return { ...best, ordered: ordered.ordered };
  }

  #straight(): Part {
    let result = this.#parts[0]!;
    for (const part of this.#parts.slice(1)) result = this.#join(result, part, this.#conditionsOf(result, part));
    return result;
  }

  #bushy(): Part {
    const count = this.#parts.length;
    const table: (Part | undefined)[] = new Array<Part | undefined>(1 << count);
    for (let i = 0; i < count; i++) table[1 << i] = this.#parts[i];
    const full = (1 << count) - 1;
    for (let set = 1; set <= full; set++) {
      if ((set & (set - 1)) === 0) continue;
      table[set] = this.#bestSplit(set, table, true) ?? this.#bestSplit(set, table, false);
    }
    return table[full]!;
  }

  #bestSplit(set: number, table: readonly (Part | undefined)[], connected: boolean): Part | undefined {
    let best: Part | undefined;
    for (let sub = (set - 1) & set; sub > 0; sub = (sub - 1) & set) {
      const left = table[sub];
      const right = table[set ^ sub];
      if (left === undefined || right === undefined) continue;
      const conditions = this.#conditionsOf(left, right);
      if (connected === (conditions.length === 0)) continue;
      if (best !== undefined && left.best.cost + right.best.cost * 0.01 > best.best.cost && left.ordered === undefined)
        continue;
      best = this.#better(best, this.#join(left, right, conditions));
    }
    return best;
  }

  /** Left-deep only: each set is a smaller set joined with one more leaf. */
  #linear(): Part {
    const count = this.#parts.length;
    const table: (Part | undefined)[] = new Array<Part | undefined>(1 << count);
    for (let i = 0; i < count; i++) table[1 << i] = this.#parts[i];
    const full = (1 << count) - 1;
    for (let set = 1; set <= full; set++) {
      if ((set & (set - 1)) === 0) continue;
      table[set] = this.#bestExtension(set, table, true);
    }
    return table[full] ?? this.#greedy();
  }

  #bestExtension(set: number, table: readonly (Part | undefined)[], connected: boolean): Part | undefined {
    let best: Part | undefined;
    for (let i = 0; i < this.#parts.length; i++) {
      const left = table[set & ~(1 << i)];
      if ((set & (1 << i)) === 0 || left === undefined) continue;
      const right = this.#parts[i]!;
      const conditions = this.#conditionsOf(left, right);
      if (connected && conditions.length === 0) continue;
      if (best !== undefined && left.best.cost > best.best.cost && left.ordered === undefined) continue;
      best = this.#better(best, this.#join(left, right, conditions));
    }
    return best;
  }

  /** Starts at the leaf with the fewest rows and adds what is cheapest to add. */
  #greedy(): Part {
    const rest = [...this.#parts].sort((a, b) => a.best.rows - b.best.rows);
    let result = rest.shift()!;
    while (rest.length > 0) {
      let chosen: { readonly at: number; readonly part: Part; readonly score: number } | undefined;
      const connected = rest.some((part) => this.#conditionsOf(result, part).length > 0);
      for (const [at, part] of rest.entries()) {
        const conditions = this.#conditionsOf(result, part);
        if (connected && conditions.length === 0) continue;
        const joined = this.#join(result, part, conditions);
        const score = joined.best.cost + joined.best.rows + (conditions.length === 0 ? CROSS_PENALTY : 0);
        if (chosen === undefined || score < chosen.score) chosen = { at, part: joined, score };
        if (!connected) break;
      }
      result = chosen!.part;
      rest.splice(chosen!.at, 1);
    }
    return result;
  }
}

/**
 * A column that must equal a unique one has no more values than that table has rows; so has every column equal to it.
 * Corrects guesses where there are no statistics.
 */
function shareDistinct(group: JoinGroup, context: JoinOrderContext): void {
  const { estimator } = context;
  const pairs = group.conditions.flatMap(({ expr }) => {
    const pair = columnEquality(expr);
    return pair === undefined ? [] : [pair];
  });
  const rounds = Math.min(pairs.length, 4);
  for (let round = 0; round < rounds; round++) {
    for (const [a, b] of pairs) {
      if (estimator.isBounded(b)) estimator.capDistinct(a, estimator.distinct(b, 1e15));
      if (estimator.isBounded(a)) estimator.capDistinct(b, estimator.distinct(a, 1e15));
    }
  }
}
