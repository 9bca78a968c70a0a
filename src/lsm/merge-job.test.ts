/**
 * Proves: which versions a merge keeps, and which of them as history. Each case: versions newest first as "key@timestamp=value"
 * or "key@timestamp" (deletion); tables between bars, those of history as "<shadowedFrom: ...".
 */
import { describe, expect, test } from 'vitest';
import { utf8Decode, utf8Encode } from '../base/index.ts';
import { ChunkStream, type EntryStream, MemtableStream } from './entry-stream.ts';
import { Memtable } from './memtable.ts';
import { type MergeOptions, runMerge } from './merge-job.ts';
import type { BuiltTable } from './table-builder.ts';
import { decodeIndex } from './table-format.ts';

const OPTIONS: MergeOptions = {
  blockBytes: 64,
  tableBytesMax: 1_000_000,
  compression: 'lz4',
  oldestReadable: 0,
  keepDeletions: [],
  partitionPrefixBytes: 0,
  cuts: [],
};

function streamOf(text: string): EntryStream {
  const memtable = new Memtable();
  const entries = text
    .split(' ')
    .filter((entry) => entry !== '')
    .map((entry) => /^(\w*)@(\d+)(?:=(\w*))?$/.exec(entry) as RegExpExecArray);
  entries.sort((a, b) => Number(a[2]) - Number(b[2]));
  for (const [, key, timestamp, value] of entries) {
    memtable.put(utf8Encode(key as string), value === undefined ? undefined : utf8Encode(value), Number(timestamp));
  }
  return new MemtableStream(memtable);
}

async function merge(inputs: readonly EntryStream[], options: Partial<MergeOptions>): Promise<BuiltTable[]> {
  const tables: BuiltTable[] = [];
  await runMerge(
    inputs,
    { ...OPTIONS, ...options },
    { emit: (table) => void tables.push(table), pause: () => undefined },
  );
  return tables;
}

function chunkOf({ bytes, meta }: BuiltTable): EntryStream {
  const footer = bytes.length - 64;
  const filterOffset = new DataView(bytes.buffer, bytes.byteOffset).getUint32(footer + 8, true);
  const { blockOffsets } = decodeIndex(bytes.subarray(meta.metaOffset, filterOffset));
  const chunks = [{ bytes, ends: [...blockOffsets.subarray(1)], source: 'test' }];
  return new ChunkStream(() => chunks.shift());
}

async function listTables(tables: readonly BuiltTable[]): Promise<string> {
  const lists: string[] = [];
  for (const table of tables) {
    const stream = chunkOf(table);
    const entries: string[] = [];
    while (await stream.next()) {
      const { keyBuffer, keyStart, keyEnd, timestamp, valueBuffer, valueStart, valueEnd } = stream.entry;
      const value = valueStart < 0 ? '' : `=${utf8Decode(valueBuffer, valueStart, valueEnd)}`;
      entries.push(`${utf8Decode(keyBuffer, keyStart, keyEnd)}@${timestamp}${value}`);
    }
    const { shadowedFrom } = table.meta;
    lists.push((shadowedFrom === undefined ? '' : `<${shadowedFrom}: `) + entries.join(' '));
  }
  return lists.join(' | ');
}

const CASES: readonly { title: string; inputs: string[]; options: Partial<MergeOptions>; kept: string }[] = [
  {
    title: 'streams are merged by key, then newest first',
    inputs: ['a@1=x c@3=y', 'a@2=z b@1=w'],
    options: {},
    kept: 'a@2=z b@1=w c@3=y | <2: a@1=x',
  },
  { title: 'a repeated commit is kept once', inputs: ['a@2=x a@1=y', 'a@2=x'], options: {}, kept: 'a@2=x | <2: a@1=y' },
  {
    title: 'versions behind the first readable one go',
    inputs: ['a@5=e a@4=d a@3=c', 'a@2=b a@1=a'],
    options: { oldestReadable: 3 },
    kept: 'a@5=e | <5: a@4=d a@3=c',
  },
  {
    title: 'the version at a gap stays readable',
    inputs: ['a@9=e a@2=b a@1=a'],
    options: { oldestReadable: 5 },
    kept: 'a@9=e | <9: a@2=b',
  },
  {
    title: 'a deletion nobody needs goes with what it hides',
    inputs: ['a@2 b@1=x', 'a@1=x'],
    options: { oldestReadable: 5 },
    kept: 'b@1=x',
  },
  {
    title: 'a deletion that a snapshot can see stays',
    inputs: ['a@2', 'a@1=x'],
    options: { oldestReadable: 1 },
    kept: 'a@2 | <2: a@1=x',
  },
  {
    title: 'a deletion stays where older tables may hold the key',
    inputs: ['a@2 c@2 e@2'],
    options: { oldestReadable: 5, keepDeletions: [{ min: utf8Encode('b'), max: utf8Encode('d') }] },
    kept: 'c@2',
  },
  {
    title: 'ranges of several levels overlap',
    inputs: ['b@2 d@2 f@2 h@2'],
    options: {
      oldestReadable: 5,
      keepDeletions: [
        { min: utf8Encode('a'), max: utf8Encode('g') },
        { min: utf8Encode('c'), max: utf8Encode('c') },
      ],
    },
    kept: 'b@2 d@2 f@2',
  },
  {
    title: 'a flush keeps every deletion',
    inputs: ['a@2 a@1=x'],
    options: { oldestReadable: 5, keepDeletions: undefined },
    kept: 'a@2',
  },
  {
    title: 'tables are cut by size, never inside a key',
    inputs: ['a@3=x a@2=x a@1=x b@1=x'],
    options: { tableBytesMax: 1 },
    kept: 'a@3=x | <3: a@2=x a@1=x | b@1=x',
  },
  {
    title: 'tables are cut between partitions',
    inputs: ['a1@1=x a2@1=x b1@1=x'],
    options: { tableBytesMax: 100, partitionPrefixBytes: 1 },
    kept: 'a1@1=x a2@1=x | b1@1=x',
  },
  {
    title: 'tables are cut at tables that stay',
    inputs: ['a@1=x c@1=x c1@1=x g@1=x'],
    options: { cuts: ['0', 'b', 'c', 'd', 'e'].map(utf8Encode) },
    kept: 'a@1=x | c@1=x c1@1=x | g@1=x',
  },
  {
    title: 'history says when the last of its versions was replaced',
    inputs: ['a@3=x a@1=y b@9=x c@7=x c@6 d@8=x'],
    options: {},
    kept: 'a@3=x b@9=x c@7=x d@8=x | <7: a@1=y c@6',
  },
  {
    title: 'merged history stays history, deletions included',
    inputs: ['a@3=x b@2', 'a@2=y c@1=z'],
    options: { shadowedFrom: 4, keepDeletions: undefined },
    kept: '<4: a@3=x a@2=y b@2 c@1=z',
  },
  { title: 'nothing in, nothing out', inputs: ['', ''], options: {}, kept: '' },
];

describe('merge', () => {
  for (const { title, inputs, options, kept } of CASES) {
    test(title, async () => {
      expect(await listTables(await merge(inputs.map(streamOf), options))).toBe(kept);
      // The same from tables instead of memtables.
      const tables = await Promise.all(inputs.map((input) => merge([streamOf(input)], {})));
      expect(await listTables(await merge(tables.flat().map(chunkOf), options))).toBe(kept);
    });
  }
});
