/** Runs a query of our own in the session: SHOW statements are queries over information_schema. */
import type { MaybePromise } from '../../base/index.ts';
import { parse } from '../../sql/parser/index.ts';
import { planFor } from '../session/planning.ts';
import type { EngineSession } from '../session/session.ts';
import { runPlan } from '../session/statement-run.ts';
import type { StatementResult } from '../session-port.ts';

export function runText(session: EngineSession, text: string): MaybePromise<StatementResult> {
  const parsed = parse(text);
  return runPlan(session, planFor(session, parsed.statement, text, []), []);
}
