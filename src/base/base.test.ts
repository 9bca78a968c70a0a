import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  andThen,
  assert,
  BytesReader,
  BytesWriter,
  checksum32,
  compareBytes,
  compareRanges,
  concatBytes,
  DbError,
  equalBytes,
  fromHex,
  keySuccessor,
  prefixEnd,
  sharedPrefixLength,
  startsWithBytes,
  toHex,
  utf8Decode,
  utf8Encode,
} from './index.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

describe('checksum32', () => {
  // The published vectors of XXH32: the specification's sanity buffer (cli/xsum_sanity_check.c of xxHash), seed 0.
  const sanityBuffer = (length: number): Uint8Array => {
    const out = new Uint8Array(length);
    let generator = 2654435761n;
    for (let i = 0; i < length; i++) {
      out[i] = Number((generator >> 56n) & 0xffn);
      generator = BigInt.asUintN(64, generator * 11400714785074694797n);
    }
    return out;
  };

  it('gives the values of the xxHash specification', () => {
    expect(checksum32(sanityBuffer(0)).toString(16)).toBe('2cc5d05');
    expect(checksum32(sanityBuffer(1)).toString(16)).toBe('cf65b03e');
    expect(checksum32(sanityBuffer(14)).toString(16)).toBe('1208e7e2');
    expect(checksum32(sanityBuffer(222)).toString(16)).toBe('5bd11dbd');
    expect(checksum32(utf8Encode('abc')).toString(16)).toBe('32d153ff');
  });

  it('depends on the range only, on both paths', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, (before, middle, after) => {
        const whole = concatBytes(before, middle, after);
        const part = checksum32(whole, before.length, before.length + middle.length);
        expect(part).toBe(checksum32(middle));
        expect(part).toBe(checksum32(concatBytes(before, middle).slice(before.length)));
      }),
    );
  });

  it('refuses ranges outside of the bytes', () => {
    expect(() => checksum32(new Uint8Array(4), 2, 5)).toThrow(RangeError);
    expect(() => checksum32(new Uint8Array(4), 3, 2)).toThrow(RangeError);
  });
});

describe('byte order', () => {
  it('is memcmp, then length, as Buffer.compare has it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6, max: 3 }), fc.uint8Array({ maxLength: 6, max: 3 }), (a, b) => {
        const expected = Math.sign(Buffer.compare(a, b));
        expect(Math.sign(compareBytes(a, b))).toBe(expected);
        const [inA, inB] = [concatBytes(b, a, b), concatBytes(a, a, b)];
        const ranges = compareRanges(inA, b.length, b.length + a.length, inB, 2 * a.length, 2 * a.length + b.length);
        expect(Math.sign(ranges)).toBe(expected);
        expect(equalBytes(a, b)).toBe(expected === 0);
      }),
    );
  });

  it('knows the end of a prefix and the successor of a key', () => {
    expect(prefixEnd(Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 3));
    expect(prefixEnd(Uint8Array.of(1, 255, 255))).toEqual(Uint8Array.of(2));
    expect(prefixEnd(Uint8Array.of(255))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }), (prefix, key) => {
        const end = prefixEnd(prefix);
        const isInside = compareBytes(key, prefix) >= 0 && (end === undefined || compareBytes(key, end) < 0);
        expect(isInside).toBe(startsWithBytes(key, prefix));
        expect(compareBytes(key, keySuccessor(key))).toBeLessThan(0);
      }),
    );
  });

  it('counts shared bytes', () => {
    expect(sharedPrefixLength(utf8Encode('abcd'), utf8Encode('abxd'))).toBe(2);
    expect(sharedPrefixLength(utf8Encode('ab'), utf8Encode('abc'))).toBe(2);
  });
});

describe('text', () => {
  it('round-trips Unicode and hexadecimal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), bytes, (text, any) => {
        expect(utf8Decode(utf8Encode(text))).toBe(text);
        expect(fromHex(toHex(any))).toEqual(any);
        expect(toHex(any)).toBe(Buffer.from(any).toString('hex'));
      }),
    );
    expect(utf8Decode(utf8Encode('\u{feff}x'))).toBe('\u{feff}x');
    expect(fromHex('abc')).toBeUndefined();
    expect(fromHex('zz')).toBeUndefined();
  });
});

describe('BytesWriter and BytesReader', () => {
  const safe = fc.maxSafeNat();
  const big = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

  it('read back everything that was written', () => {
    fc.assert(
      fc.property(
        fc.record({
          safe,
          big,
          text: fc.string({ unit: 'grapheme' }),
          any: bytes,
          float: fc.double(),
          u32: fc.nat(0xffffffff),
        }),
        fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
        (value, signed) => {
          const writer = new BytesWriter(1);
          writer.varint(value.safe).varintBig(value.big).varintSigned(signed).u64(value.safe).u64Be(value.safe);
          writer.u64Big(value.big).u64BigBe(value.big).u32(value.u32).u32Be(value.u32).u16(value.u32).u16Be(value.u32);
          writer.u24(value.u32).u8(value.u32).f64(value.float).f64Be(value.float).string(value.text);
          writer.lengthPrefixed(value.any).range(value.any, 0, value.any.length);
          const reader = new BytesReader(writer.finish());
          expect([reader.varint(), reader.varintBig(), reader.varintSigned()]).toEqual([value.safe, value.big, signed]);
          expect([reader.u64(), reader.u64Be()]).toEqual([value.safe, value.safe]);
          expect([reader.u64Big(), reader.u64BigBe()]).toEqual([value.big, value.big]);
          expect([reader.u32(), reader.u32Be()]).toEqual([value.u32, value.u32]);
          expect([reader.u16(), reader.u16Be()]).toEqual([value.u32 & 0xffff, value.u32 & 0xffff]);
          expect([reader.u24(), reader.u8()]).toEqual([value.u32 & 0xffffff, value.u32 & 0xff]);
          expect([reader.f64(), reader.f64Be()]).toEqual([value.float, value.float]);
          expect(reader.string()).toBe(value.text);
          expect(reader.lengthPrefixed()).toEqual(value.any);
          expect(reader.rest()).toEqual(value.any);
          expect(reader.done).toBe(true);
        },
      ),
    );
  });

  it('writes the bytes that the formats say', () => {
    const writer = new BytesWriter();
    writer.u16(0x0102).u32(0x01020304).u64(0x0102030405).u32Be(0x01020304).varint(300).varintSigned(-2);
    expect(toHex(writer.finish())).toBe(`0201${'04030201'}${'0504030201000000'}${'01020304'}${'ac02'}${'03'}`);
  });

  it('keeps numeric order in big-endian bytes', () => {
    fc.assert(
      fc.property(safe, safe, (a, b) => {
        const [left, right] = [a, b].map((value) => new BytesWriter().u64Be(value).finish());
        expect(Math.sign(compareBytes(left as Uint8Array, right as Uint8Array))).toBe(Math.sign(a - b));
      }),
    );
  });

  it('patches, truncates and starts again', () => {
    const writer = new BytesWriter();
    writer.u32(0).text('héllo').zeros(3);
    writer.setU32(0, writer.length);
    writer.setU8(3, 7);
    expect(writer.view(0)[0]).toBe(13);
    writer.truncate(4);
    expect(toHex(writer.finish())).toBe('0d000007');
    expect(() => writer.setU32(1, 0)).toThrow(DbError);
    writer.reset();
    expect(writer.length).toBe(0);
  });

  it('raises corruption, never a wild value, on bytes that end early or lie', () => {
    const code = (action: () => unknown): string => {
      try {
        action();
        return 'no error';
      } catch (error) {
        return error instanceof DbError ? `${error.kind} ${error.code}` : String(error);
      }
    };
    const reader = (...values: number[]): BytesReader => new BytesReader(Uint8Array.from(values));
    expect(code(() => reader(1, 2, 3).u32())).toBe('corrupt truncated');
    expect(code(() => reader(200, 1, 1).lengthPrefixed())).toBe('corrupt truncated');
    expect(code(() => reader(0x80).varint())).toBe('corrupt truncated');
    expect(code(() => reader(...new Array<number>(11).fill(0x80)).varint())).toBe('corrupt bad-varint');
    expect(code(() => reader(...new Array<number>(11).fill(0x80)).varintBig())).toBe('corrupt bad-varint');
    expect(code(() => reader(...new Array<number>(8).fill(0xff)).u64())).toBe('corrupt unsafe-integer');
    expect(code(() => reader(1).seek(2))).toBe('corrupt truncated');
    expect(code(() => new BytesReader(Uint8Array.of(1, 2, 3), 0, 2).u24())).toBe('corrupt truncated');
  });
});

describe('small things', () => {
  it('andThen goes on now or later', async () => {
    expect(andThen(1, (value) => value + 1)).toBe(2);
    await expect(andThen(Promise.resolve(1), (value) => value + 1)).resolves.toBe(2);
  });

  it('assert raises an internal error', () => {
    expect(() => assert(false, 'one is two')).toThrow('assertion failed: one is two');
  });
});
