/**
 * The state of a session that statements read and SET writes: variables, user, database, user variables.
 *
 * Decoded copies (sql_mode, time zone, collation) are kept beside the texts and refreshed by `variableChanged`, because
 * every statement reads them.
 */
import { LockedTables } from './locked-tables.ts';
import { sqlError } from '../../base/index.ts';
import type { SqlMode } from '../../sql/expr/index.ts';
import {
  defaultCollationOf,
  type FieldType,
  findCollation,
  findTimeZone,
  type TimeZone,
  UTC,
  type Value,
} from '../../sql/types/index.ts';
import { parseSqlMode, type SystemVariableRow, type VariableScopeName, VariableValues } from '../variables/index.ts';
import { Diagnostics } from './diagnostics.ts';

export class SessionState {
  readonly connectionId: number;
  readonly globals: VariableValues;
  /** LOCK TABLES. */
  readonly lockedTables = new LockedTables();
  readonly diagnostics = new Diagnostics();
  readonly userVariables = new Map<string, { value: Value; type: FieldType }>();
  variables: VariableValues;
  user: string;
  currentUser: string;
  database: string | null = null;
  sqlMode: SqlMode = parseSqlMode('');
  timeZone = 'SYSTEM';
  zone: TimeZone = UTC;
  collationConnection = 'utf8mb4_0900_ai_ci';
  autocommit = true;
  timestampOverrideMicros: number | undefined;
  maxExecutionTimeMs = 0;
  longQueryTimeMs = 10_000;
  /** Rows found by the last SELECT, for @@warning_count and the like; computed variables read these. */
  readonly computed: Map<string, () => string> = new Map();
  /** Grows when something that plans depend on changes: sql_mode, collation, database. */
  planEpoch = 0;

  constructor(connectionId: number, globals: VariableValues, account: { user: string; currentUser: string }) {
    this.connectionId = connectionId;
    this.globals = globals;
    this.variables = new VariableValues(globals);
    this.user = account.user;
    this.currentUser = account.currentUser;
    this.refresh();
  }

  /** COM_RESET_CONNECTION and COM_CHANGE_USER: everything of the session back to the globals. */
  reset(): void {
    this.variables = new VariableValues(this.globals);
    this.userVariables.clear();
    this.diagnostics.clear();
    this.timestampOverrideMicros = undefined;
    this.refresh();
  }

  refresh(): void {
    this.sqlMode = parseSqlMode(this.variables.get('sql_mode') ?? '');
    this.timeZone = this.variables.get('time_zone') ?? 'SYSTEM';
    this.zone = findTimeZone(this.timeZone) ?? UTC;
    this.collationConnection = this.variables.get('collation_connection') ?? 'utf8mb4_0900_ai_ci';
    this.autocommit = this.variables.isOn('autocommit');
    this.maxExecutionTimeMs = this.variables.getNumber('max_execution_time');
    this.longQueryTimeMs = Number(this.variables.get('long_query_time') ?? 10) * 1000;
    this.diagnostics.limit = this.variables.getNumber('max_error_count');
    this.diagnostics.keepNotes = this.variables.isOn('sql_notes');
    this.planEpoch++;
  }

  setDatabase(name: string | null, collation: string): void {
    this.database = name;
    this.variables.set('collation_database', collation);
    this.variables.set('character_set_database', findCollation(collation)?.charset ?? 'utf8mb4');
    this.planEpoch++;
  }

  /** Keeps charset and collation variables in step, as MySQL does, then the decoded copies. */
  variableChanged(name: string, value: string | null): void {
    const pairs: Readonly<Record<string, string>> = {
      character_set_connection: 'collation_connection',
      character_set_server: 'collation_server',
      character_set_database: 'collation_database',
    };
    const collationName = pairs[name];
    if (collationName !== undefined && value !== null) this.variables.set(collationName, defaultCollationOf(value));
    const charsetName = Object.entries(pairs).find(([, collation]) => collation === name)?.[0];
    if (charsetName !== undefined && value !== null)
      this.variables.set(charsetName, findCollation(value)?.charset ?? 'utf8mb4');
    this.refresh();
  }

  readVariableText(row: SystemVariableRow, scope: VariableScopeName | undefined): string | null {
    if (scope === 'session' && row.scope === 'global')
      throw sqlError('ER_INCORRECT_GLOBAL_LOCAL_VAR', row.name, 'GLOBAL');
    if (scope === 'global' && row.scope === 'session')
      throw sqlError('ER_INCORRECT_GLOBAL_LOCAL_VAR', row.name, 'SESSION');
    const computed = this.computed.get(row.name);
    if (computed !== undefined && scope !== 'global') return computed();
    const values = scope === 'global' || row.scope === 'global' ? this.globals : this.variables;
    return values.get(row.name);
  }
}
