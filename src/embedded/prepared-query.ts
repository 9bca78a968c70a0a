/** A statement prepared once and run often. */
import type { PreparedStatement } from '../engine/index.ts';
import { bindParams, type Param } from './params.ts';
import type { RowObject, Rows } from './rows.ts';
import type { Runner } from './runner.ts';

export class PreparedQuery {
  readonly #runner: Runner;
  readonly #statement: PreparedStatement;

  constructor(runner: Runner, statement: PreparedStatement) {
    this.#runner = runner;
    this.#statement = statement;
  }

  get paramCount(): number {
    return this.#statement.paramCount;
  }

  /** Rows; none when the statement has none. */
  query<T = RowObject>(params: readonly Param[] = []): Promise<Rows<T>> {
    const bound = bindParams(params);
    return this.#runner.exclusive(async () =>
      this.#runner.rowsOf(await this.#statement.execute(bound.values, bound.types)),
    ) as unknown as Promise<Rows<T>>;
  }

  close(): void {
    this.#statement.close();
  }
}
