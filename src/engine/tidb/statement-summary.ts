/**
 * What statements cost: a summary by digest (STATEMENTS_SUMMARY) and the slow ones one by one (SLOW_QUERY).
 *
 * A statement leaves a record of a few words; records are folded into the summary when there are many or somebody reads it,
 * so that the digest is not computed while the statement runs. Everything is bounded and in memory; a restart begins anew.
 */
import { normalizeStatement } from '../../sql/parser/index.ts';
import { sqlDigest } from './bindings.ts';

export interface StatementRecord {
  readonly sql: string;
  readonly database: string | null;
  readonly user: string;
  readonly connectionId: number;
  readonly startedAtMs: number;
  readonly elapsedMs: number;
  readonly rows: number;
  readonly affectedRows: number;
  readonly warnings: number;
  readonly failed: string | undefined;
  readonly resourceGroup: string;
}

export interface SummaryRow {
  readonly digest: string;
  readonly text: string;
  readonly database: string | null;
  readonly kind: string;
  readonly sampleUser: string;
  sampleSql: string;
  count: number;
  errors: number;
  warnings: number;
  sumMs: number;
  maxMs: number;
  minMs: number;
  rows: number;
  maxRows: number;
  affectedRows: number;
  firstSeenMs: number;
  lastSeenMs: number;
  readonly resourceGroup: string;
}

/** An interval of the summary's history. */
export interface SummaryWindow {
  readonly beganAtMs: number;
  readonly endsAtMs: number;
  readonly rows: ReadonlyMap<string, SummaryRow>;
}

export interface SummaryLimits {
  /** tidb_stmt_summary_max_stmt_count. */
  readonly digestsMax: number;
  /** tidb_stmt_summary_refresh_interval. */
  readonly windowMs: number;
  /** tidb_stmt_summary_history_size. */
  readonly windowsMax: number;
  /** tidb_stmt_summary_max_sql_length. */
  readonly sqlMax: number;
  /** tidb_slow_log_threshold. */
  readonly slowMs: number;
}

const PENDING_MAX = 1024;
const SLOW_MAX = 1000;
/** Texts whose digest is known: most clients send few different ones. */
const TEXTS_MAX = 2000;

export class StatementSummary {
  readonly #limits: () => SummaryLimits;
  readonly #nowMs: () => number;
  readonly #digests = new Map<string, { readonly text: string; readonly digest: string }>();
  #pending: StatementRecord[] = [];
  #rows = new Map<string, SummaryRow>();
  #beganAtMs: number;
  #history: SummaryWindow[] = [];
  readonly #slow: StatementRecord[] = [];
  /** What fell out because there were too many digests. */
  evicted = 0;

  constructor(limits: () => SummaryLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#beganAtMs = nowMs();
  }

  add(record: StatementRecord): void {
    this.#pending.push(record);
    // Most statements take less than a millisecond, and need not ask for the limit.
    if (record.elapsedMs >= 1 && record.elapsedMs >= this.#limits().slowMs) {
      if (this.#slow.length >= SLOW_MAX) this.#slow.shift();
      this.#slow.push(record);
    }
    if (this.#pending.length >= PENDING_MAX) this.#fold();
  }

  current(): readonly SummaryRow[] {
    this.#fold();
    return [...this.#rows.values()];
  }

  window(): SummaryWindow {
    this.#fold();
    return { beganAtMs: this.#beganAtMs, endsAtMs: this.#beganAtMs + this.#limits().windowMs, rows: this.#rows };
  }

  windows(): readonly SummaryWindow[] {
    return [...this.#history, this.window()];
  }

  slow(): readonly StatementRecord[] {
    return this.#slow;
  }

  digestFor(sql: string): { readonly text: string; readonly digest: string } {
    let known = this.#digests.get(sql);
    if (known === undefined) {
      const text = normalizeStatement(sql);
      known = this.#digests.get(text) ?? { text, digest: sqlDigest(text) };
      if (this.#digests.size >= TEXTS_MAX) this.#digests.clear();
      this.#digests.set(text, known);
      this.#digests.set(sql, known);
    }
    return known;
  }

  textOf(digest: string): string | undefined {
    for (const window of this.windows())
      for (const row of window.rows.values()) if (row.digest === digest) return row.text;
    return undefined;
  }

  clear(): void {
    this.#pending = [];
    this.#rows = new Map();
    this.#history = [];
    this.#beganAtMs = this.#nowMs();
  }

  #fold(): void {
    const limits = this.#limits();
    const nowMs = this.#nowMs();
    const pending = this.#pending;
    this.#pending = [];
    for (const record of pending) this.#count(record, limits);
    if (nowMs - this.#beganAtMs < limits.windowMs) return;
    if (this.#rows.size > 0)
      this.#history.push({ beganAtMs: this.#beganAtMs, endsAtMs: this.#beganAtMs + limits.windowMs, rows: this.#rows });
    while (this.#history.length > limits.windowsMax) this.#history.shift();
    this.#rows = new Map();
    this.#beganAtMs = nowMs;
  }

  #count(record: StatementRecord, limits: SummaryLimits): void {
    const { digest, text } = this.digestFor(record.sql);
    const key = `${digest} ${record.database ?? ''} ${record.resourceGroup}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (this.#rows.size >= limits.digestsMax) {
        const oldest = this.#rows.keys().next().value;
        if (oldest !== undefined) this.#rows.delete(oldest);
        this.evicted++;
      }
      row = firstRow(record, digest, text.slice(0, limits.sqlMax));
      this.#rows.set(key, row);
    }
    row.sampleSql = record.sql.slice(0, limits.sqlMax);
    row.count++;
    if (record.failed !== undefined) row.errors++;
    row.warnings += record.warnings;
    row.sumMs += record.elapsedMs;
    row.maxMs = Math.max(row.maxMs, record.elapsedMs);
    row.minMs = Math.min(row.minMs, record.elapsedMs);
    row.rows += record.rows;
    row.maxRows = Math.max(row.maxRows, record.rows);
    row.affectedRows += record.affectedRows;
    row.lastSeenMs = record.startedAtMs;
  }
}

/** Select, Insert, … as TiDB names them. */
function kindOf(text: string): string {
  const word = /^[(\s]*(\w+)/.exec(text)?.[1] ?? '';
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function firstRow(record: StatementRecord, digest: string, text: string): SummaryRow {
  return {
    digest,
    text,
    database: record.database,
    kind: kindOf(text),
    sampleUser: record.user,
    sampleSql: '',
    count: 0,
    errors: 0,
    warnings: 0,
    sumMs: 0,
    maxMs: 0,
    minMs: record.elapsedMs,
    rows: 0,
    maxRows: 0,
    affectedRows: 0,
    firstSeenMs: record.startedAtMs,
    lastSeenMs: record.startedAtMs,
    resourceGroup: record.resourceGroup,
  };
}
