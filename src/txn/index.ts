/** Transactions over the branch's tree and log: snapshots, locks, savepoints, the commit pipeline, replay. */
export {
  LockOwner,
  LockTable,
  type LockOutcome,
  type LockRequest,
  type LockStrength,
  type LockWait,
} from './lock-table.ts';
export { SnapshotList } from './snapshots.ts';
export { type Timestamp, HybridClock, msOfTimestamp, timestampOfMs } from './timestamp.ts';
export {
  Transaction,
  type Isolation,
  type Savepoint,
  type TransactionMode,
  type TransactionOptions,
  type TransactionState,
} from './transaction.ts';
export { TransactionManager, type TransactionManagerOptions } from './transaction-manager.ts';
