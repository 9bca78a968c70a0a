/** Decimal arithmetic against BigInt identities and MySQL's own answers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decimal, divideToScale, parseDecimal } from './decimal.ts';

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: 0, max: 20 }))
  .map(([unscaled, scale]) => Decimal.of(unscaled, scale));

test('addition and multiplication agree with exact integers at a common scale', () => {
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      const at = (value: Decimal, scale: number): bigint => BigInt(value.unscaled) * 10n ** BigInt(scale - value.scale);
      const scale = Math.max(a.scale, b.scale);
      expect(at(a.add(b), scale)).toBe(at(a, scale) + at(b, scale));
      expect(at(a.sub(b), scale)).toBe(at(a, scale) - at(b, scale));
      expect(Math.sign(a.compare(b))).toBe(at(a, scale) < at(b, scale) ? -1 : at(a, scale) > at(b, scale) ? 1 : 0);
      if (a.scale + b.scale <= 30) expect(BigInt(a.mul(b).unscaled)).toBe(BigInt(a.unscaled) * BigInt(b.unscaled));
    }),
  );
});

test('a quotient is the nearest decimal of its scale', () => {
  fc.assert(
    fc.property(decimals, decimals, (a, b) => {
      const quotient = divideToScale(a, b, 6);
      if (b.isZero()) {
        expect(quotient).toBeUndefined();
        return;
      }
      const twice = (value: bigint): bigint => (value < 0n ? -value : value) * 2n;
      const left = BigInt(quotient!.unscaled) * BigInt(b.unscaled) * 10n ** BigInt(a.scale);
      const right = BigInt(a.unscaled) * 10n ** BigInt(6 + b.scale);
      expect(twice(left - right) <= (twice(BigInt(b.unscaled)) / 2n) * 10n ** BigInt(a.scale)).toBe(true);
    }),
  );
});

test('text survives the round trip, and equal values share a normal form', () => {
  fc.assert(
    fc.property(decimals, (a) => {
      expect(Decimal.fromString(a.toString()).toString()).toBe(a.toString());
      expect(a.withScale(25).normalized().toString()).toBe(a.normalized().toString());
    }),
  );
});

// Expected values: SELECT ROUND(…), TRUNCATE(…) and CASTs on MySQL 9.7.
test.each([
  ['2.5', 0, '3', '2'],
  ['-2.5', 0, '-3', '-2'],
  ['1234.567', -2, '1200', '1200'],
  ['1250', -2, '1300', '1200'],
  ['0.005', 2, '0.01', '0.00'],
  ['12345678901234567890.5', 0, '12345678901234567891', '12345678901234567890'],
])('%s to %i digits', (text, digits, rounded, truncated) => {
  expect(Decimal.fromString(text).round(digits).toString()).toBe(rounded);
  expect(Decimal.fromString(text).truncate(digits).toString()).toBe(truncated);
});

test('a number is read from the start of a text', () => {
  expect(parseDecimal(' 12.5x')).toMatchObject({ garbage: true, overflow: false });
  expect(parseDecimal(' 12.5x').value.toString()).toBe('12.5');
  expect(parseDecimal('1e3').value.toString()).toBe('1000');
  expect(parseDecimal('abc')).toMatchObject({ end: 0, garbage: true });
  expect(parseDecimal('9'.repeat(100)).overflow).toBe(true);
});
