/** What expressions may read of a session: clock, user, variables. One object per session, refreshed per statement. */
import { sqlError } from '../../base/index.ts';
import { decipher, encipher, type Env, hkdf, pbkdf2, zlibCompress, zlibUncompress } from '../../env/index.ts';
import type { Codecs, EvalSession, SqlMode } from '../../sql/expr/index.ts';
import type { FieldType, Value } from '../../sql/types/index.ts';
import { findVariableRow, readKeyCacheVariable, readVariable, type VariableScopeName } from '../variables/index.ts';
import type { ConnectionLocks } from '../user-lock-table.ts';
import type { SessionState } from './session-state.ts';

const CODECS: Codecs = { encipher, decipher, hkdf, pbkdf2, zlibCompress, zlibUncompress };

const NO_ADDITIONS = { resourceGroup: () => 'default', sqlDigest: () => '', digestText: () => undefined };

export class SessionEval implements EvalSession {
  readonly #state: SessionState;
  readonly #env: Env;
  nowMicros = 0;
  strict = false;
  foundRows = 0;
  rowCount = 0;
  lastInsertId: number | bigint = 0;
  /** What SLEEP asked for and was not waited for yet. */
  sleepMs = 0;
  roleOf: (() => string) | undefined;
  additions: EvalSession['additions'] & {} = NO_ADDITIONS;
  readonly codecs = CODECS;
  readonly userLocks: ConnectionLocks;

  constructor(state: SessionState, env: Env, userLocks: ConnectionLocks) {
    this.userLocks = userLocks;
    this.#state = state;
    this.#env = env;
  }

  /** Fixes NOW() for a statement; SET timestamp = n overrides the clock. */
  beginStatement(strict: boolean): void {
    const override = this.#state.timestampOverrideMicros;
    this.nowMicros = override ?? this.currentMicros();
    this.strict = strict;
    this.sleepMs = 0;
  }

  get currentRole(): string {
    return this.roleOf?.() ?? 'NONE';
  }

  addSleep(seconds: number): void {
    this.sleepMs += seconds * 1000;
  }

  currentMicros(): number {
    return Math.floor(this.#env.clock.nowMs() * 1000);
  }

  random(): number {
    return this.#env.random.float();
  }

  randomBytes(length: number): Uint8Array {
    return this.#env.random.bytes(length);
  }

  get sqlMode(): SqlMode {
    return this.#state.sqlMode;
  }
  get timeZone(): string {
    return this.#state.timeZone;
  }
  get connectionId(): number {
    return this.#state.connectionId;
  }
  get user(): string {
    return this.#state.user;
  }
  get currentUser(): string {
    return this.#state.currentUser;
  }
  get database(): string | null {
    return this.#state.database;
  }
  get version(): string {
    return this.#state.variables.get('version') ?? '';
  }
  get collationConnection(): string {
    return this.#state.collationConnection;
  }
  get divPrecisionIncrement(): number {
    return this.#state.variables.getNumber('div_precision_increment');
  }
  get groupConcatMaxLength(): number {
    return this.#state.variables.getNumber('group_concat_max_len');
  }
  get maxAllowedPacket(): number {
    return this.#state.variables.getNumber('max_allowed_packet');
  }
  get defaultWeekFormat(): number {
    return this.#state.variables.getNumber('default_week_format');
  }
  get lcTimeNames(): string {
    return this.#state.variables.get('lc_time_names') ?? 'en_US';
  }

  getUserVariable(name: string): { value: Value; type: FieldType } | undefined {
    return this.#state.userVariables.get(name.toLowerCase());
  }

  setUserVariable(name: string, value: Value, type: FieldType): void {
    const limit = 10_000;
    if (this.#state.userVariables.size >= limit) throw sqlError('ER_OUT_OF_RESOURCES');
    this.#state.userVariables.set(name.toLowerCase(), { value, type });
  }

  getSystemVariable(name: string, scope: VariableScopeName | undefined): { value: Value; type: FieldType } {
    const cache = readKeyCacheVariable(name);
    if (cache !== undefined && !cache.isDefault) return readVariable(cache.row, '0');
    const row = cache?.row ?? findVariableRow(name);
    if (row === undefined) throw sqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
    return readVariable(row, this.#state.readVariableText(row, scope));
  }
}
