/** The order of sorted entries against the runtime's own sort. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EvalContext, Expr } from '../expr/index.ts';
import { doubleType, type FieldType, type Value, varcharType } from '../types/index.ts';
import { sortEntries } from './sort-entries.ts';
import { compileRowOrder } from './sort-key.ts';

function column(type: FieldType): Expr {
  return { kind: 'column', index: 0, type, name: 'c' } as unknown as Expr;
}

function check(values: readonly Value[], type: FieldType, descending: boolean): void {
  const order = compileRowOrder([{ expr: column(type), descending }]);
  const entries = values.map((value, i) => order.entry([value], i, {} as EvalContext));
  const wanted = entries.toSorted(order.compare).map((entry) => entry.sequence);
  expect(sortEntries(entries, order).map((entry) => entry.sequence)).toEqual(wanted);
}

const digits = fc.string({ unit: fc.constantFrom('0', '1', '7', '-'), maxLength: 12 });
const words = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'é', ' ', '\t', '_', '\u0301'), maxLength: 9 });

test.each(['utf8mb4_0900_ai_ci', 'utf8mb4_0900_as_cs', 'utf8mb4_general_ci', 'utf8mb4_bin', 'latin1_swedish_ci'])(
  'texts in %s',
  (collation) => {
    const type = varcharType(40, { collation });
    const text = fc.oneof({ weight: 5, arbitrary: digits }, { weight: 1, arbitrary: words }, fc.constant(null));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 150 }), fc.boolean(), (values, descending) =>
        check(values, type, descending),
      ),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.array(digits, { maxLength: 150 }), fc.boolean(), (values, descending) =>
        check(values, type, descending),
      ),
      { numRuns: 200 },
    );
  },
);

test('numbers, with NULL first or last', () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true }), fc.constant(null));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 300 }), fc.boolean(), (values, descending) =>
      check(values, doubleType(), descending),
    ),
  );
});

test('thousands of entries', () => {
  const values = Array.from({ length: 9000 }, (_, i) => (i * 7919) % 1009);
  check(values, doubleType(), false);
  check(values.slice(0, 5000), doubleType(), true);
});
