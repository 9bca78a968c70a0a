/**
 * Packs Unicode collation weights (facts recorded with WEIGHT_STRING) into src/sql/types/collation-weights.data.ts.
 *
 *   xz -dc ../shared/corpora/weights-mysql974.json.xz > weights.json
 *   npx tsx script/collations/build-weights.ts weights.json
 *
 * The input maps a collation to hex weights, index 0 being U+0020, surrogates skipped. The output is one string per
 * table of space-separated tokens with base-36 numbers, read by src/sql/types/uca-table.ts:
 *
 *   iBn   n code points with implicit weights of base B (0 = FB40, 1 = FB80, 2 = FBC0)
 *   en    n ignorable code points            cn   n code points whose weight is the code point
 *   =n    n times the weights before         +n   n single weights, each one more than the one before
 *   hn    n Hangul syllables that weigh what their jamo weigh
 *   ^c    the implicit weights of code point c
 *   a.b   these weights, the first relative to the first one of the code point before when it starts with < or >
 */
import { readFileSync, writeFileSync } from 'node:fs';

const input = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Record<string, string[]>;
const base36 = (value: number): string => value.toString(36);
const codePointOf = (index: number): number => (index + 0x20 < 0xd800 ? index + 0x20 : index + 0x820);
const CONTROL: string[] = Array.from({ length: 32 }, (_, i) => (i >= 9 && i <= 13 ? `020${i - 8}` : ''));

function implicitBase(weights: number[], codePoint: number): number {
  if (weights.length !== 2 || weights[0]! < 0xfb40) return -1;
  const base = weights[0]! - (codePoint >> 15);
  const known = [0xfb40, 0xfb80, 0xfbc0].indexOf(base);
  return known >= 0 && weights[1] === ((codePoint & 0x7fff) | 0x8000) ? known : -1;
}

/** A Hangul syllable that weighs what its conjoining jamo weigh. */
function isHangul(hex: readonly string[], codePoint: number): boolean {
  const s = codePoint - 0xac00;
  if (s < 0 || s >= 11172) return false;
  const tail = s % 28 === 0 ? '' : hex[0x11a7 + (s % 28)]!;
  return hex[codePoint] === hex[0x1100 + Math.floor(s / 588)]! + hex[0x1161 + (Math.floor(s / 28) % 21)]! + tail;
}

function packTable(hex: readonly string[]): string {
  const tokens: string[] = [];
  let run: { mark: string; count: number } | undefined;
  const flush = (): void => {
    if (run) tokens.push(run.mark + base36(run.count));
    run = undefined;
  };
  const extend = (mark: string): void => {
    if (run?.mark === mark) run.count++;
    else {
      flush();
      run = { mark, count: 1 };
    }
  };
  let previous: number[] = [0];
  hex.forEach((text, codePoint) => {
    const weights = (text.match(/.{4}/g) ?? []).map((w) => parseInt(w, 16));
    const base = implicitBase(weights, codePoint);
    if (base >= 0) extend(`i${base}`);
    else if (isHangul(hex, codePoint)) extend('h');
    else if (weights.length === 0) extend('e');
    else if (weights.length === 1 && weights[0] === codePoint) extend('c');
    else if (weights.join() === previous.join()) extend('=');
    else if (weights.length === 1 && previous.length === 1 && weights[0] === previous[0]! + 1) extend('+');
    else {
      flush();
      const other =
        weights.length === 2 && weights[0]! >= 0xfb40 ? ((weights[0]! & 0x3f) << 15) | (weights[1]! & 0x7fff) : -1;
      if (other >= 0 && weights[1]! >= 0x8000) tokens.push(`^${base36(other)}.${base36((weights[0]! - 0xfb40) >> 6)}`);
      else {
        const delta = weights[0]! - (previous[0] ?? 0);
        const first = delta < 0 ? `<${base36(-delta)}` : `>${base36(delta)}`;
        tokens.push([first, ...weights.slice(1).map(base36)].join('.'));
      }
    }
    if (weights.length > 0 && base < 0 && run?.mark !== 'h') previous = weights;
  });
  flush();
  return tokens.join(' ');
}

function expand(hex: readonly string[], control: readonly string[]): string[] {
  const all: string[] = [...control];
  hex.forEach((text, index) => {
    all[codePointOf(index)] = text;
  });
  for (let i = 0; i < all.length; i++) all[i] ??= '';
  return all;
}

/** Secondary and tertiary weights: a dictionary of patterns, then pattern numbers with run lengths. */
function packLevels(full: readonly string[]): string {
  const patterns: string[] = [];
  const ids = new Map<string, number>();
  const runs: string[] = [];
  let last = -1;
  let count = 0;
  for (const text of full) {
    const words = text.match(/.{4}/g) ?? [];
    const levels: string[][] = [[]];
    for (const word of words) {
      if (word === '0000') levels.push([]);
      else levels.at(-1)!.push(parseInt(word, 16).toString(36));
    }
    const plain =
      levels.length === 3 &&
      levels[0]!.length > 0 &&
      levels[0]!.length === levels[1]!.length &&
      levels[1]!.length === levels[2]!.length &&
      levels[1]!.every((w) => w === 'w') &&
      levels[2]!.every((w) => w === '2');
    const pattern =
      words.length === 0 ? 'e' : plain ? 'd' : `${(levels[1] ?? []).join('.')}/${(levels[2] ?? []).join('.')}`;
    let id = ids.get(pattern);
    if (id === undefined) {
      id = patterns.length;
      ids.set(pattern, id);
      patterns.push(pattern);
    }
    if (id === last) count++;
    else {
      if (last >= 0) runs.push(count === 1 ? base36(last) : `${base36(last)}*${base36(count)}`);
      last = id;
      count = 1;
    }
  }
  runs.push(`${base36(last)}*${base36(count)}`);
  return `${patterns.join(' ')}|${runs.join(' ')}`;
}

const asCsControl = CONTROL.map((w) => (w === '' ? '' : `${w}0000002000000002`));
const identity = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(4, '0'));
const tables = {
  uca0900: packTable(expand(input['utf8mb4_0900_ai_ci']!, CONTROL)),
  uca0900Levels: packLevels(expand(input['utf8mb4_0900_as_cs']!, asCsControl)),
  uca400: packTable(expand(input['utf8mb4_unicode_ci']!, CONTROL)),
  uca520: packTable(expand(input['utf8mb4_unicode_520_ci']!, CONTROL)),
  general: packTable(expand(input['utf8mb4_general_ci']!, identity)),
};
const lines = Object.entries(tables).map(([name, text]) => `  ${name}:\n    '${text}',`);
const header =
  '/** Generated by script/collations/build-weights.ts: Unicode collation weights, see there for the format. */\n';
writeFileSync(
  'src/sql/types/collation-weights.data.ts',
  `${header}export const COLLATION_WEIGHTS = {\n${lines.join('\n')}\n} as const;\n`,
);
for (const [name, text] of Object.entries(tables)) console.log(name, text.length);
