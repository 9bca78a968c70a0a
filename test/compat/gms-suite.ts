/**
 * The assertions of go-mysql-server's engine tests with MySQL's real outcome. Each group of assertions has a setup of its own, in the database `mydb`.
 * Rows without ORDER BY compare as a set.
 */
import { SuiteClient } from './client.ts';
import {
  ACCOUNTS_OF_THE_RECORDING,
  isMomentOfRecording,
  isPresentMoment,
  RecordingDifferences,
  withoutMoments,
} from './gms-recording.ts';
import { LaterFeatures } from './later-features.ts';
import { type Answer, describeAnswer, type RecordedCell, recordedRows, sameAnswer } from './replay.ts';
import type { Score } from './score.ts';
import { filesOf, type Suite, type SuiteContext } from './suite.ts';

interface GmsAssertion {
  readonly q: string;
  readonly rows?: (RecordedCell[] | null)[];
  readonly errno?: number;
  readonly msg?: string;
}
interface GmsRecord {
  readonly file: string;
  readonly name?: string;
  readonly setup?: readonly string[];
  readonly setup_err?: readonly { readonly sql: string; readonly errno: number }[];
  readonly assert: readonly GmsAssertion[];
}

const CORPUS = 'gms-mysql974.jsonl.xz';
/** Differ from run to run on MySQL too. */
const UNSTABLE =
  /\b(?:now|sysdate|current_timestamp|curdate|curtime|utc_timestamp|utc_date|utc_time|localtime|localtimestamp|unix_timestamp)\s*\(\s*\d?\s*\)|\b(?:uuid|rand|connection_id)\s*\(\s*\)|\bby\s+random\s+password\b|@@timestamp\b|^show\s+(?:full\s+)?processlist/i;

export const gmsSuite: Suite = {
  name: 'gms',
  title: "go-mysql-server's assertions",
  corpus: CORPUS,
  async run(context: SuiteContext): Promise<Score> {
    const client = new SuiteClient(context.target, undefined, ACCOUNTS_OF_THE_RECORDING);
    for (const [file, groups] of filesOf<GmsRecord>(CORPUS, (record) => record.file)) {
      for (const group of groups) {
        if (!context.wants(`${file}: ${group.name ?? ''}`)) continue;
        await runGroup(client, context.score, group);
      }
    }
    client.close();
    return context.score;
  },
};

async function runGroup(client: SuiteClient, score: Score, group: GmsRecord): Promise<void> {
  await client.fresh('mydb');
  const later = new LaterFeatures();
  const recording = new RecordingDifferences();
  const reasonToSkip = (sql: string, wanted: Answer, got: Answer): string | undefined => {
    const ofServer = recording.reasonToSkip(sql, wanted, got);
    return later.reasonToSkip(sql, wanted, got) ?? ofServer;
  };
  const refused = new Map((group.setup_err ?? []).map(({ sql, errno }) => [sql, errno]));
  for (const sql of group.setup ?? []) {
    const errno = refused.get(sql);
    reasonToSkip(sql, errno === undefined ? {} : { errno }, await client.ask(sql));
  }
  for (const assertion of group.assert) {
    const got = withoutMoments(await client.ask(assertion.q), isPresentMoment);
    const wanted = withoutMoments(wantedAnswer(assertion), isMomentOfRecording);
    const reason = reasonToSkip(assertion.q, wanted, got);
    if (sameAnswer(got, wanted, !/order by/i.test(assertion.q))) score.pass();
    else if (reason !== undefined) score.skip(reason);
    else if (UNSTABLE.test(assertion.q) && got.errno === undefined && wanted.rows !== undefined)
      score.skip("MySQL's own answer changes between runs");
    else {
      const place = `${group.file}: ${group.name ?? ''}`;
      score.fail({ place, sql: assertion.q, wanted: describeAnswer(wanted), got: describeAnswer(got) });
    }
  }
}

function wantedAnswer({ errno, msg, rows }: GmsAssertion): Answer {
  if (errno !== undefined) return { errno, message: msg ?? '' };
  if (rows === undefined) return {};
  return { rows: recordedRows(rows) };
}
