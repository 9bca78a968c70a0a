/**
 * The client of a suite: a fresh database per file, named sessions, and a server that is replaced when a file leaves it unusable
 * (a suite about accounts may lock root out) or a connection is lost.
 */
import type { Connection } from 'mysql2/promise';
import { type Answer, ask, connectTo, type Login, LostConnection } from './replay.ts';

/** What the suites need of a server; `replace` gives a new empty one. */
export interface Target {
  readonly port: number;
  replace(): Promise<void>;
}

const SYSTEM_DATABASES = new Set(['mysql', 'information_schema', 'performance_schema', 'sys']);
const SYSTEM_ACCOUNTS = new Set(['root', 'mysql.sys', 'mysql.session', 'mysql.infoschema']);
const DEFAULT_SESSION = 'default';

interface Session {
  readonly connection: Connection;
  readonly login: Login;
}

export class SuiteClient {
  readonly #target: Target;
  readonly #prepare: readonly string[];
  readonly #sessions = new Map<string, Session>();
  #current = DEFAULT_SESSION;
  #globals: readonly (readonly [string, string])[] | undefined;

  readonly #timeZone: string | undefined;

  /**
   * `timeZone`: of every session, where the recording had another one than the server's.
   * `prepare`: statements that root runs on a clean server, before each file.
   */
  constructor(target: Target, timeZone?: string, prepare: readonly string[] = []) {
    this.#target = target;
    this.#timeZone = timeZone;
    this.#prepare = prepare;
  }

  /** Ends all sessions, removes what the last file left behind, and opens a session in an empty database. */
  async fresh(database: string): Promise<void> {
    this.close();
    const admin = await this.#emptyServer();
    await admin.query(`CREATE DATABASE \`${database}\``);
    for (const sql of this.#prepare) await admin.query(sql);
    await admin.end();
    await this.connect(DEFAULT_SESSION, { database });
  }

  async #emptyServer(): Promise<Connection> {
    let admin: Connection | undefined;
    try {
      admin = await connectTo(this.#target.port);
      await this.#clean(admin);
      return admin;
    } catch {
      admin?.destroy();
      await this.#target.replace();
      return connectTo(this.#target.port);
    }
  }

  async #clean(admin: Connection): Promise<void> {
    await admin.query('SET foreign_key_checks = 0');
    await this.#resetGlobals(admin);
    for (const name of await firstColumn(admin, 'SHOW DATABASES')) {
      if (!SYSTEM_DATABASES.has(name.toLowerCase())) {
        await admin.query(`DROP DATABASE \`${name.replaceAll('`', '``')}\``);
      }
    }
    for (const account of await firstColumn(
      admin,
      "SELECT CONCAT(QUOTE(user), '@', QUOTE(host)), user FROM mysql.user",
    )) {
      if (!SYSTEM_ACCOUNTS.has(/^'(.*?)'@/.exec(account)?.[1] ?? '')) await admin.query(`DROP USER ${account}`);
    }
  }

  /** A file that changed a global variable must not change the next file's outcome. */
  async #resetGlobals(admin: Connection): Promise<void> {
    const [rows] = await admin.query({ sql: 'SHOW GLOBAL VARIABLES', rowsAsArray: true });
    const values = rows as unknown as [string, string][];
    const before = this.#globals;
    this.#globals ??= values;
    if (before === undefined) return;
    const known = new Map(before);
    for (const [name, value] of values) {
      const wanted = known.get(name);
      if (wanted === undefined || wanted === value) continue;
      await admin.query(`SET GLOBAL \`${name}\` = DEFAULT`).catch(() => undefined);
    }
  }

  /** Opens a session and makes it the one that is asked. */
  async connect(name: string, login: Login): Promise<void> {
    this.#sessions.get(name)?.connection.destroy();
    this.#sessions.delete(name);
    this.#current = name;
    const connection = await connectTo(this.#target.port, login);
    this.#sessions.set(name, { connection, login });
    if (this.#timeZone !== undefined) await connection.query(`SET time_zone = '${this.#timeZone}'`);
  }

  use(name: string): void {
    this.#current = name;
  }

  disconnect(name: string): void {
    this.#sessions.get(name)?.connection.destroy();
    this.#sessions.delete(name);
    this.#current = DEFAULT_SESSION;
  }

  async ask(sql: string): Promise<Answer> {
    const session = this.#sessions.get(this.#current);
    if (session === undefined) return { errno: 2013, message: `no session ${this.#current}` };
    try {
      return await ask(session.connection, sql);
    } catch (error) {
      if (!(error instanceof LostConnection)) throw error;
      session.connection.destroy();
      this.#sessions.delete(this.#current);
      await this.connect(this.#current, session.login).catch(() => undefined);
      return { errno: 2013, message: `connection lost: ${error.message}` };
    }
  }

  close(): void {
    for (const { connection } of this.#sessions.values()) connection.destroy();
    this.#sessions.clear();
    this.#current = DEFAULT_SESSION;
  }
}

async function firstColumn(connection: Connection, sql: string): Promise<string[]> {
  const [rows] = await connection.query({ sql, rowsAsArray: true });
  return (rows as unknown as string[][]).flatMap((row) => (row[0] === undefined ? [] : [row[0]]));
}
