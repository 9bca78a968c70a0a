/** Builds the planner's view of a session. */
import type { PlannerContext, PlannerSession } from '../../sql/planner/index.ts';
import { parseExpressionText, parseQueryText } from '../../sql/parser/index.ts';
import { type FieldType, findCollation } from '../../sql/types/index.ts';
import { getVariableRow, readKeyCacheVariable, typeOfVariable } from '../variables/index.ts';
import type { EngineSession } from './session.ts';

let lastSwitch = '';
let lastSwitchedOff: ReadonlySet<string> = new Set();

/** The words that optimizer_switch turns off; nearly all sessions have the same text. */
function switchedOff(text: string): ReadonlySet<string> {
  if (text !== lastSwitch) {
    lastSwitch = text;
    lastSwitchedOff = new Set(text.split(',').flatMap((word) => (word.endsWith('=off') ? [word.slice(0, -4)] : [])));
  }
  return lastSwitchedOff;
}

class SessionPlanning implements PlannerSession {
  readonly #session: EngineSession;
  readonly selectLimit?: number;

  constructor(session: EngineSession) {
    this.#session = session;
    const limit = session.state.variables.getNumber('sql_select_limit');
    if (limit < Number.MAX_SAFE_INTEGER) this.selectLimit = limit;
  }
  get sqlMode() {
    return this.#session.state.sqlMode;
  }
  get collationConnection(): string {
    return this.#session.state.collationConnection;
  }
  get charsetConnection(): string {
    return findCollation(this.collationConnection)?.charset ?? 'utf8mb4';
  }
  get divPrecisionIncrement(): number {
    return this.#session.eval.divPrecisionIncrement;
  }
  get groupConcatMaxLength(): number {
    return this.#session.eval.groupConcatMaxLength;
  }
  get sqlSafeUpdates(): boolean {
    return this.#session.state.variables.isOn('sql_safe_updates');
  }
  get autoIsNull(): boolean {
    return this.#session.state.variables.isOn('sql_auto_is_null');
  }
  get disabledStrategies(): ReadonlySet<string> {
    return switchedOff(this.#session.state.variables.get('optimizer_switch') ?? '');
  }
  userVariableType(name: string): FieldType | undefined {
    return this.#session.eval.getUserVariable(name)?.type;
  }
  systemVariableType(name: string, scope: 'global' | 'session' | undefined): FieldType {
    const row = readKeyCacheVariable(name)?.row ?? getVariableRow(name);
    this.#session.state.readVariableText(row, scope);
    return typeOfVariable(row);
  }
}

export function plannerContext(
  session: EngineSession,
  sourceText: string,
  paramTypes: readonly FieldType[],
): PlannerContext {
  return {
    catalog: session.catalog,
    database: session.state.database,
    session: new SessionPlanning(session),
    evalSession: session.eval,
    functions: session.host.functions,
    paramTypes,
    stats: session.stats,
    onSequence: (schema, name) => session.sequences.use(schema, name),
    virtualTables: session.virtualTables,
    privileges: session.privileges,
    // Stored texts are canonical: they read the same whatever the session's sql_mode says.
    parseQuery: (sql) => parseQueryText(sql),
    parseExpression: (sql) => parseExpressionText(sql),
    sourceText,
  };
}
