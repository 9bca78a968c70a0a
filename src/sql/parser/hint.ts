/**
 * Optimizer hints: the text between `/*+` and its end, read by a tokenizer of its own. A hint that cannot be read
 * ends the reading, with what was read before kept and a note in the cursor's warnings, as MySQL does (warning 1064).
 */
import type { HintTable, OptimizerHint } from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { T } from './token.ts';

/** [hints] behind SELECT, INSERT, …; the hint token is consumed. */
export function parseHints(p: Cursor): readonly OptimizerHint[] {
  if (p.kind !== T.HINT) return [];
  const start = p.start;
  const text = p.text().slice(3, -2);
  p.advance();
  const reader = new HintReader(text);
  const hints: OptimizerHint[] = [];
  while (!reader.atEnd()) {
    const hint = reader.hint();
    if (hint === undefined) {
      p.warnings.push(
        `Optimizer hint syntax error near '${p.source.slice(start + 3 + reader.failedAt, p.lexer.limit).slice(0, 80)}'`,
      );
      break;
    }
    hints.push(hint);
  }
  return hints;
}

interface HintDraft {
  queryBlock: string | undefined;
  readonly tables: HintTable[];
  readonly names: string[];
  value: string | number | undefined;
  variable: string | undefined;
}

/** Hints whose parenthesis is [@block] TABLE index, index …. */
const INDEX_HINTS =
  /^(?:no_)?(?:index|group_index|join_index|order_index|index_merge|mrr|skip_scan|range_optimization|icp)$|^no_(?:icp|range_optimization)$|^(?:use|force|ignore)_index(?:_merge)?$/;
const STRATEGY_HINTS = /^(?:no_)?semijoin$|^subquery$/;

class HintReader {
  readonly #text: string;
  #at = 0;
  failedAt = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    this.#blanks();
    return this.#at >= this.#text.length;
  }

  /** NAME or NAME(…); undefined when it cannot be read. */
  hint(): OptimizerHint | undefined {
    this.failedAt = this.#at;
    const name = this.#word()?.toLowerCase();
    if (name === undefined) return undefined;
    const draft: HintDraft = { queryBlock: undefined, tables: [], names: [], value: undefined, variable: undefined };
    if (this.#symbol('(')) {
      draft.queryBlock = this.#block();
      const ok = this.#arguments(name, draft);
      if (!ok || !this.#symbol(')')) {
        this.failedAt = this.#at;
        return undefined;
      }
    }
    return { name, ...draft };
  }

  #arguments(name: string, draft: HintDraft): boolean {
    if (this.#peek() === ')') return true;
    if (name === 'set_var') {
      draft.variable = this.#word();
      if (draft.variable === undefined || !this.#symbol('=')) return false;
      draft.value = this.#value();
      return draft.value !== undefined;
    }
    if (name === 'qb_name' || name === 'max_execution_time' || name === 'resource_group' || name === 'memory_quota') {
      draft.value = this.#value();
      return draft.value !== undefined && (this.#peek() === ')' || this.#skipToParen());
    }
    if (STRATEGY_HINTS.test(name)) return this.#names(draft.names);
    const table = this.#table();
    if (table === undefined) return false;
    draft.tables.push(table);
    if (INDEX_HINTS.test(name)) {
      this.#symbol(',');
      return this.#peek() === ')' || this.#names(draft.names);
    }
    while (this.#symbol(',')) {
      const next = this.#table();
      if (next === undefined) return false;
      draft.tables.push(next);
    }
    return true;
  }

  #skipToParen(): boolean {
    const end = this.#text.indexOf(')', this.#at);
    if (end === -1) return false;
    this.#at = end;
    return true;
  }

  #names(names: string[]): boolean {
    do {
      const name = this.#word();
      if (name === undefined) return false;
      names.push(name);
    } while (this.#symbol(','));
    return true;
  }

  #table(): HintTable | undefined {
    let name = this.#word();
    let schema: string | undefined;
    if (name !== undefined && this.#symbol('.')) {
      schema = name;
      name = this.#word();
    }
    if (name === undefined) return undefined;
    return { schema, name, queryBlock: this.#block() };
  }

  #block(): string | undefined {
    return this.#symbol('@') ? this.#word() : undefined;
  }

  #blanks(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text.charAt(this.#at))) this.#at++;
  }

  #peek(): string {
    this.#blanks();
    return this.#text.charAt(this.#at);
  }

  #symbol(symbol: string): boolean {
    if (this.#peek() !== symbol) return false;
    this.#at++;
    return true;
  }

  /** A plain or quoted name. */
  #word(): string | undefined {
    const quote = this.#peek();
    if (quote === '`' || quote === '"') {
      const end = this.#text.indexOf(quote, this.#at + 1);
      if (end === -1) return undefined;
      const name = this.#text.slice(this.#at + 1, end);
      this.#at = end + 1;
      return name;
    }
    const match = /^[\w$\u0080-\uffff]+/.exec(this.#text.slice(this.#at, this.#at + 256));
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match[0];
  }

  #value(): string | number | undefined {
    if (this.#peek() === "'") {
      const end = this.#text.indexOf("'", this.#at + 1);
      if (end === -1) return undefined;
      const value = this.#text.slice(this.#at + 1, end);
      this.#at = end + 1;
      return value;
    }
    const match = /^-?[\w.$%]+/.exec(this.#text.slice(this.#at, this.#at + 256));
    if (match === null) return this.#word();
    this.#at += match[0].length;
    return /^-?\d+(?:\.\d+)?$/.test(match[0]) ? Number(match[0]) : match[0];
  }
}
