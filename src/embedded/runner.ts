/**
 * Runs statements on one session, one after the other: what Database and Transaction are made of.
 *
 * What may interleave: callers may call at any time; their statements queue here. A stream holds the session from its
 * first row to its end.
 */
import { DbError, isPromise, type MaybePromise } from '../base/index.ts';
import type { PreparedStatement, Session, StatementResult } from '../engine/index.ts';
import { bindParams, type Param } from './params.ts';
import {
  RowMaker,
  collectRows,
  withFields,
  type ExecuteResult,
  type ResultOptions,
  type RowObject,
  type Rows,
} from './rows.ts';

const PREPARED_MAX = 100;

export class Runner {
  readonly session: Session;
  readonly options: ResultOptions;
  /** By text, least recently used first. */
  readonly #prepared = new Map<string, PreparedStatement>();
  #tail: Promise<unknown> | undefined;
  #closed = false;

  constructor(session: Session, options: ResultOptions) {
    this.session = session;
    this.options = options;
  }

  async query(sql: string, params: readonly Param[] | undefined): Promise<Rows> {
    return this.#exclusive(async () => this.rowsOf(await this.#start(sql, params)));
  }

  async execute(sql: string, params: readonly Param[] | undefined): Promise<ExecuteResult> {
    return this.#exclusive(async () => outcomeOf(await this.#start(sql, params)));
  }

  /** Statements separated by ';'. The last one's rows, or none. */
  script(sql: string): Promise<Rows> {
    return this.#exclusive(async () => {
      const script = this.session.run(sql);
      let rows = withFields([], []);
      for (let result = await script.next(); result !== undefined; result = await script.next())
        rows = await this.rowsOf(result);
      return rows;
    });
  }

  async *stream(sql: string, params: readonly Param[] | undefined): AsyncGenerator<RowObject, void, undefined> {
    const release = await this.#acquire();
    try {
      const result = await this.#start(sql, params);
      if (result.kind === 'ok') return;
      try {
        const maker = new RowMaker(result.columns, this.options);
        for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
          for (const row of batch) yield maker.make(row);
        }
      } finally {
        await result.close();
      }
    } finally {
      release();
    }
  }

  /** For statements that are kept: runs `work` when the session is free. */
  exclusive<T>(work: () => MaybePromise<T>): Promise<T> {
    return this.#exclusive(async () => work());
  }

  async rowsOf(result: StatementResult): Promise<Rows> {
    return result.kind === 'ok' ? withFields([], []) : collectRows(result, this.options);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.session.kill('query');
    await this.#tail?.catch(() => undefined);
    for (const statement of this.#prepared.values()) statement.close();
    this.#prepared.clear();
    await this.session.close();
  }

  #start(sql: string, params: readonly Param[] | undefined): MaybePromise<StatementResult> {
    if (params === undefined || params.length === 0) return this.session.execute(sql);
    const bound = bindParams(params);
    const statement = this.#prepare(sql);
    if (isPromise(statement)) return statement.then((ready) => ready.execute(bound.values, bound.types));
    return statement.execute(bound.values, bound.types);
  }

  #prepare(sql: string): MaybePromise<PreparedStatement> {
    const known = this.#prepared.get(sql);
    if (known !== undefined) {
      this.#prepared.delete(sql);
      this.#prepared.set(sql, known);
      return known;
    }
    const made = this.session.prepare(sql);
    return isPromise(made) ? made.then((statement) => this.#keep(sql, statement)) : this.#keep(sql, made);
  }

  #keep(sql: string, statement: PreparedStatement): PreparedStatement {
    if (this.#prepared.size >= PREPARED_MAX) {
      const [oldest, dropped] = this.#prepared.entries().next().value as [string, PreparedStatement];
      this.#prepared.delete(oldest);
      dropped.close();
    }
    this.#prepared.set(sql, statement);
    return statement;
  }

  async #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.#acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }

  async #acquire(): Promise<() => void> {
    const before = this.#tail;
    let release: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#tail = before === undefined ? mine : before.then(() => mine);
    const tail = this.#tail;
    if (before !== undefined) await before;
    const done = (): void => {
      if (this.#tail === tail) this.#tail = undefined;
      release();
    };
    if (this.#closed) {
      done();
      throw new DbError('closed', 'database-closed', 'the database is closed');
    }
    return done;
  }
}

/** Rows are read to their end and dropped. */
async function outcomeOf(result: StatementResult): Promise<ExecuteResult> {
  if (result.kind === 'ok') {
    const { affectedRows, lastInsertId, info, warningCount } = result;
    return { affectedRows, lastInsertId, info, warningCount };
  }
  try {
    while ((await result.next()) !== undefined);
  } finally {
    await result.close();
  }
  return { affectedRows: 0, lastInsertId: 0, info: '', warningCount: result.warningCount() };
}
