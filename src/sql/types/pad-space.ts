/**
 * PAD SPACE: strings compare as if spaces without end followed them.
 *
 * Units are weights, or bytes, whose order is the order of the strings; a list of them ends with exactly one space unit that stands for
 * all those to come. Comparing two lists is easy: the shorter one goes on with spaces. A key that memcmp orders is harder: `a`, space, tab
 * is before `a`, though the key of `a` would be the start of its key. So the first space of a run that a lower unit follows is written
 * as the unit below the space ("gap"), which is before all that may stand there otherwise but lower units; units that are themselves gap
 * or the one below it are written as two. Only strings with units below the space have keys that differ from their units.
 */
import { assert } from '../../base/index.ts';

/** Both lists end with one space unit. */
export function comparePadded(a: readonly number[], b: readonly number[], space: number): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = i < a.length ? a[i]! : space;
    const y = i < b.length ? b[i]! : space;
    if (x !== y) return x - y;
  }
  return 0;
}

/** Units whose order, shorter first, is that of `comparePadded`. */
export function orderPadded(units: number[], space: number): number[] {
  if (!units.some((unit) => unit < space)) return units;
  const gap = space - 1;
  const escape = space - 2;
  assert(escape > 0, `a space unit of ${space} leaves no room below`);
  const out: number[] = [];
  /** Where the run of spaces that is being read starts in `out`. */
  let runStart = -1;
  for (const unit of units) {
    if (unit === space) {
      if (runStart < 0) runStart = out.length;
      out.push(unit);
      continue;
    }
    if (unit < space && runStart >= 0) out[runStart] = gap;
    runStart = -1;
    if (unit === gap || unit === escape) out.push(escape, unit === escape ? 1 : 2);
    else out.push(unit);
  }
  return out;
}
