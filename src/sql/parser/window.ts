/** OVER clauses, WINDOW definitions, frames. */
import type {
  Expression,
  FrameBound,
  NamedWindow,
  WindowFrame,
  WindowReference,
  WindowSpecification,
} from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { intervalUnit } from './interval.ts';
import { parseOrderBy } from './order.ts';
import { K, T } from './token.ts';

/** [OVER …]. */
export function parseOver(p: Cursor): WindowReference | undefined {
  if (p.kind !== K.OVER) return undefined;
  p.advance();
  if (p.kind === T.LEFT_PAREN) return windowSpecification(p);
  return { kind: 'window-name', name: p.name() };
}

/** OVER …, which must be there. */
export function expectOver(p: Cursor): WindowReference {
  const over = parseOver(p);
  return over ?? p.fail();
}

/** [WINDOW name AS (…), …]. */
export function parseWindows(p: Cursor): readonly NamedWindow[] {
  if (p.kind !== K.WINDOW) return [];
  p.advance();
  return p.list(namedWindow);
}

function namedWindow(p: Cursor): NamedWindow {
  const name = p.name();
  p.expect(K.AS);
  return { name, specification: windowSpecification(p) };
}

function windowSpecification(p: Cursor): WindowSpecification {
  const start = p.start;
  p.expect(T.LEFT_PAREN);
  p.enter();
  const base = p.isName() ? p.name() : undefined;
  let partitionBy: Expression[] = [];
  if (p.accept(K.PARTITION)) {
    p.expect(K.BY);
    partitionBy = p.list(p.grammar.expression);
  }
  const orderBy = parseOrderBy(p);
  const frame = parseFrame(p);
  p.leave();
  p.expect(T.RIGHT_PAREN);
  return { kind: 'window-specification', start, end: p.lastEnd, base, partitionBy, orderBy, frame };
}

function parseFrame(p: Cursor): WindowFrame | undefined {
  let unit: WindowFrame['unit'];
  if (p.accept(K.ROWS)) unit = 'rows';
  else if (p.accept(K.RANGE)) unit = 'range';
  else if (p.accept(K.GROUPS)) unit = 'groups';
  else return undefined;
  let from: FrameBound;
  let to: FrameBound = { type: 'current-row' };
  if (p.accept(K.BETWEEN)) {
    from = frameBound(p);
    p.expect(K.AND);
    to = frameBound(p);
  } else {
    from = frameBound(p);
    // the short form only starts a frame: FOLLOWING needs BETWEEN
    if (from.type === 'unbounded-following' || from.type === 'following')
      p.failAt(p.lexer.starts[p.index - 1] as number);
  }
  return { unit, from, to, exclude: parseExclude(p) };
}

function frameBound(p: Cursor): FrameBound {
  if (p.accept(K.UNBOUNDED)) return { type: p.accept(K.PRECEDING) ? 'unbounded-preceding' : following(p) };
  if (p.accept(K.CURRENT)) {
    p.expect(K.ROW);
    return { type: 'current-row' };
  }
  let offset: Expression;
  let unit;
  if (p.accept(K.INTERVAL)) {
    offset = p.grammar.expression(p);
    unit = intervalUnit(p);
  } else {
    offset = frameOffset(p);
  }
  if (p.accept(K.PRECEDING)) return { type: 'preceding', offset, unit };
  p.expect(K.FOLLOWING);
  return { type: 'following', offset, unit };
}

function following(p: Cursor): 'unbounded-following' {
  p.expect(K.FOLLOWING);
  return 'unbounded-following';
}

/** A number or a parameter; anything else is a syntax error. */
function frameOffset(p: Cursor): Expression {
  if (p.kind < T.INTEGER || (p.kind > T.FLOAT && p.kind !== T.PARAMETER)) p.fail();
  return p.grammar.bitExpression(p);
}

function parseExclude(p: Cursor): WindowFrame['exclude'] {
  if (!p.accept(K.EXCLUDE)) return undefined;
  if (p.accept(K.CURRENT)) {
    p.expect(K.ROW);
    return 'current-row';
  }
  if (p.accept(K.GROUP)) return 'group';
  if (p.accept(K.TIES)) return 'ties';
  p.expectAll(K.NO, K.OTHERS);
  return 'no-others';
}
