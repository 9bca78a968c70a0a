/**
 * Runs the changes of one path one after the other, those of different paths side by side.
 *
 * Invariant: a path has an entry exactly while a change of it runs or waits, so that the map is as large as what is in flight.
 */
export class PathLocks {
  readonly #last = new Map<string, Promise<unknown>>();

  run<T>(path: string, action: () => Promise<T>): Promise<T> {
    const before = this.#last.get(path) ?? Promise.resolve();
    const result = before.then(action, action);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(path, settled);
    return result.finally(() => {
      if (this.#last.get(path) === settled) this.#last.delete(path);
    });
  }
}
