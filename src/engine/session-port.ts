/**
 * What a protocol (MySQL wire, HTTP, the embedded API) sees of the engine: sessions, statements, results.
 *
 * Invariants:
 * - One statement runs at a time per session; the caller awaits its result to the end (or closes it) before the next.
 * - Results stream: rows are pulled in batches, so a slow reader holds back the scan, not memory.
 * - A call that can be answered from memory returns a plain value, not a promise.
 */
import type { MaybePromise } from '../base/index.ts';
import type { PlanColumn } from '../sql/plan/index.ts';
import type { Batch, FieldType, Value } from '../sql/types/index.ts';

/** `flags` and `type` are what the protocol's column definition is made from. */
export type ResultColumn = PlanColumn;

export interface OkResult {
  readonly kind: 'ok';
  readonly affectedRows: number;
  readonly lastInsertId: number | bigint;
  /** 'Rows matched: 1  Changed: 1  Warnings: 0' and the like; '' when there is none. */
  readonly info: string;
  readonly warningCount: number;
}

export interface RowsResult {
  readonly kind: 'rows';
  readonly columns: readonly ResultColumn[];
  next(): MaybePromise<Batch | undefined>;
  /** Ends the statement early or after the last batch; idempotent. */
  close(): MaybePromise<void>;
  /** Valid after the last batch. */
  warningCount(): number;
}

export type StatementResult = OkResult | RowsResult;

/** Bits of the protocol's status flags that the session knows. */
export interface SessionStatus {
  readonly inTransaction: boolean;
  readonly autocommit: boolean;
  readonly noBackslashEscapes: boolean;
  readonly readOnlyTransaction: boolean;
}

export interface PreparedStatement {
  readonly paramCount: number;
  /** Result columns as known at prepare time; empty for statements without a result. */
  readonly columns: readonly ResultColumn[];
  readonly warningCount: number;
  /** `types` are those the client bound; a change of types replans. */
  execute(params: readonly Value[], types: readonly FieldType[]): MaybePromise<StatementResult>;
  close(): void;
}

/** Runs a text that may hold several statements; `next` gives the results one after the other. */
export interface ScriptRun {
  next(): MaybePromise<StatementResult | undefined>;
  /** True when more statements follow the one just returned. */
  readonly more: boolean;
}

/** A change of session state that a client may track (SESSION_TRACK). */
export type SessionChange =
  | { readonly kind: 'schema'; readonly name: string }
  /** After SET of a session system variable, value as SHOW VARIABLES prints it. The session filters nothing. */
  | { readonly kind: 'variable'; readonly name: string; readonly value: string };

export interface SessionHooks {
  /** The client's file for LOAD DATA LOCAL; absent when the client does not offer it. */
  localInfile?: (fileName: string) => AsyncIterable<Uint8Array>;
  /** Bytes of the connection so far, for SHOW STATUS. */
  traffic?: { readonly bytesReceived: number; readonly bytesSent: number };
  /** Called while a statement runs, for each change it made. */
  onChange?: (change: SessionChange) => void;
}

export interface ConnectOptions {
  /** Reserved by `Engine.nextConnectionId` because the wire protocol greets with it; absent = the engine takes the next. */
  readonly connectionId?: number;
  readonly user: string;
  readonly host: string;
  readonly database?: string;
  /** The account matched by authentication, 'user'@'pattern'; absent for the embedded API, which acts as root. */
  readonly account?: { readonly user: string; readonly host: string };
  /** The account must set a new password before anything else (1820). */
  readonly passwordExpired?: boolean;
  readonly collationId?: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly multiStatements?: boolean;
  /** CLIENT_FOUND_ROWS: affected rows counts matched, not changed rows. */
  readonly foundRows?: boolean;
  /** CLIENT_IGNORE_SPACE, CLIENT_INTERACTIVE */
  readonly ignoreSpace?: boolean;
  readonly interactive?: boolean;
  /** Set when the connection is encrypted: 'TLSv1.3', 'TLS_AES_256_GCM_SHA384'. */
  readonly tls?: { readonly version: string; readonly cipher: string } | undefined;
  readonly hooks?: SessionHooks;
}

export interface Session {
  readonly connectionId: number;
  readonly status: SessionStatus;
  /** A single statement, or the first of several when multi-statements are on (use `run` then). */
  execute(sql: string): MaybePromise<StatementResult>;
  run(sql: string): ScriptRun;
  prepare(sql: string): MaybePromise<PreparedStatement>;
  useDatabase(name: string): MaybePromise<void>;
  setMultiStatements(on: boolean): void;
  /** A command that is no statement, by MySQL's name in Com_…: stmt_execute, stmt_close, admin_commands. */
  countCommand?(name: string): void;
  /** COM_CHANGE_USER: rolls back, resets everything, becomes another account. */
  changeUser(options: ConnectOptions): MaybePromise<void>;
  /** COM_RESET_CONNECTION. */
  reset(): MaybePromise<void>;
  /** KILL QUERY (1317) or KILL CONNECTION from another session. */
  kill(what: 'query' | 'connection'): void;
  /** Called when the connection must end (KILL CONNECTION, shutdown). */
  onTerminate: ((reason: string) => void) | undefined;
  /** Rolls back what is open and frees all. */
  close(): MaybePromise<void>;
  /** Text of a value as the text protocol prints it, and the charset results are sent in. */
  readonly resultCharset: string;
  /** character_set_client: how the protocol decodes statement texts and string parameters. Absent = utf8mb4. */
  readonly clientCharset?: string;
  systemVariable(name: string): Value;
}

/** What authentication needs to know of an account: a row of mysql.user. */
export interface AccountCredentials {
  readonly user: string;
  /** The account's host pattern. */
  readonly host: string;
  readonly plugin: string;
  /** mysql.user.authentication_string; '' = no password. */
  readonly authenticationString: string;
  readonly locked: boolean;
  readonly passwordExpired: boolean;
  readonly requireTls: boolean;
}

/** The engine as protocols see it: accounts to authenticate against, sessions to run statements in. */
export interface Engine {
  /** The most specific account that matches a user name and any of the client's host names ('localhost', '127.0.0.1'). */
  findAccount(user: string, hosts: readonly string[]): AccountCredentials | undefined;
  /** Unique while the process lives, starts at 1. */
  nextConnectionId(): number;
  connect(options: ConnectOptions): MaybePromise<Session>;
  /** A global system variable: version, max_connections, max_allowed_packet, wait_timeout, … */
  globalVariable(name: string): Value;
  /** How many prepared statements clients hold; set by the protocol's server. */
  openStatements?: (() => number) | undefined;
  /** A connection that ended without goodbye, one that was not let in, and one for which there was no room. */
  countConnection?(what: 'aborted-client' | 'aborted-connect' | 'refused'): void;
  /** One line for COM_STATISTICS; absent = the protocol makes its own. */
  statistics?(): string;
}
