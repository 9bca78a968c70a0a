/**
 * Temporary files of statements that do not fit their memory quota, in one folder of the data directory: made when needed, removed when the statement
 * ends, however it ends. What a crash left is removed when the folder is opened.
 *
 * Interleaving: `remove` may come while an append or a read is under way; the file goes when that is done.
 */
import { DbError, type Bytes } from '../base/index.ts';
import { joinPath, type Files, type OpenFile } from '../env/index.ts';
import type { SpillFile, SpillSpace } from '../sql/exec/index.ts';

export class SpillFiles implements SpillSpace {
  readonly #folder: string;
  readonly #files: Files;
  readonly #removing = new Set<Promise<void>>();
  #made: Promise<void> | undefined;
  #next = 0;

  private constructor(folder: string, files: Files) {
    this.#folder = folder;
    this.#files = files;
  }

  static async open(folder: string, files: Files): Promise<SpillFiles> {
    for (const { name, isDirectory } of await files.list(folder))
      if (!isDirectory) await files.remove(joinPath(folder, name));
    return new SpillFiles(folder, files);
  }

  async create(): Promise<SpillFile> {
    await (this.#made ??= this.#files.makeDirectory(this.#folder));
    const path = joinPath(this.#folder, `${(this.#next++).toString(36)}.tmp`);
    const file = await this.#files.open(path, 'create');
    return new TemporaryFile(file, (closing) => this.#remove(path, closing));
  }

  #remove(path: string, closing: Promise<unknown>): void {
    const removing = closing
      .then(() => this.#files.remove(path))
      // The next start removes what could not be removed.
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#removing.delete(removing));
    this.#removing.add(removing);
  }

  /** When all that was removed is gone. */
  async settled(): Promise<void> {
    await Promise.all(this.#removing);
  }
}

class TemporaryFile implements SpillFile {
  readonly #file: OpenFile;
  readonly #removed: (closing: Promise<unknown>) => void;
  #size = 0;
  #isRemoved = false;
  /** The work under way, never rejecting. */
  #busy: Promise<unknown> = Promise.resolve();

  constructor(file: OpenFile, removed: (closing: Promise<unknown>) => void) {
    this.#file = file;
    this.#removed = removed;
  }

  append(bytes: Bytes): Promise<void> {
    const at = this.#size;
    this.#size += bytes.length;
    return this.#work(() => this.#file.write(at, bytes));
  }

  read(at: number, length: number): Promise<Bytes> {
    return this.#work(() => this.#file.read(at, length));
  }

  #work<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isRemoved) return Promise.reject(new DbError('closed', 'spill-removed', 'the statement has ended'));
    const done = this.#busy.then(work);
    this.#busy = done.catch(() => undefined);
    return done;
  }

  remove(): void {
    if (this.#isRemoved) return;
    this.#isRemoved = true;
    this.#removed(this.#busy.then(() => this.#file.close()));
  }
}
