/**
 * What every family of AST nodes shares: source spans, names and small clauses.
 *
 * Conventions of the whole room:
 * - nodes are plain immutable objects with a `kind` tag; a union is switched on by `kind`;
 * - what is absent is `undefined` (the property is always there, so that shapes stay monomorphic);
 *   an absent list is the empty list;
 * - names are the identifier's text without quotes, in the case the user wrote; keywords, function names and
 *   operators are lower case;
 * - `start`/`end` are offsets into the statement's text (UTF-16 units), end exclusive.
 */
import type { ColumnReference, Expression } from './expression.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `[schema.]name` of a table, view, routine, trigger, event, … */
export interface ObjectName {
  readonly schema: string | undefined;
  readonly name: string;
}

/** A table named in a statement, with its place in the text. */
export interface TableName extends ObjectName, Span {}

export type SortDirection = 'asc' | 'desc';

export interface OrderItem {
  readonly expression: Expression;
  /** `asc` when not written. */
  readonly direction: SortDirection;
}

/** LIMIT; `count` and `offset` are integer literals, params or (in stored programs) column references. */
export interface Limit {
  readonly count: Expression;
  readonly offset: Expression | undefined;
}

/** `column = value`; `value` may be the `default` node. */
export interface Assignment {
  readonly column: ColumnReference;
  readonly value: Expression;
}

/** `user@host`, or CURRENT_USER (`current`); `host` is '%' when not written. */
export interface AccountName {
  readonly current: boolean;
  readonly user: string;
  readonly host: string;
}

/** FIELDS/COLUMNS and LINES clauses of LOAD DATA and INTO OUTFILE; `undefined` = MySQL's default. */
export interface FieldsClause {
  readonly terminatedBy: string | undefined;
  readonly enclosedBy: string | undefined;
  readonly optionallyEnclosed: boolean;
  readonly escapedBy: string | undefined;
}
export interface LinesClause {
  readonly startingBy: string | undefined;
  readonly terminatedBy: string | undefined;
}

/** LIKE 'pattern' or WHERE condition of the SHOW statements. */
export interface ShowFilter {
  readonly like: string | undefined;
  readonly where: Expression | undefined;
  /** Of the condition's text with its outer parentheses, which the expression's own span leaves out. */
  readonly whereText: Span | undefined;
}

/** Clauses of a statement family that is kept as text: `keyword value …` pairs in order of appearance. */
export interface NamedOption {
  readonly name: string;
  readonly value: string | number | bigint | boolean | readonly string[] | undefined;
}
