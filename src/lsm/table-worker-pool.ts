/** Chooses the executor for a world: inline until worker threads are wired in. */
import type { LsmEnv } from './lsm-options.ts';
import { InlineExecutor, type TableExecutor } from './table-executor.ts';

export function tableExecutorFor(env: LsmEnv): TableExecutor {
  return new InlineExecutor(env.clock, env.timers);
}
