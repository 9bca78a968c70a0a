/**
 * SQL as a tree that can be printed and made smaller. A node has a kind; shrinking replaces a node by a descendant of the same kind or by one of its
 * `simplest` texts, removes items of lists and leaves out what is optional. A wrong candidate is harmless: both servers refuse it.
 */
export type Part = string | Tree;

export interface Tree {
  /** The type class of an expression, `query`, `table` … */
  readonly kind: string;
  readonly parts: readonly Part[];
  /** The separator, when the parts are items of a list. */
  readonly separator?: string;
  readonly optional?: boolean;
  readonly simplest?: readonly string[];
}

export function node(kind: string, ...parts: Part[]): Tree {
  return { kind, parts };
}

export function list(items: readonly Part[], separator = ', '): Tree {
  return { kind: 'list', parts: items, separator };
}

export function optional(...parts: Part[]): Tree {
  return { kind: 'optional', parts, optional: true };
}

export const NOTHING: Tree = { kind: 'nothing', parts: [] };

export function print(part: Part): string {
  if (typeof part === 'string') return part;
  return part.parts.map(print).join(part.separator ?? '');
}

export function size(part: Part): number {
  return typeof part === 'string' ? part.length : part.parts.reduce((sum: number, child) => sum + size(child), 1);
}

function* descendants(part: Part): Generator<Tree> {
  if (typeof part === 'string') return;
  for (const child of part.parts) {
    if (typeof child === 'string') continue;
    yield child;
    yield* descendants(child);
  }
}

/** Every tree that is one step smaller. */
export function* smaller(tree: Tree): Generator<Tree> {
  if (tree.optional === true && tree.parts.length > 0) yield { ...tree, parts: [] };
  if (tree.separator !== undefined && tree.parts.length > 1) {
    for (let place = 0; place < tree.parts.length; place++) {
      yield { ...tree, parts: tree.parts.filter((_, other) => other !== place) };
    }
  }
  if (tree.separator === undefined) {
    for (const text of tree.simplest ?? []) {
      if (print(tree).length > text.length) yield { ...tree, parts: [text], simplest: [] };
    }
    for (const inner of descendants(tree)) if (inner.kind === tree.kind) yield inner;
  }
  for (const [place, child] of tree.parts.entries()) {
    if (typeof child === 'string') continue;
    for (const less of smaller(child)) yield { ...tree, parts: tree.parts.with(place, less) };
  }
}

const STEPS_MAX = 400;

/** The smallest tree that still fails, as far as `STEPS_MAX` tries lead. */
export async function shrink(tree: Tree, fails: (candidate: Tree) => Promise<boolean>): Promise<Tree> {
  let best = tree;
  let steps = 0;
  for (let progress = true; progress && steps < STEPS_MAX; ) {
    progress = false;
    const candidates = [...smaller(best)]
      .filter((candidate) => size(candidate) < size(best))
      .sort((a, b) => size(a) - size(b));
    for (const candidate of candidates) {
      if (++steps > STEPS_MAX) break;
      if (!(await fails(candidate))) continue;
      best = candidate;
      progress = true;
      break;
    }
  }
  return best;
}
