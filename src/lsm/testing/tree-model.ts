/**
 * The naive truth beside a tree: every version of every key in plain maps. For property tests.
 *
 * `oldest` is the oldest readable timestamp that the tree was given: reads below it are not compared.
 */
import { compareBytes, isPromise, utf8Decode, utf8Encode } from '../../base/index.ts';
import type { CursorOptions } from '../cursor.ts';
import type { LsmTree } from '../lsm-tree.ts';
import type { Timestamp } from '../timestamp.ts';

export interface ModelWrite {
  readonly key: string;
  readonly value: string | undefined;
}

export class TreeModel {
  readonly #versions = new Map<string, { timestamp: Timestamp; value: string | undefined }[]>();

  apply(timestamp: Timestamp, writes: readonly ModelWrite[]): void {
    for (const { key, value } of writes) {
      const versions = this.#versions.get(key) ?? [];
      versions.push({ timestamp, value });
      this.#versions.set(key, versions);
    }
  }

  get(key: string, at: Timestamp): string | undefined {
    const versions = this.#versions.get(key) ?? [];
    return versions.filter((version) => version.timestamp <= at).at(-1)?.value;
  }

  scan(range: { start?: string | undefined; end?: string | undefined; at: Timestamp; reverse: boolean }): string[] {
    const keys = [...this.#versions.keys()].sort((a, b) => compareBytes(utf8Encode(a), utf8Encode(b)));
    if (range.reverse) keys.reverse();
    const rows: string[] = [];
    for (const key of keys) {
      if (range.start !== undefined && key < range.start) continue;
      if (range.end !== undefined && key >= range.end) continue;
      const value = this.get(key, range.at);
      if (value !== undefined) rows.push(`${key}=${value}`);
    }
    return rows;
  }
}

export async function readKey(tree: LsmTree, key: string, at: Timestamp): Promise<string | undefined> {
  const found = await tree.get(utf8Encode(key), at);
  return found === undefined ? undefined : utf8Decode(found);
}

/** Reads a range row by row, or by runs. */
export async function readRange(tree: LsmTree, options: CursorOptions, byRuns: boolean): Promise<string[]> {
  const cursor = tree.cursor(options);
  const rows: string[] = [];
  try {
    for (;;) {
      const more = byRuns ? cursor.nextRun() : cursor.next();
      if (!(isPromise(more) ? await more : more)) return rows;
      if (!byRuns) {
        rows.push(`${utf8Decode(cursor.key())}=${utf8Decode(cursor.value())}`);
        continue;
      }
      const { buffer, keyStarts, keyEnds, valueStarts, valueEnds, from, to } = cursor.run;
      for (let i = from; i < to; i++) {
        rows.push(
          `${utf8Decode(buffer, keyStarts[i], keyEnds[i])}=${utf8Decode(buffer, valueStarts[i], valueEnds[i])}`,
        );
      }
    }
  } finally {
    cursor.close();
  }
}
