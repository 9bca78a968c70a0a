/** What a suite counts: statements passed, failed, and skipped with the reason. A skip is never counted as passed. */

export interface Miss {
  readonly place: string;
  readonly sql: string;
  readonly wanted: string;
  readonly got: string;
  /** Of what kind it is, where a suite tells kinds apart; it counts as failed all the same. */
  readonly group?: string | undefined;
}

export class Score {
  passed = 0;
  failed = 0;
  readonly skips = new Map<string, number>();
  readonly misses: Miss[] = [];
  /** Failed statements by group. */
  readonly groups = new Map<string, number>();

  get skipped(): number {
    return [...this.skips.values()].reduce((sum, count) => sum + count, 0);
  }

  get statements(): number {
    return this.passed + this.failed + this.skipped;
  }

  /** Of what was judged, in per cent. */
  get percent(): number {
    return (100 * this.passed) / Math.max(1, this.passed + this.failed);
  }

  /** As if what is in a group had not been judged. */
  get percentWithoutGroups(): number {
    const grouped = [...this.groups.values()].reduce((sum, count) => sum + count, 0);
    return (100 * this.passed) / Math.max(1, this.passed + this.failed - grouped);
  }

  pass(): void {
    this.passed++;
  }

  fail(miss: Miss): void {
    this.failed++;
    this.misses.push(miss);
    if (miss.group !== undefined) this.groups.set(miss.group, (this.groups.get(miss.group) ?? 0) + 1);
  }

  skip(reason: string): void {
    this.skips.set(reason, (this.skips.get(reason) ?? 0) + 1);
  }
}
