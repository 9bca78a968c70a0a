/**
 * Named documents of the engine in the branch's key space (statistics, resource groups, bindings): few, small, read whole when
 * the branch opens, decoded when somebody asks.
 */
import { type Bytes, utf8Decode, utf8Encode } from '../base/index.ts';
import type { TransactionManager } from '../txn/index.ts';
import { readAll } from './catalog-store.ts';
import { MetaKind, metaPrefix, namedMetaKey } from './key-space.ts';

export class Documents {
  readonly #manager: TransactionManager;
  readonly #stored = new Map<string, Bytes>();

  private constructor(manager: TransactionManager) {
    this.#manager = manager;
  }

  static async open(manager: TransactionManager): Promise<Documents> {
    const documents = new Documents(manager);
    const prefix = metaPrefix(MetaKind.DOCUMENT).length;
    await readAll(manager, MetaKind.DOCUMENT, (value, key) => {
      documents.#stored.set(utf8Decode(key.subarray(prefix)), value.slice());
    });
    return documents;
  }

  /** `undefined` when there is none of that name. The caller knows its shape. */
  get(name: string): unknown {
    const stored = this.#stored.get(name);
    return stored === undefined ? undefined : JSON.parse(utf8Decode(stored));
  }

  names(prefix: string): string[] {
    return [...this.#stored.keys()].filter((name) => name.startsWith(prefix));
  }

  /** Durable when it resolves; `undefined` removes the document. */
  async put(name: string, document: unknown): Promise<void> {
    const key = namedMetaKey(MetaKind.DOCUMENT, name);
    const transaction = this.#manager.begin({ isolation: 'read-committed' });
    try {
      if (document === undefined) transaction.delete(key);
      else transaction.put(key, utf8Encode(JSON.stringify(document)));
      await transaction.commit();
    } finally {
      transaction.rollback();
    }
    if (document === undefined) this.#stored.delete(name);
    else this.#stored.set(name, utf8Encode(JSON.stringify(document)));
  }

  /** What is known to be gone from storage already. */
  forget(name: string): void {
    this.#stored.delete(name);
  }
}
