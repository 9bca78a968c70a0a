/**
 * The boolean mode of MATCH … AGAINST, InnoDB's grammar: + - > < ~ before words, "phrases" and (groups), * behind words,
 * @distance behind phrases. Whatever else separates words cuts a term into several, which share its operator.
 */
import { SqlError } from '../../base/index.ts';

export type Operator = 'any' | '+' | '-' | '>' | '<' | '~';

export type BooleanNode =
  | { readonly kind: 'word'; readonly operator: Operator; readonly text: string; readonly isPrefix: boolean }
  | {
      readonly kind: 'phrase';
      readonly operator: Operator;
      readonly text: string;
      readonly distance: number | undefined;
    }
  | { readonly kind: 'group'; readonly operator: Operator; readonly nodes: readonly BooleanNode[] };

const DEPTH_MAX = 32;
const SPACE = /[\s%]*/y;
const TERM = /[^\s"()+\-<>~*@%]+/y;
const PHRASE = /"([^"]*)"/y;
const DISTANCE = /\s*@\s*(\d+)/y;

export function parseBooleanQuery(text: string): BooleanNode[] {
  return new Parser(text).parse();
}

/** Natural language has phrases too, but no operators. */
export function parseNaturalQuery(text: string): BooleanNode[] {
  return Array.from(text.matchAll(/"([^"]*)"|[^"]+/g), (match): BooleanNode => {
    if (match[1] !== undefined) return { kind: 'phrase', operator: 'any', text: match[1], distance: undefined };
    return { kind: 'word', operator: 'any', text: match[0], isPrefix: false };
  });
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  #next(): string | undefined {
    this.#take(SPACE);
    return this.#text[this.#at];
  }

  #fail(expecting = ''): never {
    const char = this.#next();
    const what = char === undefined ? '$end' : `'${char}'`;
    throw new SqlError('ER_PARSE_ERROR', 1064, '42000', `syntax error, unexpected ${what}${expecting}`);
  }

  parse(): BooleanNode[] {
    const nodes = this.#list(0);
    if (this.#next() !== undefined) this.#fail(', expecting $end');
    return nodes;
  }

  #list(depth: number): BooleanNode[] {
    if (depth > DEPTH_MAX) this.#fail();
    const nodes: BooleanNode[] = [];
    for (;;) {
      const char = this.#next();
      if (char === undefined || char === ')' || char === '@') return nodes;
      if (char === '+' || char === '-' || char === '>' || char === '<' || char === '~') {
        this.#at++;
        nodes.push(...this.#operand(char, depth));
      } else nodes.push(...this.#operand('any', depth));
    }
  }

  #operand(operator: Operator, depth: number): BooleanNode[] {
    const char = this.#next();
    if (char === '(') {
      this.#at++;
      const nodes = this.#list(depth + 1);
      if (this.#next() !== ')') this.#fail();
      this.#at++;
      return [{ kind: 'group', operator, nodes }];
    }
    const phrase = this.#take(PHRASE);
    if (phrase !== null) {
      const distance = this.#take(DISTANCE);
      return [
        { kind: 'phrase', operator, text: phrase[1]!, distance: distance === null ? undefined : Number(distance[1]) },
      ];
    }
    // A lone quote, and an asterisk in front of a word, mean nothing.
    if (char === '"') {
      this.#at++;
      return this.#next() === undefined ? [] : this.#operand(operator, depth);
    }
    if (char === '*') this.#at++;
    const term = this.#take(TERM);
    if (term === null) this.#fail();
    const isPrefix = this.#text[this.#at] === '*';
    if (isPrefix) this.#at++;
    return [{ kind: 'word', operator, text: term[0], isPrefix }];
  }
}
