/**
 * A scenario is a program that builds a world from a seed, breaks it, and throws when a promise of the system was broken.
 * The same seed gives the same run, always: a failure is replayed by its seed alone.
 */
import { Simulation, type SimulatedProcess } from '../../src/env/index.ts';

export interface Scenario {
  readonly name: string;
  /** Seeds that `npm test` runs; fewer than a thousand where one seed takes long. */
  readonly seedsInTests?: number;
  run(simulation: Simulation): Promise<void>;
}

export interface SeedFailure {
  readonly seed: number;
  readonly error: unknown;
}

export async function runSeed(scenario: Scenario, seed: number): Promise<SeedFailure | undefined> {
  const simulation = new Simulation(seed);
  try {
    await simulation.run(() => scenario.run(simulation));
    return undefined;
  } catch (error) {
    return { seed, error };
  }
}

/** Thrown by scenarios when a promise was broken. */
export function check(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/**
 * Runs `work` in a process that dies somewhere on the way, by kill or by power cut, unless the work ends first.
 * Errors of the work are passed on only when it was not killed.
 */
export async function untilCrash(
  simulation: Simulation,
  waitsMax: number,
  work: (process: SimulatedProcess) => Promise<void>,
): Promise<void> {
  const process = simulation.startProcess();
  process.crashAfter(1 + simulation.random.below(waitsMax));
  await Promise.race([work(process), process.died]);
  process.kill();
  // A kill -9 leaves the page cache to the kernel; a power cut does not.
  if (simulation.random.below(3) > 0) simulation.disk.powerCut(simulation.random);
}
