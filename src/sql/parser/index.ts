/** Text to tree: MySQL's grammar, by hand. */
export { CHARSET_NAMES, COLLATION_NAMES } from './charsets.data.ts';
export { KEYWORDS } from './keywords.data.ts';
export { normalizeStatement } from './normalize.ts';
export { MYSQL_VERSION_ID } from './lexer.ts';
export {
  isEmptyFrom,
  parse,
  parseAll,
  parseExpressionText,
  parseQueryText,
  type ParseOptions,
  type ParseResult,
} from './parse.ts';
