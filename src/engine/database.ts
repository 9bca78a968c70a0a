/** A database: the two atoms it lives on, and its branches (one, `main`, for now). */
import type { Env } from '../env/index.ts';
import type { CommitLog } from '../log/index.ts';
import { MemoryBudget } from '../lsm/index.ts';
import type { ObjectStore } from '../store/index.ts';
import { Branch } from './branch.ts';
import { openVolatileBranch, type VolatileBranch } from './temporary/volatile-branch.ts';

export interface DatabaseOptions {
  readonly store: ObjectStore;
  readonly log: CommitLog;
  readonly env: Env;
  /** Shared by all databases of the process; absent: one of its own. */
  readonly budget?: MemoryBudget;
  readonly retentionMs?: number;
  readonly onBackgroundError?: (error: unknown) => void;
}

const BUDGET_BYTES = 1024 * 1024 * 1024;
/** Ids of temporary tables: above all that a branch gives, and different in all sessions. */
const FIRST_VOLATILE_ID = 2 ** 31;
const MAIN_PREFIX = 'branches/main';

export class Database {
  readonly #options: DatabaseOptions;
  readonly #budget: MemoryBudget;
  #main: Branch;
  #reopening: Promise<Branch> | undefined = undefined;
  #nextVolatileId = FIRST_VOLATILE_ID;

  private constructor(options: DatabaseOptions, budget: MemoryBudget, main: Branch) {
    this.#options = options;
    this.#budget = budget;
    this.#main = main;
  }

  static async open(options: DatabaseOptions): Promise<Database> {
    const budget = options.budget ?? new MemoryBudget({ limitBytes: BUDGET_BYTES });
    return new Database(options, budget, await openMain(options, budget));
  }

  get memory(): MemoryBudget {
    return this.#budget;
  }

  /** The branch as it is open now; after a fence, `recover` gives another one. */
  get main(): Branch {
    return this.#main;
  }

  /** A branch in memory that dies with whoever opened it: what a session's temporary tables live in. */
  openVolatile(): Promise<VolatileBranch> {
    const { env } = this.#options;
    return openVolatileBranch(env, this.#budget, () => this.#nextVolatileId++);
  }

  /** Opens the branch again when a commit of unknown outcome has fenced it; the log decides what happened. */
  recover(): Promise<Branch> {
    if (this.#main.transactions.fenced === undefined) return Promise.resolve(this.#main);
    this.#reopening ??= this.#reopen().finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  async #reopen(): Promise<Branch> {
    await this.#main.close();
    this.#main = await openMain(this.#options, this.#budget);
    return this.#main;
  }

  /** Leaves the store and the log open: they belong to whoever opened them. */
  async close(): Promise<void> {
    // A reopening that fails has nothing left to close.
    await this.#reopening?.catch(() => undefined);
    await this.#main.close();
  }
}

function openMain(options: DatabaseOptions, budget: MemoryBudget): Promise<Branch> {
  const { store, log, env, retentionMs, onBackgroundError } = options;
  return Branch.open({
    store,
    log,
    env,
    budget,
    prefix: MAIN_PREFIX,
    ...(retentionMs !== undefined && { retentionMs }),
    ...(onBackgroundError !== undefined && { onBackgroundError }),
  });
}

export function openDatabase(options: DatabaseOptions): Promise<Database> {
  return Database.open(options);
}
