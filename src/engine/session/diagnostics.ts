/** The diagnostics area of a session: warnings of the last statement, limited to max_error_count, counted in full. */
import { MYSQL_ERRORS, SqlError } from '../../base/index.ts';

export type DiagnosticLevel = 'Note' | 'Warning' | 'Error';

export interface Diagnostic {
  readonly level: DiagnosticLevel;
  readonly errno: number;
  readonly sqlState: string;
  readonly message: string;
}

let states: ReadonlyMap<number, string> | undefined;

function sqlStateOf(errno: number): string {
  states ??= new Map(Object.values(MYSQL_ERRORS).map(([number, state]) => [number, state]));
  return states.get(errno) ?? 'HY000';
}

export class Diagnostics {
  #entries: Diagnostic[] = [];
  #total = 0;
  #errors = 0;
  limit = 1024;
  /** sql_notes = 0 drops notes. */
  keepNotes = true;

  /** What @@warning_count and @@error_count show: the counts of the statement before the one that reads them. */
  previousWarnings = 0;
  previousErrors = 0;

  clear(): void {
    this.previousWarnings = this.warningCount;
    this.previousErrors = this.#errors;
    if (this.#total === 0) return;
    this.#entries = [];
    this.#total = 0;
    this.#errors = 0;
  }

  add(level: DiagnosticLevel, errno: number, message: string, sqlState = sqlStateOf(errno)): void {
    if (level === 'Note' && !this.keepNotes) return;
    this.#total++;
    if (level === 'Error') this.#errors++;
    if (this.#entries.length < this.limit) this.#entries.push({ level, errno, sqlState, message });
  }

  addError(error: unknown): void {
    if (error instanceof SqlError) this.add('Error', error.errno, error.message, error.sqlState);
    else this.add('Error', 1105, error instanceof Error ? error.message : String(error));
  }

  get entries(): readonly Diagnostic[] {
    return this.#entries;
  }

  /** Warnings as the OK and EOF packets count them. */
  get warningCount(): number {
    return Math.min(this.#total, 65_535);
  }

  get errorCount(): number {
    return this.#errors;
  }
}
