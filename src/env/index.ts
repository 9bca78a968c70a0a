/** Ports to the world and their real implementations; the simulated ones replay a run from a seed. */
export * from './clock.ts';
export {
  compressionById,
  compressionByName,
  deflateAsync,
  type Compression,
  type CompressionName,
} from './compression.ts';
export * from './codecs.ts';
export * from './digest.ts';
export * from './env.ts';
export * from './files.ts';
export { seededRandom, type Random } from './random.ts';
export * from './text.ts';
export * from './timers.ts';
export * from './workers.ts';
export { workerContext } from './real-workers.ts';
export { Simulation, simulatedEnv, type SimulatedProcess } from './simulated/simulation.ts';
