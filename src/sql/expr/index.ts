/** Bound expressions, their compilation, and the contract of functions. */
export type * from './expr.ts';
export { DEFAULT_SQL_MODE } from './default-sql-mode.ts';
export { compile, compileArgument } from './compile.ts';
export { UserLockWait } from './user-lock-wait.ts';
