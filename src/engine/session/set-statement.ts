/**
 * SET: user and system variables, NAMES, CHARACTER SET. Every assignment is checked and its value taken before the first is
 * made, as MySQL does: a statement that fails changes nothing, and values see the variables as they were.
 */
import { type MaybePromise, sqlError, andThen } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { Decimal, defaultCollationOf, findCollation, formatText, type Value } from '../../sql/types/index.ts';
import { jobIntervalMs } from '../../sql/ddl/index.ts';
import type { StatementResult } from '../session-port.ts';
import { getVariableRow, normalizeVariable, reasonOfRemoval, type SystemVariableRow } from '../variables/index.ts';
import { type Evaluated, evaluateAny } from './evaluate.ts';
import type { BoundParams } from './planning.ts';
import { okResult } from './results.ts';
import type { EngineSession } from './session.ts';
import { momentOfText, readableMoment } from './stale-read.ts';

export function runSet(
  session: EngineSession,
  statement: ast.SetStatement,
  bound: BoundParams,
): MaybePromise<StatementResult> {
  const ready: Assign[] = [];
  const assignments = statement.assignments.filter((each) => each.kind !== 'system' || !isRemoved(each));
  const apply = (place: number): MaybePromise<StatementResult> => {
    const assign = ready[place];
    if (assign === undefined) return okResult({ warningCount: session.state.diagnostics.warningCount });
    return andThen(assign(), () => apply(place + 1));
  };
  for (const assignment of assignments) if (assignment.kind === 'system') knownVariable(assignment);
  const prepare = (place: number): MaybePromise<StatementResult> => {
    const assignment = assignments[place];
    if (assignment === undefined) return apply(0);
    return andThen(prepareAssignment(session, assignment, bound), (assign) => {
      ready.push(assign);
      return prepare(place + 1);
    });
  };
  return prepare(0);
}

/** Makes one assignment, whose value is known and fits. */
type Assign = () => MaybePromise<void>;

function prepareAssignment(
  session: EngineSession,
  assignment: ast.SetAssignment,
  bound: BoundParams,
): MaybePromise<Assign> {
  switch (assignment.kind) {
    case 'user':
      return andThen(
        evaluateAny(session, assignment.value, bound),
        ({ value, type }) =>
          () =>
            session.eval.setUserVariable(assignment.name, value, type),
      );
    case 'names':
      return setNames(session, assignment.charset, assignment.collation);
    case 'charset':
      return setCharset(session, assignment.charset);
    case 'system':
      return setSystem(session, assignment, bound);
  }
}

/** Taken from the global value when a session begins. */
const SESSION_READ_ONLY: ReadonlySet<string> = new Set([
  'max_allowed_packet',
  'max_user_connections',
  'net_buffer_length',
]);

const NO_DEFAULT: ReadonlySet<string> = new Set([
  'identity',
  'insert_id',
  'last_insert_id',
  'rand_seed1',
  'rand_seed2',
]);

type SystemAssignment = Extract<ast.SetAssignment, { kind: 'system' }>;

function isRemoved({ name, component }: SystemAssignment): boolean {
  return component === undefined && reasonOfRemoval(name) !== undefined;
}

/** Names are looked up before any value is taken. */
function knownVariable(assignment: SystemAssignment): SystemVariableRow {
  if (assignment.component !== undefined)
    throw sqlError('ER_UNKNOWN_SYSTEM_VARIABLE', `${assignment.component}.${assignment.name}`);
  return getVariableRow(assignment.name);
}

function setSystem(session: EngineSession, assignment: SystemAssignment, bound: BoundParams): MaybePromise<Assign> {
  const row = knownVariable(assignment);
  const scope = assignment.scope === 'session' || assignment.scope === undefined ? 'session' : 'global';
  checkScope(session, row, scope);
  if (assignment.value.kind === 'default') {
    if (NO_DEFAULT.has(row.name)) throw sqlError('ER_NO_DEFAULT', row.name);
    const initial = scope === 'session' ? session.state.globals.get(row.name) : row.value;
    return () => assignText(session, row, scope, initial);
  }
  return andThen(evaluateAny(session, bareWord(assignment.value), bound), (evaluated) => {
    const values = scope === 'session' ? session.state.variables : session.state.globals;
    if (scope === 'session' && SESSION_READ_ONLY.has(row.name)) {
      normalizeVariable(row, variableValue(evaluated), session.warn);
      throw sqlError('ER_VARIABLE_IS_READONLY', 'SESSION', row.name, 'GLOBAL');
    }
    const text = normalizeVariable(row, variableValue(evaluated), session.warn, values.get(row.name));
    return () => assignText(session, row, scope, text);
  });
}

/** SET collation_connection = utf8mb4_bin: a bare name is a word, not a column. */
function bareWord(value: ast.Expression): ast.Expression {
  if (value.kind !== 'column' || value.table !== undefined) return value;
  const { start, end, name } = value;
  return { kind: 'string', start, end, value: name, charset: undefined, bytes: undefined, firstPart: name };
}

/** Numbers stay numbers, everything else is text, as SET's checks want it. */
function variableValue({ value, type }: Evaluated): Value {
  if (value === null || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string')
    return value;
  if (value instanceof Decimal) return value;
  return formatText(value, type);
}

function checkScope(session: EngineSession, row: SystemVariableRow, scope: 'session' | 'global'): void {
  if (row.readOnly) throw sqlError('ER_INCORRECT_GLOBAL_LOCAL_VAR', row.name, 'read only');
  if (scope === 'session' && row.scope === 'global') throw sqlError('ER_GLOBAL_VARIABLE', row.name);
  if (scope === 'global') {
    if (row.scope === 'session') throw sqlError('ER_LOCAL_VARIABLE', row.name);
    if (!session.privileges.has('SYSTEM_VARIABLES_ADMIN') && !session.privileges.has('SUPER')) {
      throw sqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', 'SUPER or SYSTEM_VARIABLES_ADMIN');
    }
  }
}

function assignText(
  session: EngineSession,
  row: SystemVariableRow,
  scope: 'session' | 'global',
  text: string | null,
): MaybePromise<void> {
  if (scope === 'global') {
    session.state.globals.set(row.name, row.name === 'tidb_gc_life_time' ? retain(session, text) : text);
    return undefined;
  }
  const special = SPECIAL[row.name];
  if (special !== undefined) {
    const handled = special(session, text);
    if (handled !== 'store') return handled;
  }
  session.state.variables.set(row.name, text);
  session.state.variableChanged(row.name, text);
  session.hooks.onChange?.({ kind: 'variable', name: row.name, value: text ?? '' });
  return undefined;
}

const GC_LIFE_MIN_MS = 600_000;

/** How far back reads and FLASHBACK reach; TiDB's least is ten minutes. */
function retain(session: EngineSession, text: string | null): string {
  const lifeMs = jobIntervalMs(text ?? '');
  if (lifeMs === undefined) throw sqlError('ER_WRONG_VALUE_FOR_VAR', 'tidb_gc_life_time', text ?? 'NULL');
  const isShort = lifeMs < GC_LIFE_MIN_MS;
  if (isShort) session.warn(1292, `Truncated incorrect tidb_gc_life_time value: '${text}'`);
  session.host.setRetention(isShort ? GC_LIFE_MIN_MS : lifeMs);
  return isShort ? '10m0s' : (text ?? '10m0s');
}

/** Variables whose SET does more than keep a value. */
const SPECIAL: Readonly<Record<string, (session: EngineSession, text: string | null) => MaybePromise<void> | 'store'>> =
  {
    autocommit: (session, text) => {
      // Turning autocommit on commits what is open.
      if (text !== 'ON' || session.state.autocommit) return 'store';
      return andThen(session.transactions.commit(), () => {
        session.state.variables.set('autocommit', 'ON');
        session.state.variableChanged('autocommit', 'ON');
      });
    },
    timestamp: (session, text) => {
      const seconds = Number(text ?? 0);
      session.state.timestampOverrideMicros = seconds === 0 ? undefined : Math.round(seconds * 1e6);
    },
    last_insert_id: (session, text) => setLastInsertId(session, text),
    identity: (session, text) => setLastInsertId(session, text),
    transaction_isolation: (session) => {
      if (session.transactions.inTransaction && session.transactions.current?.explicit)
        throw sqlError('ER_CANT_CHANGE_TX_CHARACTERISTICS');
      return 'store';
    },
    pseudo_thread_id: () => undefined,
    tidb_snapshot: (session, text) => {
      const at = text === null || text === '' ? undefined : momentOfText(session, text);
      const snapshot = at === undefined ? undefined : readableMoment(session, at, 'ER_SNAPSHOT_TOO_OLD');
      session.transactions.setStaleness({ snapshot });
      return 'store';
    },
    tidb_read_staleness: (session, text) => {
      session.transactions.setStaleness({ behindMs: -1000 * Number(text ?? 0) });
      return 'store';
    },
  };

function setLastInsertId(session: EngineSession, text: string | null): void {
  const value = BigInt(text ?? '0');
  session.eval.lastInsertId = value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

const CLIENT_CHARSETS_REFUSED = new Set(['ucs2', 'utf16', 'utf16le', 'utf32']);

function setNames(session: EngineSession, charset: string | undefined, collation: string | undefined): Assign {
  const name = charset ?? session.state.globals.get('character_set_client') ?? 'utf8mb4';
  if (CLIENT_CHARSETS_REFUSED.has(name)) throw sqlError('ER_WRONG_VALUE_FOR_VAR', 'character_set_client', name);
  const ofUtf8mb4 = name === 'utf8mb4' ? session.state.variables.get('default_collation_for_utf8mb4') : null;
  const wanted = collation ?? ofUtf8mb4 ?? defaultCollationOf(name);
  const found = findCollation(wanted);
  if (found === undefined) throw sqlError('ER_UNKNOWN_COLLATION', wanted);
  if (found.charset !== name) throw sqlError('ER_COLLATION_CHARSET_MISMATCH', wanted, name);
  return () => applyNames(session, name, wanted);
}

function applyNames(session: EngineSession, name: string, wanted: string): void {
  const { variables } = session.state;
  for (const variable of ['character_set_client', 'character_set_connection', 'character_set_results'])
    variables.set(variable, name);
  variables.set('collation_connection', wanted);
  session.state.refresh();
  for (const variable of ['character_set_client', 'character_set_connection', 'character_set_results']) {
    session.hooks.onChange?.({ kind: 'variable', name: variable, value: name });
  }
}

function setCharset(session: EngineSession, charset: string | undefined): Assign {
  const name = charset ?? session.state.globals.get('character_set_client') ?? 'utf8mb4';
  if (CLIENT_CHARSETS_REFUSED.has(name)) throw sqlError('ER_WRONG_VALUE_FOR_VAR', 'character_set_client', name);
  defaultCollationOf(name);
  return () => applyCharset(session, name);
}

function applyCharset(session: EngineSession, name: string): void {
  const { variables } = session.state;
  variables.set('character_set_client', name);
  variables.set('character_set_results', name);
  variables.set('character_set_connection', variables.get('character_set_database'));
  variables.set('collation_connection', variables.get('collation_database'));
  session.state.refresh();
}
