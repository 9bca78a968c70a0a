/**
 * The parse-oracle corpus: 116,000 statements of public test suites with what MySQL 9.7 answered to COM_STMT_PREPARE.
 * A statement whose errno is 1064 is wrong for MySQL's grammar; every other outcome means the grammar accepted it.
 */
import { SqlError } from '../../src/base/index.ts';
import { parse } from '../../src/sql/parser/index.ts';
import { findCorpus, readJsonLines } from '../harness/corpora.ts';

export const PARSE_CORPUS = 'parse-oracle.jsonl.xz';
const PARSE_ERROR = 1064;

export interface OracleStatement {
  readonly sql: string;
  readonly errno: number;
  /** MySQL's text, for errno 1064. */
  readonly message: string | undefined;
}

/** Every `step`-th statement, from the first; undefined when the corpus is not there. */
export function findStatements(step = 1): OracleStatement[] | undefined {
  const path = findCorpus(PARSE_CORPUS);
  if (path === undefined) return undefined;
  return readJsonLines<{ s: string; e: number; m?: string }>(path)
    .filter((_, index) => index % step === 0)
    .map(({ s, e, m }) => ({ sql: s, errno: e, message: m }));
}

export type Outcome = 'accepted' | 'wrongly rejected' | 'rejected' | 'rejected with another text' | 'wrongly accepted';

export interface Miss {
  readonly outcome: Outcome;
  readonly sql: string;
  readonly expected: string;
  readonly got: string;
}

export interface Tally {
  valid: number;
  accepted: number;
  invalid: number;
  rejected: number;
  sameMessage: number;
  /** Invalid for MySQL, and TiDB's. */
  additions: number;
  readonly misses: Miss[];
}

/** Our answer to one statement: undefined when the parser takes it. Anything but a SqlError is a bug and passes through. */
function answer(sql: string, additions: boolean): SqlError | undefined {
  try {
    parse(sql, { additions });
    return undefined;
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
}

function judge({ sql, errno, message }: OracleStatement): { outcome: Outcome; got: string } {
  // What MySQL takes must be taken as a session takes it; what MySQL rejects, TiDB may have added, and Ebb with it.
  const error = answer(sql, errno !== PARSE_ERROR);
  const got = error === undefined ? 'accepted' : `${error.errno} ${error.message}`;
  if (errno === PARSE_ERROR) {
    if (error === undefined) return { outcome: 'wrongly accepted', got };
    const same = error.errno === PARSE_ERROR && error.message === message;
    return { outcome: same ? 'rejected' : 'rejected with another text', got };
  }
  // other errors that MySQL's grammar raises count when they are the same; an empty text prepares as 1295 there
  const fine = error === undefined || error.errno === errno || error.symbol === 'ER_EMPTY_QUERY';
  return { outcome: fine ? 'accepted' : 'wrongly rejected', got };
}

export function tally(statements: readonly OracleStatement[]): Tally {
  const totals: Tally = { valid: 0, accepted: 0, invalid: 0, rejected: 0, sameMessage: 0, additions: 0, misses: [] };
  for (const statement of statements) {
    const { outcome, got } = judge(statement);
    if (statement.errno === PARSE_ERROR) {
      totals.invalid++;
      if (answer(statement.sql, true) === undefined && outcome !== 'wrongly accepted') totals.additions++;
    } else totals.valid++;
    if (outcome === 'accepted') totals.accepted++;
    if (outcome === 'rejected' || outcome === 'rejected with another text') totals.rejected++;
    if (outcome === 'rejected') totals.sameMessage++;
    if (outcome !== 'accepted' && outcome !== 'rejected') {
      const expected = statement.message ?? (statement.errno === 0 ? 'accepted' : `errno ${statement.errno}`);
      totals.misses.push({ outcome, sql: statement.sql, expected, got });
    }
  }
  return totals;
}

/** The first word of a statement, for counting by kind. */
export function statementKind(sql: string): string {
  return /[a-z]+/i.exec(sql)?.[0].toUpperCase().slice(0, 12) ?? '?';
}
