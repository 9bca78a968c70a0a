/**
 * Objects that hold write sets too large for a log record: `<prefix>/<position>-<name>`.
 *
 * The position is that of the log's tail when the object was made, so that the name alone tells when it is needed no more: once
 * tables hold everything up to it. Attempts that lost the race, or crashed, leave objects that are told apart no further and
 * go the same way.
 */
import { type Bytes, DbError } from '../base/index.ts';
import type { Position } from '../log/index.ts';
import { type ObjectStore, listAll } from '../store/index.ts';

const POSITION_DIGITS = 16;

export class CommitObjects {
  readonly #store: ObjectStore;
  readonly #prefix: string;
  /** There may be some: a former life may have left them. */
  #mayExist = true;

  constructor(store: ObjectStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** Stores `body` for the record that is to follow the log position `after`; returns its path. */
  async put(after: Position, name: string, body: Bytes): Promise<string> {
    this.#mayExist = true;
    const path = `${this.#prefix}/${String(after).padStart(POSITION_DIGITS, '0')}-${name}`;
    const put = await this.#store.put(path, body, { ifAbsent: true });
    if (!put.ok) throw new DbError('internal', 'commit-object-exists', `${path} exists already`);
    return path;
  }

  /** Everything up to this log position is in tables. */
  async deleteUpTo(flushed: Position): Promise<void> {
    if (!this.#mayExist) return;
    this.#mayExist = false;
    const gone: string[] = [];
    for await (const { path } of listAll(this.#store, `${this.#prefix}/`)) {
      const after = Number(path.slice(this.#prefix.length + 1).split('-')[0]);
      if (after < flushed) gone.push(path);
      else this.#mayExist = true;
    }
    if (gone.length > 0) await this.#store.delete(gone);
  }
}
