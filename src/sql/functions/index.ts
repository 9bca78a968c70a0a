/** Scalar, aggregate and window functions; operators are functions too. */
export { findAggregate, findFunction, findWindow, functionNames, functionRegistry } from './registry.ts';
