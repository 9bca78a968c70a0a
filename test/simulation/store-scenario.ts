/**
 * The file store under crashes, failing syncs and a full disk.
 *
 * Writers increment a counter by compare-and-swap and create immutable objects. After each restart: the counter is at least what was
 * acknowledged and at most what was tried; an acknowledged object is there, whole; one whose put failed is whole or absent.
 */
import { DbError, utf8Decode, utf8Encode } from '../../src/base/index.ts';
import type { Env, Simulation } from '../../src/env/index.ts';
import { listAll, openStore, type ObjectStore } from '../../src/store/index.ts';
import { check, untilCrash, type Scenario } from './scenario.ts';

const CRASHES = 5;

interface Model {
  counterMin: number;
  counterMax: number;
  /** Path -> acknowledged. */
  readonly objects: Map<string, boolean>;
  nextId: number;
}

export const storeScenario: Scenario = {
  name: 'store',
  async run(simulation) {
    const model: Model = { counterMin: 0, counterMax: 0, objects: new Map(), nextId: 1 };
    for (let crash = 0; crash < CRASHES; crash++) {
      simulation.faults.syncError = simulation.random.below(4) === 0 ? 0.03 : 0;
      await untilCrash(simulation, 250, (process) => workload(simulation, process.env, model));
    }
    simulation.faults.syncError = 0;
    await verify(await openStore('file:/data', simulation.startProcess().env), model);
  },
};

async function workload(simulation: Simulation, env: Env, model: Model): Promise<void> {
  const store = await openStore('file:/data', env);
  try {
    await verify(store, model);
  } catch (error) {
    // A failing disk may keep us from looking, never show us something wrong.
    check(error instanceof DbError && error.kind === 'unavailable', String(error));
    return;
  }
  const writers = Array.from({ length: 1 + simulation.random.below(3) }, () => writer(store, simulation, model));
  await Promise.all(writers);
}

async function writer(store: ObjectStore, { random }: Simulation, model: Model): Promise<void> {
  for (let i = 0; i < 20; i++) {
    try {
      if (random.below(2) === 0) await increment(store, model);
      else await create(store, model, random.below(2000));
    } catch (error) {
      check(error instanceof DbError && error.kind === 'unavailable', String(error));
    }
  }
}

async function increment(store: ObjectStore, model: Model): Promise<void> {
  const found = await store.get('counter');
  const next = (found === undefined ? 0 : Number(utf8Decode(found.bytes))) + 1;
  model.counterMax = Math.max(model.counterMax, next);
  const condition = found === undefined ? { ifAbsent: true } : { ifMatch: found.etag };
  const result = await store.put('counter', utf8Encode(String(next)), condition);
  if (!result.ok) return;
  check(next > model.counterMin, `the counter was acknowledged at ${next} after ${model.counterMin}`);
  model.counterMin = next;
}

async function create(store: ObjectStore, model: Model, padding: number): Promise<void> {
  const path = `objects/${model.nextId++}`;
  model.objects.set(path, false);
  const result = await store.put(path, utf8Encode(contentOf(path, padding)), { ifAbsent: true });
  check(result.ok, `${path} existed before it was created`);
  model.objects.set(path, true);
}

function contentOf(path: string, padding: number): string {
  return `${path} ${padding} ${'y'.repeat(padding)}`;
}

async function verify(store: ObjectStore, model: Model): Promise<void> {
  const counter = await store.get('counter');
  const value = counter === undefined ? 0 : Number(utf8Decode(counter.bytes));
  check(value >= model.counterMin, `the counter is ${value}, ${model.counterMin} was acknowledged`);
  check(value <= model.counterMax, `the counter is ${value}, nobody wrote more than ${model.counterMax}`);
  model.counterMin = value;
  const listed = new Set<string>();
  for await (const { path } of listAll(store, 'objects/')) listed.add(path);
  for (const [path, isAcknowledged] of model.objects) {
    const found = await store.get(path);
    check(listed.has(path) === (found !== undefined), `${path} is listed and absent, or there and not listed`);
    check(found !== undefined || !isAcknowledged, `${path} was acknowledged and is gone`);
    if (found === undefined) continue;
    const text = utf8Decode(found.bytes);
    check(text === contentOf(path, Number(text.split(' ')[1])), `${path} is not whole`);
    model.objects.set(path, true);
  }
}
