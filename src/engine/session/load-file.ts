/** Where LOAD DATA reads from: the client (LOCAL) or the server's file system, when secure_file_priv allows it. */
import { type MaybePromise, SqlError, sqlError } from '../../base/index.ts';
import type { LoadPlan } from '../../sql/plan/index.ts';
import type { EngineSession } from './session.ts';

const CHUNK_BYTES = 1 << 20;

export function openLoadFile(session: EngineSession, plan: LoadPlan): MaybePromise<AsyncIterable<Uint8Array>> {
  if (plan.local) {
    const local = session.hooks.localInfile;
    if (local === undefined || !session.state.globals.isOn('local_infile'))
      throw sqlError('ER_CLIENT_LOCAL_FILES_DISABLED');
    return local(plan.file);
  }
  if (!session.privileges.has('FILE')) throw sqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', 'FILE');
  return readServerFile(session, plan.file);
}

async function* readServerFile(session: EngineSession, path: string): AsyncIterable<Uint8Array> {
  const { files } = session.host.env;
  const file = await files.open(path, 'read').catch(() => {
    throw new SqlError('EE_STAT', 13, 'HY000', `Can't get stat of '${path}' (OS errno 2 - No such file or directory)`);
  });
  try {
    for (let position = 0; ; ) {
      const chunk = await file.read(position, CHUNK_BYTES);
      if (chunk.length === 0) return;
      position += chunk.length;
      yield chunk;
    }
  } finally {
    await file.close();
  }
}
