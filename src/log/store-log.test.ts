/** The log in the object store: what a paused writer, a lost answer and a trim can do to each other, and what each call costs. */
import { describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode, type Bytes } from '../base/index.ts';
import { realTimers, seededRandom, type Clock } from '../env/index.ts';
import {
  FaultyStore,
  MemoryStore,
  RecordingStore,
  scriptedFaults,
  type ObjectStore,
  type PutOptions,
  type PutResult,
} from '../store/index.ts';
import { StoreLog, type CommitLog } from './index.ts';

const MINUTE = 60_000;

class HandClock implements Clock {
  ms = 0;
  nowMs(): number {
    return this.ms;
  }
  monotonicMs(): number {
    return this.ms;
  }
}

function memory(): { clock: HandClock; store: MemoryStore } {
  const clock = new HandClock();
  return { clock, store: new MemoryStore({ clock, random: seededRandom(1) }) };
}

async function fill(log: CommitLog, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) expect(await log.append(i, utf8Encode(`r${i + 1}`))).toMatchObject({ ok: true });
}

async function texts(log: CommitLog, after = 0): Promise<string[]> {
  const found: string[] = [];
  for await (const { position, record } of log.read(after)) found.push(`${position}:${utf8Decode(record)}`);
  return found;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

/** Every put to a record waits until it is let go. */
class SlowPuts implements Pick<ObjectStore, 'put'> {
  readonly #inner: ObjectStore;
  wait: Promise<void> = Promise.resolve();
  constructor(inner: ObjectStore) {
    this.#inner = inner;
  }
  async put(path: string, bytes: Bytes, options?: PutOptions): Promise<PutResult> {
    await this.wait;
    return this.#inner.put(path, bytes, options);
  }
  get: ObjectStore['get'] = (path, range) => this.#inner.get(path, range);
  list: ObjectStore['list'] = (prefix, after) => this.#inner.list(prefix, after);
  delete: ObjectStore['delete'] = (paths) => this.#inner.delete(paths);
  close: ObjectStore['close'] = () => this.#inner.close();
}

describe('store log', () => {
  it('one put per append, one list and the records per read', async () => {
    const { clock, store } = memory();
    const recorded = new RecordingStore(store);
    const log = new StoreLog(recorded, 'log', { clock });
    await texts(log);
    recorded.take();
    await fill(log, 0, 2);
    expect(recorded.take()).toEqual([
      'put log/records/0000000000000001 2 bytes ifAbsent -> ok',
      'put log/records/0000000000000002 2 bytes ifAbsent -> ok',
    ]);
    const next = new StoreLog(recorded, 'log', { clock });
    expect(await texts(next, 1)).toEqual(['2:r2']);
    expect(recorded.take()).toEqual(['list log/records/ -> 2', 'get log/records/0000000000000002 -> 2 bytes']);
    await fill(next, 2, 3);
    expect(recorded.take()).toEqual(['put log/records/0000000000000003 2 bytes ifAbsent -> ok']);
  });

  it('a trim removes what is old enough and never the last record', async () => {
    const { clock, store } = memory();
    const log = new StoreLog(store, 'log', { clock });
    await fill(log, 0, 5);
    clock.ms += 11 * MINUTE;
    await fill(log, 5, 8);
    await log.trim(7);
    expect(await texts(log, 5)).toEqual(['6:r6', '7:r7', '8:r8']);
    expect(await codeOf(texts(log, 2))).toBe('log-trimmed');
    clock.ms += 11 * MINUTE;
    await log.trim(8);
    const next = new StoreLog(store, 'log', { clock });
    expect(await next.tail()).toBe(8);
    expect((await store.list('log/records/')).objects.map(({ path }) => path)).toEqual([
      'log/records/0000000000000008',
    ]);
  });

  it('a writer that slept through a trim does not append into the past', async () => {
    const { clock, store } = memory();
    const sleeper = new StoreLog(store, 'log', { clock });
    const other = new StoreLog(store, 'log', { clock });
    await fill(sleeper, 0, 3);
    await fill(other, 3, 30);
    clock.ms += 11 * MINUTE;
    await fill(other, 30, 31);
    await other.trim(30);
    expect(await sleeper.append(3, utf8Encode('lost'))).toEqual({ ok: false, tail: 31 });
  });

  it('a put that hung through a trim is not believed', async () => {
    const { clock, store } = memory();
    const slow = new SlowPuts(store);
    const sleeper = new StoreLog(slow, 'log', { clock });
    const other = new StoreLog(store, 'log', { clock });
    await fill(sleeper, 0, 3);
    let wake = (): void => undefined;
    slow.wait = new Promise<void>((resolve) => (wake = resolve));
    const hung = codeOf(sleeper.append(3, utf8Encode('lost')));
    await fill(other, 3, 30);
    clock.ms += 11 * MINUTE;
    await fill(other, 30, 31);
    await other.trim(30);
    wake();
    expect(await hung).toBe('log-append-late');
    expect(await sleeper.tail()).toBe(31);
  });

  it('finds out what became of an append whose answer was lost', async () => {
    const { clock, store } = memory();
    const faulty = new FaultyStore(store, scriptedFaults([{ call: 'put', fault: 'error-after' }]), realTimers);
    const log = new StoreLog(faulty, 'log', { clock });
    expect(await codeOf(log.append(0, utf8Encode('first')))).toBe('injected-fault');
    expect(await log.append(0, utf8Encode('again'))).toEqual({ ok: false, tail: 1 });
    expect(await texts(log)).toEqual(['1:first']);
  });
});
