/** Closing what was opened, in the opposite order. */
import { SqlError } from '../base/index.ts';

/** Everything is closed even when something fails; the first failure is reported. */
export async function closeAll(undo: (() => Promise<void>)[]): Promise<void> {
  let failure: unknown;
  for (let close = undo.pop(); close !== undefined; close = undo.pop()) {
    try {
      await close();
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined && !(failure instanceof SqlError)) throw failure;
}

export function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= close());
}
