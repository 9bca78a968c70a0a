/**
 * A full-text query over the words of documents, with InnoDB's ranking: a document's rank is the sum, over the query's words
 * that it has, of (how often it has the word) × idf², idf = log10(documents / documents with the word); `>` and `<` add and
 * take 1. A word that a query names twice counts its documents twice. Ranks are single precision, as InnoDB's are.
 *
 * Used in two passes: `observe` every document of the table, then `rank` each. Query expansion takes the words of all
 * documents that the first query found.
 */
import { type BooleanNode, type Operator, parseBooleanQuery, parseNaturalQuery } from './fulltext-parse.ts';
import { charLength } from '../types/index.ts';
import { type Word, WordCutter } from './fulltext-words.ts';

export type MatchMode = 'natural' | 'boolean' | 'expansion';

/** A document: the words of each column that are indexed. */
export type Document = readonly (readonly Word[])[];

const EXPANSION_WORDS_MAX = 100_000;

/** Words of one spelling in the query, or all that begin so. */
class Term {
  readonly key: string;
  readonly isPrefix: boolean;
  uses = 1;
  /** Documents that have it; for a prefix, of every word that begins so. */
  documents = 0;
  idfSquared = 0;

  constructor(key: string, isPrefix: boolean) {
    this.key = key;
    this.isPrefix = isPrefix;
  }
}

type QueryNode =
  | { readonly kind: 'term'; readonly operator: Operator; readonly term: Term }
  | { readonly kind: 'never'; readonly operator: Operator }
  | {
      readonly kind: 'phrase';
      readonly operator: Operator;
      readonly words: readonly Word[];
      readonly distance: number | undefined;
      readonly terms: readonly Term[];
    }
  | { readonly kind: 'group'; readonly operator: Operator; readonly nodes: readonly QueryNode[] };

/** How often a document has each word. */
type Counts = ReadonlyMap<string, number>;

export class FulltextQuery {
  readonly #cutter: WordCutter;
  readonly #mode: MatchMode;
  readonly #terms = new Map<string, Term>();
  readonly #nodes: readonly QueryNode[];
  #documents = 0;
  /** Query expansion: in how many documents each word is, and the words of those found. */
  readonly #vocabulary = new Map<string, number>();
  readonly #expansion = new Set<string>();

  constructor(text: string, mode: MatchMode, collation: string, isNgram: boolean) {
    this.#cutter = new WordCutter(collation, isNgram);
    this.#mode = mode;
    const parsed = mode === 'boolean' ? parseBooleanQuery(text) : parseNaturalQuery(text);
    this.#nodes = parsed.flatMap((node) => this.#bind(node));
  }

  document(texts: readonly (string | null)[]): Document {
    return texts.map((text) => (text === null ? [] : this.#cutter.words(text).filter((word) => word.isIndexed)));
  }

  #term(key: string, isPrefix: boolean): Term {
    const name = `${isPrefix ? '*' : '='}${key}`;
    let term = this.#terms.get(name);
    if (term === undefined) this.#terms.set(name, (term = new Term(key, isPrefix)));
    else term.uses++;
    return term;
  }

  #termNode(word: Word, operator: Operator, isPrefix: boolean): QueryNode {
    if (!word.isIndexed && !isPrefix) return { kind: 'never', operator };
    return { kind: 'term', operator, term: this.#term(isPrefix ? this.#cutter.prefix(word.text) : word.key, isPrefix) };
  }

  #bind(node: BooleanNode): QueryNode[] {
    const { operator } = node;
    if (node.kind === 'group')
      return [{ kind: 'group', operator, nodes: node.nodes.flatMap((inner) => this.#bind(inner)) }];
    const words = this.#cutter.words(node.text);
    // One word of a boolean query is the phrase of its grams; natural language looks for each of them.
    const isGrams = this.#cutter.isNgram && this.#mode === 'boolean' && charLength(words[0]?.text ?? '') > 1;
    if (node.kind === 'word' && !isGrams)
      return words.map((word, i) => this.#termNode(word, operator, node.isPrefix && i === words.length - 1));
    const indexed = words.filter((word) => word.isIndexed);
    if (indexed.length === 0) return [{ kind: 'never', operator }];
    const terms = indexed.map((word) => this.#term(word.key, false));
    return [
      { kind: 'phrase', operator, words: indexed, distance: node.kind === 'phrase' ? node.distance : undefined, terms },
    ];
  }

  // ---- first pass ----

  observe(document: Document): void {
    this.#documents++;
    const counts = countWords(document);
    for (const term of this.#terms.values()) {
      if (!term.isPrefix) {
        if (counts.has(term.key)) term.documents += term.uses;
      } else for (const key of counts.keys()) if (key.startsWith(term.key)) term.documents += term.uses;
    }
    if (this.#mode !== 'expansion') return;
    const isFound = this.#nodes.some((node) => matches(node, document, counts));
    for (const key of counts.keys()) {
      if (this.#vocabulary.size < EXPANSION_WORDS_MAX || this.#vocabulary.has(key))
        this.#vocabulary.set(key, (this.#vocabulary.get(key) ?? 0) + 1);
      if (isFound && this.#expansion.size < EXPANSION_WORDS_MAX) this.#expansion.add(key);
    }
  }

  finish(): void {
    for (const term of this.#terms.values()) term.idfSquared = this.#idfSquared(term.documents);
  }

  #idfSquared(documents: number): number {
    if (documents === 0 || this.#documents === 0) return 0;
    const idf = documents === this.#documents ? Math.log10(1.0001) : Math.log10(this.#documents / documents);
    return idf * idf;
  }

  // ---- second pass ----

  rank(document: Document): number {
    const counts = countWords(document);
    if (this.#mode === 'expansion') return this.#expandedRank(counts);
    if (!holds(this.#nodes, document, counts)) return 0;
    const found = new Set<Term>();
    let rank = 0;
    for (const node of this.#nodes) rank += collectRank(node, document, counts, found);
    for (const term of found) rank = Math.fround(rank + Math.fround(countOf(term, counts) * term.idfSquared));
    return rank;
  }

  #expandedRank(counts: Counts): number {
    let rank = 0;
    for (const [key, count] of counts)
      if (this.#expansion.has(key))
        rank = Math.fround(rank + Math.fround(count * this.#idfSquared(this.#vocabulary.get(key) ?? 0)));
    return rank;
  }
}

function countWords(document: Document): Counts {
  const counts = new Map<string, number>();
  for (const words of document) for (const { key } of words) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** A prefix counts as the first word, in order, that begins so. */
function countOf(term: Term, counts: Counts): number {
  if (!term.isPrefix) return counts.get(term.key) ?? 0;
  let first: string | undefined;
  for (const key of counts.keys()) if (key.startsWith(term.key) && (first === undefined || key < first)) first = key;
  return first === undefined ? 0 : counts.get(first)!;
}

function matches(node: QueryNode, document: Document, counts: Counts): boolean {
  switch (node.kind) {
    case 'never':
      return false;
    case 'term':
      return countOf(node.term, counts) > 0;
    case 'phrase':
      return document.some((words) => hasPhrase(node.words, node.distance, words));
    case 'group':
      return holds(node.nodes, document, counts);
  }
}

/** All that is required, nothing that is excluded, and something. */
function holds(nodes: readonly QueryNode[], document: Document, counts: Counts): boolean {
  let isRequired = false;
  let isFound = false;
  for (const node of nodes) {
    const does = node.operator !== '~' && matches(node, document, counts);
    if (node.operator === '-') {
      if (does) return false;
    } else if (node.operator === '+') {
      if (!does) return false;
      isRequired = true;
    } else if (does) isFound = true;
  }
  return isRequired || isFound;
}

function hasPhrase(phrase: readonly Word[], distance: number | undefined, words: readonly Word[]): boolean {
  if (distance !== undefined) {
    const wanted = new Set(phrase.map((word) => word.key));
    return words.some((_, start) => {
      const near = new Set(words.slice(start, start + distance + 1).map((word) => word.key));
      return [...wanted].every((key) => near.has(key));
    });
  }
  return words.some((_, start) => phrase.every((word, i) => words[start + i]?.key === word.key));
}

/** Gives what > and < add, and collects the words that count. */
function collectRank(node: QueryNode, document: Document, counts: Counts, found: Set<Term>): number {
  if (node.operator === '-' || node.operator === '~' || !matches(node, document, counts)) return 0;
  let change = node.operator === '>' ? 1 : node.operator === '<' ? -1 : 0;
  if (node.kind === 'group') for (const inner of node.nodes) change += collectRank(inner, document, counts, found);
  if (node.kind === 'term') found.add(node.term);
  if (node.kind === 'phrase') for (const term of node.terms) found.add(term);
  return change;
}
