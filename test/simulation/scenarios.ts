/** All scenarios, and the seeds that once failed: each stays a test for good. */
import { bankScenario } from './bank-scenario.ts';
import { logScenario } from './log-scenario.ts';
import type { Scenario } from './scenario.ts';
import { storeScenario } from './store-scenario.ts';

export const SCENARIOS: readonly Scenario[] = [logScenario, storeScenario, bankScenario];

/** Scenario -> seeds, each with what it found. */
export const REGRESSIONS: Readonly<Record<string, readonly { readonly seed: number; readonly found: string }[]>> = {};
