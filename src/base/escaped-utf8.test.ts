import { describe, expect, it } from 'vitest';
import { decodeEscapedUtf8, encodeEscapedUtf8, hasEscapedBytes } from './escaped-utf8.ts';
import { utf8Decode, utf8Encode } from './bytes.ts';

describe('escaped UTF-8', () => {
  it('is plain UTF-8 for well-formed text', () => {
    const text = "select 'é漢\u{1f600}\ufeff'";
    expect(decodeEscapedUtf8(utf8Encode(text))).toBe(text);
    expect(hasEscapedBytes(text)).toBe(false);
    expect(utf8Decode(encodeEscapedUtf8(text))).toBe(text);
  });

  it('keeps every byte value in every place', () => {
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        const bytes = Uint8Array.of(0x27, first, second, 0x80, 0x27);
        expect([...encodeEscapedUtf8(decodeEscapedUtf8(bytes))]).toEqual([...bytes]);
      }
    }
  });

  it.each([
    ['overlong', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['cut short', [0xe6, 0xbc]],
  ])('escapes what is ill-formed: %s', (_, bytes) => {
    const text = decodeEscapedUtf8(Uint8Array.from(bytes));
    expect(text).toHaveLength(bytes.length);
    expect(hasEscapedBytes(text)).toBe(true);
    expect([...encodeEscapedUtf8(text)]).toEqual(bytes);
  });
});
