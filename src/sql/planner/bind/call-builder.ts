/**
 * Makes call expressions: finds the function, checks the argument count, infers the type, folds constants.
 *
 * Folding evaluates only immutable functions, and keeps the call when evaluation warns or fails, so that the warning or
 * error comes when (and each time) the statement runs.
 */
import { sqlError } from '../../../base/index.ts';
import { compile } from '../../expr/index.ts';
import type {
  CallExpr,
  ConstantExpr,
  EvalContext,
  Expr,
  FunctionArgument,
  FunctionDef,
  FunctionOptions,
  InferContext,
} from '../../expr/index.ts';
import { coercibilityOf } from '../../functions/index.ts';
import {
  boolType,
  charLength,
  Coercibility,
  type FieldType,
  intType,
  isTextual,
  nullType,
  type Value,
  varcharType,
} from '../../types/index.ts';
import type { PlannerContext } from '../planner-context.ts';

const NO_OPTIONS: FunctionOptions = {};
const NO_ROW: readonly Value[] = [];

export function toArgument(expr: Expr): FunctionArgument {
  return { type: expr.type, constant: expr.kind === 'constant' ? expr : undefined, expr };
}

export function constant(value: Value, type: FieldType, literal = false): ConstantExpr {
  return { kind: 'constant', type, value, literal };
}
export const TRUE = constant(1, boolType(false));
export const FALSE = constant(0, boolType(false));
export const NULL = constant(null, nullType(), true);

export function integerConstant(value: number): ConstantExpr {
  return constant(value, intType('big', { nullable: false, width: String(value).length }), true);
}

export function textConstant(value: string, collation: string): ConstantExpr {
  return constant(value, varcharType(charLength(value), { collation, nullable: false }), true);
}

/** What a call of constants became; a text keeps the coercibility of its call where that is not a literal's. */
function folded(call: CallExpr, value: Value): ConstantExpr {
  const made = constant(value, call.type);
  if (!isTextual(call.type)) return made;
  const coercibility = coercibilityOf(call);
  return value !== null && coercibility === Coercibility.COERCIBLE ? made : { ...made, coercibility };
}

function isConstantTree(expr: Expr): boolean {
  if (expr.kind === 'constant') return true;
  return expr.kind === 'call' && expr.def.stability === 'immutable' && expr.args.every(isConstantTree);
}

export class CallBuilder {
  readonly #context: PlannerContext;
  readonly inferContext: InferContext;
  #fold: EvalContext | undefined;
  #warned = false;

  constructor(context: PlannerContext) {
    this.#context = context;
    this.inferContext = context.session;
  }

  /** Undefined when there is no such function. */
  find(name: string): FunctionDef | undefined {
    return this.#context.functions.findFunction(name);
  }

  call(name: string, args: readonly Expr[], options: FunctionOptions = NO_OPTIONS): Expr {
    const def = this.find(name);
    if (def === undefined)
      throw sqlError('ER_SP_DOES_NOT_EXIST', 'FUNCTION', `${this.#context.database ?? ''}.${name}`);
    return this.callDef(def, name, args, options);
  }

  callDef(def: FunctionDef, name: string, args: readonly Expr[], options: FunctionOptions = NO_OPTIONS): Expr {
    if (args.length < def.minArgs || args.length > def.maxArgs)
      throw sqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', name);
    const type = def.infer(args.map(toArgument), options, this.inferContext);
    const made: CallExpr =
      options === NO_OPTIONS
        ? { kind: 'call', type, name, args, def }
        : { kind: 'call', type, name, args, def, options };
    return this.fold(made);
  }

  /** The value of an immutable call of constants; the call itself where it has none. */
  fold(call: CallExpr): Expr {
    if (call.def.stability !== 'immutable') return call;
    for (const arg of call.args) if (arg.kind !== 'constant') return call;
    const context = (this.#fold ??= this.#foldContext());
    this.#warned = false;
    try {
      const value = compile(call)(NO_ROW, context);
      return this.#warned ? call : folded(call, value);
    } catch {
      return call;
    }
  }

  /** What an expression of constants gives, also where it warns and so is not folded; undefined for any other and where it fails. */
  valueOf(expr: Expr): Value | undefined {
    if (expr.kind === 'constant') return expr.value;
    if (!isConstantTree(expr)) return undefined;
    try {
      return compile(expr)(NO_ROW, (this.#fold ??= this.#foldContext()));
    } catch {
      return undefined;
    }
  }

  and(conditions: readonly Expr[]): Expr {
    return conditions.length === 0 ? TRUE : conditions.length === 1 ? conditions[0]! : this.call('and', conditions);
  }
  or(conditions: readonly Expr[]): Expr {
    return conditions.length === 0 ? FALSE : conditions.length === 1 ? conditions[0]! : this.call('or', conditions);
  }
  not(condition: Expr): Expr {
    return this.call('not', [condition]);
  }
  equal(left: Expr, right: Expr): Expr {
    return this.call('=', [left, right]);
  }

  /** The same call over rewritten arguments of the same types: no new inference needed, but perhaps folding. */
  refold(call: CallExpr): Expr {
    return this.fold(call);
  }

  #foldContext(): EvalContext {
    return {
      params: [],
      slots: [],
      session: { ...this.#context.evalSession, strict: false },
      warn: () => {
        this.#warned = true;
      },
    };
  }
}
