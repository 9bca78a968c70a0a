/**
 * A database in this process.
 *
 * `query`, `execute` and `script` run on one session, one after the other in the order of the calls, so that USE and SET
 * hold for what follows. Transactions and streams have sessions of their own (with the current database) and run beside
 * them. The caller acts as root.
 */
import { DbError, SqlError } from '../base/index.ts';
import { openEngine, type OpenedEngine, type Session, type SessionChange } from '../engine/index.ts';
import type { Param } from './params.ts';
import { PreparedQuery } from './prepared-query.ts';
import type { ExecuteResult, RowObject, ResultOptions, Rows } from './rows.ts';
import { Runner } from './runner.ts';
import { Transaction, type TransactionOptions } from './transaction.ts';

// Node 20 has it; older tools may not. `await using` finds it either way.
(Symbol as { asyncDispose?: symbol }).asyncDispose ??= Symbol.for('Symbol.asyncDispose');

export interface DatabaseOptions {
  /** Memory for caches and unflushed writes. Default 1 GiB; for `memory:` it does not limit the data. */
  readonly memoryBudgetBytes?: number;
  /** Database to use; made when missing. */
  readonly database?: string;
  /** How DATE, DATETIME and TIMESTAMP are returned. Default 'string'. */
  readonly temporals?: 'string' | 'date';
  /** Global system variables, as in { sql_mode: '' }. */
  readonly variables?: Readonly<Record<string, string>>;
}

const ROOT = { user: 'root', host: 'localhost' } as const;
/** Deadlock, lock wait timeout, write conflict. */
const RETRYABLE = new Set([1213, 1205, 9007]);
const DEFAULT_DATABASE = 'test';

/** Opens a folder (made when missing), or `memory:` for a database that ends with the process. */
export async function open(location: string, options: DatabaseOptions = {}): Promise<Database> {
  const { memoryBudgetBytes, variables } = options;
  const opened = await openEngine({
    location,
    ...(memoryBudgetBytes === undefined ? {} : { memoryBudgetBytes }),
    ...(variables === undefined ? {} : { variables }),
  });
  try {
    const database = options.database ?? DEFAULT_DATABASE;
    const current = { database };
    const onChange = (change: SessionChange): void => {
      if (change.kind === 'schema') current.database = change.name;
    };
    const session = await opened.engine.connect({ ...ROOT, account: ROOT, multiStatements: true, hooks: { onChange } });
    if (opened.engine.catalog().findSchema(database) === undefined) {
      await session.execute(`CREATE DATABASE \`${database.replaceAll('`', '``')}\``);
    }
    await session.useDatabase(database);
    return new Database(opened, session, current, { temporals: options.temporals ?? 'string' });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

export class Database {
  readonly #opened: OpenedEngine;
  readonly #main: Runner;
  readonly #options: ResultOptions;
  readonly #others = new Set<Runner>();
  /** What USE chose last. */
  readonly #current: { readonly database: string };
  #closed = false;

  /** Use `open`. */
  constructor(opened: OpenedEngine, session: Session, current: { readonly database: string }, options: ResultOptions) {
    this.#opened = opened;
    this.#options = options;
    this.#current = current;
    this.#main = new Runner(session, options);
  }

  /** Rows as objects, with the columns in `rows.fields`. */
  query<T = RowObject>(sql: string, params?: readonly Param[]): Promise<Rows<T>> {
    return this.#main.query(sql, params) as unknown as Promise<Rows<T>>;
  }

  /** For statements without rows: how many rows it changed, the generated id. */
  execute(sql: string, params?: readonly Param[]): Promise<ExecuteResult> {
    return this.#main.execute(sql, params);
  }

  /** Several statements separated by ';', without parameters. Answers with the rows of the last one. */
  script(sql: string): Promise<Rows> {
    return this.#main.script(sql);
  }

  async prepare(sql: string): Promise<PreparedQuery> {
    const statement = await this.#main.exclusive(() => this.#main.session.prepare(sql));
    return new PreparedQuery(this.#main, statement);
  }

  /** Rows one by one; they are read as fast as they are taken. Leaving the loop ends the statement. */
  async *stream<T = RowObject>(sql: string, params?: readonly Param[]): AsyncGenerator<T, void, undefined> {
    const runner = await this.#connect();
    try {
      yield* runner.stream(sql, params) as unknown as AsyncGenerator<T, void, undefined>;
    } finally {
      await this.#release(runner);
    }
  }

  /** Commits when `work` resolves, rolls back when it rejects. */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const runner = await this.#connect();
    try {
      for (let attempt = 0; ; attempt++) {
        try {
          return await runTransaction(runner, work, options);
        } catch (error) {
          const again = error instanceof SqlError && RETRYABLE.has(error.errno) && attempt < (options.retries ?? 0);
          if (!again) throw error;
        }
      }
    } finally {
      await this.#release(runner);
    }
  }

  /** Ends running statements, then closes. Everything committed stays. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#main, ...this.#others].map((runner) => runner.close()));
    await this.#opened.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connect(): Promise<Runner> {
    if (this.#closed) throw new DbError('closed', 'database-closed', 'the database is closed');
    const session = await this.#opened.engine.connect({ ...ROOT, account: ROOT, database: this.#current.database });
    const runner = new Runner(session, this.#options);
    this.#others.add(runner);
    return runner;
  }

  async #release(runner: Runner): Promise<void> {
    this.#others.delete(runner);
    await runner.close();
  }
}

async function runTransaction<T>(
  runner: Runner,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  if (options.isolation !== undefined)
    await runner.execute(`SET TRANSACTION ISOLATION LEVEL ${options.isolation}`, undefined);
  await runner.execute(options.readOnly === true ? 'START TRANSACTION READ ONLY' : 'START TRANSACTION', undefined);
  let result: T;
  try {
    result = await work(new Transaction(runner));
  } catch (error) {
    await runner.execute('ROLLBACK', undefined);
    throw error;
  }
  await runner.execute('COMMIT', undefined);
  return result;
}
