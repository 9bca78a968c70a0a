/**
 * The file log under crashes, failing syncs and a full disk.
 *
 * Several appenders race by compare-and-append, pipelined and not, in a process that dies at any await. After each restart:
 * every acknowledged record is at its position; what an earlier opening showed is still there (a reader may have acted on it);
 * positions have no gap; no record appears twice; nothing appears that nobody wrote; nothing is reported as damaged.
 */
import { DbError, utf8Decode, utf8Encode } from '../../src/base/index.ts';
import type { Env, Simulation } from '../../src/env/index.ts';
import { FileLog } from '../../src/log/index.ts';
import { check, untilCrash, type Scenario } from './scenario.ts';

const CRASHES = 5;

interface Model {
  /** Known to be durable: text of position i + 1, undefined where only later positions were acknowledged. */
  readonly known: (string | undefined)[];
  readonly written: Set<string>;
  trimmedTo: number;
  nextId: number;
}

export const logScenario: Scenario = {
  name: 'log',
  async run(simulation) {
    const model: Model = { known: [], written: new Set(), trimmedTo: 0, nextId: 1 };
    for (let crash = 0; crash < CRASHES; crash++) {
      chooseFaults(simulation);
      await untilCrash(simulation, 150, (process) => workload(simulation, process.env, model));
    }
    clearFaults(simulation);
    const { env } = simulation.startProcess();
    const log = await FileLog.open('/data/log', env);
    await verify(log, model);
    const tail = await log.tail();
    check((await log.append(tail, utf8Encode('last'))).ok, 'a recovered log takes appends');
  },
};

function chooseFaults({ random, faults, disk }: Simulation): void {
  faults.syncError = random.below(4) === 0 ? 0.03 : 0;
  faults.writeError = random.below(4) === 0 ? 0.03 : 0;
  disk.capacityBytes = random.below(4) === 0 ? disk.usedBytes() + random.below(6000) : Number.POSITIVE_INFINITY;
}

function clearFaults({ faults, disk }: Simulation): void {
  faults.syncError = 0;
  faults.writeError = 0;
  disk.capacityBytes = Number.POSITIVE_INFINITY;
}

async function workload(simulation: Simulation, env: Env, model: Model): Promise<void> {
  const { random } = simulation;
  const options = {
    segmentBytes: 500 + random.below(3000),
    allocateBytes: random.below(2) === 0 ? 0 : 512 + random.below(2000),
  };
  for (let opening = 0; opening < 4; opening++) {
    const log = await openOr(() => FileLog.open('/data/log', env, options));
    if (log === undefined) continue;
    await verify(log, model);
    await Promise.all(Array.from({ length: 1 + random.below(5) }, () => appender(log, simulation, model)));
    // After a fence the log may be asked what is there, instead of being opened again.
    if (random.below(2) === 0 && (await looksAgain(log, model))) await appender(log, simulation, model);
    await log.close();
  }
}

async function looksAgain(log: FileLog, model: Model): Promise<boolean> {
  try {
    await verify(log, model);
    return true;
  } catch (error) {
    check(error instanceof DbError && (error.kind === 'unavailable' || error.kind === 'limit'), String(error));
    return false;
  }
}

/** Undefined when the disk did not let the log open; damage is never an excuse. */
async function openOr(open: () => Promise<FileLog>): Promise<FileLog | undefined> {
  try {
    return await open();
  } catch (error) {
    check(error instanceof DbError && (error.kind === 'unavailable' || error.kind === 'limit'), String(error));
    return undefined;
  }
}

async function appender(log: FileLog, { random }: Simulation, model: Model): Promise<void> {
  try {
    let tail = await log.tail();
    for (let i = 0; i < 30; i++) {
      if (random.below(25) === 0) await trim(log, model, random.below(tail + 1));
      const depth = 1 + random.below(3);
      const results = await Promise.all(
        Array.from({ length: depth }, (_, k) => appendOne(log, tail + k, random.below(200), model)),
      );
      for (const result of results) tail = Math.max(tail, result);
    }
  } catch (error) {
    check(error instanceof DbError && ['log-fenced', 'disk-full', 'io-error'].includes(error.code), String(error));
  }
}

async function appendOne(log: FileLog, after: number, padding: number, model: Model): Promise<number> {
  const text = `${model.nextId++} ${'x'.repeat(padding)}`;
  model.written.add(text);
  const result = await log.append(after, utf8Encode(text));
  if (!result.ok) return result.tail;
  check(result.position === after + 1, `append after ${after} got position ${result.position}`);
  check(model.known[after] === undefined, `position ${result.position} was acknowledged twice`);
  model.known[after] = text;
  return result.position;
}

async function trim(log: FileLog, model: Model, upTo: number): Promise<void> {
  model.trimmedTo = Math.max(model.trimmedTo, upTo);
  await log.trim(upTo);
}

async function verify(log: FileLog, model: Model): Promise<void> {
  const tail = await log.tail();
  check(tail >= model.known.length, `tail ${tail} after ${model.known.length} was known to be durable`);
  let expected = model.trimmedTo + 1;
  const seen = new Set<string>();
  for await (const { position, record } of log.read(model.trimmedTo)) {
    check(position === expected, `position ${position} where ${expected} was due`);
    expected++;
    const text = utf8Decode(record);
    check(model.written.has(text), `position ${position} holds what nobody wrote`);
    check(!seen.has(text), `position ${position} repeats a record`);
    seen.add(text);
    const known = model.known[position - 1];
    check(known === undefined || known === text, `position ${position} changed from ${known} to ${text}`);
    model.known[position - 1] = text;
  }
  // An append of unknown outcome may still have been on its way when the tail was asked first.
  const tailAfter = await log.tail();
  check(
    expected > tail && expected <= tailAfter + 1,
    `reading ended at ${expected - 1}, the tail is ${tail}, then ${tailAfter}`,
  );
}
