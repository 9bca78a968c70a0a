/** What a suite counts: statements passed, failed, and skipped with the reason. A skip is never counted as passed. */

export interface Miss {
  readonly place: string;
  readonly sql: string;
  readonly wanted: string;
  readonly got: string;
}

export class Score {
  passed = 0;
  failed = 0;
  readonly skips = new Map<string, number>();
  readonly misses: Miss[] = [];

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

  pass(): void {
    this.passed++;
  }

  fail(miss: Miss): void {
    this.failed++;
    this.misses.push(miss);
  }

  skip(reason: string): void {
    this.skips.set(reason, (this.skips.get(reason) ?? 0) + 1);
  }
}
