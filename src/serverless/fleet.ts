/**
 * Many projects in one process: awake while somebody is connected, asleep otherwise.
 *
 * The first client of a sleeping project opens its tenant; when the last one has been gone for `idleMs` it is closed, and nothing of it stays in
 * memory. An asleep project makes no request and has no timer: one timer of the fleet looks at those that are awake. All tenants share
 * one memory budget and one store; each sees only its part of it.
 *
 * Interleaving: a project is opening, awake or closing. Opening and closing are promises that logins wait for, so there is never a second
 * tenant of one project in a process; between two processes the commit log decides (docs/decisions/0043).
 */
import { DbError } from '../base/index.ts';
import type { Env, Timer } from '../env/index.ts';
import { openTenant, type Engine, type Session, type SpillFiles, type Tenant } from '../engine/index.ts';
import { openLog } from '../log/index.ts';
import type { MemoryBudget } from '../lsm/index.ts';
import { PrefixedStore, type ObjectStore } from '../store/index.ts';
import type { TenantLogin, Tenants } from '../wire/index.ts';
import { projectOfUser } from './project-names.ts';
import { noSuchProject, ProjectRegistry, type Project } from './project-registry.ts';

export interface FleetOptions {
  readonly store: ObjectStore;
  readonly env: Env;
  readonly budget: MemoryBudget;
  readonly spill?: SpillFiles;
  /** How long a project without clients stays awake. */
  readonly idleMs?: number;
  readonly variables?: Readonly<Record<string, string>>;
  readonly onBackgroundError?: (error: unknown) => void;
}

export interface FleetStatus {
  readonly awake: number;
  readonly wakes: number;
  readonly sleeps: number;
}

/** The account that every project is born with. */
const ROOT = { user: 'root', host: '%' };
const IDLE_MS = 300_000;
const SWEEP_MS = 1000;
/** Names that are no projects, so that wrong logins do not ask the store each time. */
const UNKNOWN_MAX = 1000;
const UNKNOWN_MS = 2000;

interface AwakeProject {
  readonly project: Project;
  readonly opening: Promise<Tenant>;
  clients: number;
  /** When the last client left. */
  idleSinceMs: number;
  closing: Promise<void> | undefined;
}

export class Fleet implements Tenants {
  readonly registry: ProjectRegistry;
  readonly #options: FleetOptions;
  readonly #awake = new Map<string, AwakeProject>();
  readonly #unknown = new Map<string, number>();
  readonly #sweep: Timer;
  #wakes = 0;
  #sleeps = 0;
  #closed = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.registry = new ProjectRegistry(options.store, options.env);
    this.#sweep = options.env.timers.every(SWEEP_MS, () => this.#sleepIdle());
  }

  get status(): FleetStatus {
    return { awake: this.#awake.size, wakes: this.#wakes, sleeps: this.#sleeps };
  }

  /** Undefined when the name's prefix is no project's: then it is an account of the server's own database. */
  async login(name: string): Promise<TenantLogin | undefined> {
    const parts = projectOfUser(name);
    if (parts === undefined) return undefined;
    const awake = await this.#wake(parts.project);
    if (awake === undefined) return undefined;
    awake.clients++;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      awake.clients--;
      awake.idleSinceMs = this.#nowMs();
    };
    try {
      const { engine } = await awake.opening;
      return { engine, user: parts.user, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Runs `work` in a session of the project's root, for the control plane. */
  async within<T>(name: string, work: (session: Session, engine: Engine) => Promise<T>): Promise<T> {
    const login = await this.login(`${name}.root`);
    if (login === undefined) throw noSuchProject(name);
    try {
      const session = await login.engine.connect({ user: 'root', host: 'localhost', account: ROOT });
      try {
        return await work(session, login.engine);
      } finally {
        await session.close();
      }
    } finally {
      login.release();
    }
  }

  /** Ends the project's clients, then deletes it with all its bytes. */
  async drop(name: string): Promise<void> {
    const awake = this.#awake.get(name);
    if (awake !== undefined) await this.#close(awake);
    await this.registry.drop(name);
    this.#unknown.delete(name);
  }

  async #wake(name: string): Promise<AwakeProject | undefined> {
    for (;;) {
      if (this.#closed) throw new DbError('closed', 'fleet-closed', 'the server is shutting down');
      const known = this.#awake.get(name);
      if (known?.closing !== undefined) {
        await known.closing;
        continue;
      }
      if (known !== undefined) return known;
      if (this.#isUnknown(name)) return undefined;
      const project = await this.registry.find(name);
      if (project === undefined) return void this.#noteUnknown(name);
      // Somebody else may have been quicker while the record was read.
      if (!this.#awake.has(name)) return this.#open(project);
    }
  }

  #open(project: Project): AwakeProject {
    const opening = this.#openTenant(project);
    const awake: AwakeProject = { project, opening, clients: 0, idleSinceMs: this.#nowMs(), closing: undefined };
    this.#awake.set(project.name, awake);
    this.#wakes++;
    opening.catch(() => this.#awake.delete(project.name));
    return awake;
  }

  async #openTenant(project: Project): Promise<Tenant> {
    const { env, budget, spill, variables, onBackgroundError } = this.#options;
    const store = new PrefixedStore(this.#options.store, `projects/${project.id}`);
    const log = await openLog('store:', env, store);
    const tenant = await openTenant({
      store,
      log,
      env,
      budget,
      keepsAccounts: true,
      root: { passwordHash: project.rootPasswordHash, host: ROOT.host },
      ...(spill !== undefined && { spill }),
      ...(variables !== undefined && { variables }),
      ...(onBackgroundError !== undefined && { onBackgroundError }),
    });
    return {
      ...tenant,
      close: async () => {
        await tenant.close();
        await log.close();
      },
    };
  }

  #sleepIdle(): void {
    const since = this.#nowMs() - (this.#options.idleMs ?? IDLE_MS);
    for (const awake of this.#awake.values()) {
      if (awake.clients > 0 || awake.closing !== undefined || awake.idleSinceMs > since) continue;
      this.#close(awake).catch((error: unknown) => this.#options.onBackgroundError?.(error));
    }
  }

  #close(awake: AwakeProject): Promise<void> {
    awake.closing ??= (async () => {
      try {
        await (await awake.opening).close();
      } finally {
        this.#awake.delete(awake.project.name);
        this.#sleeps++;
      }
    })();
    return awake.closing;
  }

  #isUnknown(name: string): boolean {
    const sinceMs = this.#unknown.get(name);
    return sinceMs !== undefined && sinceMs + UNKNOWN_MS > this.#nowMs();
  }

  #noteUnknown(name: string): void {
    if (this.#unknown.size >= UNKNOWN_MAX) this.#unknown.clear();
    this.#unknown.set(name, this.#nowMs());
  }

  #nowMs(): number {
    return this.#options.env.clock.monotonicMs();
  }

  /** Puts every project to sleep. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sweep.cancel();
    await Promise.allSettled([...this.#awake.values()].map((awake) => this.#close(awake)));
  }
}
