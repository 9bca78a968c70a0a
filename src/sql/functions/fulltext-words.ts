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

/** Cuts texts of one collation into words. Keys are kept, because words repeat. */
export class WordCutter {
  readonly #keyOf: (text: string) => string;
  readonly #known = new Map<string, Word>();

  constructor(collation: string) {
    const rules = getCollation(collation);
    const folds = !collation.endsWith('_bin');
    this.#keyOf = (text) => rules.hashKey(folds ? text.toLowerCase() : text);
  }

  words(text: string): Word[] {
    return Array.from(text.matchAll(WORD), (match) => this.word(match[0]));
  }

  word(text: string): Word {
    let word = this.#known.get(text);
    if (word === undefined) {
      const length = charLength(text);
      const isIndexed = length >= WORD_CHARS_MIN && length <= WORD_CHARS_MAX && !STOPWORDS.has(text.toLowerCase());
      word = { text, key: this.#keyOf(text), isIndexed };
      if (this.#known.size >= KEYS_MAX) this.#known.clear();
      this.#known.set(text, word);
    }
    return word;
  }

  /** A prefix is compared as such, so it needs no length of its own. */
  prefix(text: string): string {
    return this.#keyOf(text);
  }
}
