/**
 * Breaks the store beneath as a plan says (fault-plan.ts), within what the port allows and somewhat beyond it: stale lists are
 * what some services give; nothing may rely on a list for correctness.
 */
import type { Bytes } from '../base/index.ts';
import type { Timers } from '../env/index.ts';
import { injected, type Fault, type FaultPlan } from './fault-plan.ts';
import type { ByteRange, ListPage, ObjectStore, PutOptions, PutResult, StoredObject } from './object-store.ts';

const DELAY_MS = 20;

export class FaultyStore implements ObjectStore {
  readonly #inner: ObjectStore;
  readonly #plan: FaultPlan;
  readonly #timers: Pick<Timers, 'sleep'>;
  /** Paths put or deleted since the last fresh list: a stale list does not know of them. */
  readonly #unlisted = new Map<string, 'put' | 'deleted'>();

  constructor(inner: ObjectStore, plan: FaultPlan, timers: Pick<Timers, 'sleep'>) {
    this.#inner = inner;
    this.#plan = plan;
    this.#timers = timers;
  }

  async get(path: string, range?: ByteRange): Promise<StoredObject | undefined> {
    const fault = await this.#before('get', path);
    const found = await this.#inner.get(path, range);
    return after(fault, 'get', path, found);
  }

  async put(path: string, bytes: Bytes, options?: PutOptions): Promise<PutResult> {
    const fault = await this.#before('put', path);
    if (fault === 'torn') {
      // What a broken upload leaves behind where uploads are visible at all: a part, under a name nobody asks for.
      await this.#inner.put(`${path}.torn`, bytes.subarray(0, bytes.length >> 1));
      throw injected('put', path);
    }
    const result = await this.#inner.put(path, bytes, options);
    if (result.ok) this.#unlisted.set(path, 'put');
    return after(fault, 'put', path, result);
  }

  async list(prefix: string, from?: string): Promise<ListPage> {
    const fault = await this.#before('list', prefix);
    const page = await this.#inner.list(prefix, from);
    if (fault !== 'stale') {
      this.#unlisted.clear();
      return after(fault, 'list', prefix, page);
    }
    return { ...page, objects: page.objects.filter(({ path }) => this.#unlisted.get(path) !== 'put') };
  }

  async delete(paths: readonly string[]): Promise<void> {
    const fault = await this.#before('delete', paths.join(' '));
    // A failing delete of many may have removed some.
    const done = fault === 'torn' ? paths.slice(0, paths.length >> 1) : paths;
    await this.#inner.delete(done);
    for (const path of done) this.#unlisted.set(path, 'deleted');
    if (fault === 'torn') throw injected('delete', paths.join(' '));
    after(fault, 'delete', paths.join(' '), undefined);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #before(call: string, path: string): Promise<Fault | undefined> {
    const fault = this.#plan.next(call, path);
    if (fault === 'delay') await this.#timers.sleep(DELAY_MS);
    if (fault === 'error-before') throw injected(call, path);
    return fault;
  }
}

function after<T>(fault: Fault | undefined, call: string, path: string, value: T): T {
  if (fault === 'error-after') throw injected(call, path);
  return value;
}
