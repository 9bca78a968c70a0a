/** What the test programs of the clients' suites report, in one form. */
import { readFileSync } from 'node:fs';

export interface Failure {
  readonly title: string;
  readonly message: string;
}

export interface SuiteResult {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
}

interface MochaReport {
  readonly stats: { readonly passes: number; readonly pending: number };
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message?: string } }[];
}

export function readMocha(file: string): SuiteResult {
  const report = JSON.parse(readFileSync(file, 'utf8')) as MochaReport;
  return {
    passed: report.stats.passes,
    skipped: report.stats.pending,
    failures: report.failures.map(({ fullTitle, err }) => ({ title: fullTitle, message: err.message ?? '' })),
  };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

export function readVitest(file: string): SuiteResult {
  const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  const failures = report.testResults.flatMap(({ name, message = '', assertionResults }): Failure[] => {
    const place = name.slice(name.lastIndexOf('/') + 1);
    if (assertionResults.length === 0) return [{ title: place, message }];
    return assertionResults
      .filter(({ status }) => status === 'failed')
      .map((test) => ({ title: `${place}: ${test.fullName}`, message: test.failureMessages?.[0] ?? '' }));
  });
  return { passed: report.numPassedTests, skipped: report.numPendingTests, failures };
}

// oxlint-disable-next-line no-control-regex
const COLOURS = /\x1b\[[0-9;]*m/g;

/** Poku counts files; a failed one is printed once more with its output, under a number. */
export function readPoku(output: string): SuiteResult {
  const text = output.replace(COLOURS, '');
  const count = (word: string): number => Number(new RegExp(`${word} › (\\d+)`).exec(text)?.[1] ?? 0);
  const sections = text.split(/^\d+\) (?=\S+\.test\.)/m).slice(1);
  const failures = sections.map((section) => {
    const end = section.indexOf('\n');
    return { title: section.slice(0, end), message: section.slice(end).trim() };
  });
  return { passed: count('PASS'), skipped: count('SKIP'), failures };
}
