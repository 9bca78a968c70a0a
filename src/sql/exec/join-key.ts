/**
 * The equality keys of one side of a join: hashed, or compared with the other side's.
 *
 * `hash` gives null when a part that is not `<=>` is NULL: such a row equals nothing.
 */
import { compile, type EvalContext, type Evaluator, type Expr } from '../expr/index.ts';
import type { FieldType, Row, Value } from '../types/index.ts';
import { encodeKey } from './group-key.ts';
import { comparisonConverter, type HashKey, hashKeyOf } from './value-semantics.ts';

const PAIR_BASE = 67_108_864;

export interface JoinKey {
  hash(row: Row, context: EvalContext): HashKey | null;
  /** The key values, converted to their comparison types. */
  values(row: Row, context: EvalContext): Value[];
  /** Three-valued equality with the other side's row: false as soon as one part differs, null when a NULL leaves it open. */
  compare(row: Row, other: Row, otherKey: JoinKey, context: EvalContext): boolean | null;
}

interface KeyPart {
  readonly evaluate: Evaluator;
  readonly hash: (value: Exclude<Value, null>) => HashKey;
  readonly nullSafe: boolean;
}

export function compileJoinKey(
  exprs: readonly Expr[],
  types: readonly FieldType[],
  nullSafe: readonly boolean[],
): JoinKey {
  const parts = exprs.map((expr, i): KeyPart => {
    const type = types[i]!;
    return { evaluate: compileConverted(expr, type), hash: hashKeyOf(type), nullSafe: nullSafe[i] === true };
  });
  return new CompiledJoinKey(parts);
}

function compileConverted(expr: Expr, type: FieldType): Evaluator {
  const evaluate = compile(expr);
  const convert = comparisonConverter(expr.type, type);
  if (convert === undefined) return evaluate;
  return (row, context) => {
    const value = evaluate(row, context);
    return value === null ? null : convert(value, context);
  };
}

class CompiledJoinKey implements JoinKey {
  readonly #parts: readonly KeyPart[];
  readonly hash: (row: Row, context: EvalContext) => HashKey | null;

  constructor(parts: readonly KeyPart[]) {
    this.#parts = parts;
    this.hash = compileHash(parts);
  }

  values(row: Row, context: EvalContext): Value[] {
    return this.#parts.map((part) => part.evaluate(row, context));
  }

  compare(row: Row, other: Row, otherKey: JoinKey, context: EvalContext): boolean | null {
    const mine = this.values(row, context);
    const theirs = otherKey.values(other, context);
    let unknown = false;
    for (let i = 0; i < mine.length; i++) {
      const { hash, nullSafe } = this.#parts[i]!;
      const a = mine[i]!;
      const b = theirs[i]!;
      if (a === null || b === null) {
        if (!nullSafe) unknown = true;
        else if (a !== b) return false;
      } else if (hash(a) !== hash(b)) {
        return false;
      }
    }
    return unknown ? null : true;
  }
}

function compileHash(parts: readonly KeyPart[]): (row: Row, context: EvalContext) => HashKey | null {
  if (parts.length === 1 && !parts[0]!.nullSafe) {
    const { evaluate, hash } = parts[0]!;
    return (row, context) => {
      const value = evaluate(row, context);
      return value === null ? null : hash(value);
    };
  }
  if (parts.length === 2 && !parts[0]!.nullSafe && !parts[1]!.nullSafe) return compilePairHash(parts[0]!, parts[1]!);
  return (row, context) => {
    let key = '';
    for (const part of parts) {
      const value = part.evaluate(row, context);
      if (value !== null) key += encodeKey(part.hash(value));
      else if (part.nullSafe) key += 'n';
      else return null;
    }
    return key;
  };
}

function compilePairHash(first: KeyPart, second: KeyPart): (row: Row, context: EvalContext) => HashKey | null {
  return (row, context) => {
    const a = first.evaluate(row, context);
    const b = second.evaluate(row, context);
    if (a === null || b === null) return null;
    const x = first.hash(a);
    const y = second.hash(b);
    if (
      typeof x === 'number' &&
      typeof y === 'number' &&
      x >= 0 &&
      y >= 0 &&
      x < PAIR_BASE &&
      y < PAIR_BASE &&
      Number.isInteger(x) &&
      Number.isInteger(y)
    ) {
      return x * PAIR_BASE + y;
    }
    return encodeKey(x) + encodeKey(y);
  };
}
