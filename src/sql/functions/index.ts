/** Scalar, aggregate and window functions; operators are functions too. */
export { findAggregate, findFunction, findWindow, functionNames } from './registry.ts';
