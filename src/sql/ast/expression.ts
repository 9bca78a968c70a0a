/**
 * Expressions. Every node carries its span: an unaliased select item is named by its exact source text.
 *
 * Function names are lower case. Grammar-level synonyms are folded to MySQL's printed name by the parser:
 * CURRENT_TIMESTAMP, LOCALTIME, LOCALTIMESTAMP → now; CURRENT_DATE → curdate; CURRENT_TIME → curtime;
 * CURRENT_USER → current_user; SUBSTRING, MID → substr; SESSION_USER, SYSTEM_USER → user; POSITION(a IN b) →
 * locate(a, b); DATE_ADD, ADDDATE(… INTERVAL) → date-arithmetic; STD, STDDEV → stddev_pop (aggregate), VARIANCE → var_pop;
 * DAY → dayofmonth; SCHEMA → database.
 */
import type { OrderItem, Span } from './clause.ts';
import type { DataType } from './data-type.ts';
import type { Query } from './select.ts';
import type { WindowReference } from './window.ts';

export type Expression =
  | NullLiteral
  | BooleanLiteral
  | IntegerLiteral
  | DecimalLiteral
  | FloatLiteral
  | StringLiteral
  | BytesLiteral
  | TemporalLiteral
  | Parameter
  | ColumnReference
  | UserVariable
  | VariableAssignment
  | SystemVariable
  | UnaryExpression
  | BinaryExpression
  | ComparisonExpression
  | LogicalExpression
  | QuantifiedComparison
  | BetweenExpression
  | InListExpression
  | InQueryExpression
  | LikeExpression
  | RegexpExpression
  | IsExpression
  | MemberOfExpression
  | JsonArrowExpression
  | CollateExpression
  | CaseExpression
  | CastExpression
  | ConvertUsingExpression
  | DateArithmeticExpression
  | ExtractExpression
  | TrimExpression
  | CharExpression
  | WeightStringExpression
  | GetFormatExpression
  | TimestampUnitExpression
  | JsonValueExpression
  | MatchExpression
  | FunctionCall
  | AggregateCall
  | WindowCall
  | RowExpression
  | SubqueryExpression
  | ExistsExpression
  | DefaultValue
  | DefaultOfColumn
  | ValuesOfColumn;

export type ExpressionKind = Expression['kind'];

// ---- literals ----

export interface NullLiteral extends Span {
  readonly kind: 'null';
}
export interface BooleanLiteral extends Span {
  readonly kind: 'boolean';
  readonly value: boolean;
}
/** 0 … 2^64-1; larger integers are decimal literals. `number` while safe, `bigint` beyond. */
export interface IntegerLiteral extends Span {
  readonly kind: 'integer';
  readonly value: number | bigint;
}
export interface DecimalLiteral extends Span {
  readonly kind: 'decimal';
  /** Digits with at most one point, as written: `1.50`, `.5`, `1.`. */
  readonly text: string;
}
export interface FloatLiteral extends Span {
  readonly kind: 'float';
  readonly value: number;
  readonly text: string;
}
/** 'a' "b" joined, escapes resolved. */
export interface StringLiteral extends Span {
  readonly kind: 'string';
  readonly value: string;
  /** Charset introducer (`_latin1'x'`, N'x' → utf8mb3), lower case. */
  readonly charset: string | undefined;
  /** The literal's bytes, only when they are not well-formed UTF-8 (see base/escaped-utf8.ts). */
  readonly bytes: Uint8Array | undefined;
  /** The first of joined literals ('a' 'b'), else `value`: MySQL names an unaliased string column by it. */
  readonly firstPart: string;
}
/** X'4D', 0x4D, B'01', 0b01. */
export interface BytesLiteral extends Span {
  readonly kind: 'bytes';
  readonly form: 'hex' | 'bit';
  readonly bytes: Uint8Array;
  readonly charset: string | undefined;
}
/** DATE'…', TIME'…', TIMESTAMP'…', {d '…'}, {t '…'}, {ts '…'}. */
export interface TemporalLiteral extends Span {
  readonly kind: 'temporal';
  readonly type: 'date' | 'time' | 'timestamp';
  readonly text: string;
}
export interface Parameter extends Span {
  readonly kind: 'parameter';
  /** 0-based position in the statement. */
  readonly index: number;
}

// ---- names ----

/** `[[schema.]table.]name`; in stored programs also local variables and NEW.x / OLD.x. */
export interface ColumnReference extends Span {
  readonly kind: 'column';
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly name: string;
}
export interface UserVariable extends Span {
  readonly kind: 'user-variable';
  readonly name: string;
}
/** `@a := value`. */
export interface VariableAssignment extends Span {
  readonly kind: 'variable-assignment';
  readonly name: string;
  readonly value: Expression;
}
export type VariableScope = 'global' | 'session' | 'persist' | 'persist-only';
/** `@@[scope.][component.]name`; `scope` undefined = session, then global. */
export interface SystemVariable extends Span {
  readonly kind: 'system-variable';
  readonly scope: VariableScope | undefined;
  readonly component: string | undefined;
  readonly name: string;
}

// ---- operators ----

/** `!` and NOT are both `not`. */
export type UnaryOperator = '-' | '+' | '~' | 'not';
export interface UnaryExpression extends Span {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}
export type BinaryOperator = '+' | '-' | '*' | '/' | 'div' | '%' | '|' | '&' | '^' | '<<' | '>>' | 'xor';
export interface BinaryExpression extends Span {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export type ComparisonOperator = '=' | '<=>' | '<>' | '<' | '<=' | '>' | '>=';
export interface ComparisonExpression extends Span {
  readonly kind: 'comparison';
  readonly operator: ComparisonOperator;
  readonly left: Expression;
  readonly right: Expression;
}
/** AND/&&, OR/||: two or more operands, left to right; chains of the same operator are one node. */
export interface LogicalExpression extends Span {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or';
  readonly operands: readonly Expression[];
}
/** `left op ANY|SOME|ALL (query)`. */
export interface QuantifiedComparison extends Span {
  readonly kind: 'quantified-comparison';
  readonly operator: ComparisonOperator;
  readonly quantifier: 'any' | 'all';
  readonly left: Expression;
  readonly query: Query;
}
export interface BetweenExpression extends Span {
  readonly kind: 'between';
  readonly operand: Expression;
  readonly low: Expression;
  readonly high: Expression;
  readonly negated: boolean;
}
export interface InListExpression extends Span {
  readonly kind: 'in-list';
  readonly operand: Expression;
  readonly items: readonly Expression[];
  readonly negated: boolean;
}
export interface InQueryExpression extends Span {
  readonly kind: 'in-query';
  readonly operand: Expression;
  readonly query: Query;
  readonly negated: boolean;
}
export interface LikeExpression extends Span {
  readonly kind: 'like';
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly escape: Expression | undefined;
  readonly negated: boolean;
}
/** REGEXP, RLIKE. */
export interface RegexpExpression extends Span {
  readonly kind: 'regexp';
  readonly operand: Expression;
  readonly pattern: Expression;
  readonly negated: boolean;
}
export interface IsExpression extends Span {
  readonly kind: 'is';
  readonly operand: Expression;
  readonly test: 'null' | 'true' | 'false' | 'unknown';
  readonly negated: boolean;
}
/** `value MEMBER [OF] (array)`. */
export interface MemberOfExpression extends Span {
  readonly kind: 'member-of';
  readonly value: Expression;
  readonly array: Expression;
}
/** `column -> 'path'`, `column ->> 'path'`. */
export interface JsonArrowExpression extends Span {
  readonly kind: 'json-arrow';
  readonly column: ColumnReference;
  readonly path: StringLiteral;
  readonly unquote: boolean;
}
export interface CollateExpression extends Span {
  readonly kind: 'collate';
  readonly operand: Expression;
  readonly collation: string;
}

// ---- special syntaxes ----

export interface CaseBranch {
  readonly when: Expression;
  readonly then: Expression;
}
export interface CaseExpression extends Span {
  readonly kind: 'case';
  readonly operand: Expression | undefined;
  readonly branches: readonly CaseBranch[];
  readonly otherwise: Expression | undefined;
}
export interface CastExpression extends Span {
  readonly kind: 'cast';
  readonly operand: Expression;
  readonly type: DataType;
  /** CAST(x AS type ARRAY): multi-valued index. */
  readonly array: boolean;
  /** CAST(x AT TIME ZONE [INTERVAL] 'tz' AS DATETIME). */
  readonly timeZone: string | undefined;
  /** How it was written; `binary` is the BINARY operator. */
  readonly form: 'cast' | 'convert' | 'binary';
}
export interface ConvertUsingExpression extends Span {
  readonly kind: 'convert-using';
  readonly operand: Expression;
  readonly charset: string;
}
export type IntervalUnit =
  | 'microsecond'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'quarter'
  | 'year'
  | 'second_microsecond'
  | 'minute_microsecond'
  | 'minute_second'
  | 'hour_microsecond'
  | 'hour_second'
  | 'hour_minute'
  | 'day_microsecond'
  | 'day_second'
  | 'day_minute'
  | 'day_hour'
  | 'year_month';
/** `date ± INTERVAL amount unit`, DATE_ADD, DATE_SUB, ADDDATE, SUBDATE (also with a plain number: days). */
export interface DateArithmeticExpression extends Span {
  readonly kind: 'date-arithmetic';
  readonly operator: '+' | '-';
  readonly date: Expression;
  readonly amount: Expression;
  readonly unit: IntervalUnit;
}
export interface ExtractExpression extends Span {
  readonly kind: 'extract';
  readonly unit: IntervalUnit;
  readonly operand: Expression;
}
export interface TrimExpression extends Span {
  readonly kind: 'trim';
  readonly side: 'both' | 'leading' | 'trailing';
  /** What to remove; undefined = spaces. */
  readonly remove: Expression | undefined;
  readonly operand: Expression;
}
/** CHAR(n, … [USING charset]). */
export interface CharExpression extends Span {
  readonly kind: 'char';
  readonly args: readonly Expression[];
  readonly charset: string | undefined;
}
export interface WeightStringExpression extends Span {
  readonly kind: 'weight-string';
  readonly operand: Expression;
  readonly as: 'char' | 'binary' | undefined;
  readonly length: number | undefined;
}
export interface GetFormatExpression extends Span {
  readonly kind: 'get-format';
  readonly type: 'date' | 'time' | 'datetime';
  readonly format: Expression;
}
/** TIMESTAMPADD(unit, n, t), TIMESTAMPDIFF(unit, a, b). */
export interface TimestampUnitExpression extends Span {
  readonly kind: 'timestamp-unit';
  readonly name: 'timestampadd' | 'timestampdiff';
  readonly unit: IntervalUnit;
  readonly args: readonly Expression[];
}
/** What JSON_VALUE and JSON_TABLE columns do ON EMPTY / ON ERROR. */
export type JsonOnClause =
  | { readonly action: 'null' }
  | { readonly action: 'error' }
  | { readonly action: 'default'; readonly value: Expression };
export interface JsonValueExpression extends Span {
  readonly kind: 'json-value';
  readonly document: Expression;
  readonly path: Expression;
  readonly returning: DataType | undefined;
  readonly onEmpty: JsonOnClause | undefined;
  readonly onError: JsonOnClause | undefined;
}
export type MatchMode = 'natural' | 'natural-expansion' | 'boolean' | 'expansion';
export interface MatchExpression extends Span {
  readonly kind: 'match';
  readonly columns: readonly ColumnReference[];
  readonly against: Expression;
  readonly mode: MatchMode;
}

// ---- calls ----

/** A call by name: native, loadable or stored. `schema.f(…)` is always a stored function. */
export interface FunctionCall extends Span {
  readonly kind: 'function';
  readonly schema: string | undefined;
  readonly name: string;
  readonly args: readonly Expression[];
  /** Aliases of arguments (`f(1 AS a)`, loadable functions only); empty when there are none. */
  readonly argAliases: readonly (string | undefined)[];
}
export type AggregateName =
  | 'count'
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'bit_and'
  | 'bit_or'
  | 'bit_xor'
  | 'stddev_pop'
  | 'stddev_samp'
  | 'var_pop'
  | 'var_samp'
  | 'group_concat'
  | 'json_arrayagg'
  | 'json_objectagg'
  | 'st_collect';
/** An aggregate, or with `over` an aggregate used as a window function. COUNT(*) has `star` and no args. */
export interface AggregateCall extends Span {
  readonly kind: 'aggregate';
  readonly name: AggregateName;
  readonly distinct: boolean;
  readonly star: boolean;
  readonly args: readonly Expression[];
  /** GROUP_CONCAT only. */
  readonly orderBy: readonly OrderItem[];
  /** GROUP_CONCAT only; undefined = ','. */
  readonly separator: string | undefined;
  readonly over: WindowReference | undefined;
}
export type WindowFunctionName =
  | 'row_number'
  | 'rank'
  | 'dense_rank'
  | 'percent_rank'
  | 'cume_dist'
  | 'ntile'
  | 'lead'
  | 'lag'
  | 'first_value'
  | 'last_value'
  | 'nth_value';
export interface WindowCall extends Span {
  readonly kind: 'window';
  readonly name: WindowFunctionName;
  readonly args: readonly Expression[];
  readonly nulls: 'respect' | 'ignore';
  readonly from: 'first' | 'last';
  readonly over: WindowReference;
}

// ---- rows, subqueries, defaults ----

/** `(a, b)` or `ROW(a, b)`: two items or more. */
export interface RowExpression extends Span {
  readonly kind: 'row';
  readonly items: readonly Expression[];
}
/** A scalar or row subquery. */
export interface SubqueryExpression extends Span {
  readonly kind: 'subquery';
  readonly query: Query;
}
export interface ExistsExpression extends Span {
  readonly kind: 'exists';
  readonly query: Query;
}
/** The keyword DEFAULT where a value is expected (INSERT, UPDATE, SET). */
export interface DefaultValue extends Span {
  readonly kind: 'default';
}
/** DEFAULT(column). */
export interface DefaultOfColumn extends Span {
  readonly kind: 'default-of';
  readonly column: ColumnReference;
}
/** VALUES(column) in ON DUPLICATE KEY UPDATE. */
export interface ValuesOfColumn extends Span {
  readonly kind: 'values-of';
  readonly column: ColumnReference;
}
