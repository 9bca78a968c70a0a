/**
 * `npm run compat:parse [-- misses.json]`: the parser against the whole corpus. Prints the shares, the misses by kind of statement,
 * and writes all misses to a file; ends with 1 when a bar is missed.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skipReason } from '../harness/corpora.ts';
import { findStatements, type Outcome, PARSE_CORPUS, statementKind, tally } from './parse-corpus.ts';

const BARS = { accepted: 0.999, rejected: 0.95, sameMessage: 0.95 };
const KINDS_SHOWN = 12;

const statements = findStatements();
if (statements === undefined) {
  console.error(skipReason(PARSE_CORPUS));
  process.exit(1);
}

const started = performance.now();
const totals = tally(statements);
const seconds = (performance.now() - started) / 1000;

function line(name: string, count: number, of: number, bar: number): boolean {
  const share = count / of;
  const verdict = share >= bar ? 'ok' : 'MISSED';
  console.log(`${name.padEnd(24)} ${count} of ${of} = ${(share * 100).toFixed(2)} % (bar ${bar * 100} %) ${verdict}`);
  return share >= bar;
}

console.log(`${statements.length} statements in ${seconds.toFixed(1)} s`);
const met = [
  line('valid, accepted', totals.accepted, totals.valid, BARS.accepted),
  line('invalid, rejected', totals.rejected, totals.invalid, BARS.rejected),
  line('rejected, same message', totals.sameMessage, totals.rejected, BARS.sameMessage),
];

console.log(`${totals.additions} of the invalid are TiDB's: MySQL's grammar rejects them, a session takes them`);

const outcomes: readonly Outcome[] = ['wrongly rejected', 'wrongly accepted', 'rejected with another text'];
for (const outcome of outcomes) {
  const kinds = new Map<string, number>();
  for (const miss of totals.misses) {
    if (miss.outcome !== outcome) continue;
    const kind = statementKind(miss.sql);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const sorted = [...kinds].sort((a, b) => b[1] - a[1]).slice(0, KINDS_SHOWN);
  console.log(`${outcome}: ${sorted.map(([kind, count]) => `${kind} ${count}`).join(', ') || 'none'}`);
}

const target = process.argv[2] ?? join(tmpdir(), 'ebb-parse-misses.json');
writeFileSync(target, `${JSON.stringify(totals.misses, undefined, 1)}\n`);
console.log(`misses: ${target}`);
process.exit(met.every(Boolean) ? 0 : 1);
