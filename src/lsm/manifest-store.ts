/**
 * Reads and swaps the manifest object.
 *
 * A change is a function from the present manifest to the next one (undefined = nothing to do any more). It is tried
 * against what we know; when somebody else swapped first, it is tried again on what they wrote. A put whose response was
 * lost is settled by reading: if the stored nonce is ours, it happened. The same nonce and condition are used for the
 * repeated put, so a late first attempt can only do what was meant anyway.
 *
 * Interleaving: changes of one process run one after the other; `current` moves only inside a change or `refresh`.
 */
import { DbError, toHex } from '../base/index.ts';
import type { ObjectStore } from '../store/index.ts';
import type { LsmEnv } from './lsm-options.ts';
import { checkManifestChange, decodeManifest, EMPTY_MANIFEST, encodeManifest, type Manifest } from './manifest.ts';

const ATTEMPTS_MAX = 20;
const RETRY_MS_FIRST = 5;
const RETRY_MS_MAX = 1000;

export type ManifestEdit = (current: Manifest) => Omit<Manifest, 'sequence' | 'nonce'> | undefined;

export class ManifestStore {
  readonly #store: ObjectStore;
  readonly #env: LsmEnv;
  readonly path: string;
  #current: Manifest = EMPTY_MANIFEST;
  #etag: string | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  /** Called with each manifest that becomes current, before the change's promise resolves. */
  onChange: ((manifest: Manifest) => void) | undefined;

  constructor(store: ObjectStore, path: string, env: LsmEnv) {
    this.#store = store;
    this.path = path;
    this.#env = env;
  }

  get current(): Manifest {
    return this.#current;
  }

  /** One GET. Without an object the tree is empty. */
  async refresh(): Promise<Manifest> {
    const found = await this.#store.get(this.path);
    if (found === undefined) {
      if (this.#etag !== undefined) throw new DbError('corrupt', 'missing-manifest', `${this.path} has disappeared`);
      return this.#current;
    }
    if (found.etag !== this.#etag) this.#adopt(decodeManifest(found.bytes), found.etag);
    return this.#current;
  }

  /** Swaps in what `edit` makes of the current manifest. False when the edit found nothing to do. */
  change(edit: ManifestEdit): Promise<boolean> {
    const result = this.#queue.then(() => this.#change(edit));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #change(edit: ManifestEdit): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const before = this.#current;
      const parts = edit(before);
      if (parts === undefined) return false;
      const after: Manifest = { ...parts, sequence: before.sequence + 1, nonce: toHex(this.#env.random.bytes(8)) };
      checkManifestChange(before, after);
      if (await this.#swap(after)) return true;
    }
    throw new DbError(
      'conflict',
      'manifest-contention',
      `${this.path} was changed by others ${ATTEMPTS_MAX} times in a row`,
    );
  }

  /** True when `after` became the manifest; false when somebody else's did (which is then current). */
  async #swap(after: Manifest): Promise<boolean> {
    const bytes = encodeManifest(after);
    const etag = this.#etag;
    const condition = etag === undefined ? { ifAbsent: true } : { ifMatch: etag };
    let delayMs = RETRY_MS_FIRST;
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.#store.put(this.path, bytes, condition);
        if (result.ok) {
          this.#adopt(after, result.etag);
          return true;
        }
        await this.refresh();
        return this.#current.nonce === after.nonce;
      } catch (error) {
        if (attempt >= ATTEMPTS_MAX || !isPassing(error)) throw error;
      }
      await this.#env.timers.sleep(delayMs);
      delayMs = Math.min(RETRY_MS_MAX, delayMs * 2);
    }
  }

  #adopt(manifest: Manifest, etag: string): void {
    this.#current = manifest;
    this.#etag = etag;
    this.onChange?.(manifest);
  }
}

/** Whether asking again may help. */
export function isPassing(error: unknown): boolean {
  return error instanceof DbError && error.kind === 'unavailable';
}
