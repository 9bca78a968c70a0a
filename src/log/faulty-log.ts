/** Breaks the log beneath as a plan says (fault-plan.ts of store): errors before and after the effect, delays. */
import type { Bytes } from '../base/index.ts';
import type { Timers } from '../env/index.ts';
import { injected, type Fault, type FaultPlan } from '../store/index.ts';
import type { AppendResult, CommitLog, LogRecord, Position } from './commit-log.ts';

const DELAY_MS = 20;

export class FaultyLog implements CommitLog {
  readonly #inner: CommitLog;
  readonly #plan: FaultPlan;
  readonly #timers: Pick<Timers, 'sleep'>;

  constructor(inner: CommitLog, plan: FaultPlan, timers: Pick<Timers, 'sleep'>) {
    this.#inner = inner;
    this.#plan = plan;
    this.#timers = timers;
  }

  append(after: Position, record: Bytes): Promise<AppendResult> {
    return this.#call('append', () => this.#inner.append(after, record));
  }

  async *read(after: Position): AsyncGenerator<LogRecord> {
    const fault = await this.#before('read');
    for await (const entry of this.#inner.read(after)) {
      yield entry;
      if (fault === 'error-after') throw injected('read', 'log');
    }
  }

  tail(): Promise<Position> {
    return this.#call('tail', () => this.#inner.tail());
  }

  trim(upTo: Position): Promise<void> {
    return this.#call('trim', () => this.#inner.trim(upTo));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async #call<T>(call: string, action: () => Promise<T>): Promise<T> {
    const fault = await this.#before(call);
    const value = await action();
    if (fault === 'error-after') throw injected(call, 'log');
    return value;
  }

  async #before(call: string): Promise<Fault | undefined> {
    const fault = this.#plan.next(call, 'log');
    if (fault === 'delay') await this.#timers.sleep(DELAY_MS);
    // A log has no half effects: a torn append is one that failed.
    if (fault === 'error-before' || fault === 'torn') throw injected(call, 'log');
    return fault;
  }
}
