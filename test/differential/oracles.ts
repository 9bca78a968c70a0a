/**
 * Oracles that need no second server. NoREC: as many rows pass a WHERE as there are rows for which its condition, computed as a value, is true.
 * TLP: the rows for which a condition is true, false and unknown together are all rows. Both catch an optimizer that changes an answer.
 */
import { makeCondition } from './expressions.ts';
import type { QueryMaker } from './queries.ts';
import { list, node, type Tree } from './tree.ts';

/** Two queries that must give the same rows. */
export interface Pair {
  readonly name: 'NoREC' | 'TLP';
  readonly tree: Tree;
  /** From the condition and FROM inside `tree`, so that both sides shrink together. */
  readonly sides: (tree: Tree) => readonly [Tree, Tree];
}

/** The tree is a list of the FROM and the condition. */
function parts(tree: Tree): readonly [Tree, Tree] {
  const [from, condition] = tree.parts;
  if (from === undefined || condition === undefined || typeof from === 'string' || typeof condition === 'string') {
    throw new Error('a pair needs FROM and a condition');
  }
  return [from, condition];
}

export function makePair(maker: QueryMaker, name: Pair['name']): Pair {
  const { from, context } = maker.source();
  const condition = node('condition', makeCondition(context, 3));
  const columns = list(context.columns.slice(0, 6).map(({ text }) => text));
  return { name, tree: node('pair', from, condition), sides: name === 'NoREC' ? norec : tlp(columns) };
}

function norec(tree: Tree): readonly [Tree, Tree] {
  const [from, condition] = parts(tree);
  return [
    node('query', 'SELECT COUNT(*) FROM ', from, ' WHERE ', condition),
    node('query', 'SELECT COALESCE(SUM((', condition, ') IS TRUE), 0) FROM ', from),
  ];
}

function tlp(columns: Tree): (tree: Tree) => readonly [Tree, Tree] {
  return (tree) => {
    const [from, condition] = parts(tree);
    const third = (...test: (string | Tree)[]): Tree =>
      node('query', 'SELECT ', columns, ' FROM ', from, ' WHERE ', ...test);
    return [
      node('query', 'SELECT ', columns, ' FROM ', from),
      list(
        [third('(', condition, ')'), third('NOT (', condition, ')'), third('(', condition, ') IS NULL')],
        ' UNION ALL ',
      ),
    ];
  };
}
