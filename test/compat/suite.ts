/** What the suites of this folder have in common. A new one is a module that makes a `Suite`, and a line in suites.ts. */
import { findCorpus, readJsonLines, skipReason } from '../harness/corpora.ts';
import type { Target } from './client.ts';
import type { Score } from './score.ts';
import type { SideBySide } from './side-by-side.ts';

export interface SuiteContext {
  readonly target: Target;
  readonly score: Score;
  /** A second server for the same statements, to compare times; only sqllogictest looks at it. */
  readonly beside?: SideBySide;
  /** Samples and `--filter` keep some files only. */
  wants(file: string): boolean;
}

export interface Suite {
  /** What the command line calls it. */
  readonly name: string;
  /** What the table of COMPAT.md calls it. */
  readonly title: string;
  /** File name under ../shared/corpora. */
  readonly corpus: string;
  /** One file of how many runs in CI; 6 when not said. */
  readonly sampleOneOf?: number;
  run(context: SuiteContext): Promise<Score>;
}

/** The records of a .jsonl.xz by file, in order; a file's records follow each other. */
export function filesOf<T>(corpus: string, fileOf: (record: T) => string): Map<string, T[]> {
  const path = findCorpus(corpus);
  if (path === undefined) throw new Error(skipReason(corpus));
  const files = new Map<string, T[]>();
  for (const record of readJsonLines<T>(path)) {
    const file = fileOf(record);
    const records = files.get(file);
    if (records === undefined) files.set(file, [record]);
    else records.push(record);
  }
  return files;
}
