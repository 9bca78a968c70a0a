/**
 * Plans by exact statement text, for clients that send the same text again (session-local, bounded, least recently used
 * out). A plan is valid while its `Prepared` says so: same catalog, sql_mode, database and privileges.
 */
import type { EngineSession } from './session.ts';
import type { Prepared } from './prepared.ts';

const TEXTS_MAX = 64;
const TEXT_LENGTH_MAX = 4096;

export class PlanCache {
  readonly #byText = new Map<string, Prepared>();
  readonly #seenOnce = new Set<string>();

  findText(session: EngineSession, sql: string): Prepared | undefined {
    if (sql.length > TEXT_LENGTH_MAX) return undefined;
    const found = this.#byText.get(sql);
    if (found === undefined) return undefined;
    if (!found.isCurrent(session)) {
      this.#byText.delete(sql);
      return undefined;
    }
    return found;
  }

  /** A text is kept from its second run on: statements with literals inlined mostly run once. */
  offer(sql: string, prepare: () => Prepared | undefined): void {
    if (sql.length > TEXT_LENGTH_MAX) return;
    if (!this.#seenOnce.has(sql)) {
      if (this.#seenOnce.size >= TEXTS_MAX) this.#seenOnce.clear();
      this.#seenOnce.add(sql);
      return;
    }
    const prepared = prepare();
    if (prepared === undefined) return;
    if (this.#byText.size >= TEXTS_MAX) {
      const oldest = this.#byText.keys().next().value;
      if (oldest !== undefined) this.#byText.delete(oldest);
    }
    this.#byText.set(sql, prepared);
  }

  clear(): void {
    this.#byText.clear();
    this.#seenOnce.clear();
  }
}
