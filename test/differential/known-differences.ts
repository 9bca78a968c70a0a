/**
 * What MySQL 9.7 does differently from 8.0/8.4, which Ebb follows, and what Ebb does differently on purpose (COMPAT.md). A difference that one of these
 * rules explains is counted by its name and not as a failure.
 */
import type { Result } from './compare.ts';

export interface KnownDifference {
  readonly name: string;
  readonly explains: (sql: string, mysql: Result, ebb: Result) => boolean;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [];

export function explanation(sql: string, mysql: Result, ebb: Result): string | undefined {
  return KNOWN_DIFFERENCES.find((known) => known.explains(sql, mysql, ebb))?.name;
}
