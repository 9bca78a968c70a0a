/** ON EMPTY and ON ERROR of JSON_VALUE and JSON_TABLE. */
import type { Expression, JsonOnClause } from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { K, T } from './token.ts';

interface JsonOnClauses {
  readonly onEmpty: JsonOnClause | undefined;
  readonly onError: JsonOnClause | undefined;
}

/** `… ON EMPTY`, `… ON ERROR`: each at most once, EMPTY first (JSON_TABLE takes them in either order). */
export function parseJsonOnClauses(p: Cursor, eitherOrder = false): JsonOnClauses {
  let onEmpty: JsonOnClause | undefined;
  let onError: JsonOnClause | undefined;
  for (let clause = 0; clause < 2; clause++) {
    const action = jsonAction(p);
    if (action === undefined) break;
    p.expect(K.ON);
    if (p.kind === K.EMPTY && onEmpty === undefined && (eitherOrder || onError === undefined)) {
      p.advance();
      onEmpty = action;
    } else {
      if (onError !== undefined) p.fail();
      p.expect(K.ERROR);
      onError = action;
    }
  }
  return { onEmpty, onError };
}

function jsonAction(p: Cursor): JsonOnClause | undefined {
  if (p.accept(K.NULL)) return { action: 'null' };
  if (p.accept(K.ERROR)) return { action: 'error' };
  if (!p.accept(K.DEFAULT)) return undefined;
  return { action: 'default', value: defaultLiteral(p) };
}

/** A signed literal. */
function defaultLiteral(p: Cursor): Expression {
  const signed = p.kind === T.MINUS || p.kind === T.PLUS;
  const kind = signed ? p.peek(1) : p.kind;
  const number = kind >= T.INTEGER && kind <= T.FLOAT;
  const literal =
    kind === T.STRING ||
    kind === T.NATIONAL_STRING ||
    kind === T.INTRODUCER ||
    kind === T.HEX ||
    kind === T.BIT ||
    kind === K.NULL ||
    kind === K.TRUE ||
    kind === K.FALSE ||
    kind === K.DATE ||
    kind === K.TIME ||
    kind === K.TIMESTAMP;
  if (!number && (signed || !literal)) p.fail();
  return p.grammar.bitExpression(p);
}
