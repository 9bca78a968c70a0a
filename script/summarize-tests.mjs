// Adds up the reports of script/test and prints the totals as the last line; exits non-zero when anything failed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.argv[2] ?? '.test-results';
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures = [];

for (const name of readdirSync(directory).filter((file) => file.endsWith('.status'))) {
  const stage = name.slice(0, -'.status'.length);
  const isFailed = readFileSync(join(directory, name), 'utf8').trim() !== 'ok';
  const report = join(directory, `${stage}.json`);
  const failedBefore = totals.failed;
  if (existsSync(report)) addReport(JSON.parse(readFileSync(report, 'utf8')));
  // A stage that failed without a failed test (types, lint, format, a runner that died) is a failure of its own.
  if (isFailed && totals.failed === failedBefore) {
    totals.failed++;
    failures.push(`stage ${stage}`);
  }
}

function addReport(report) {
  for (const file of report.testResults) {
    const tests = file.assertionResults;
    if (file.status === 'failed' && !tests.some((test) => test.status === 'failed')) {
      totals.failed++;
      failures.push(`${file.name}: ${file.message}`);
    }
    for (const test of tests) {
      if (test.status === 'passed') totals.passed++;
      else if (test.status === 'failed') {
        totals.failed++;
        failures.push(`${file.name}: ${test.fullName}`);
      } else totals.skipped++;
    }
  }
}

for (const failure of failures) console.log(`failed: ${failure.replace(process.cwd() + '/', '')}`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
