/** All scenarios, and the seeds that once failed: each stays a test for good. */
import { bankScenario } from './bank-scenario.ts';
import { logScenario } from './log-scenario.ts';
import type { Scenario } from './scenario.ts';
import { sqlScenario } from './sql-scenario.ts';
import { storeScenario } from './store-scenario.ts';

export const SCENARIOS: readonly Scenario[] = [logScenario, storeScenario, bankScenario, sqlScenario];

/** Scenario -> seeds, each with what it found. */
export const REGRESSIONS: Readonly<Record<string, readonly { readonly seed: number; readonly found: string }[]>> = {
  log: [
    { seed: 7, found: 'a segment whose name was not durable was trusted after a restart' },
    { seed: 232, found: 'the same, with the first segment: the whole log was lost' },
  ],
  bank: [{ seed: 82, found: 'garbage collection outlived the closing of its tree and swapped the manifest' }],
};
