/** The object store port, its backends, and wrappers that count, record and break it. */
export {
  listAll,
  type ByteRange,
  type ListedObject,
  type ListPage,
  type ObjectStore,
  type PutOptions,
  type PutResult,
  type StoredObject,
} from './object-store.ts';
export { openStore, pathOfFileUrl } from './open-store.ts';
export { MemoryStore } from './memory-store.ts';
export { CountingStore, type StoreCounts } from './counting-store.ts';
export {
  injected,
  scriptedFaults,
  seededFaults,
  type Fault,
  type FaultPlan,
  type ScriptedFault,
} from './fault-plan.ts';
export { FaultyStore } from './faulty-store.ts';
export { PrefixedStore } from './prefixed-store.ts';
export { RecordingStore } from './recording-store.ts';
export { S3Store } from './s3/s3-store.ts';
