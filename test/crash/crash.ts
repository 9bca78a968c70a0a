/**
 * `npm run crash`: SIGKILL at random moments under load, restart, check. 200 rounds unless --rounds=N; --seed=N repeats the
 * moments (the interleaving itself is the machine's).
 */
import { EbbServer } from '../harness/ebb-server.ts';
import { sleep } from '../harness/processes.ts';
import { counterLoop, createTables, nothingAcknowledged, transferLoop, verify } from './workload.ts';

export interface CrashReport {
  readonly rounds: number;
  readonly transfers: number;
  readonly counterUpdates: number;
  readonly problems: string[];
}

/** A small generator (mulberry32): the moments of the kills can be repeated from their seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export async function crashLoop(rounds: number, seed: number, report?: (line: string) => void): Promise<CrashReport> {
  const random = seeded(seed);
  const server = await EbbServer.start();
  const acknowledged = nothingAcknowledged();
  const problems: string[] = [];
  let id = 0;
  try {
    await createTables(server.port);
    for (let round = 1; round <= rounds && problems.length === 0; round++) {
      const workers = [
        ...Array.from({ length: 4 }, () => transferLoop(server.port, () => ++id, acknowledged, random)),
        ...Array.from({ length: 2 }, (_, worker) => counterLoop(server.port, worker, acknowledged)),
      ];
      await sleep(50 + random() * 450);
      await server.kill();
      await Promise.all(workers);
      await server.restart();
      for (const problem of await verify(server.port, acknowledged)) problems.push(`round ${round}: ${problem}`);
      if (round % 10 === 0)
        report?.(`${round} rounds, ${acknowledged.transfers.size} transfers acknowledged, ${problems.length} problems`);
    }
  } finally {
    if (problems.length > 0) console.error(server.log());
    await server.stop();
  }
  const counterUpdates = [...acknowledged.counters.values()].reduce((sum, value) => sum + value, 0);
  return { rounds, transfers: acknowledged.transfers.size, counterUpdates, problems };
}
