/**
 * The collation in which several strings meet, by coercibility (MySQL manual, "Collation Coercibility in Expressions").
 *
 * | coercibility | what                                       |
 * |--------------|--------------------------------------------|
 * | 0            | COLLATE clause                             |
 * | 2            | column, stored routine variable            |
 * | 3            | USER(), VERSION(), system constants        |
 * | 4            | literal                                    |
 * | 5            | number or date as text                     |
 * | 6            | NULL                                       |
 * | 7            | (mixed columns: no collation; shown as 1)  |
 *
 * A `FieldType` carries no coercibility; without one it counts as a column (2).
 */
import { sqlError } from '../../base/index.ts';
import { getCollation } from './collation.ts';
import type { FieldType } from './field-type.ts';

export const Coercibility = {
  EXPLICIT: 0,
  IMPLICIT: 2,
  SYSCONST: 3,
  COERCIBLE: 4,
  NUMERIC: 5,
  IGNORABLE: 6,
  NONE: 7,
} as const;
export const COERCIBILITY_NAMES = [
  'EXPLICIT',
  '',
  'IMPLICIT',
  'SYSCONST',
  'COERCIBLE',
  'NUMERIC',
  'IGNORABLE',
  'NONE',
] as const;

export interface CollationSource {
  readonly collation: string;
  readonly coercibility: number;
  /** A literal of plain ASCII converts to any charset. */
  readonly ascii?: boolean;
}

function sourceOf(type: FieldType): CollationSource {
  return { collation: type.collation, coercibility: Coercibility.IMPLICIT };
}

/** Throws 1267 (two), 1270 (three) or 1271 (more) for an illegal mix. */
export function aggregateCollation(types: readonly FieldType[], operation: string): string {
  return aggregateSources(types.map(sourceOf), operation).collation;
}

/** `mixed`: a function that makes a string may mix columns of several collations; comparing may not. */
export function aggregateSources(
  sources: readonly CollationSource[],
  operation: string,
  mixed = false,
): CollationSource {
  let best = sources[0]!;
  // weaker sources have no say where stronger ones do not agree
  const strongest = Math.min(...sources.map(({ coercibility }) => coercibility));
  let isMix = false;
  for (const next of sources.slice(1)) {
    // what did not agree is settled by a binary collation only
    if (isMix && (next.coercibility > strongest || !getCollation(next.collation).isBinary)) continue;
    const merged = merge(best, next);
    if (merged === undefined) throw illegalMix(sources, operation);
    isMix = merged.coercibility === Coercibility.NONE && best.coercibility !== Coercibility.NONE;
    if (isMix && !mixed) throw illegalMix(sources, operation);
    best = merged;
  }
  if (best.coercibility === Coercibility.NONE && !mixed && sources.length > 1) throw illegalMix(sources, operation);
  return best;
}

/** The winner of two; undefined for an illegal mix; coercibility NONE when only comparing would be illegal. Anything beats NONE. */
function merge(a: CollationSource, b: CollationSource): CollationSource | undefined {
  if (a.collation === b.collation) return a.coercibility <= b.coercibility ? a : b;
  if (a.coercibility === Coercibility.IGNORABLE) return b;
  if (b.coercibility === Coercibility.IGNORABLE) return a;
  if (a.collation === 'binary' || b.collation === 'binary')
    return a.collation === 'binary'
      ? a.coercibility <= b.coercibility
        ? a
        : b
      : b.coercibility <= a.coercibility
        ? b
        : a;
  const x = getCollation(a.collation);
  const y = getCollation(b.collation);
  if (x.charset === y.charset) {
    if (a.coercibility !== b.coercibility) return a.coercibility < b.coercibility ? a : b;
    if (a.coercibility === Coercibility.EXPLICIT) return undefined;
    if (x.isBinary !== y.isBinary) return x.isBinary ? a : b;
    if (a.coercibility >= Coercibility.COERCIBLE) return a;
    return { collation: binaryOf(x.charset), coercibility: Coercibility.NONE };
  }
  if (a.coercibility < b.coercibility && (b.coercibility >= Coercibility.SYSCONST || isUnicode(x.charset))) return a;
  if (b.coercibility < a.coercibility && (a.coercibility >= Coercibility.SYSCONST || isUnicode(y.charset))) return b;
  if (a.coercibility === b.coercibility && a.coercibility !== Coercibility.EXPLICIT) {
    if (isSuperset(x.charset, y.charset)) return a;
    if (isSuperset(y.charset, x.charset)) return b;
  }
  return undefined;
}

function binaryOf(charset: string): string {
  return `${charset}_bin`;
}

function isUnicode(charset: string): boolean {
  return charset.startsWith('utf') || charset === 'ucs2';
}

function isSuperset(a: string, b: string): boolean {
  if (!isUnicode(a)) return b === 'ascii';
  if (!isUnicode(b)) return true;
  return (
    (a === 'utf8mb4' && b !== 'utf8mb4') ||
    (a.startsWith('utf16') && b === 'ucs2') ||
    (a === 'utf32' && b !== 'utf8mb4' && b !== 'utf32')
  );
}

function illegalMix(sources: readonly CollationSource[], operation: string): Error {
  const part = (source: CollationSource): [string, string] => [
    source.collation,
    COERCIBILITY_NAMES[source.coercibility]!,
  ];
  const [a, b, c] = sources;
  if (sources.length === 2) return sqlError('ER_CANT_AGGREGATE_2COLLATIONS', ...part(a!), ...part(b!), operation);
  if (sources.length === 3)
    return sqlError('ER_CANT_AGGREGATE_3COLLATIONS', ...part(a!), ...part(b!), ...part(c!), operation);
  return sqlError('ER_CANT_AGGREGATE_NCOLLATIONS', operation);
}
