/** Brings a tree up to the log's tail: the commits behind its flushed position are applied in order. */
import { DbError, checksum32 } from '../base/index.ts';
import type { CommitLog } from '../log/index.ts';
import type { LsmTree } from '../lsm/index.ts';
import type { ObjectStore } from '../store/index.ts';
import { type CommitWrites, type WriteRecord, decodeBody, decodeRecord } from './commit-record.ts';

interface ReplayOptions {
  readonly tree: LsmTree;
  readonly log: CommitLog;
  readonly store: ObjectStore;
}

export async function replay(options: ReplayOptions): Promise<void> {
  const { tree, log, store } = options;
  for await (const { position, record } of log.read(tree.flushedPosition)) {
    await tree.waitForRoom();
    const decoded = decodeRecord(record);
    if (decoded.kind === 'tables') tree.ingest(decoded.timestamp, position, decoded.tables);
    else {
      const { timestamp, writes } = await commitOf(decoded, store);
      tree.apply(timestamp, position, writes);
    }
  }
}

export async function commitOf(record: WriteRecord, store: ObjectStore): Promise<CommitWrites> {
  if (record.kind === 'inline') return record.commit;
  const object = await store.get(record.path);
  if (object === undefined) {
    throw new DbError('corrupt', 'missing-commit-object', `the log names ${record.path}, which does not exist`);
  }
  if (object.bytes.length !== record.lengthBytes || checksum32(object.bytes) !== record.checksum) {
    throw new DbError('corrupt', 'bad-commit-object', `${record.path} is not what the log says it is`);
  }
  return decodeBody(object.bytes);
}
