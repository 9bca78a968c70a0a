/** Windows: OVER clauses, WINDOW definitions and frames. */
import type { OrderItem, Span } from './clause.ts';
import type { Expression, IntervalUnit } from './expression.ts';

export type FrameBound =
  | { readonly type: 'unbounded-preceding' }
  | { readonly type: 'unbounded-following' }
  | { readonly type: 'current-row' }
  | {
      readonly type: 'preceding' | 'following';
      readonly offset: Expression;
      /** RANGE INTERVAL offset unit. */
      readonly unit: IntervalUnit | undefined;
    };

export interface WindowFrame {
  readonly unit: 'rows' | 'range' | 'groups';
  readonly from: FrameBound;
  readonly to: FrameBound;
  readonly exclude: 'current-row' | 'group' | 'ties' | 'no-others' | undefined;
}

/** `([base] [PARTITION BY …] [ORDER BY …] [frame])`. */
export interface WindowSpecification extends Span {
  readonly kind: 'window-specification';
  /** Name of the window that this one extends. */
  readonly base: string | undefined;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  readonly frame: WindowFrame | undefined;
}

/** OVER name, or OVER (specification). */
export type WindowReference = { readonly kind: 'window-name'; readonly name: string } | WindowSpecification;

/** WINDOW name AS (specification). */
export interface NamedWindow {
  readonly name: string;
  readonly specification: WindowSpecification;
}
