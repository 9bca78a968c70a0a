/**
 * The expression of a partitioning rule as a function of a row.
 *
 * It means the same whoever asks: it is bound outside of any session. Only the time zone matters, since rows hold TIMESTAMP
 * values as the session sees them (UNIX_TIMESTAMP gives the same number in every zone).
 */
import { sqlError } from '../../base/index.ts';
import type { Catalog, TableDef } from '../../sql/catalog/index.ts';
import { compile, type EvalContext, type EvalSession } from '../../sql/expr/index.ts';
import { functionRegistry } from '../../sql/functions/index.ts';
import { parseExpressionText, parseQueryText } from '../../sql/parser/index.ts';
import { bindRowExpression, type PlannerContext } from '../../sql/planner/index.ts';
import type { Row, TimeZone } from '../../sql/types/index.ts';
import { parseSqlMode } from '../variables/index.ts';

const SQL_MODE = parseSqlMode('');
const COLLATION = 'utf8mb4_0900_ai_ci';

class NoSession implements EvalSession {
  readonly sqlMode = SQL_MODE;
  readonly strict = false;
  timeZone = 'UTC';
  readonly nowMicros = 0;
  readonly connectionId = 0;
  readonly user = '';
  readonly currentUser = '';
  readonly database = null;
  readonly version = '';
  readonly collationConnection = COLLATION;
  readonly divPrecisionIncrement = 4;
  readonly groupConcatMaxLength = 1024;
  readonly maxAllowedPacket = 67_108_864;
  readonly defaultWeekFormat = 0;
  readonly lcTimeNames = 'en_US';
  foundRows = 0;
  rowCount = 0;
  lastInsertId = 0;
  get codecs(): never {
    throw sqlError('ER_PARTITION_FUNCTION_IS_NOT_ALLOWED');
  }
  get userLocks(): never {
    throw sqlError('ER_PARTITION_FUNCTION_IS_NOT_ALLOWED');
  }
  currentMicros(): number {
    return 0;
  }
  random(): number {
    return 0;
  }
  randomBytes(length: number): Uint8Array {
    return new Uint8Array(length);
  }
  getUserVariable(): undefined {
    return undefined;
  }
  setUserVariable(): void {}
  getSystemVariable(name: string): never {
    throw sqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
  }
}

const session = new NoSession();
const context: EvalContext = { params: [], slots: [], session, warn: () => {} };

const NO_CATALOG: Catalog = {
  version: 0,
  findSchema: () => undefined,
  findTable: () => undefined,
  findTableById: () => undefined,
  schemas: () => [],
  tables: () => [],
  referencing: () => [],
};

const BINDING: PlannerContext = {
  catalog: NO_CATALOG,
  database: null,
  session: {
    sqlMode: SQL_MODE,
    collationConnection: COLLATION,
    charsetConnection: 'utf8mb4',
    divPrecisionIncrement: 4,
    groupConcatMaxLength: 1024,
    userVariableType: () => undefined,
    systemVariableType: (name) => {
      throw sqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
    },
  },
  evalSession: session,
  functions: functionRegistry,
  paramTypes: [],
  stats: { rowCount: () => 0, find: () => undefined },
  virtualTables: { find: () => undefined },
  parseQuery: (sql) => parseQueryText(sql),
  parseExpression: (sql) => parseExpressionText(sql),
  sourceText: '',
};

export type PartitionFunction = (row: Row, zone: TimeZone) => number | bigint | null;

export function compilePartitionFunction(sql: string, table: TableDef): PartitionFunction {
  const expr = bindRowExpression(sql, table, BINDING);
  const evaluate = compile(expr);
  return (row, zone) => {
    session.timeZone = zone.name;
    return evaluate(row, context) as number | bigint | null;
  };
}
