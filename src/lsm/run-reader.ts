/** Reads the stored blocks of a sorted run of tables in large pieces, for compaction. Bypasses the cache. */
import type { BlockChunk } from './entry-stream.ts';
import type { Table } from './table.ts';

export const CHUNK_BYTES = 256 * 1024;

/** Each call gives the next chunk, undefined at the end. Calls must not overlap. */
export function readRun(run: readonly Table[]): () => Promise<BlockChunk | undefined> {
  let at = 0;
  let block = 0;
  return async () => {
    for (;;) {
      const table = run[at];
      if (table === undefined) return undefined;
      const { index } = await table.index();
      if (block >= index.blocks) {
        at++;
        block = 0;
        continue;
      }
      const first = block;
      const start = index.blockOffsets[first] as number;
      const ends: number[] = [];
      do {
        block++;
        ends.push((index.blockOffsets[block] as number) - start);
      } while (block < index.blocks && (index.blockOffsets[block + 1] as number) - start <= CHUNK_BYTES);
      return { bytes: await table.readBlocks(first, block), ends, timestamp: table.meta.timestamp, source: table.path };
    }
  };
}
