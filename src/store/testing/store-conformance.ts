/**
 * What every ObjectStore must do, as tests. Each backend, and each transparent wrapper around one, runs this whole suite.
 *
 * The expectations are the port's contract (object-store.ts), which is S3's: conditional puts, strong consistency, lists in
 * byte order by pages.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DbError, LIMITS, utf8Decode, utf8Encode } from '../../base/index.ts';
import { listAll, type ObjectStore } from '../index.ts';

/** Opens a new, empty store; `close` is called by the suite. */
export function describeStore(name: string, open: () => Promise<ObjectStore>): void {
  describe(`object store ${name}`, () => {
    let store: ObjectStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());
    const text = async (path: string): Promise<string | undefined> => {
      const found = await store.get(path);
      return found === undefined ? undefined : utf8Decode(found.bytes);
    };
    const paths = async (prefix: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const object of listAll(store, prefix)) found.push(object.path);
      return found;
    };
    describe('get and put', () => describeGetAndPut(() => store, text));
    describe('conditions', () => describeConditions(() => store, text));
    describe('list and delete', () => describeListAndDelete(() => store, paths));
    describe('bad requests', () => describeBadRequests(() => store));
  });
}

type Text = (path: string) => Promise<string | undefined>;

function describeGetAndPut(at: () => ObjectStore, text: Text): void {
  it('misses what was never put', async () => {
    expect(await at().get('a/b')).toBeUndefined();
  });

  it('gives back what was put, with its size and etag', async () => {
    const put = await at().put('a/b', utf8Encode('hello'));
    const found = await at().get('a/b');
    expect(put).toEqual({ ok: true, etag: found?.etag });
    expect(found?.size).toBe(5);
    expect(await text('a/b')).toBe('hello');
  });

  it('replaces an object', async () => {
    await at().put('x', utf8Encode('a longer first version'));
    await at().put('x', utf8Encode('second'));
    expect(await text('x')).toBe('second');
  });

  it('keeps its own copy of the bytes', async () => {
    const bytes = utf8Encode('abc');
    await at().put('x', bytes);
    bytes[0] = 0;
    const found = await at().get('x');
    expect(utf8Decode(found?.bytes ?? bytes)).toBe('abc');
    found?.bytes.fill(0);
    expect(await text('x')).toBe('abc');
  });

  it('holds empty and large objects', async () => {
    const large = new Uint8Array(3_000_000).map((_, i) => (i * 31) % 251);
    await at().put('empty', new Uint8Array(0));
    await at().put('large', large);
    expect((await at().get('empty'))?.bytes.length).toBe(0);
    expect(Buffer.compare((await at().get('large'))?.bytes ?? large.subarray(1), large)).toBe(0);
  });

  it('reads ranges, short at the end of the object', async () => {
    await at().put('x', utf8Encode('0123456789'));
    const range = async (offset: number, length: number): Promise<string> => {
      const found = await at().get('x', { offset, length });
      expect(found?.size).toBe(10);
      return utf8Decode(found?.bytes ?? utf8Encode('absent'));
    };
    expect(await range(0, 4)).toBe('0123');
    expect(await range(3, 2)).toBe('34');
    expect(await range(8, 5)).toBe('89');
    expect(await range(10, 1)).toBe('');
    expect(await range(99, 1)).toBe('');
    expect(await range(5, 0)).toBe('');
    expect(await at().get('y', { offset: 0, length: 1 })).toBeUndefined();
  });

  it('lets an object and a directory of the same name live together', async () => {
    await at().put('a', utf8Encode('object'));
    await at().put('a/b', utf8Encode('below'));
    await at().put('a.b', utf8Encode('beside'));
    expect([await text('a'), await text('a/b'), await text('a.b')]).toEqual(['object', 'below', 'beside']);
  });
}

function describeConditions(at: () => ObjectStore, text: Text): void {
  it('ifAbsent creates once', async () => {
    expect(await at().put('x', utf8Encode('1'), { ifAbsent: true })).toMatchObject({ ok: true });
    expect(await at().put('x', utf8Encode('2'), { ifAbsent: true })).toEqual({ ok: false, reason: 'exists' });
    expect(await text('x')).toBe('1');
    await at().delete(['x']);
    expect(await at().put('x', utf8Encode('3'), { ifAbsent: true })).toMatchObject({ ok: true });
  });

  it('ifMatch changes only what the caller has seen', async () => {
    expect(await at().put('x', utf8Encode('0'), { ifMatch: 'none' })).toEqual({ ok: false, reason: 'changed' });
    const first = await at().put('x', utf8Encode('1'));
    const etag = first.ok ? first.etag : '';
    const second = await at().put('x', utf8Encode('2'), { ifMatch: etag });
    expect(second.ok).toBe(true);
    expect(await at().put('x', utf8Encode('3'), { ifMatch: etag })).toEqual({ ok: false, reason: 'changed' });
    expect(await text('x')).toBe('2');
  });

  it('gives every put an etag of its own, the same bytes too', async () => {
    const etags = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const put = await at().put('x', utf8Encode('same'));
      etags.add(put.ok ? put.etag : '');
    }
    expect(etags.size).toBe(5);
  });

  it('lets exactly one of many ifAbsent contenders win', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => at().put('race', utf8Encode(String(i)), { ifAbsent: true })),
    );
    const winners = results.flatMap((result, i) => (result.ok ? [String(i)] : []));
    expect(winners).toHaveLength(1);
    expect(await text('race')).toBe(winners[0]);
  });

  it('loses no increment of a counter changed by compare-and-swap', async () => {
    await at().put('counter', utf8Encode('0'));
    const increment = async (): Promise<void> => {
      for (let attempt = 0; attempt < 200; attempt++) {
        const seen = await at().get('counter');
        if (seen === undefined) throw new Error('the counter is gone');
        const next = utf8Encode(String(Number(utf8Decode(seen.bytes)) + 1));
        if ((await at().put('counter', next, { ifMatch: seen.etag })).ok) return;
      }
      throw new Error('never won');
    };
    await Promise.all(Array.from({ length: 12 }, increment));
    expect(await text('counter')).toBe('12');
  });
}

function describeListAndDelete(at: () => ObjectStore, paths: (prefix: string) => Promise<string[]>): void {
  const put = async (...names: string[]): Promise<void> => {
    for (const name of names) await at().put(name, utf8Encode(name));
  };

  it('lists by prefix, in order of code units, over directories', async () => {
    await put('b', 'a/c', 'a-b', 'a/b/c', 'a.b', 'a', 'a0', 'ab', 'A', 'a/b');
    expect(await paths('')).toEqual(['A', 'a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a/c', 'a0', 'ab', 'b']);
    expect(await paths('a/')).toEqual(['a/b', 'a/b/c', 'a/c']);
    expect(await paths('a/b')).toEqual(['a/b', 'a/b/c']);
    expect(await paths('a')).toEqual(['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a/c', 'a0', 'ab']);
    expect(await paths('zzz')).toEqual([]);
  });

  it('starts after a path, whether it exists or not', async () => {
    await put('p/1', 'p/2', 'p/3/x', 'p/4');
    const after = async (path: string): Promise<string[]> => (await at().list('p/', path)).objects.map((o) => o.path);
    expect(await after('p/2')).toEqual(['p/3/x', 'p/4']);
    expect(await after('p/3')).toEqual(['p/3/x', 'p/4']);
    expect(await after('p/3/x')).toEqual(['p/4']);
    expect(await after('p/9')).toEqual([]);
  });

  it('tells sizes and pages long listings', async () => {
    const count = LIMITS.listPageMax + 7;
    const names = Array.from({ length: count }, (_, i) => `n/${String(i).padStart(5, '0')}`);
    for (let i = 0; i < count; i += 50) {
      await Promise.all(names.slice(i, i + 50).map((name) => at().put(name, utf8Encode('abc'))));
    }
    const first = await at().list('n/');
    expect(first.objects).toHaveLength(LIMITS.listPageMax);
    expect(first.objects[0]).toMatchObject({ path: 'n/00000', size: 3 });
    expect(first.next).toBe(first.objects.at(-1)?.path);
    expect(await paths('n/')).toEqual(names);
  });

  it('deletes what exists and passes over what does not', async () => {
    await put('d/1', 'd/2', 'd/3');
    await at().delete(['d/1', 'd/none', 'd/3']);
    expect(await paths('d/')).toEqual(['d/2']);
    expect(await at().get('d/1')).toBeUndefined();
    await at().delete([]);
  });
}

function describeBadRequests(at: () => ObjectStore): void {
  const code = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'no error',
      (error: unknown) => (error instanceof DbError ? error.code : String(error)),
    );

  it('refuses paths that could leave the store or that some backend cannot hold', async () => {
    const bad = [
      '',
      '/a',
      'a/',
      'a//b',
      '..',
      'a/../b',
      './a',
      'a/.',
      'a b',
      'a\\b',
      'ä',
      'a\0b',
      'a,o',
      'x'.repeat(201),
    ];
    for (const path of [...bad, `${'x'.repeat(100)}/`.repeat(6)]) {
      expect([path, await code(at().put(path, utf8Encode('x')))]).toEqual([path, 'object-path']);
      expect([path, await code(at().get(path))]).toEqual([path, 'object-path']);
      expect([path, await code(at().delete([path]))]).toEqual([path, 'object-path']);
    }
  });

  it('refuses nonsense ranges and contradicting conditions', async () => {
    await at().put('x', utf8Encode('x'));
    expect(await code(at().get('x', { offset: -1, length: 1 }))).toBe('byte-range');
    expect(await code(at().get('x', { offset: 0, length: 0.5 }))).toBe('byte-range');
    expect(await code(at().put('x', utf8Encode('y'), { ifAbsent: true, ifMatch: 'e' }))).toBe('put-condition');
  });
}
