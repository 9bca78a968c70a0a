/** Proves: a manifest change happens exactly once whatever the store answers, and no invariant can be broken by a swap. */
import { describe, expect, test } from 'vitest';
import { utf8Encode } from '../base/index.ts';
import { FaultyStore, MemoryStore, type ScriptedFault, scriptedFaults } from '../store/index.ts';
import { checkManifestChange, decodeManifest, EMPTY_MANIFEST, encodeManifest, type Manifest } from './manifest.ts';
import { ManifestStore } from './manifest-store.ts';
import type { TableMeta } from './table-format.ts';
import { testWorld } from './testing/test-world.ts';

function meta(id: string, min = 'a', max = 'b'): TableMeta {
  return {
    id,
    sizeBytes: 100,
    metaOffset: 50,
    entries: 2,
    deletions: 1,
    minKey: utf8Encode(min),
    maxKey: utf8Encode(max),
    minTimestamp: 1,
    maxTimestamp: 9,
  };
}

const faults: { title: string; script: ScriptedFault[] }[] = [
  { title: 'all well', script: [] },
  { title: 'the put fails once', script: [{ call: 'put', fault: 'error-before' }] },
  { title: 'the response is lost', script: [{ call: 'put', fault: 'error-after' }] },
  {
    title: 'the response is lost, and so is the read that settles it',
    script: [
      { call: 'put', fault: 'error-after' },
      { call: 'get', fault: 'error-before' },
    ],
  },
];

describe('a change happens exactly once when', () => {
  for (const { title, script } of faults) {
    test(title, async () => {
      const world = testWorld();
      const inner = new MemoryStore(world);
      const store = new FaultyStore(inner, scriptedFaults(script), world.timers);
      const manifests = new ManifestStore(store, 'p/manifest', world);
      await manifests.change((current) => ({ ...current, flushedPosition: current.flushedPosition + 1 }));
      await manifests.change((current) => ({ ...current, flushedPosition: current.flushedPosition + 1 }));
      expect(manifests.current).toMatchObject({ sequence: 2, flushedPosition: 2 });
      const stored = await inner.get('p/manifest');
      expect(decodeManifest((stored as NonNullable<typeof stored>).bytes)).toEqual(manifests.current);
    });
  }
});

test('two writers: the later change is made on what the other wrote', async () => {
  const world = testWorld();
  const store = new MemoryStore(world);
  const [one, two] = [new ManifestStore(store, 'm', world), new ManifestStore(store, 'm', testWorld(2))];
  const increase = (current: Manifest): Manifest => ({ ...current, flushedPosition: current.flushedPosition + 1 });
  await Promise.all([one.change(increase), two.change(increase), one.change(increase), two.change(increase)]);
  expect((await one.refresh()).flushedPosition).toBe(4);
  expect((await two.refresh()).sequence).toBe(4);
});

test('a manifest reads back as it was written', () => {
  const manifest: Manifest = {
    ...EMPTY_MANIFEST,
    sequence: 3,
    nonce: 'abc',
    flushedPosition: 7,
    flushedTimestamp: Number.MAX_SAFE_INTEGER - 1,
    recent: [[meta('1'), meta('2', 'c', 'd')], [{ ...meta('3'), timestamp: 4 }]],
    levels: EMPTY_MANIFEST.levels.map((_, i) => [meta(`level${i}`)]),
    obsolete: [{ id: 'old', sinceMs: 5 }],
  };
  expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
});

test('what is no manifest is corrupt', () => {
  for (const text of ['', '{', '[]', '{"format":1}', 'null']) {
    expect(() => decodeManifest(utf8Encode(text))).toThrow(
      expect.objectContaining({
        kind: text.startsWith('{"') ? 'corrupt' : (expect.stringMatching(/corrupt|invalid/) as string),
      }),
    );
  }
  expect(() => decodeManifest(utf8Encode('{"format":3}'))).toThrow(/not known/);
});

const before: Manifest = {
  ...EMPTY_MANIFEST,
  sequence: 5,
  flushedPosition: 10,
  flushedTimestamp: 100,
  recent: [[meta('1')]],
  obsolete: [{ id: 'gone', sinceMs: 1 }],
};
const broken: { name: string; after: Partial<Manifest> }[] = [
  { name: 'sequenceGrowsByOne', after: { sequence: 7 } },
  { name: 'flushedNeverGoesBack', after: { flushedPosition: 9 } },
  { name: 'flushedNeverGoesBack', after: { flushedTimestamp: 99 } },
  { name: 'runsAreSorted', after: { recent: [[meta('1'), meta('2', 'b', 'c')]] } },
  { name: 'tablesAreNamedOnce', after: { recent: [[meta('1')], [meta('1')]] } },
  { name: 'droppedTablesAreObsolete', after: { recent: [] } },
  { name: 'obsoleteTablesAreNotRead', after: { recent: [[meta('1')], [meta('gone')]] } },
];

describe('an invariant is checked before the swap', () => {
  for (const { name, after } of broken) {
    test(`${name} ${Object.keys(after).join()}`, () => {
      expect(() => checkManifestChange(before, { ...before, sequence: 6, ...after })).toThrow(name);
    });
  }
  test('a right change passes', () => {
    checkManifestChange(before, { ...before, sequence: 6, recent: [], obsolete: [{ id: '1', sinceMs: 2 }] });
    expect(before.sequence).toBe(5);
  });
});
