/**
 * TiDB's integration tests, replayed as its tester does: one database per file (its path with __ for /), named sessions, `sorted`, warnings after a statement
 * when asked for, columns and patterns replaced in our text before it is compared. Two scores come from one run:
 *
 * - the agreed set: statements whose text MySQL gave as well;
 * - TiDB's own text: plain SQL (not planner, statistics, bindings), plan shapes aside. Where MySQL's recorded answer contradicts TiDB's and Ebb gives
 *   MySQL's, the statement has failed, in a group of its own.
 */
import { SuiteClient } from './client.ts';
import { LaterFeatures } from './later-features.ts';
import { type Answer, asText } from './replay.ts';
import type { Score } from './score.ts';
import { filesOf, type Suite, type SuiteContext } from './suite.ts';

interface TidbRecord {
  readonly f: string;
  readonly line: number;
  readonly sql?: string;
  /** TiDB's text. */
  readonly exp?: string;
  /** How MySQL's text relates to it. */
  readonly my?: 'same' | 'diff' | 'samecode' | 'mysqlfail' | 'mysqlsyntax' | 'tidbfail' | 'bothfail';
  /** MySQL's text where it is another. */
  readonly myout?: string;
  readonly sorted?: 1;
  readonly warn?: 1;
  /** `<column> <text> …`, columns from 1. */
  readonly rc?: string;
  /** `/pattern/replacement/ …` */
  readonly rr?: string;
  readonly nolog?: 1;
  readonly cmd?: 'connect' | 'connection' | 'disconnect';
  readonly arg?: string;
}

const CORPUS = 'tidb-it.jsonl.xz';
/** What TiDB's tester gives its sessions, and the recording gave MySQL's. */
const TIME_ZONE = 'Asia/Shanghai';
/** Its files are long: fewer of them run in CI. */
const ONE_FILE_OF = 16;
const PLAIN_FOLDERS = new Set([
  'executor',
  'expression',
  'types',
  'ddl',
  'session',
  'table',
  'privilege',
  'infoschema',
  'util',
  'parser',
]);

/** Whether a statement counts: undefined when it does, else the reason. */
type Judge = (record: TidbRecord) => string | undefined;

const agreed: Judge = ({ my }) => (my === 'same' ? undefined : 'MySQL gives another text than TiDB');
const plain: Judge = ({ f, exp }) => {
  const folder = f.includes('/') ? f.slice(0, f.indexOf('/')) : undefined;
  if (folder !== undefined && !PLAIN_FOLDERS.has(folder)) return "TiDB's planner and internals";
  return isPlanShape(exp ?? '') ? 'plan shapes' : undefined;
};

export const tidbAgreed: Suite = suite('tidb', "TiDB's integration tests, where MySQL gives the same text", agreed);
export const tidbPlain: Suite = suite('tidb-plain', "TiDB's integration tests, plain SQL, TiDB's own text", plain);

function suite(name: string, title: string, judge: Judge): Suite {
  return {
    name,
    title,
    corpus: CORPUS,
    sampleOneOf: ONE_FILE_OF,
    async run(context: SuiteContext): Promise<Score> {
      const client = new SuiteClient(context.target, TIME_ZONE);
      for (const [file, records] of filesOf<TidbRecord>(CORPUS, (record) => record.f)) {
        if (!context.wants(file) || records.every((record) => judge(record) !== undefined)) continue;
        await client.fresh(file.replaceAll('/', '__'));
        await runFile(client, context.score, judge, records);
      }
      client.close();
      return context.score;
    },
  };
}

async function runFile(client: SuiteClient, score: Score, judge: Judge, records: readonly TidbRecord[]): Promise<void> {
  const later = new LaterFeatures();
  for (const record of records) {
    const { sql, exp = '' } = record;
    if (sql === undefined) {
      await switchSession(client, record);
      continue;
    }
    const got = await client.ask(sql);
    const warnings = record.warn === undefined ? undefined : await client.ask('SHOW WARNINGS');
    const laterReason = later.reasonToSkip(sql, exp.startsWith('Error ') ? { errno: 1 } : {}, got);
    const outside = judge(record);
    const text = printed(record, got, warnings);
    if (outside !== undefined) score.skip(outside);
    else if (record.nolog !== undefined || sameText(text, exp)) score.pass();
    else if (laterReason !== undefined) score.skip(laterReason);
    else
      score.fail({
        place: `${record.f}:${record.line}`,
        sql,
        wanted: exp.trimEnd() || 'OK',
        got: text.trimEnd() || 'OK',
        group: contradicts(record, text) ? CONTRADICTED : undefined,
      });
  }
}

/** `connect (name, host, user, password, database)`, `connection name`, `disconnect name`. */
async function switchSession(client: SuiteClient, { cmd, arg = '' }: TidbRecord): Promise<void> {
  if (cmd === 'connection') client.use(arg.trim());
  else if (cmd === 'disconnect') client.disconnect(arg.trim());
  else {
    const [name = '', , user = '', password = '', database = ''] = arg
      .replace(/^\s*\(|\)\s*$/g, '')
      .split(',')
      .map((word) => word.trim());
    await client
      .connect(name, { user, password, database: database === '' ? undefined : database })
      .catch(() => undefined);
  }
}

/** Our answer as TiDB's tester prints it. */
function printed(record: TidbRecord, got: Answer, warnings: Answer | undefined): string {
  const parts: string[] = [];
  if (got.errno !== undefined) parts.push(`Error ${got.errno} (${got.sqlState ?? 'HY000'}): ${got.message ?? ''}`);
  else if (got.names !== undefined) parts.push(...table(got, record));
  if (got.errno === undefined && (warnings?.rows?.length ?? 0) > 0) parts.push(...table(warnings!, {}));
  const text = parts.join('\n');
  return (record.rr ?? '') === '' ? text : replacePatterns(text, record.rr!);
}

function table(answer: Answer, { sorted, rc }: Pick<TidbRecord, 'sorted' | 'rc'>): string[] {
  const replaced = new Map<number, string>();
  const words = rc?.match(/\S+/g) ?? [];
  for (let place = 0; place + 1 < words.length; place += 2) replaced.set(Number(words[place]) - 1, words[place + 1]!);
  const printed = (answer.rows ?? []).map((row) => {
    const cells = row.map((cell, column) => replaced.get(column) ?? (cell === null ? null : asText(cell)));
    return { text: cells.map((cell) => cell ?? 'NULL').join('\t'), key: cells.map((cell) => cell ?? '').join('\t') };
  });
  // TiDB's tester sorts by the cells' bytes, in which NULL has none.
  if (sorted !== undefined) printed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const rows = printed.map(({ text }) => text);
  return [(answer.names ?? []).map(asText).join('\t'), ...rows];
}

function replacePatterns(text: string, patterns: string): string {
  let result = text;
  for (const [, pattern, replacement] of patterns.matchAll(/\/((?:[^/\\]|\\.)*)\/((?:[^/\\]|\\.)*)\//g)) {
    result = result.replaceAll(new RegExp(pattern!, 'g'), replacement!);
  }
  return result;
}

/** An error is the same by number when TiDB words it in its own way; the agreed set has MySQL's words. */
function sameText(got: string, wanted: string): boolean {
  const error = /^Error \d+/.exec(wanted)?.[0];
  if (error !== undefined) return got.startsWith(`${error} `);
  return got.trimEnd() === wanted.trimEnd();
}

const CONTRADICTED = 'that MySQL answers otherwise, and Ebb as MySQL';

/** What MySQL merely lacks is TiDB's own, not a contradiction: its syntax, variables, functions, tables and columns. */
const LACKS: ReadonlySet<string> = new Set(
  '1049 1051 1054 1064 1091 1109 1146 1176 1193 1235 1243 1305 1507 1524 1735 3554'.split(' '),
);

/** MySQL's recorded answer is another one than TiDB's for the same thing, and ours is MySQL's. */
function contradicts({ my, myout }: TidbRecord, got: string): boolean {
  switch (my) {
    case 'diff':
      return myout !== undefined && sameText(got, myout);
    case 'mysqlfail':
    case 'bothfail': {
      const errno = /^Error (\d+)/.exec(myout ?? '')?.[1];
      return errno !== undefined && !LACKS.has(errno) && sameText(got, myout ?? '');
    }
    case 'tidbfail':
      return !got.startsWith('Error ') && got.trimEnd() === (myout ?? '').trimEnd();
    default:
      return false;
  }
}

function isPlanShape(text: string): boolean {
  return /^id\t(?:estRows|task|estCost|count)\b/.test(text) || /^(?:TiDB_JSON|dot contents|EXPLAIN)\b/.test(text);
}
