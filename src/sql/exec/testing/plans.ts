/** Hand-made tables, plans and contexts for tests of the executor. */
import type { IndexDef, TableDef } from '../../catalog/index.ts';
import { DEFAULT_SQL_MODE, type EvalContext, type EvalSession, type Expr } from '../../expr/index.ts';
import { findAggregate, findFunction } from '../../functions/index.ts';
import type {
  AggregateCall,
  IndexScanNode,
  PhysicalNode,
  PlanColumn,
  QueryPlan,
  ValuesNode,
} from '../../plan/index.ts';
import type { TransactionStorage } from '../../ports.ts';
import { DEFAULT_COLLATION, type FieldType, intType, type Row, type Value, varcharType } from '../../types/index.ts';
import type { ExecContext } from '../context.ts';
import { executeQuery } from '../execute.ts';
import { StatementMemory } from '../memory.ts';
import { MemoryStorage } from './memory-storage.ts';

export const INT = intType('int');
export const TEXT = varcharType(50);

export interface Warned {
  readonly errno: number;
  readonly message: string;
}

export interface TestContext extends ExecContext {
  readonly warnings: Warned[];
  /** How often the executor offered the thread. */
  yields: number;
}

export function makeContext(
  storage: TransactionStorage = new MemoryStorage(),
  options: { readonly strict?: boolean; readonly quotaBytes?: number; readonly params?: readonly Value[] } = {},
): TestContext {
  const warnings: Warned[] = [];
  const session = {
    sqlMode: DEFAULT_SQL_MODE,
    strict: options.strict ?? true,
    timeZone: '+00:00',
    nowMicros: 1_700_000_000_000_000,
    connectionId: 1,
    divPrecisionIncrement: 4,
    groupConcatMaxLength: 1024,
    maxAllowedPacket: 1 << 26,
    collationConnection: DEFAULT_COLLATION,
    foundRows: 0,
    rowCount: 0,
    lastInsertId: 0,
    currentMicros: () => 1_700_000_000_000_000,
  } as unknown as EvalSession;
  const evalContext: EvalContext = {
    params: options.params ?? [],
    slots: [],
    session,
    warn: (errno, message) => warnings.push({ errno, message }),
  };
  const context: TestContext = {
    storage,
    eval: evalContext,
    memory: new StatementMemory(options.quotaBytes ?? 1 << 30, 7),
    interrupt: { check: () => undefined },
    yieldNow: () => void context.yields++,
    virtualTables: { scan: () => [] },
    warnings,
    yields: 0,
  };
  return context;
}

export interface TestColumn {
  readonly name: string;
  readonly type: FieldType;
}

export function makeTable(
  id: number,
  name: string,
  columns: readonly TestColumn[],
  indexes: readonly (readonly [name: string, unique: boolean, ...columns: string[]])[],
): TableDef {
  const columnId = (columnName: string): number => columns.findIndex((column) => column.name === columnName) + 1;
  return {
    kind: 'table',
    id,
    schema: 'test',
    name,
    version: 1,
    columns: columns.map((column, i) => ({
      id: i + 1,
      name: column.name,
      type: column.type,
      onUpdateNow: false,
      autoIncrement: false,
      comment: '',
      invisible: false,
      state: 'public',
      hidden: false,
    })),
    indexes: indexes.map(
      ([indexName, unique, ...parts], i): IndexDef => ({
        id: i,
        name: indexName,
        unique,
        primary: i === 0,
        visible: true,
        comment: '',
        kind: 'btree',
        state: 'public',
        parts: parts.map((part) => ({ columnId: columnId(part.replace(/^-/, '')), descending: part.startsWith('-') })),
      }),
    ),
    foreignKeys: [],
    checks: [],
    collation: DEFAULT_COLLATION,
    comment: '',
    options: {},
    temporary: false,
    createdAtMs: 0,
    nextColumnId: columns.length + 1,
    nextIndexId: indexes.length,
  };
}

let nextId = 1;
const base = (
  output: readonly PlanColumn[],
): { id: number; output: readonly PlanColumn[]; estimatedRows: number; estimatedCost: number } => ({
  id: nextId++,
  output,
  estimatedRows: 1,
  estimatedCost: 1,
});

export function planColumns(...types: readonly FieldType[]): PlanColumn[] {
  return types.map((type, i) => ({ id: i, name: `c${i}`, type }));
}

/** Rows as a plan node. */
export function rowsOf(types: readonly FieldType[], rows: readonly Row[]): ValuesNode {
  return {
    kind: 'values',
    ...base(planColumns(...types)),
    rows: rows.map((row) => row.map((value, i) => constant(value, types[i]!))),
  };
}

export function nodeBase(...types: readonly FieldType[]): ReturnType<typeof base> {
  return base(planColumns(...types));
}

export function constant(value: Value, type: FieldType = INT): Expr {
  return { kind: 'constant', value, type, literal: true };
}

export function column(index: number, type: FieldType = INT): Expr {
  return { kind: 'column', index, id: index, name: `c${index}`, type };
}

export function call(name: string, ...args: readonly Expr[]): Expr {
  const def = findFunction(name);
  if (def === undefined) throw new Error(`no function ${name}`);
  const infer = {
    divPrecisionIncrement: 4,
    collationConnection: DEFAULT_COLLATION,
    sqlMode: DEFAULT_SQL_MODE,
    groupConcatMaxLength: 1024,
  };
  const type = def.infer(
    args.map((expr) => ({ type: expr.type, expr, constant: expr.kind === 'constant' ? expr : undefined })),
    {},
    infer,
  );
  return { kind: 'call', name, args, def, type };
}

export function aggregate(name: string, args: readonly Expr[], distinct = false): AggregateCall {
  const def = findAggregate(name)!;
  const options = { distinct };
  const infer = {
    divPrecisionIncrement: 4,
    collationConnection: DEFAULT_COLLATION,
    sqlMode: DEFAULT_SQL_MODE,
    groupConcatMaxLength: 1024,
  };
  const type = def.infer(
    args.map((expr) => ({ type: expr.type, expr, constant: undefined })),
    options,
    infer,
  );
  return { def, args, type, options };
}

export function tableScan(table: TableDef, options: Partial<IndexScanNode> = {}): IndexScanNode {
  const columns = options.columns ?? table.columns.map((_, i) => i);
  return {
    kind: 'index-scan',
    ...base(planColumns(...columns.map((position) => table.columns[position]!.type))),
    table,
    alias: table.name,
    columns,
    withHandle: false,
    index: table.indexes[0]!,
    access: { alternatives: [] },
    reverse: false,
    keepOrder: false,
    covering: true,
    ...options,
  };
}

export function queryOf(root: PhysicalNode, parts: Partial<QueryPlan> = {}): QueryPlan {
  return {
    kind: 'query',
    root,
    columns: root.output,
    initPlans: [],
    ctes: [],
    slotCount: 0,
    paramCount: 0,
    tables: [],
    warnings: [],
    cacheable: true,
    locking: false,
    ...parts,
  };
}

/** Runs a node to its end. */
export async function rowsFrom(
  root: PhysicalNode,
  context: ExecContext = makeContext(),
  parts: Partial<QueryPlan> = {},
): Promise<Row[]> {
  const cursor = executeQuery(queryOf(root, parts), context);
  const rows: Row[] = [];
  for (;;) {
    const batch = await cursor.next();
    if (batch === undefined) return rows;
    rows.push(...batch);
  }
}
