/** What `db.transaction(fn)` hands to `fn`: statements that commit or roll back together, on a session of their own. */
import type { Param } from './params.ts';
import type { ExecuteResult, RowObject, Rows } from './rows.ts';
import type { Runner } from './runner.ts';

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read';
  readonly readOnly?: boolean;
  /** Runs `fn` again, at most so often, when a deadlock or a write conflict rolled the transaction back. Default 0. */
  readonly retries?: number;
}

export class Transaction {
  readonly #runner: Runner;

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  query<T = RowObject>(sql: string, params?: readonly Param[]): Promise<Rows<T>> {
    return this.#runner.query(sql, params) as unknown as Promise<Rows<T>>;
  }

  execute(sql: string, params?: readonly Param[]): Promise<ExecuteResult> {
    return this.#runner.execute(sql, params);
  }

  stream<T = RowObject>(sql: string, params?: readonly Param[]): AsyncGenerator<T, void, undefined> {
    return this.#runner.stream(sql, params) as unknown as AsyncGenerator<T, void, undefined>;
  }
}
