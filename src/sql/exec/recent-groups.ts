/**
 * Groups by the values themselves, in front of the table by hash key: a query of few groups finds nearly every row's group here, without
 * building a key (collation weights, texts of several columns joined).
 *
 * Values that are the same in JavaScript are equal by every type and collation, so what is found is right; what is not found says nothing.
 * Bounded: a query with more different values than that goes without.
 */
import type { Row, Value } from '../types/index.ts';

const ENTRIES_MAX = 1024;

type Level<G> = Map<Value, Level<G> | G>;

export class RecentGroups<G extends object> {
  readonly #depth: number;
  #root: Level<G> | undefined = new Map();
  #entries = 0;

  constructor(columns: number) {
    this.#depth = columns;
  }

  find(row: Row): G | undefined {
    let level: Level<G> | G | undefined = this.#root;
    for (let i = 0; i < this.#depth && level !== undefined; i++) level = (level as Level<G>).get(row[i]!);
    return level as G | undefined;
  }

  keep(row: Row, group: G): void {
    let level = this.#root;
    if (level === undefined) return;
    this.#entries++;
    if (this.#entries > ENTRIES_MAX) {
      this.#root = undefined;
      return;
    }
    const last = this.#depth - 1;
    for (let i = 0; i < last; i++) {
      let next = level.get(row[i]!) as Level<G> | undefined;
      if (next === undefined) {
        next = new Map();
        level.set(row[i]!, next);
      }
      level = next;
    }
    level.set(row[last]!, group);
  }
}
