import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DbError, utf8Decode, utf8Encode } from '../base/index.ts';
import { portableLz4 } from './compression.ts';
import {
  compressionById,
  compressionByName,
  deflateAsync,
  joinPath,
  parentPath,
  realEnv,
  seededRandom,
  Simulation,
  simulatedEnv,
  type Files,
} from './index.ts';

const env = realEnv();
let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-env-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
}

/** The port's promises, for the real file system and the simulated one. */
function describeFiles(name: string, use: (body: (files: Files, at: string) => Promise<void>) => Promise<void>): void {
  describe(`files ${name}`, () => {
    it('write, read, grow and cut', () =>
      use(async (files, at) => {
        const path = joinPath(at, 'f');
        const file = await files.open(path, 'create');
        await file.write(0, utf8Encode('hello'));
        await file.writeDurably(3, utf8Encode('p me'));
        expect(utf8Decode(await file.read(0, 100))).toBe('help me');
        expect(utf8Decode(await file.read(5, 1))).toBe('m');
        expect((await file.read(100, 5)).length).toBe(0);
        await file.sync();
        await file.truncate(4);
        expect(await file.size()).toBe(4);
        await file.truncate(6);
        expect(Array.from(await file.read(3, 9))).toEqual([0x70, 0, 0]);
        await file.close();
        await file.close();
        expect(await codeOf(file.read(0, 1))).toBe('file-closed');
        expect(utf8Decode((await files.readRange(path, 1, 2)) ?? utf8Encode('absent'))).toBe('el');
        expect((await files.stat(path))?.bytes).toBe(6);
      }));

    it('open as asked', () =>
      use(async (files, at) => {
        const path = joinPath(at, 'f');
        expect(await codeOf(files.open(path, 'read'))).toBe('file-not-found');
        await (await files.open(path, 'update')).close();
        await (await files.open(path, 'update')).close();
        expect(await codeOf(files.open(path, 'create'))).toBe('file-exists');
        expect(await codeOf(files.open(joinPath(at, 'no', 'f'), 'create'))).toBe('file-not-found');
        expect(await files.read(joinPath(at, 'none'))).toBeUndefined();
        expect(await files.stat(joinPath(at, 'none'))).toBeUndefined();
      }));

    it('list, rename, link and remove names', () =>
      use(async (files, at) => {
        await files.makeDirectory(joinPath(at, 'd/e'));
        await files.makeDirectory(joinPath(at, 'd/e'));
        for (const name of ['b', 'a', 'C']) await (await files.open(joinPath(at, 'd', name), 'create')).close();
        const names = async (): Promise<string[]> => (await files.list(joinPath(at, 'd'))).map((entry) => entry.name);
        expect(await names()).toEqual(['C', 'a', 'b', 'e']);
        await files.rename(joinPath(at, 'd/a'), joinPath(at, 'd/e/x'));
        expect(await files.link(joinPath(at, 'd/b'), joinPath(at, 'd/c'))).toBe(true);
        expect(await files.link(joinPath(at, 'd/b'), joinPath(at, 'd/C'))).toBe(false);
        expect(await files.remove(joinPath(at, 'd/b'))).toBe(true);
        expect(await files.remove(joinPath(at, 'd/b'))).toBe(false);
        await files.syncDirectory(joinPath(at, 'd'));
        expect(await names()).toEqual(['C', 'c', 'e']);
        expect(await files.list(joinPath(at, 'nowhere'))).toEqual([]);
        expect((await files.stat(joinPath(at, 'd/e')))?.isDirectory).toBe(true);
      }));

    it('lock a directory once', () =>
      use(async (files, at) => {
        const lock = await files.lock(joinPath(at, 'LOCK'));
        expect(await codeOf(files.lock(joinPath(at, 'LOCK')))).toBe('locked');
        await lock.release();
        await lock.release();
        await (await files.lock(joinPath(at, 'LOCK'))).release();
      }));
  });
}

describeFiles('real', async (body) => body(env.files, await mkdtemp(join(root, 'f-'))));
describeFiles('simulated', async (body) => {
  const { simulation, files } = simulatedEnv(5);
  await simulation.run(async () => {
    await files.makeDirectory('/x');
    await body(files, '/x');
  });
});

describe('real locks', () => {
  it('see through another name of the same directory', async () => {
    const at = await mkdtemp(join(root, 'l-'));
    await symlink(at, `${at}-too`);
    const lock = await env.files.lock(join(at, 'LOCK'));
    expect(await codeOf(env.files.lock(join(`${at}-too`, 'LOCK')))).toBe('locked');
    await lock.release();
  });

  it('take over the file of a dead holder, respect a living one, and one on another machine', async () => {
    const at = await mkdtemp(join(root, 'l-'));
    const path = join(at, 'LOCK');
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
    const taken = async (content: string): Promise<string> => {
      await writeFile(path, content);
      return codeOf(env.files.lock(path).then((lock) => lock.release()));
    };
    for (const dead of [
      '',
      'garbage',
      `999999999 ${hostname()} 1@x socket`,
      `${process.pid} ${hostname()} 1@x no-socket`,
    ]) {
      expect([dead, await taken(dead)]).toEqual([dead, 'no error']);
    }
    expect(await taken(`${process.ppid} ${hostname()} - no-socket`)).toBe('locked');
    expect(await taken('1 elsewhere 1@x socket')).toBe('locked');
    // Another container on this machine: its socket decides.
    expect(await taken(`1 container 1@${boot} socket`)).toBe(boot === '' ? 'locked' : 'no error');
    const server = createServer().listen(`${path}.sock`);
    await once(server, 'listening');
    expect(await taken(`1 container 1@${boot} socket`)).toBe('locked');
    server.close();
    await rm(path);
    // A socket file that nobody listens on is a dead holder's: taken over at once, and tidied up.
    await writeFile(`${path}.0a1b2c`, '');
    expect(await taken(`1 container 1@${boot} .0a1b2c`)).toBe(boot === '' ? 'locked' : 'no error');
    expect(await env.files.list(at)).toEqual([]);
    await (await env.files.lock(path)).release();
    expect(await env.files.list(at)).toEqual([]);
  });
});

describe('paths', () => {
  it('join and part', () => {
    expect(joinPath('/a/', 'b', '', 'c/')).toBe('/a/b/c');
    expect(joinPath('/')).toBe('/');
    expect([parentPath('/a/b'), parentPath('/a'), parentPath('a')]).toEqual(['/a', '/', '.']);
  });
});

describe('compression', () => {
  const samples = fc.oneof(
    fc.uint8Array({ maxLength: 5000 }),
    fc
      .array(fc.constantFrom('select ', 'update ', 'x', '00000000'), { maxLength: 2000 })
      .map((all) => utf8Encode(all.join(''))),
  );

  it('gives back what was compressed, with every codec', () => {
    fc.assert(
      fc.property(samples, (bytes) => {
        for (const id of [0, 1, 2]) {
          const codec = compressionById(id);
          expect(compressionByName(codec.name)).toBe(codec);
          expect(Buffer.compare(codec.decompress(codec.compress(bytes), bytes.length), bytes)).toBe(0);
        }
      }),
    );
  });

  it('writes LZ4 that the other implementation reads, both ways', () => {
    const native = compressionByName('lz4');
    fc.assert(
      fc.property(samples, (bytes) => {
        expect(Buffer.compare(native.decompress(portableLz4.compressSync(bytes), bytes.length), bytes)).toBe(0);
        expect(Buffer.compare(portableLz4.uncompressSync(native.compress(bytes)), bytes)).toBe(0);
      }),
    );
  });

  it('raises corruption on damaged bytes, or gives bytes of the right length, and nothing else', () => {
    const bytes = utf8Encode('the same words, the same words, the same words again '.repeat(20));
    const outcome = (action: () => Uint8Array): string => {
      try {
        return `${action().length}`;
      } catch (error) {
        return error instanceof DbError ? error.code : String(error);
      }
    };
    const allowed = ['bad-compression', 'truncated', String(bytes.length)];
    const decoders = [
      ...['lz4', 'deflate'].map((name) => compressionByName(name as 'lz4')),
      { compress: portableLz4.compressSync, decompress: (damaged: Uint8Array) => portableLz4.uncompressSync(damaged) },
    ];
    for (const codec of decoders) {
      const good = codec.compress(bytes);
      for (let at = 4; at < good.length; at++) {
        const bad = good.slice();
        bad[at] = (bad[at] as number) ^ (1 << (at % 8));
        expect(allowed).toContain(outcome(() => codec.decompress(bad, bytes.length)));
        expect(allowed).toContain(outcome(() => codec.decompress(good.slice(0, at), bytes.length)));
      }
    }
    expect(outcome(() => compressionByName('lz4').decompress(compressionByName('lz4').compress(bytes), 5))).toBe(
      'bad-compression',
    );
    expect(
      outcome(() => compressionByName('deflate').decompress(compressionByName('deflate').compress(bytes), 5)),
    ).toBe('bad-compression');
    expect(() => compressionById(9)).toThrow('unknown compression tag 9');
  });

  it('deflates off the main thread too', async () => {
    const bytes = utf8Encode('abc'.repeat(1000));
    expect(Buffer.compare(compressionByName('deflate').decompress(await deflateAsync(bytes), 3000), bytes)).toBe(0);
  });
});

describe('random', () => {
  it('replays a seed and spreads over its range', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 1000 }, () => random.below(10));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    for (let digit = 0; digit < 10; digit++) {
      const share = draw(3).filter((value) => value === digit).length;
      expect(share).toBeGreaterThan(60);
      expect(share).toBeLessThan(140);
    }
  });

  it('draws from the system', () => {
    expect(env.random.bytes(16)).not.toEqual(env.random.bytes(16));
    expect(env.random.float()).toBeLessThan(1);
    expect(new Set(Array.from({ length: 600 }, () => env.random.u32())).size).toBeGreaterThan(590);
  });
});

describe('workers', () => {
  it('start a TypeScript module on a thread, speak with it and see it end', async () => {
    const worker = env.workers.spawn(new URL('./testing/echo-worker.ts', import.meta.url), { greeting: 'hello' });
    const answers: unknown[] = [];
    const ended = new Promise<Error | undefined>((resolve) => worker.onExit(resolve));
    const answered = new Promise<void>((resolve) => {
      worker.onMessage((message) => {
        answers.push(message);
        if (answers.length === 2) resolve();
      });
    });
    worker.post('world');
    await answered;
    expect(answers).toEqual(['hello', 'world, 11 bytes']);
    await worker.terminate();
    expect(await ended).toBeUndefined();
  });

  it('report the error that a thread died of', async () => {
    const worker = env.workers.spawn(new URL('./testing/echo-worker.ts', import.meta.url), { greeting: 'hello' });
    const ended = new Promise<Error | undefined>((resolve) => worker.onExit(resolve));
    worker.post('die');
    expect((await ended)?.message).toBe('asked to die');
  });
});

describe('simulation', () => {
  it('runs timers at their virtual time, whatever the real one is', async () => {
    const { simulation, timers, clock } = simulatedEnv(1);
    const seen: string[] = [];
    await simulation.run(async () => {
      const start = clock.nowMs();
      const log = (what: string): void => void seen.push(`${what} ${clock.nowMs() - start}`);
      timers.after(5000, () => log('after'));
      timers.after(10, () => log('cancelled')).cancel();
      const ticker = timers.every(2000, () => log('every'));
      await timers.sleep(4500);
      ticker.cancel();
      await timers.sleep(3600_000);
      log('end');
      expect(await codeOf(timers.sleep(10, AbortSignal.abort({ code: 'aborted' })))).toBe('aborted');
    });
    expect(seen).toEqual(['every 2000', 'every 4000', 'after 5000', 'end 3604500']);
  });

  it('says so when nothing can go on', async () => {
    const simulation = new Simulation(1);
    expect(await codeOf(simulation.run(() => new Promise(() => undefined)))).toBe('simulation-stalled');
  });

  it('keeps synced bytes and names over a power cut, and loses what the seed says of the rest', async () => {
    const outcomes = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const simulation = new Simulation(seed);
      await simulation.run(async () => {
        const { files } = simulation.startProcess().env;
        await files.makeDirectory('/d');
        const file = await files.open('/d/kept', 'create');
        await file.write(0, new Uint8Array(2048).fill(1));
        await file.sync();
        await files.syncDirectory('/d');
        await file.write(0, new Uint8Array(2048).fill(2));
        await (await files.open('/d/maybe', 'create')).close();
        simulation.disk.powerCut(simulation.random);
        const after = simulation.startProcess().env.files;
        const bytes = (await after.read('/d/kept')) ?? new Uint8Array();
        expect(bytes.length).toBe(2048);
        const sectors = [0, 512, 1024, 1536].map((at) => bytes[at]);
        expect(sectors.every((value) => value === 1 || value === 2)).toBe(true);
        outcomes.add(`${sectors.join('')} ${(await after.stat('/d/maybe')) === undefined ? 'lost' : 'kept'}`);
      });
    }
    expect(outcomes).toContain('1111 lost');
    expect(outcomes).toContain('2222 kept');
    expect(outcomes.size).toBeGreaterThan(6);
  });

  it('forgets everything a dead process was waiting for', async () => {
    const simulation = new Simulation(4);
    await simulation.run(async () => {
      const process = simulation.startProcess();
      let steps = 0;
      process.crashAfter(3);
      const work = async (): Promise<void> => {
        for (; steps < 100; steps++) await process.env.timers.sleep(1);
      };
      await Promise.race([work(), process.died]);
      await simulation.sleep(1000);
      expect(steps).toBe(2);
      expect(process.isAlive).toBe(false);
    });
  });
});
