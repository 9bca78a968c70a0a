/** The table of scores: for the terminal, and as Markdown between the markers of COMPAT.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Score } from './score.ts';
import type { Suite } from './suite.ts';

const COMPAT_MD = join(import.meta.dirname, '../../COMPAT.md');
const BEGIN = '<!-- npm run compat: begin -->';
const END = '<!-- npm run compat: end -->';

export interface Line {
  readonly suite: Pick<Suite, 'name' | 'title'>;
  readonly score: Score;
}

export function printHeader(): void {
  console.log(
    `${'suite'.padEnd(14)}${['statements', 'passed', 'failed', 'skipped', '%'].map((word) => word.padStart(11)).join('')}`,
  );
}

export function printLine({ suite, score }: Line): void {
  const numbers = [score.statements, score.passed, score.failed, score.skipped, score.percent.toFixed(2)];
  console.log(`${suite.name.padEnd(14)}${numbers.map((number) => String(number).padStart(11)).join('')}`);
  for (const [reason, count] of score.skips) console.log(`  skipped ${count}: ${reason}`);
  for (const [group, count] of score.groups)
    console.log(`  of the failed ${count}: ${group}; ${score.percentWithoutGroups.toFixed(2)} % without them`);
}

function markdown(lines: readonly Line[]): string {
  const rows = lines.map(({ suite, score }) => {
    const reasons = [...score.skips].map(([reason, count]) => `${count} ${reason}`).join('; ');
    const groups = [...score.groups].map(([group, count]) => `, of them ${count} ${group}`).join('');
    const without = score.groups.size === 0 ? '' : ` (${score.percentWithoutGroups.toFixed(2)} % without those)`;
    const failed = `${score.failed}${groups}`;
    const percent = `${score.percent.toFixed(2)} %${without}`;
    const cells = [suite.title, score.statements, score.passed, failed, percent, reasons];
    return `| ${cells.join(' | ')} |`;
  });
  const head = ['suite', 'statements', 'passed', 'failed', 'passed of judged', 'skipped, and why'];
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows].join('\n');
}

/** Replaces what is between the markers; a page without them is an error. */
export function writeTable(lines: readonly Line[]): void {
  const page = readFileSync(COMPAT_MD, 'utf8');
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`COMPAT.md has no ${BEGIN} … ${END}`);
  writeFileSync(COMPAT_MD, `${page.slice(0, from + BEGIN.length)}\n\n${markdown(lines)}\n\n${page.slice(to)}`);
}
