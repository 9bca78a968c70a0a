/**
 * Statements of MySQL's own suites with what MySQL 9.7 answered: one session per file in the database `test`, in file order. A statement passes
 * when rows or error number agree; `unstable` ones (a second run of MySQL differed) run but do not count.
 */
import { SuiteClient } from './client.ts';
import { LaterFeatures } from './later-features.ts';
import { type Answer, describeAnswer, type RecordedCell, recordedRows, sameAnswer } from './replay.ts';
import type { Score } from './score.ts';
import { filesOf, type Suite, type SuiteContext } from './suite.ts';

interface MysqlRecord {
  readonly f: string;
  readonly sql: string;
  readonly line: number;
  readonly unstable?: 1;
  /** The suite sorted the rows before it printed them. */
  readonly sorted?: 1;
  readonly o: {
    readonly r?: RecordedCell[][];
    /** How many rows there were, when `r` holds the first of them only. */
    readonly n?: number;
    readonly e?: number;
    readonly m?: string;
    readonly skip?: 1;
    readonly multi?: 1;
    /** Columns: name, type, … */
    readonly c?: readonly (readonly [string, ...unknown[]])[];
  };
}

/** Some files of MySQL's suites wait for timeouts: fewer of them run in CI. */
const ONE_FILE_OF = 12;

export function mysqlSuite(name: string, title: string, corpus: string): Suite {
  return {
    name,
    title,
    corpus,
    sampleOneOf: ONE_FILE_OF,
    async run(context: SuiteContext): Promise<Score> {
      const client = new SuiteClient(context.target);
      for (const [file, records] of filesOf<MysqlRecord>(corpus, (record) => record.f)) {
        if (!context.wants(file)) continue;
        await client.fresh('test');
        await runFile(client, context.score, records);
      }
      client.close();
      return context.score;
    },
  };
}

async function runFile(client: SuiteClient, score: Score, records: readonly MysqlRecord[]): Promise<void> {
  const later = new LaterFeatures();
  const zones = new NamedZones();
  for (const { f, line, sql, o, sorted, unstable } of records) {
    if (o.skip !== undefined) {
      score.skip('the recorder could not run it (plugins, files of the server, shutdown)');
      continue;
    }
    const got = firstRows(await client.ask(sql), o);
    const wanted = wantedAnswer(o);
    const zone = zones.reasonToSkip(sql, wanted, got);
    const reason = later.reasonToSkip(sql, wanted, got) ?? zone;
    if (unstable !== undefined) score.skip("MySQL's own answer changes between runs");
    else if (o.multi !== undefined) score.skip(reason ?? 'several result sets in one statement');
    else if (sameAnswer(got, wanted, sorted !== undefined)) score.pass();
    else if (reason !== undefined) score.skip(reason);
    else if (isPlan(o)) score.skip('plan shapes');
    else score.fail({ place: `${f}:${line}`, sql, wanted: describeAnswer(wanted), got: describeAnswer(got) });
  }
}

/** The recorder's server had no time zone tables: a named zone was unknown to it, and what followed ran in another zone than here. */
class NamedZones {
  #differs = false;

  reasonToSkip(sql: string, wanted: Answer, got: Answer): string | undefined {
    if (/^set\b.*\btime_zone\b/is.test(sql))
      this.#differs = wanted.errno === UNKNOWN_TIME_ZONE && got.errno === undefined;
    return this.#differs ? "named time zones: the recorder's server had none" : undefined;
  }
}

const UNKNOWN_TIME_ZONE = 1298;

/** What EXPLAIN of a query printed: its shape is the optimizer's own affair. */
function isPlan({ c }: MysqlRecord['o']): boolean {
  return c?.[0]?.[0] === 'EXPLAIN' || (c?.[0]?.[0] === 'id' && c[1]?.[0] === 'select_type');
}

function firstRows(answer: Answer, { n, r }: MysqlRecord['o']): Answer {
  if (n === undefined || r === undefined || answer.rows?.length !== n) return answer;
  return { ...answer, rows: answer.rows.slice(0, r.length) };
}

function wantedAnswer(outcome: MysqlRecord['o']): Answer {
  if (outcome.e !== undefined) return { errno: outcome.e, message: outcome.m ?? '' };
  if (outcome.r === undefined) return {};
  return { rows: recordedRows(outcome.r) };
}
