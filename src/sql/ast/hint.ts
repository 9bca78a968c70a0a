/** Optimizer hints from comments that follow SELECT, INSERT, REPLACE, UPDATE or DELETE. Bad hints are dropped by the
 *  parser with a note in `warnings` of the parse result, as MySQL does. */
export interface HintTable {
  readonly schema: string | undefined;
  readonly name: string;
  readonly queryBlock: string | undefined;
}

export interface OptimizerHint {
  /** Lower case: `max_execution_time`, `join_order`, `index`, `set_var`, `qb_name`, `semijoin`, … */
  readonly name: string;
  /** Leading `@block`. */
  readonly queryBlock: string | undefined;
  readonly tables: readonly HintTable[];
  /** Index names (index-level hints) or strategy names (SEMIJOIN, SUBQUERY). */
  readonly names: readonly string[];
  /** MAX_EXECUTION_TIME(n), RESOURCE_GROUP(name), QB_NAME(name), SET_VAR's value. */
  readonly value: string | number | undefined;
  /** SET_VAR's variable. */
  readonly variable: string | undefined;
}

/** USE|FORCE|IGNORE INDEX [FOR …] (…) after a table. */
export interface IndexHint {
  readonly action: 'use' | 'force' | 'ignore';
  readonly scope: 'join' | 'order by' | 'group by' | undefined;
  readonly indexes: readonly string[];
}
