/** Scalar, aggregate and window functions; operators are functions too. */
export { findAggregate, findFunction, findWindow, functionNames, functionRegistry } from './registry.ts';
export { documentArg } from './json-arguments.ts';
export type { Read } from './define.ts';
export { coercibilityOf } from './string-type.ts';
export { FULLTEXT_QUERY } from './fulltext.ts';
export { findLocale } from './locale.ts';
