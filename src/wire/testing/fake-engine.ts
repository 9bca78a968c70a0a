/**
 * A small engine for tests of the wire: it answers a fixed set of texts from scripted results, and records what it is
 * asked. It implements the Engine port, so the protocol cannot tell it from the real one.
 */
import { isPromise, sqlError, type MaybePromise } from '../../base/index.ts';
import type {
  AccountCredentials,
  ConnectOptions,
  Engine,
  OkResult,
  PreparedStatement,
  ResultColumn,
  RowsResult,
  ScriptRun,
  Session,
  StatementResult,
} from '../../engine/index.ts';
import type { Batch, FieldType, Row, Value } from '../../sql/types/index.ts';

export function okResult(affectedRows = 0, info = ''): OkResult {
  return { kind: 'ok', affectedRows, lastInsertId: 0, info, warningCount: 0 };
}

/** `delayed`: every batch comes as a promise, as after a cache miss. */
export function rowsResult(
  columns: readonly ResultColumn[],
  batches: readonly Batch[],
  delayed = false,
): RowsResult & { closed: number } {
  let at = 0;
  return {
    kind: 'rows',
    columns,
    closed: 0,
    next() {
      const batch = batches[at++];
      return delayed ? Promise.resolve(batch) : batch;
    },
    close() {
      this.closed++;
    },
    warningCount: () => 0,
  };
}

export function column(name: string, type: FieldType, more: Partial<ResultColumn> = {}): ResultColumn {
  return { id: 0, name, type, ...more };
}

export interface FakePrepared {
  readonly paramCount: number;
  readonly columns: readonly ResultColumn[];
  execute(params: readonly Value[], types: readonly FieldType[], session: FakeSession): MaybePromise<StatementResult>;
}

export type Answer = (sql: string, session: FakeSession) => MaybePromise<StatementResult>;

export class FakeSession implements Session {
  readonly connectionId: number;
  options: ConnectOptions;
  resultCharset = 'utf8mb4';
  clientCharset = 'utf8mb4';
  onTerminate: ((reason: string) => void) | undefined;
  closed = false;
  killed: 'query' | 'connection' | undefined;
  onKill: (() => void) | undefined;
  readonly #engine: FakeEngine;
  readonly status = { inTransaction: false, autocommit: true, noBackslashEscapes: false, readOnlyTransaction: false };

  constructor(engine: FakeEngine, options: ConnectOptions) {
    this.#engine = engine;
    this.options = options;
    this.connectionId = options.connectionId ?? 0;
  }

  execute(sql: string): MaybePromise<StatementResult> {
    this.#engine.log.push(sql);
    return this.#engine.answer(sql, this);
  }

  run(sql: string): ScriptRun {
    const parts = sql
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    let at = 0;
    const session: FakeSession = this;
    return {
      get more() {
        return at < parts.length;
      },
      next() {
        const part = parts[at++];
        return part === undefined ? undefined : session.execute(part);
      },
    };
  }

  prepare(sql: string): MaybePromise<PreparedStatement> {
    this.#engine.log.push(`prepare ${sql}`);
    const prepared = this.#engine.prepared(sql);
    return {
      paramCount: prepared.paramCount,
      columns: prepared.columns,
      warningCount: 0,
      execute: (params, types) => prepared.execute(params, types, this),
      close: () => this.#engine.log.push(`close ${sql}`),
    };
  }

  useDatabase(name: string): void {
    if (name === 'missing') throw sqlError('ER_BAD_DB_ERROR', name);
    this.#engine.log.push(`use ${name}`);
    this.options.hooks?.onChange?.({ kind: 'schema', name });
  }

  setMultiStatements(on: boolean): void {
    this.#engine.log.push(`multi ${on}`);
  }

  changeUser(options: ConnectOptions): void {
    this.options = options;
    this.#engine.log.push(`change user ${options.user}`);
  }

  reset(): void {
    this.#engine.log.push('reset');
  }

  kill(what: 'query' | 'connection'): void {
    this.killed = what;
    this.onKill?.();
  }

  close(): void {
    this.closed = true;
    this.#engine.log.push('session closed');
  }

  systemVariable(name: string): Value {
    return this.#engine.variables[name] ?? null;
  }
}

export class FakeEngine implements Engine {
  readonly accounts: AccountCredentials[] = [];
  readonly sessions: FakeSession[] = [];
  readonly log: string[] = [];
  variables: Record<string, Value> = { version: '8.4.6-Ebb-test' };
  answer: Answer = () => okResult();
  prepared: (sql: string) => FakePrepared = () => ({ paramCount: 0, columns: [], execute: () => okResult() });
  #nextId = 1;

  addAccount(user: string, more: Partial<AccountCredentials> = {}): void {
    this.accounts.push({
      user,
      host: '%',
      plugin: 'caching_sha2_password',
      authenticationString: '',
      locked: false,
      passwordExpired: false,
      requireTls: false,
      ...more,
    });
  }

  findAccount(user: string): AccountCredentials | undefined {
    return this.accounts.find((account) => account.user === user);
  }

  nextConnectionId(): number {
    return this.#nextId++;
  }

  connect(options: ConnectOptions): Session {
    if (options.database === 'missing') throw sqlError('ER_BAD_DB_ERROR', options.database);
    const session = new FakeSession(this, options);
    this.sessions.push(session);
    return session;
  }

  globalVariable(name: string): Value {
    return this.variables[name] ?? null;
  }
}

/** All rows of a result, however its batches come. */
export async function rowsOf(result: StatementResult): Promise<Row[]> {
  if (result.kind === 'ok') return [];
  const rows: Row[] = [];
  for (;;) {
    const batch = result.next();
    const ready = isPromise(batch) ? await batch : batch;
    if (ready === undefined) break;
    rows.push(...ready);
  }
  await result.close();
  return rows;
}
