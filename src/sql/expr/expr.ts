/**
 * Bound expressions: names resolved, types known, functions chosen. The planner makes and rewrites them, the executor
 * compiles them (compile.ts) into closures over a row.
 *
 * Invariants:
 * - Immutable; a rewrite makes new nodes. `type` is always set.
 * - Evaluation is synchronous and touches no storage. A subquery is therefore never an expression: the planner turns
 *   it into a join, an apply, or an init plan, whose result the expression reads from a column or a `slot`.
 * - `column.index` addresses the input row of the operator that evaluates it; before physical planning `column.id`
 *   (unique in the statement) is what identifies it, and `index` is -1.
 */
import type { FieldType, Value } from '../types/index.ts';

export type Expr = ConstantExpr | ColumnExpr | SlotExpr | ParamExpr | CallExpr;

export interface ConstantExpr {
  readonly kind: 'constant';
  readonly type: FieldType;
  readonly value: Value;
  /** Written as a literal in the statement (coercibility, and `ORDER BY 1`). */
  readonly literal: boolean;
  /** Of a text that was folded from a call, where it is not that of a literal. */
  readonly coercibility?: number;
}

export interface ColumnExpr {
  readonly kind: 'column';
  readonly type: FieldType;
  readonly id: number;
  readonly index: number;
  /** For messages, EXPLAIN and result metadata. */
  readonly name: string;
  readonly table?: string;
  /** Of a subquery's column that is no column there: a literal stays one (collation). */
  readonly coercibility?: number;
}

/** A value computed once per execution (uncorrelated subquery) or per outer row (apply), kept in `EvalContext.slots`. */
export interface SlotExpr {
  readonly kind: 'slot';
  readonly type: FieldType;
  readonly slot: number;
  readonly name: string;
  /** As a column's. */
  readonly coercibility?: number;
}

/** A `?` of a prepared statement; its type is that of the value bound now. */
export interface ParamExpr {
  readonly kind: 'param';
  readonly type: FieldType;
  readonly index: number;
}

export interface CallExpr {
  readonly kind: 'call';
  readonly type: FieldType;
  /** Canonical lower-case name: '+', '=', 'and', 'like', 'concat', 'cast', 'case', 'in', 'getvar' … */
  readonly name: string;
  readonly args: readonly Expr[];
  readonly def: FunctionDef;
  /** What is not an argument expression: cast target, interval unit, trim side, collation name … */
  readonly options?: FunctionOptions;
}

export interface FunctionOptions {
  readonly castType?: FieldType;
  readonly unit?: string;
  readonly word?: string;
  readonly collation?: string;
  /** Further facts for one function; documented at its definition. */
  readonly extra?: unknown;
}

/** What evaluation may read of the session and the statement. One per execution. */
export interface EvalContext {
  readonly params: readonly Value[];
  readonly slots: Value[];
  /** Values of sql_mode, time zone, NOW() of the statement, connection id, user, variables. */
  readonly session: EvalSession;
  /** Adds a warning (or throws where the statement's mode says so, e.g. strict DML); limited to max_error_count. */
  warn(errno: number, message: string, level?: 'Warning' | 'Note' | 'Error'): void;
}

export interface EvalSession {
  readonly sqlMode: SqlMode;
  /** Conversions of written values fail instead of warning (strict mode in a data-changing statement without IGNORE). */
  readonly strict: boolean;
  readonly timeZone: string;
  /** Statement start, microseconds since the Unix epoch (UTC). NOW() and friends are derived from it. */
  readonly nowMicros: number;
  /** The moment of the call, for SYSDATE(). */
  currentMicros(): number;
  random(): number;
  randomBytes(length: number): Uint8Array;
  readonly connectionId: number;
  readonly user: string; // 'root@localhost' as the client said
  readonly currentUser: string; // the matched account
  /** CURRENT_ROLE(); absent = NONE. */
  readonly currentRole?: string;
  /** SLEEP: evaluation does not wait; the statement does, before its next rows leave. */
  addSleep?(seconds: number): void;
  readonly database: string | null;
  readonly version: string;
  readonly collationConnection: string;
  readonly divPrecisionIncrement: number;
  readonly groupConcatMaxLength: number;
  readonly maxAllowedPacket: number;
  readonly defaultWeekFormat: number;
  readonly lcTimeNames: string;
  readonly codecs: Codecs;
  readonly userLocks: UserLocks;
  /** What TiDB's functions ask; absent where there is no session. */
  readonly additions?: {
    resourceGroup(): string;
    readonly sequences?: {
      next(schema: string, name: string): bigint;
      /** Undefined when the sequence is past the value already. */
      set(schema: string, name: string, value: bigint): bigint | undefined;
      /** What NEXTVAL gave this session last. */
      last(schema: string, name: string): bigint | undefined;
    };
    sqlDigest(sql: string): string;
    /** Of statements that ran since the start. */
    digestText(digest: string): string | undefined;
  };
  foundRows: number;
  rowCount: number;
  lastInsertId: number | bigint;
  getUserVariable(name: string): { readonly value: Value; readonly type: FieldType } | undefined;
  setUserVariable(name: string, value: Value, type: FieldType): void;
  getSystemVariable(
    name: string,
    scope: 'global' | 'session' | undefined,
  ): { readonly value: Value; readonly type: FieldType };
}

/** Ciphers and compression: not in the functions room, because they are the platform's. Undefined = damaged input. */
export interface Codecs {
  encipher(cipher: string, key: Uint8Array, iv: Uint8Array | null, bytes: Uint8Array): Uint8Array;
  decipher(cipher: string, key: Uint8Array, iv: Uint8Array | null, bytes: Uint8Array): Uint8Array | undefined;
  hkdf(password: Uint8Array, salt: Uint8Array, info: Uint8Array, keyBytes: number): Uint8Array;
  pbkdf2(password: Uint8Array, salt: Uint8Array, iterations: number, keyBytes: number): Uint8Array;
  zlibCompress(bytes: Uint8Array): Uint8Array;
  zlibUncompress(bytes: Uint8Array, bytesMax: number): Uint8Array | undefined;
}

/** GET_LOCK and its family. `acquire` throws a `UserLockWait` when the statement has to wait first and be run again. */
export interface UserLocks {
  acquire(name: string, timeoutSeconds: number): 0 | 1;
  /** 1 released, 0 somebody else's, null nobody's. */
  release(name: string): 0 | 1 | null;
  releaseAll(): number;
  /** The connection that holds it. */
  ownerOf(name: string): number | null;
}

/** sql_mode as booleans, parsed once when it is set. */
export interface SqlMode {
  readonly strictTransTables: boolean;
  readonly strictAllTables: boolean;
  readonly noZeroDate: boolean;
  readonly noZeroInDate: boolean;
  readonly errorForDivisionByZero: boolean;
  readonly onlyFullGroupBy: boolean;
  readonly ansiQuotes: boolean;
  readonly pipesAsConcat: boolean;
  readonly noBackslashEscapes: boolean;
  readonly highNotPrecedence: boolean;
  readonly ignoreSpace: boolean;
  readonly allowInvalidDates: boolean;
  readonly noUnsignedSubtraction: boolean;
  readonly padCharToFullLength: boolean;
  readonly noAutoValueOnZero: boolean;
  readonly realAsFloat: boolean;
  readonly noEngineSubstitution: boolean;
  readonly timeTruncateFractional: boolean;
  readonly text: string;
}

/** Evaluates over one input row. Synchronous, allocation-free where it can be. */
export type Evaluator = (row: Row, context: EvalContext) => Value;
export type Row = readonly Value[];

/** What is known of an argument when a function is bound: its type, and its value where it is constant. */
export interface FunctionArgument {
  readonly type: FieldType;
  readonly constant: ConstantExpr | undefined;
  readonly expr: Expr;
}

export interface InferContext {
  readonly divPrecisionIncrement: number;
  readonly collationConnection: string;
  readonly sqlMode: SqlMode;
  readonly groupConcatMaxLength: number;
}

/** A scalar function or operator. `build` is called once per compilation and returns a closure made for these argument types. */
export interface FunctionDef {
  readonly name: string;
  readonly minArgs: number;
  readonly maxArgs: number; // Infinity for variadic
  /** Same arguments, same result, no side effect: may be folded, pushed down and cached. RAND, NOW within a statement etc. say 'statement' or 'volatile'. */
  readonly stability: 'immutable' | 'statement' | 'volatile';
  /** The result type; throws SqlError for wrong argument types or counts (1582 …). */
  infer(args: readonly FunctionArgument[], options: FunctionOptions, context: InferContext): FieldType;
  build(args: readonly CompiledArgument[], type: FieldType, options: FunctionOptions): Evaluator;
  /** A text result, used as a number, is the number of the argument that was chosen: of an ENUM its place. `build` makes doubles then. */
  readonly handsOnNumber?: true;
}

export interface CompiledArgument {
  readonly type: FieldType;
  readonly evaluate: Evaluator;
  /** Set when the argument is constant for the whole execution-independent life of the plan. */
  readonly constant?: { readonly value: Value };
  /** Reads a column: constants beside it take its type where MySQL converts them. */
  readonly isColumn?: boolean;
  /** Of a text that is another number than its characters say. */
  readonly double?: () => Evaluator;
}

/** An aggregate function; also usable as a window aggregate. */
export interface AggregateDef {
  readonly name: string;
  readonly minArgs: number;
  readonly maxArgs: number;
  infer(args: readonly FunctionArgument[], options: AggregateOptions, context: InferContext): FieldType;
  /** Makes a fresh accumulator factory for these argument types. */
  build(argTypes: readonly FieldType[], type: FieldType, options: AggregateOptions): AccumulatorFactory;
}

export interface AggregateOptions {
  readonly distinct: boolean;
  readonly separator?: string;
  /** GROUP_CONCAT / JSON_ARRAYAGG ORDER BY: number of trailing args that are order keys, with their direction and types. */
  readonly orderBy?: readonly { readonly descending: boolean }[];
}

export interface AccumulatorFactory {
  create(): Accumulator;
  /** Bytes charged to the statement's memory quota per accumulator. */
  readonly bytesEstimate: number;
}

export interface Accumulator {
  /** `args` are the evaluated arguments of one input row. DISTINCT is the accumulator's own business. */
  add(args: readonly Value[], context: EvalContext): void;
  result(context: EvalContext): Value;
  /** Present where the aggregate can slide in a window frame. */
  remove?(args: readonly Value[], context: EvalContext): void;
}

/** Non-aggregate window functions: evaluated over a materialised partition. */
export interface WindowFunctionDef {
  readonly name: string;
  readonly minArgs: number;
  readonly maxArgs: number;
  readonly usesFrame: boolean;
  infer(args: readonly FunctionArgument[], options: FunctionOptions, context: InferContext): FieldType;
  /** `argValues(i, n)` = argument n for row i of the partition; peers = rows equal under the window's ORDER BY. */
  build(
    argTypes: readonly FieldType[],
    type: FieldType,
    options: FunctionOptions,
  ): (input: WindowInput, context: EvalContext) => Value[];
}

export interface WindowInput {
  readonly rowCount: number;
  argument(row: number, arg: number): Value;
  /** First and one past the last row of the peer group of a row. */
  peers(row: number): readonly [start: number, end: number];
  /** Frame of a row as [start, end) row numbers in the partition; empty when start >= end. */
  frame(row: number): readonly [start: number, end: number];
}
