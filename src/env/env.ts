/**
 * Everything the rooms may ask of the world, in one value. Real time, randomness, timers, files and threads are reached
 * only through it, so that a simulation can replay any run from its seed.
 */
import { realClock, type Clock } from './clock.ts';
import type { Files } from './files.ts';
import { realRandom, type Random } from './random.ts';
import { realFiles } from './real-files.ts';
import { realWorkers } from './real-workers.ts';
import { realTimers, type Timers } from './timers.ts';
import type { Workers } from './workers.ts';

export interface Env {
  readonly clock: Clock;
  readonly random: Random;
  readonly timers: Timers;
  readonly files: Files;
  readonly workers: Workers;
}

export function realEnv(): Env {
  return { clock: realClock, random: realRandom(), timers: realTimers, files: realFiles, workers: realWorkers };
}
