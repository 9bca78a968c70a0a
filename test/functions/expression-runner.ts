/** Evaluates one expression through a whole session, and shows the answer in the form of the recorded files. */
import { isPromise, SqlError } from '../../src/base/index.ts';
import { openDatabase, type Session } from '../../src/engine/index.ts';
import { SqlEngine } from '../../src/engine/session/engine.ts';
import { ALL_RIGHTS } from '../../src/engine/session/all-rights.ts';
import { realEnv } from '../../src/env/index.ts';
import { openLog } from '../../src/log/index.ts';
import { openStore } from '../../src/store/index.ts';
import { columnMetadata, protocolText, type Row } from '../../src/sql/types/index.ts';

export type Recorded =
  | readonly [
      expression: string,
      value: string | null,
      type: readonly [number, number, number, number],
      warnings: readonly (readonly [string, number, string])[],
    ]
  | readonly [expression: string, error: { readonly errno: number; readonly message: string }];

export class ExpressionRunner {
  readonly #session: Session;
  readonly #close: () => Promise<void>;

  private constructor(session: Session, close: () => Promise<void>) {
    this.#session = session;
    this.#close = close;
  }

  static async open(): Promise<ExpressionRunner> {
    const env = realEnv();
    const database = await openDatabase({
      store: await openStore('memory:', env),
      log: await openLog('memory:', env),
      env,
    });
    const engine = new SqlEngine({
      database,
      env,
      accounts: { findAccount: () => undefined, privilegesOf: () => ALL_RIGHTS },
    });
    const session = await engine.connect({ user: 'root', host: 'localhost' });
    const runner = new ExpressionRunner(session, async () => {
      await session.close();
      await database.close();
    });
    await runner.#rows("set timestamp = 1577934245, time_zone = '+00:00'");
    return runner;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Runs a statement and returns its rows. */
  async run(sql: string): Promise<Row[]> {
    return (await this.#rows(sql)).rows;
  }

  async #rows(
    sql: string,
  ): Promise<{ rows: Row[]; columns: readonly { readonly type: Parameters<typeof columnMetadata>[0] }[] }> {
    const result = await this.#session.execute(sql);
    if (result.kind === 'ok') return { rows: [], columns: [] };
    const rows: Row[] = [];
    for (;;) {
      const next = result.next();
      const batch = isPromise(next) ? await next : next;
      if (batch === undefined) break;
      rows.push(...batch);
    }
    await result.close();
    return { rows, columns: result.columns };
  }

  async answer(expression: string): Promise<Recorded> {
    try {
      const { rows, columns } = await this.#rows(`select ${expression}`);
      const type = columns[0]!.type;
      const raw = rows[0]![0]!;
      const text = raw === null ? null : protocolText(raw, type);
      const value =
        text instanceof Uint8Array
          ? `x'${Array.from(text, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')}'`
          : text;
      const meta = columnMetadata(type, 'utf8mb4_0900_ai_ci', false);
      const warnings = (await this.#rows('show warnings')).rows.map(
        (row) => [String(row[0]), Number(row[1]), String(row[2])] as const,
      );
      return [expression, value, [meta.type, meta.length, meta.flags, meta.decimals], warnings];
    } catch (error) {
      if (error instanceof SqlError) return [expression, { errno: error.errno, message: error.message }];
      throw error;
    }
  }
}
