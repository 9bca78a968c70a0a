/**
 * MATCH … AGAINST as a function over a row and a query. The query is made by an aggregate over the whole table, which the
 * binder runs first (bind-match.ts); its result, a `FulltextQuery`, is no SQL value and never leaves the slot it is put in.
 */
import type { FunctionDef } from '../expr/index.ts';
import { doubleType, type FieldType, jsonType, stringOf, type Value } from '../types/index.ts';
import { aggregate } from './aggregate-define.ts';
import { define, textArg } from './define.ts';
import { FulltextQuery, type MatchMode } from './fulltext-query.ts';

/** Arguments: the query's text, then the columns. `options.separator` is the mode, and the index's parser behind it. */
export const FULLTEXT_QUERY = aggregate({
  name: 'fulltext_query',
  minArgs: 2,
  maxArgs: 17,
  infer: () => jsonType({ nullable: true }),
  make: ([queryType, ...columnTypes], _type, options) => {
    const textOf = stringOf(queryType!);
    const readers = columnTypes.map((type: FieldType) => stringOf(type));
    const { collation } = columnTypes[0]!;
    const [mode, parser] = (options.separator ?? '').split(' ');
    return () => {
      let query: FulltextQuery | undefined;
      return {
        add(args) {
          if (args[0] === null) return;
          query ??= new FulltextQuery(textOf(args[0]!), mode as MatchMode, collation, parser === 'ngram');
          query.observe(query.document(readers.map((read, i) => (args[i + 1] === null ? null : read(args[i + 1]!)))));
        },
        result() {
          query?.finish();
          return (query ?? null) as unknown as Value;
        },
      };
    };
  },
});

const match = define(
  'match',
  [2, 17],
  () => doubleType({ length: 23 }),
  ([query, ...columns]) => {
    const reads = columns.map((column) => textArg(column));
    return (row, context) => {
      const prepared = query!.evaluate(row, context) as unknown as FulltextQuery | null;
      if (prepared === null) return 0;
      return prepared.rank(prepared.document(reads.map((read) => read(row, context))));
    };
  },
);

export const FULLTEXT: readonly FunctionDef[] = [match];
