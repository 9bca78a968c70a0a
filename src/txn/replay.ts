/** Brings a tree up to the log's tail: the commits behind its flushed position are applied in order. */
import { DbError, checksum32 } from '../base/index.ts';
import type { CommitLog, Position } from '../log/index.ts';
import type { LsmTree } from '../lsm/index.ts';
import type { ObjectStore } from '../store/index.ts';
import { type CommitRecord, type CommitWrites, decodeBody, decodeRecord } from './commit-record.ts';

interface ReplayOptions {
  readonly tree: LsmTree;
  readonly log: CommitLog;
  readonly store: ObjectStore;
}

export async function replay(options: ReplayOptions): Promise<void> {
  const { tree, log, store } = options;
  for await (const { position, record } of log.read(tree.flushedPosition)) {
    await tree.waitForRoom();
    applyCommits(tree, position, await commitsOf(decodeRecord(record), store));
  }
}

/**
 * The position is passed only with the last commit: the tree may cut its memtable between two of them, and must not take
 * the record as flushed before all of it is in.
 */
export function applyCommits(tree: LsmTree, position: Position, commits: readonly CommitWrites[]): void {
  const last = commits.length - 1;
  for (let i = 0; i <= last; i++) {
    const { timestamp, writes } = commits[i] as CommitWrites;
    tree.apply(timestamp, i === last ? position : position - 1, writes);
  }
}

export async function commitsOf(record: CommitRecord, store: ObjectStore): Promise<readonly CommitWrites[]> {
  if (record.kind === 'inline') return record.commits;
  const object = await store.get(record.path);
  if (object === undefined) {
    throw new DbError('corrupt', 'missing-commit-object', `the log names ${record.path}, which does not exist`);
  }
  if (object.bytes.length !== record.lengthBytes || checksum32(object.bytes) !== record.checksum) {
    throw new DbError('corrupt', 'bad-commit-object', `${record.path} is not what the log says it is`);
  }
  return decodeBody(object.bytes);
}
