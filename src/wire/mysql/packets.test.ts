/** Packets in and out: framing, splitting, limits, numbers as digits. Byte layouts are the protocol's documentation's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frame } from '../testing/raw-client.ts';
import { CompressedStream } from './compressed-stream.ts';
import { writeSafeInteger } from './digits.ts';
import { PacketReader } from './packet-reader.ts';
import { PacketWriter } from './packet-writer.ts';
import { PayloadReader } from './payload-reader.ts';

function written(work: (writer: PacketWriter) => void): Buffer {
  const parts: Buffer[] = [];
  const writer = new PacketWriter((bytes) => {
    parts.push(Buffer.from(bytes));
    return true;
  });
  work(writer);
  writer.flush();
  return Buffer.concat(parts);
}

describe('PacketReader', () => {
  it('cuts packets whatever the chunk borders', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map((payload, i) => frame(i & 0xff, payload)));
          const reader = new PacketReader(1000);
          const got: Buffer[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const end = at + (cuts[i % cuts.length] as number);
            reader.push(stream.subarray(at, end));
            at = end;
            for (let payload = reader.next(); payload !== undefined; payload = reader.next()) got.push(payload);
          }
          expect(got.map((payload) => [...payload])).toEqual(payloads.map((payload) => [...payload]));
          expect(reader.partial).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes a whole packet out of a shared buffer, and leaves all else to the long way', () => {
    const shared = Buffer.alloc(64);
    const fill = (bytes: Buffer): number => bytes.copy(shared);
    const reader = new PacketReader(20);
    const payload = reader.takeWhole(shared, fill(frame(0, Buffer.from('SELECT 1'))));
    shared.fill(0);
    expect(payload?.toString()).toBe('SELECT 1');
    expect(reader.sequence).toBe(1);
    expect(reader.partial).toBe(false);
    for (const [bytes, why] of [
      [frame(0, Buffer.from('x')), 'sequence'],
      [frame(1, Buffer.alloc(21)), 'too large'],
      [frame(1, Buffer.from('half')).subarray(0, 6), 'half'],
      [Buffer.concat([frame(1, Buffer.from('a')), frame(2, Buffer.from('b'))]), 'two'],
      [Buffer.from([1, 0]), 'half a header'],
    ] as const)
      expect(reader.takeWhole(shared, fill(Buffer.from(bytes))), why).toBeUndefined();
    expect(reader.sequence).toBe(1);
    reader.push(Buffer.from([1]));
    expect(reader.takeWhole(shared, fill(frame(1, Buffer.from('a'))))).toBeUndefined();
  });

  it('joins payloads of 16 MB and more', () => {
    const big = Buffer.alloc(0xffffff * 2 + 5, 7);
    const reader = new PacketReader(64 * 1024 * 1024);
    reader.push(frame(0, big.subarray(0, 0xffffff)));
    expect(reader.next()).toBeUndefined();
    reader.push(frame(1, big.subarray(0xffffff, 0xffffff * 2)));
    reader.push(frame(2, big.subarray(0xffffff * 2)));
    expect(reader.next()?.equals(big)).toBe(true);
    expect(reader.sequence).toBe(3);
  });

  it('ends an exact multiple of 16 MB with an empty packet', () => {
    const reader = new PacketReader(64 * 1024 * 1024);
    reader.push(frame(0, Buffer.alloc(0xffffff)));
    expect(reader.next()).toBeUndefined();
    reader.push(frame(1, Buffer.alloc(0)));
    expect(reader.next()?.length).toBe(0xffffff);
  });

  it('refuses a wrong sequence id (1156) and a packet above the limit (1153), before it is there', () => {
    const reader = new PacketReader(100);
    reader.push(frame(1, Buffer.from('x')));
    expect(() => reader.next()).toThrow(expect.objectContaining({ errno: 1156 }));
    const limited = new PacketReader(100);
    limited.push(frame(0, Buffer.alloc(101)).subarray(0, 10));
    expect(() => limited.next()).toThrow(expect.objectContaining({ errno: 1153 }));
  });
});

describe('PacketWriter', () => {
  it('numbers packets and writes them in one piece', () => {
    const bytes = written((writer) => {
      writer.sequence = 1;
      for (const text of ['ab', '']) {
        writer.begin();
        writer.text(text);
        writer.end();
      }
    });
    expect(bytes.toString('hex')).toBe('02000001' + '6162' + '00000002');
  });

  it.each([
    [0, '00'],
    [250, 'fa'],
    [251, 'fcfb00'],
    [65535, 'fcffff'],
    [65536, 'fd000001'],
    [16777216, 'fe0000000100000000'],
    [18446744073709551615n, 'feffffffffffffffff'],
  ])('length-encodes %s', (value, hex) => {
    const bytes = written((writer) => {
      writer.begin();
      writer.lenenc(value);
      writer.end();
    });
    expect(bytes.subarray(4).toString('hex')).toBe(hex);
  });

  it('splits payloads of 16 MB and more so that the reader joins them', () => {
    for (const length of [0xfffffe, 0xffffff, 0xffffff + 1, 0xffffff * 2, 0xffffff * 2 + 100]) {
      const payload = Buffer.alloc(length);
      for (let i = 0; i < length; i += 65_521) payload[i] = i & 0xff;
      const bytes = written((writer) => {
        writer.begin();
        writer.bytes(payload);
        writer.end();
      });
      const reader = new PacketReader(64 * 1024 * 1024);
      reader.push(bytes);
      expect(reader.next()?.equals(payload)).toBe(true);
    }
  });

  it('writes text as UTF-8 behind its length, short and long, ASCII and not', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string({ unit: 'binary', maxLength: 300 }),
          fc.string({ unit: 'grapheme', maxLength: 300 }),
        ),
        (text) => {
          const bytes = written((writer) => {
            writer.begin();
            writer.lenencText(text);
            writer.end();
          });
          expect(new PayloadReader(bytes, 4).lenencText()).toBe(Buffer.from(text).toString('utf8'));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('writes integers as their digits', () => {
    const target = Buffer.alloc(20);
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -1000, max: 1000 })), (value) => {
        const end = writeSafeInteger(target, 0, value);
        expect(target.toString('latin1', 0, end)).toBe(String(value));
      }),
      { numRuns: 1000 },
    );
    for (const value of [
      0,
      -1,
      9,
      10,
      99,
      100,
      2147483647,
      2147483648,
      -2147483648,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ]) {
      expect(target.toString('latin1', 0, writeSafeInteger(target, 0, value))).toBe(String(value));
    }
  });
});

describe('CompressedStream', () => {
  it('gives back what it wrapped, cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 60 }),
        (payloads, cut) => {
          const stream = new CompressedStream(10_000);
          const wire = Buffer.concat(payloads.map((payload, i) => stream.wrap(frame(i, payload))));
          const reader = new PacketReader(10_000);
          const receiver = new CompressedStream(10_000);
          const got: number[][] = [];
          for (let at = 0; at < wire.length; at += cut) {
            receiver.receive(wire.subarray(at, at + cut), reader);
            for (let payload = reader.next(); payload !== undefined; payload = reader.next()) got.push([...payload]);
          }
          expect(got).toEqual(payloads.map((payload) => [...payload]));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('refuses damaged frames and frames that inflate to more than they say (1157)', () => {
    const bomb = new CompressedStream(1000).wrap(Buffer.alloc(10_000));
    bomb.writeUIntLE(100, 4, 3);
    const damaged = new CompressedStream(1000).wrap(Buffer.alloc(10_000));
    damaged[9] = (damaged[9] as number) ^ 0xff;
    for (const frameBytes of [bomb, damaged]) {
      expect(() => new CompressedStream(100_000).receive(frameBytes, new PacketReader(100_000))).toThrow(
        expect.objectContaining({ errno: 1157 }),
      );
    }
  });
});
