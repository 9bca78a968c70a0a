/**
 * Words of a text, as InnoDB's built-in full-text parser sees them: letters, digits, underscores, and single apostrophes
 * inside. Words are compared by their key in the column's collation, in
 * lower case unless it is a binary one (as MySQL has it).
 */
import { charLength, getCollation } from '../types/index.ts';

/** innodb_ft_min_token_size, innodb_ft_max_token_size. */
const WORD_CHARS_MIN = 3;
const WORD_CHARS_MAX = 84;

/** INNODB_FT_DEFAULT_STOPWORD. */
const STOPWORDS = new Set(
  (
    'a about an are as at be by com de en for from how i in is it la of on or that the this to was what when where who ' +
    'will with und the www'
  ).split(' '),
);

const WORD = /[\p{L}\p{N}\p{M}_]+(?:'[\p{L}\p{N}\p{M}_]+)*/gu;
const KEYS_MAX = 10_000;

export interface Word {
  readonly text: string;
  readonly key: string;
  /** Long enough, short enough and no stopword: the others are as if they were not there. */
  readonly isIndexed: boolean;
}

/** ngram_token_size. */
const NGRAM_CHARS = 2;

/** FULLTEXT … WITH PARSER ngram: every two characters in a row are a word, unless a stopword is part of them. */
function hasStopword(gram: string): boolean {
  const lower = gram.toLowerCase();
  return STOPWORDS.has(lower) || [...lower].some((char) => STOPWORDS.has(char));
}

/** Cuts texts of one collation into words. Keys are kept, because words repeat. */
export class WordCutter {
  readonly isNgram: boolean;
  readonly #keyOf: (text: string) => string;
  readonly #known = new Map<string, Word>();

  constructor(collation: string, isNgram = false) {
    this.isNgram = isNgram;
    const rules = getCollation(collation);
    const folds = !collation.endsWith('_bin');
    this.#keyOf = (text) => rules.hashKey(folds ? text.toLowerCase() : text);
  }

  words(text: string): Word[] {
    const runs = Array.from(text.matchAll(WORD), (match) => match[0]);
    return (this.isNgram ? runs.flatMap(gramsOf) : runs).map((word) => this.word(word));
  }

  word(text: string): Word {
    let word = this.#known.get(text);
    if (word === undefined) {
      word = { text, key: this.#keyOf(text), isIndexed: this.#isIndexed(text) };
      if (this.#known.size >= KEYS_MAX) this.#known.clear();
      this.#known.set(text, word);
    }
    return word;
  }

  #isIndexed(text: string): boolean {
    const length = charLength(text);
    if (this.isNgram) return length === NGRAM_CHARS && !hasStopword(text);
    return length >= WORD_CHARS_MIN && length <= WORD_CHARS_MAX && !STOPWORDS.has(text.toLowerCase());
  }

  /** A prefix is compared as such, so it needs no length of its own. */
  prefix(text: string): string {
    return this.#keyOf(text);
  }
}

/** A run that is shorter than a gram stays what it is: only a prefix search can mean it. */
function gramsOf(run: string): string[] {
  const chars = [...run];
  if (chars.length < NGRAM_CHARS) return [run];
  return Array.from({ length: chars.length - NGRAM_CHARS + 1 }, (_, at) => chars.slice(at, at + NGRAM_CHARS).join(''));
}
