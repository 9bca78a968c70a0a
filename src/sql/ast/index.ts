/** The abstract syntax tree of a statement: what the parser makes and the binder reads. */
export type * from './account.ts';
export type * from './admin.ts';
export type * from './clause.ts';
export type * from './data-type.ts';
export type * from './ddl-other.ts';
export type * from './ddl-table.ts';
export type * from './dml.ts';
export type * from './expression.ts';
export type * from './hint.ts';
export type * from './select.ts';
export type * from './session.ts';
export type * from './show.ts';
export type * from './statement.ts';
export type * from './transaction.ts';
export type * from './window.ts';
export { type FormatOptions, quoteName, quoteString } from './format-context.ts';
export { formatExpression, formatQuery } from './format.ts';
export { printColumnType } from './format-query.ts';
