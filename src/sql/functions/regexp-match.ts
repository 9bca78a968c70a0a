/**
 * A backtracking matcher with a step limit: a pattern that would run for ever ends with 3699, whatever the text.
 *
 * Nodes are compiled to functions in continuation style: `match(at, next)` says whether the node matches from `at` so that
 * the rest (`next`) matches too. Repetitions of single characters run as loops; deep recursion ends with 3698.
 */
import { sqlError } from '../../base/index.ts';
import {
  type CharTest,
  foldedTest,
  isLineEnd,
  isWord,
  type Node,
  RegexpParser,
  type RegexpFlags,
} from './regexp-parse.ts';

/** MySQL's regexp_time_limit of 32 is about this many steps of ICU's engine. */
const STEPS_MAX = 400_000;
const DEPTH_MAX = 3_000;

interface State {
  readonly codes: readonly number[];
  readonly groups: number[]; // start, end per group; -1 = not set
  steps: number;
  depth: number;
}

type Next = (at: number) => boolean;
type Match = (state: State, at: number, next: Next) => boolean;

function step(state: State): void {
  if (++state.steps > STEPS_MAX) throw sqlError('ER_REGEXP_TIME_OUT');
}

/** The test of a node that always takes exactly one character. */
function singleTest(node: Node): CharTest | undefined {
  if (node.kind === 'char') {
    const { code } = node;
    return (other) => other === code;
  }
  return node.kind === 'set' ? node.test : undefined;
}

function compile(node: Node): Match {
  switch (node.kind) {
    case 'empty':
      return (_state, at, next) => next(at);
    case 'char':
    case 'set': {
      const test = singleTest(node)!;
      return (state, at, next) => {
        step(state);
        return at < state.codes.length && test(state.codes[at]!) && next(at + 1);
      };
    }
    case 'sequence': {
      const parts = node.items.map(compile);
      return (state, at, next) => {
        const run = (i: number, position: number): boolean =>
          i === parts.length ? next(position) : parts[i]!(state, position, (after) => run(i + 1, after));
        return run(0, at);
      };
    }
    case 'choice': {
      const parts = node.items.map(compile);
      return (state, at, next) => {
        step(state);
        return parts.some((part) => part(state, at, next));
      };
    }
    case 'group':
      return compileGroup(compile(node.item), node.index * 2);
    case 'repeat':
      return compileRepeat(node);
    case 'look':
      return node.ahead
        ? compileLookAhead(compile(node.item), node.negated)
        : compileLookBehind(compile(node.item), node.negated);
    case 'atomic': {
      const inner = compile(node.item);
      return (state, at, next) => {
        let end = -1;
        return inner(state, at, (after) => ((end = after), true)) && next(end);
      };
    }
    case 'back':
      return compileBackReference(node.index, node.fold);
    case 'assert':
      return compileAssert(node.what);
  }
}

function compileGroup(inner: Match, slot: number): Match {
  return (state, at, next) => {
    const [start, end] = [state.groups[slot]!, state.groups[slot + 1]!];
    const matched = inner(state, at, (after) => {
      const [innerStart, innerEnd] = [state.groups[slot]!, state.groups[slot + 1]!];
      state.groups[slot] = at;
      state.groups[slot + 1] = after;
      if (next(after)) return true;
      state.groups[slot] = innerStart;
      state.groups[slot + 1] = innerEnd;
      return false;
    });
    if (!matched) {
      state.groups[slot] = start;
      state.groups[slot + 1] = end;
    }
    return matched;
  };
}

function compileRepeat(node: Extract<Node, { kind: 'repeat' }>): Match {
  const { min, max, mode } = node;
  const test = singleTest(node.item);
  if (test !== undefined) return compileSingleRepeat(test, min, max, mode);
  const inner = compile(node.item);
  const run = (state: State, at: number, count: number, next: Next): boolean => {
    step(state);
    if (++state.depth > DEPTH_MAX) throw sqlError('ER_REGEXP_STACK_OVERFLOW');
    try {
      const more = (): boolean =>
        count < max &&
        inner(state, at, (after) => (after === at && count >= min ? false : run(state, after, count + 1, next)));
      if (count < min) return more();
      return mode === 'lazy' ? next(at) || more() : more() || next(at);
    } finally {
      state.depth--;
    }
  };
  if (mode !== 'possessive') return (state, at, next) => run(state, at, 0, next);
  return (state, at, next) => {
    let end = -1;
    return run(state, at, 0, (after) => ((end = after), true)) && next(end);
  };
}

function compileSingleRepeat(test: CharTest, min: number, max: number, mode: 'greedy' | 'lazy' | 'possessive'): Match {
  return (state, at, next) => {
    const limit = Math.min(state.codes.length, at + max);
    let end = at;
    if (mode === 'lazy') {
      while (end < at + min) {
        if (end >= limit || !test(state.codes[end]!)) return false;
        end++;
      }
      for (;;) {
        step(state);
        if (next(end)) return true;
        if (end >= limit || !test(state.codes[end]!)) return false;
        end++;
      }
    }
    while (end < limit && test(state.codes[end]!)) end++;
    state.steps += (end - at) >> 3;
    if (mode === 'possessive') return end - at >= min && next(end);
    for (; end - at >= min; end--) {
      step(state);
      if (next(end)) return true;
    }
    return false;
  };
}

function compileLookAhead(inner: Match, negated: boolean): Match {
  return (state, at, next) => {
    const matched = inner(state, at, () => true);
    return matched !== negated && next(at);
  };
}

/** Tries every start before `at`; ICU asks for bounded look-behinds, this only for patience (the step limit). */
function compileLookBehind(inner: Match, negated: boolean): Match {
  return (state, at, next) => {
    let matched = false;
    for (let from = at; from >= 0 && !matched; from--) matched = inner(state, from, (after) => after === at);
    return matched !== negated && next(at);
  };
}

function compileBackReference(index: number, fold: boolean): Match {
  return (state, at, next) => {
    step(state);
    const [start, end] = [state.groups[index * 2]!, state.groups[index * 2 + 1]!];
    if (start < 0) return false;
    const length = end - start;
    for (let i = 0; i < length; i++) {
      const [a, b] = [state.codes[start + i]!, state.codes[at + i]];
      if (b === undefined || (a !== b && !(fold && foldedTest(a)(b)))) return false;
    }
    return next(at + length);
  };
}

function compileAssert(what: Extract<Node, { kind: 'assert' }>['what']): Match {
  const holds = (codes: readonly number[], at: number): boolean => {
    switch (what) {
      case 'start':
        return at === 0;
      case 'very-end':
        return at === codes.length;
      case 'end':
        return (
          at === codes.length ||
          (isLineEnd(codes[at]!) &&
            (at + 1 === codes.length || (at + 2 === codes.length && codes[at] === 13 && codes[at + 1] === 10)))
        );
      case 'line-start':
        return at === 0 || (isLineEnd(codes[at - 1]!) && at < codes.length);
      case 'line-end':
        return at === codes.length || isLineEnd(codes[at]!);
      default: {
        const before = at > 0 && isWord(codes[at - 1]!);
        const after = at < codes.length && isWord(codes[at]!);
        return (before !== after) === (what === 'word');
      }
    }
  };
  return (state, at, next) => holds(state.codes, at) && next(at);
}

export interface RegexpMatch {
  /** Character positions, the end exclusive. */
  readonly start: number;
  readonly end: number;
  /** start, end per group, group 0 first; -1 = not set. */
  readonly groups: readonly number[];
}

export class Regexp {
  readonly #match: Match;
  readonly #groupCount: number;

  constructor(pattern: string, flags: RegexpFlags) {
    const parsed = new RegexpParser(pattern, flags).parse();
    this.#match = compile(parsed.node);
    this.#groupCount = parsed.groups;
  }

  get groupCount(): number {
    return this.#groupCount;
  }

  /** The first match that starts at `from` or later. */
  find(codes: readonly number[], from: number): RegexpMatch | undefined {
    const state: State = { codes, groups: new Array<number>((this.#groupCount + 1) * 2).fill(-1), steps: 0, depth: 0 };
    for (let start = from; start <= codes.length; start++) {
      let end = -1;
      try {
        if (this.#match(state, start, (after) => ((end = after), true))) {
          state.groups[0] = start;
          state.groups[1] = end;
          return { start, end, groups: state.groups };
        }
      } catch (error) {
        if (error instanceof RangeError) throw sqlError('ER_REGEXP_STACK_OVERFLOW');
        throw error;
      }
      state.groups.fill(-1);
    }
    return undefined;
  }
}
