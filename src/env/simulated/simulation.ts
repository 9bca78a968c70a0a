/**
 * A whole world from one seed: virtual clock, seeded randomness, one disk, and processes that come and go.
 *
 *     const simulation = new Simulation(42);
 *     await simulation.run(async () => {
 *       const process = simulation.startProcess();
 *       process.crashAfter(100);                       // at the hundredth await of the environment
 *       await Promise.race([workload(process.env), process.died]);
 *       simulation.disk.powerCut(simulation.random);   // or leave the page cache: a kill -9
 *       …start another process and check what it finds
 *     });
 *
 * When a process dies, everything it was waiting for is waited for in vain; its promises are garbage. Only what is on
 * the disk is left. There are no threads: `workers.parallelism` is 0, which asks rooms to do heavy work inline.
 */
import { DbError, deferred } from '../../base/index.ts';
import type { Env } from '../env.ts';
import { seededRandom, type Random } from '../random.ts';
import type { Timers } from '../timers.ts';
import { Disk } from './disk.ts';
import { Scheduler } from './scheduler.ts';
import { simulatedFiles, type DiskFaults } from './simulated-files.ts';

export interface SimulatedProcess {
  readonly env: Env;
  /** Resolves when the process dies. */
  readonly died: Promise<void>;
  readonly isAlive: boolean;
  /** kill -9, now. What to make of the disk's cache is the caller's choice. */
  kill(): void;
  /** Kills the process when it has waited for its environment `waits` times. */
  crashAfter(waits: number): void;
}

/** 2024-01-01, so that code which formats or packs times sees a real one. */
const EPOCH_MS = 1_704_067_200_000;

export class Simulation {
  readonly random: Random;
  readonly disk = new Disk();
  readonly faults: DiskFaults = { syncError: 0, writeError: 0, readError: 0 };
  readonly #scheduler: Scheduler;
  readonly #locks = new Map<string, () => boolean>();

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.#scheduler = new Scheduler(this.random);
  }

  get nowMs(): number {
    return this.#scheduler.nowMs;
  }

  run<T>(main: () => Promise<T>): Promise<T> {
    return this.#scheduler.run(main);
  }

  /** Virtual time for the test itself, whatever processes live. */
  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#scheduler.schedule(delayMs, resolve));
  }

  startProcess(): SimulatedProcess {
    const scheduler = this.#scheduler;
    const { random } = this;
    const death = deferred();
    const state = { alive: true, waits: 0, lastWait: Number.POSITIVE_INFINITY };
    const kill = (): void => {
      state.alive = false;
      death.resolve();
    };
    const schedule = (delayMs: number, action: () => void): (() => void) =>
      scheduler.schedule(delayMs, () => {
        if (!state.alive) return;
        if (++state.waits >= state.lastWait) return kill();
        action();
      });
    const pass = (delayMs: number): Promise<void> => new Promise((resolve) => void schedule(delayMs, resolve));
    const files = simulatedFiles({
      disk: this.disk,
      random,
      faults: this.faults,
      locks: this.#locks,
      isAlive: () => state.alive,
      nowMs: () => EPOCH_MS + Math.floor(scheduler.nowMs),
      pass,
    });
    const env: Env = {
      clock: { nowMs: () => EPOCH_MS + Math.floor(scheduler.nowMs), monotonicMs: () => scheduler.nowMs },
      random,
      timers: simulatedTimers(schedule),
      files,
      workers: {
        parallelism: 0,
        spawn() {
          throw new DbError('internal', 'no-workers', 'a simulated process has no threads');
        },
      },
    };
    return {
      env,
      died: death.promise,
      get isAlive() {
        return state.alive;
      },
      kill,
      crashAfter: (waits) => {
        state.lastWait = state.waits + waits;
      },
    };
  }
}

function simulatedTimers(schedule: (delayMs: number, action: () => void) => () => void): Timers {
  return {
    after: (delayMs, action) => ({ cancel: schedule(delayMs, action) }),
    every(periodMs, action) {
      let cancel = (): void => undefined;
      const next = (): void => {
        cancel = schedule(periodMs, () => {
          next();
          action();
        });
      };
      next();
      return { cancel: () => cancel() };
    },
    sleep: (delayMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const cancel = schedule(delayMs, resolve);
        const onAbort = (): void => {
          cancel();
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    yield: () => new Promise((resolve) => void schedule(0, resolve)),
    soon: (action) => void schedule(0, action),
  };
}

/** One process in a world of its own, for tests that need no crash. */
export function simulatedEnv(seed: number): Env & { readonly simulation: Simulation } {
  const simulation = new Simulation(seed);
  return { ...simulation.startProcess().env, simulation };
}
