/** Opens a branch whose two atoms are in memory and are dropped with it. */
import { sqlError } from '../../base/index.ts';
import type { Env } from '../../env/index.ts';
import type { MemoryBudget } from '../../lsm/index.ts';
import { Branch } from '../branch.ts';
import { ForgetfulLog, MeasuredStore } from './volatile-atoms.ts';

/** What the temporary tables of one session may take together. */
const BYTES_MAX = 1024 * 1024 * 1024;

export interface VolatileBranch {
  readonly branch: Branch;
  /** Fails with 1114 when the branch takes more than it may; `table` is the one being written. */
  requireRoom(table: string): void;
}

export async function openVolatileBranch(
  env: Env,
  budget: MemoryBudget,
  nextId: () => number,
): Promise<VolatileBranch> {
  const store = new MeasuredStore(env);
  const branch = await Branch.open({
    store,
    log: new ForgetfulLog(),
    env,
    budget,
    prefix: 'temporary',
    retentionMs: 0,
    nextId,
    volatile: true,
  });
  return {
    branch,
    requireRoom: (table) => {
      if (store.bytes + branch.tree.memtableBytes > BYTES_MAX) throw sqlError('ER_RECORD_FILE_FULL', table);
    },
  };
}
