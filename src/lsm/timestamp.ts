/**
 * Commit timestamps: safe integers, strictly increasing along a branch's log. They are the MVCC versions of keys.
 *
 * The LSM orders and compares them and nothing else; how they encode wall time is txn's business.
 */
export type Timestamp = number;

/** Reads at this timestamp see the newest version of every key. No commit ever carries it. */
export const TIMESTAMP_MAX: Timestamp = Number.MAX_SAFE_INTEGER;
