/** Window functions: calls that must have OVER. */
import type { Expression, WindowCall, WindowFunctionName } from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { K, T } from './token.ts';
import { expectOver } from './window.ts';

type Parser = (p: Cursor) => Expression;

interface WindowSyntax {
  readonly min: number;
  readonly max: number;
  /** FROM FIRST|LAST may follow (NTH_VALUE). */
  readonly from?: boolean;
  /** RESPECT|IGNORE NULLS may follow. */
  readonly nulls?: boolean;
}

function windowCall(name: WindowFunctionName, syntax: WindowSyntax): Parser {
  return (p) => {
    const start = p.start;
    p.advance();
    p.expect(T.LEFT_PAREN);
    p.enter();
    const args: Expression[] = [];
    while (args.length < syntax.max) {
      if (args.length > 0) {
        if (args.length >= syntax.min && p.kind !== T.COMMA) break;
        p.expect(T.COMMA);
      }
      args.push(args.length === 0 && name !== 'ntile' ? p.grammar.expression(p) : laterArgument(p, name, args.length));
    }
    p.leave();
    p.expect(T.RIGHT_PAREN);
    const from = syntax.from === true ? parseFrom(p) : 'first';
    const nulls = syntax.nulls === true ? parseNulls(p) : 'respect';
    const over = expectOver(p);
    const node: WindowCall = { kind: 'window', start, end: p.lastEnd, name, args, nulls, from, over };
    return node;
  };
}

/** Counts (of NTILE, LEAD, LAG, NTH_VALUE) are literals, parameters or variables; a default is any expression. */
function laterArgument(p: Cursor, name: WindowFunctionName, position: number): Expression {
  if ((name === 'lead' || name === 'lag') && position === 2) return p.grammar.expression(p);
  const ok = p.kind === T.INTEGER || p.kind === T.PARAMETER || p.kind === T.AT || p.isName();
  if (!ok && name !== 'nth_value') p.fail();
  return p.grammar.bitExpression(p);
}

function parseFrom(p: Cursor): 'first' | 'last' {
  if (!p.accept(K.FROM)) return 'first';
  if (p.accept(K.FIRST)) return 'first';
  p.expect(K.LAST);
  return 'last';
}

function parseNulls(p: Cursor): 'respect' | 'ignore' {
  if (p.accept(K.RESPECT)) {
    p.expect(K.NULLS);
    return 'respect';
  }
  if (!p.accept(K.IGNORE)) return 'respect';
  p.expect(K.NULLS);
  return 'ignore';
}

export const WINDOW_CALLS: readonly (readonly [number, Parser])[] = [
  [K.ROW_NUMBER, windowCall('row_number', { min: 0, max: 0 })],
  [K.RANK, windowCall('rank', { min: 0, max: 0 })],
  [K.DENSE_RANK, windowCall('dense_rank', { min: 0, max: 0 })],
  [K.CUME_DIST, windowCall('cume_dist', { min: 0, max: 0 })],
  [K.PERCENT_RANK, windowCall('percent_rank', { min: 0, max: 0 })],
  [K.NTILE, windowCall('ntile', { min: 1, max: 1 })],
  [K.LEAD, windowCall('lead', { min: 1, max: 3, nulls: true })],
  [K.LAG, windowCall('lag', { min: 1, max: 3, nulls: true })],
  [K.FIRST_VALUE, windowCall('first_value', { min: 1, max: 1, nulls: true })],
  [K.LAST_VALUE, windowCall('last_value', { min: 1, max: 1, nulls: true })],
  [K.NTH_VALUE, windowCall('nth_value', { min: 2, max: 2, from: true, nulls: true })],
];
