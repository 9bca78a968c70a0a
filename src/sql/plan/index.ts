/** Physical plans: the contract between planner and executor. */
export type * from './physical.ts';
export type * from './statement.ts';
