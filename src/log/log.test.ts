import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../base/index.ts';
import { realEnv, simulatedEnv, Simulation, type Env } from '../env/index.ts';
import { openStore, scriptedFaults } from '../store/index.ts';
import { CountingLog, FaultyLog, FileLog, MemoryLog, openLog, RecordingLog, type CommitLog } from './index.ts';
import { describeLog } from './testing/log-conformance.ts';

const env = realEnv();
const directories: string[] = [];
async function directory(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'ebb-log-'));
  directories.push(made);
  return made;
}
afterAll(async () => {
  for (const made of directories) await rm(made, { recursive: true, force: true });
});

describeLog('memory:', async () => ({ log: await openLog('memory:', env) }));
describeLog('file:', async () => {
  const at = `file:${await directory()}`;
  const log = await openLog(at, env);
  return { log, reopen: async () => (await log.close(), openLog(at, env)) };
});
describeLog('file: with tiny segments and no allocation', async () => {
  const at = await directory();
  const options = { segmentBytes: 100, allocateBytes: 0 };
  const log = await FileLog.open(at, env, options);
  return { log, reopen: async () => (await log.close(), FileLog.open(at, env, options)) };
});
describeLog('recording, counting and faultless faulty over memory:', async () => ({
  log: new RecordingLog(new CountingLog(new FaultyLog(new MemoryLog(), scriptedFaults([]), env.timers))),
}));

describeLog('store: over memory:', async () => {
  const store = await openStore('memory:', env);
  return { log: await openLog('store:', env, store), reopen: () => openLog('store:', env, store) };
});
describeLog('store: over file:', async () => {
  const store = await openStore(`file:${await directory()}`, env);
  return { log: await openLog('store:', env, store), reopen: () => openLog('store:', env, store) };
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

async function texts(log: CommitLog, after = 0): Promise<string[]> {
  const found: string[] = [];
  for await (const { record } of log.read(after)) found.push(utf8Decode(record));
  return found;
}

async function fill(log: CommitLog, count: number): Promise<void> {
  const tail = await log.tail();
  for (let i = tail; i < tail + count; i++) await log.append(i, utf8Encode(`record ${i + 1}`));
}

async function segmentFiles(at: string): Promise<string[]> {
  return (await readdir(at)).filter((name) => name.endsWith('.log')).map((name) => join(at, name));
}

async function flip(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
  await writeFile(file, bytes);
}

/** Frames of these tests: 32 bytes of header, a length byte and "record N", padded to 48. */
const FRAME_BYTES = 48;
const frameAt = (index: number): number => 32 + index * FRAME_BYTES;

describe('file log after damage', () => {
  const openWith = async (count: number): Promise<string> => {
    const at = await directory();
    const log = await FileLog.open(at, env, { allocateBytes: 4096 });
    await fill(log, count);
    await log.close();
    return at;
  };

  it('cuts a torn tail and goes on from there', async () => {
    for (const keep of [1, 20, 32, 35, 40]) {
      const at = await openWith(5);
      const [file = ''] = await segmentFiles(at);
      const bytes = await readFile(file);
      bytes.fill(0, frameAt(4) + keep);
      await writeFile(file, bytes);
      const log = await FileLog.open(at, env);
      expect([keep, await log.tail()]).toEqual([keep, 4]);
      expect(await log.append(4, utf8Encode('instead'))).toEqual({ ok: true, position: 5 });
      await log.close();
      const again = await FileLog.open(at, env);
      expect(await texts(again, 3)).toEqual(['record 4', 'instead']);
      await again.close();
    }
  });

  it('cuts a file that ends in the middle of a frame', async () => {
    const at = await openWith(5);
    const [file = ''] = await segmentFiles(at);
    await writeFile(file, (await readFile(file)).subarray(0, frameAt(4) + 37));
    const log = await FileLog.open(at, env);
    expect(await log.tail()).toBe(4);
    await log.close();
  });

  it('reports damage in the middle and cuts nothing', async () => {
    for (const offset of [0, 5, 9, 17, 21, 33, 40]) {
      const at = await openWith(5);
      const [file = ''] = await segmentFiles(at);
      await flip(file, frameAt(2) + offset);
      const before = await readFile(file);
      expect([offset, await codeOf(FileLog.open(at, env))]).toEqual([offset, 'log-damaged']);
      expect((await readFile(file)).equals(before)).toBe(true);
    }
  });

  it('reports a damaged segment header and a missing segment', async () => {
    const at = await openWith(3);
    const [file = ''] = await segmentFiles(at);
    await flip(file, 9);
    expect(await codeOf(FileLog.open(at, env))).toBe('log-damaged');
  });

  it('reports damage in an older segment when it is read', async () => {
    const at = await directory();
    const options = { segmentBytes: 200, allocateBytes: 0 };
    const log = await FileLog.open(at, env, options);
    await fill(log, 12);
    const files = await segmentFiles(at);
    expect(files.length).toBeGreaterThan(2);
    await flip(files[1] ?? '', frameAt(1) + 34);
    expect(await codeOf(texts(log))).toBe('log-damaged');
    expect((await texts(log, 8)).length).toBe(4);
    await log.close();
  });

  it('never takes bytes of another log for its own', async () => {
    const at = await openWith(2);
    const other = await openWith(6);
    const [file = ''] = await segmentFiles(at);
    const [otherFile = ''] = await segmentFiles(other);
    const bytes = await readFile(file);
    (await readFile(otherFile)).copy(bytes, frameAt(2), frameAt(2), frameAt(6));
    await writeFile(file, bytes);
    const log = await FileLog.open(at, env);
    expect(await log.tail()).toBe(2);
    await log.close();
  });
});

describe('file log', () => {
  it('drops whole segments on trim and says so to late readers', async () => {
    const at = await directory();
    const log = await FileLog.open(at, env, { segmentBytes: 200, allocateBytes: 0 });
    await fill(log, 20);
    const before = (await segmentFiles(at)).length;
    await log.trim(11);
    expect((await segmentFiles(at)).length).toBeLessThan(before);
    expect(await texts(log, 11)).toHaveLength(9);
    expect(await codeOf(texts(log, 0))).toBe('log-trimmed');
    await log.trim(20);
    expect(await segmentFiles(at)).toHaveLength(1);
    await log.close();
    const again = await FileLog.open(at, env);
    expect(await again.tail()).toBe(20);
    await again.close();
  });

  it('lets one opener in and names the other', async () => {
    const at = await directory();
    const log = await FileLog.open(at, env);
    const message = await FileLog.open(at, env).then(
      () => 'opened',
      (error: Error) => error.message,
    );
    expect(message).toMatch(/is in use by this process \(lock file .*LOCK\)/);
    await log.close();
    await (await FileLog.open(at, env)).close();
  });

  it('takes over the lock of a dead process and respects that of a living one', async () => {
    const at = await directory();
    await (await FileLog.open(at, env)).close();
    await writeFile(join(at, 'LOCK'), `999999999 ${(await import('node:os')).hostname()} 1@x\n`);
    await (await FileLog.open(at, env)).close();
    await writeFile(join(at, 'LOCK'), `${process.ppid} ${(await import('node:os')).hostname()} -\n`);
    expect(await codeOf(FileLog.open(at, env))).toBe('locked');
  });

  it('groups appends that wait into one write', async () => {
    const simulated = simulatedEnv(7);
    await simulated.simulation.run(async () => {
      const writes: number[] = [];
      const log = await FileLog.open('/log', counting(simulated, writes), { allocateBytes: 0 });
      await Promise.all(Array.from({ length: 100 }, (_, i) => log.append(i, utf8Encode(`${i}`))));
      // The first goes at once, alone; the 99 that came while it was being written go together.
      expect(writes.length).toBe(2);
      expect(await log.tail()).toBe(100);
    });
  });

  it('answers a full disk with an error, loses nothing and goes on when there is room', async () => {
    for (let seed = 1; seed <= 40; seed++) await fillTheDisk(seed);
  });

  it('is fenced after a failed sync, and trusts nothing of it when it looks again', async () => {
    for (let seed = 1; seed <= 30; seed++) await failASync(seed);
  });
});

async function failASync(seed: number): Promise<void> {
  const simulation = new Simulation(seed);
  await simulation.run(async () => {
    const first = simulation.startProcess();
    const log = await FileLog.open('/log', first.env, { allocateBytes: 0 });
    await fill(log, 3);
    simulation.faults.syncError = 1;
    expect(await codeOf(log.append(3, utf8Encode('unsure')))).toBe('log-fenced');
    expect(await codeOf(log.tail())).toBe('io-error');
    simulation.faults.syncError = 0;
    expect(await codeOf(log.append(3, utf8Encode('more')))).toBe('log-fenced');
    // The page cache still shows the frame whose sync failed. Once somebody was shown it, it must be durable.
    const isReopened = seed % 2 === 0;
    if (isReopened) await log.close();
    const again = isReopened ? await FileLog.open('/log', first.env, { allocateBytes: 0 }) : log;
    const seen = await texts(again);
    expect(seen).toEqual(['record 1', 'record 2', 'record 3', 'unsure']);
    expect(await again.append(4, utf8Encode('sure'))).toEqual({ ok: true, position: 5 });
    seen.push('sure');
    first.kill();
    simulation.disk.powerCut(simulation.random);
    const last = await FileLog.open('/log', simulation.startProcess().env, { allocateBytes: 0 });
    expect(await texts(last)).toEqual(seen);
  });
}

/** The environment with writes counted. */
function counting(inner: Env, writes: number[]): Env {
  const open: Env['files']['open'] = async (path, mode) => {
    const file = await inner.files.open(path, mode);
    const writeDurably = file.writeDurably.bind(file);
    file.writeDurably = (at, bytes) => {
      writes.push(bytes.length);
      return writeDurably(at, bytes);
    };
    return file;
  };
  const files = Object.create(inner.files) as Env['files'];
  for (const name of [
    'read',
    'readRange',
    'stat',
    'list',
    'makeDirectory',
    'rename',
    'link',
    'remove',
    'syncDirectory',
    'lock',
  ] as const) {
    Object.assign(files, { [name]: (inner.files[name] as (...args: unknown[]) => unknown).bind(inner.files) });
  }
  files.open = open;
  return { ...inner, files };
}

async function fillTheDisk(seed: number): Promise<void> {
  const { simulation, ...simulated } = simulatedEnv(seed);
  await simulation.run(async () => {
    const log = await FileLog.open('/log', simulated, { allocateBytes: seed % 2 === 0 ? 512 : 0 });
    simulation.disk.capacityBytes = 4000 + seed * 13;
    const kept: string[] = [];
    let failed = 0;
    for (let i = 0; i < 200 && failed < 3; i++) {
      const text = `record ${i} ${'x'.repeat(simulation.random.below(300))}`;
      const code = await codeOf(log.append(await log.tail(), utf8Encode(text)));
      if (code === 'no error') kept.push(text);
      else expect(code).toBe('disk-full');
      if (code !== 'no error') failed++;
    }
    expect(failed).toBe(3);
    expect(await texts(log)).toEqual(kept);
    simulation.disk.capacityBytes = Number.POSITIVE_INFINITY;
    expect(await log.append(kept.length, utf8Encode('room again'))).toMatchObject({ ok: true });
    await log.close();
    const again = await FileLog.open('/log', simulated);
    expect(await texts(again)).toEqual([...kept, 'room again']);
  });
}

describe('wrappers', () => {
  it('records calls in the order in which they were made', async () => {
    const log = new RecordingLog(new MemoryLog());
    await Promise.all([log.append(0, utf8Encode('abc')), log.append(0, utf8Encode('x'))]);
    await texts(log);
    await log.tail();
    await log.trim(1);
    expect(log.take()).toEqual([
      'append after 0, 3 bytes -> 1',
      'append after 0, 1 bytes -> conflict, tail 1',
      'read after 0 -> 1 records',
      'tail -> 1',
      'trim up to 1',
    ]);
  });

  it('counts calls and bytes', async () => {
    const log = new CountingLog(new MemoryLog());
    await log.append(0, utf8Encode('abc'));
    await log.append(0, utf8Encode('de'));
    await texts(log);
    expect(log.counts).toEqual({
      appends: 2,
      conflicts: 1,
      reads: 1,
      records: 1,
      tails: 0,
      trims: 0,
      bytesRead: 3,
      bytesWritten: 5,
    });
  });

  it('fails before or after the effect, by script', async () => {
    const inner = new MemoryLog();
    const script = scriptedFaults([
      { call: 'append', fault: 'error-before' },
      { call: 'append', fault: 'error-after' },
    ]);
    const log = new FaultyLog(inner, script, env.timers);
    expect(await codeOf(log.append(0, utf8Encode('a')))).toBe('injected-fault');
    expect(await inner.tail()).toBe(0);
    expect(await codeOf(log.append(0, utf8Encode('b')))).toBe('injected-fault');
    expect(await inner.tail()).toBe(1);
    expect(await texts(log)).toEqual(['b']);
  });
});
