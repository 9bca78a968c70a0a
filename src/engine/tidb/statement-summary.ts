/**
 * What statements cost: a summary by digest (STATEMENTS_SUMMARY) and the slow ones one by one (SLOW_QUERY).
 *
 * A statement is counted under its text; texts are folded into the summary when there are many or somebody reads it, so that
 * the digest is computed once for a text that runs often, and not while it runs. Everything is bounded and in memory; a restart begins anew.
 */
import { normalizeStatement } from '../../sql/parser/index.ts';
import { sqlDigest } from './bindings.ts';

/** Whose statement it was. */
export interface StatementOrigin {
  readonly database: string | null;
  readonly user: string;
  readonly connectionId: number;
  readonly resourceGroup: string;
}

/** How a statement went. */
export interface StatementOutcome {
  readonly elapsedMs: number;
  readonly rows: number;
  readonly affectedRows: number;
  readonly warnings: number;
  readonly failed: string | undefined;
}

/** A slow statement. */
export interface StatementRecord extends StatementOrigin, StatementOutcome {
  readonly sql: string;
  readonly startedAtMs: number;
}

interface Counts {
  count: number;
  errors: number;
  warnings: number;
  sumMs: number;
  maxMs: number;
  minMs: number;
  rows: number;
  maxRows: number;
  affectedRows: number;
}

/** Runs of one text by one user since the last folding. */
interface Pending extends Counts {
  readonly sql: string;
  /** The same text for the digest: without its values if it runs as such. */
  readonly text: string;
  readonly database: string | null;
  readonly user: string;
  readonly resourceGroup: string;
}

export interface SummaryRow extends Counts {
  readonly digest: string;
  readonly text: string;
  readonly database: string | null;
  readonly kind: string;
  readonly sampleUser: string;
  sampleSql: string;
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

const NOTHING: Counts = {
  count: 0,
  errors: 0,
  warnings: 0,
  sumMs: 0,
  maxMs: 0,
  minMs: 0,
  rows: 0,
  maxRows: 0,
  affectedRows: 0,
};
/** Different texts. */
const PENDING_MAX = 1024;
const SLOW_MAX = 1000;
/** Texts whose digest is known: most clients send few different ones. */
const TEXTS_MAX = 2000;

export class StatementSummary {
  readonly #limits: () => SummaryLimits;
  readonly #nowMs: () => number;
  readonly #digests = new Map<string, { readonly text: string; readonly digest: string }>();
  #pending = new Map<string, Pending>();
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

  /** `template`: the statement with parameters for its values, if that is known: it has the same digest, and is met more often. */
  add(sql: string, origin: StatementOrigin, outcome: StatementOutcome, template?: string): void {
    const { elapsedMs } = outcome;
    const text = template ?? sql;
    let pending = this.#pending.get(text);
    if (
      pending === undefined ||
      pending.database !== origin.database ||
      pending.user !== origin.user ||
      pending.resourceGroup !== origin.resourceGroup
    ) {
      if (pending !== undefined || this.#pending.size >= PENDING_MAX) this.#fold();
      const { database, user, resourceGroup } = origin;
      pending = { sql, text, database, user, resourceGroup, ...NOTHING, minMs: elapsedMs };
      this.#pending.set(text, pending);
    }
    pending.count++;
    if (outcome.failed !== undefined) pending.errors++;
    pending.warnings += outcome.warnings;
    pending.sumMs += elapsedMs;
    if (elapsedMs > pending.maxMs) pending.maxMs = elapsedMs;
    if (elapsedMs < pending.minMs) pending.minMs = elapsedMs;
    pending.rows += outcome.rows;
    if (outcome.rows > pending.maxRows) pending.maxRows = outcome.rows;
    pending.affectedRows += outcome.affectedRows;
    // Most statements take less than a millisecond, and need not ask for the limit.
    if (elapsedMs >= 1 && elapsedMs >= this.#limits().slowMs) this.#addSlow(sql, origin, outcome);
  }

  #addSlow(sql: string, origin: StatementOrigin, outcome: StatementOutcome): void {
    const { database, user, connectionId, resourceGroup } = origin;
    if (this.#slow.length >= SLOW_MAX) this.#slow.shift();
    const startedAtMs = this.#nowMs() - outcome.elapsedMs;
    this.#slow.push({ sql, database, user, connectionId, resourceGroup, startedAtMs, ...outcome });
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
    this.#pending.clear();
    this.#rows = new Map();
    this.#history = [];
    this.#beganAtMs = this.#nowMs();
  }

  #fold(): void {
    const limits = this.#limits();
    const nowMs = this.#nowMs();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const runs of pending) this.#count(runs, limits, nowMs);
    if (nowMs - this.#beganAtMs < limits.windowMs) return;
    if (this.#rows.size > 0)
      this.#history.push({ beganAtMs: this.#beganAtMs, endsAtMs: this.#beganAtMs + limits.windowMs, rows: this.#rows });
    while (this.#history.length > limits.windowsMax) this.#history.shift();
    this.#rows = new Map();
    this.#beganAtMs = nowMs;
  }

  #count(runs: Pending, limits: SummaryLimits, nowMs: number): void {
    const { digest, text } = this.digestFor(runs.text);
    const key = `${digest} ${runs.database ?? ''} ${runs.resourceGroup}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      if (this.#rows.size >= limits.digestsMax) {
        const oldest = this.#rows.keys().next().value;
        if (oldest !== undefined) this.#rows.delete(oldest);
        this.evicted++;
      }
      row = firstRow(runs, digest, text.slice(0, limits.sqlMax), nowMs);
      this.#rows.set(key, row);
    }
    row.sampleSql = runs.sql.slice(0, limits.sqlMax);
    row.count += runs.count;
    row.errors += runs.errors;
    row.warnings += runs.warnings;
    row.sumMs += runs.sumMs;
    row.maxMs = Math.max(row.maxMs, runs.maxMs);
    row.minMs = Math.min(row.minMs, runs.minMs);
    row.rows += runs.rows;
    row.maxRows = Math.max(row.maxRows, runs.maxRows);
    row.affectedRows += runs.affectedRows;
    row.lastSeenMs = nowMs;
  }
}

/** Select, Insert, … as TiDB names them. */
function kindOf(text: string): string {
  const word = /^[(\s]*(\w+)/.exec(text)?.[1] ?? '';
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function firstRow(runs: Pending, digest: string, text: string, nowMs: number): SummaryRow {
  const { database, user, resourceGroup } = runs;
  return {
    digest,
    text,
    database,
    kind: kindOf(text),
    sampleUser: user,
    sampleSql: '',
    resourceGroup,
    ...NOTHING,
    minMs: runs.minMs,
    firstSeenMs: nowMs,
    lastSeenMs: nowMs,
  };
}
