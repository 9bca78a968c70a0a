/** By what a table is partitioned: columns or an expression of them, checked as MySQL does. */
import { sqlError } from '../../../base/index.ts';
import type { ColumnReference, Expression, PartitionMethod } from '../../ast/index.ts';
import type { ColumnDef, PartitionRule, TableDef } from '../../catalog/index.ts';
import type { FieldType } from '../../types/index.ts';
import type { BuildContext } from '../build-context.ts';
import { isLob } from '../build-index.ts';
import { nodesOf } from '../expression-rules.ts';

const COLUMNS_MAX = 16;

export function buildRule(method: PartitionMethod, table: TableDef, context: BuildContext): PartitionRule {
  const linear = 'linear' in method && method.linear;
  switch (method.type) {
    case 'hash':
      return { method: 'hash', linear, byColumns: false, ...expressionRule(method.expression, table, context) };
    case 'key':
      return {
        method: 'key',
        linear,
        byColumns: false,
        ...keyColumns(method.columns, table),
        ...(method.algorithm !== undefined && { algorithm: method.algorithm }),
      };
    default:
      if (method.columns !== undefined) {
        const columnIds = columnsNamed(method.columns, table).map((column) => checkedColumn(column).id);
        return { method: method.type, linear, byColumns: true, columnIds };
      }
      return {
        method: method.type,
        linear,
        byColumns: false,
        ...expressionRule(method.expression as Expression, table, context),
      };
  }
}

function columnsNamed(names: readonly string[], table: TableDef): ColumnDef[] {
  const seen = new Set<string>();
  if (names.length > COLUMNS_MAX) throw sqlError('ER_TOO_MANY_PARTITION_FUNC_FIELDS_ERROR', 'list of partition fields');
  return names.map((name) => {
    const key = name.toLowerCase();
    const column = table.columns.find((candidate) => !candidate.hidden && candidate.name.toLowerCase() === key);
    if (column === undefined) throw sqlError('ER_FIELD_NOT_FOUND_PART_ERROR');
    if (seen.has(key)) throw sqlError('ER_SAME_NAME_PARTITION_FIELD', name);
    seen.add(key);
    return column;
  });
}

function refuseLob(type: FieldType): void {
  if (isLob(type)) throw sqlError('ER_BLOB_FIELD_IN_PART_FUNC_ERROR');
}

const COLUMN_KINDS: ReadonlySet<string> = new Set(['int', 'date', 'time', 'datetime', 'string', 'binary']);

/** Types that RANGE COLUMNS and LIST COLUMNS take. */
function checkedColumn(column: ColumnDef): ColumnDef {
  refuseLob(column.type);
  if (!COLUMN_KINDS.has(column.type.kind)) throw sqlError('ER_FIELD_TYPE_NOT_ALLOWED_AS_PARTITION_FIELD', column.name);
  return column;
}

/** KEY () takes the primary key, or the first unique key whose columns are all NOT NULL. */
function keyColumns(names: readonly string[], table: TableDef): Pick<PartitionRule, 'columnIds' | 'implicitColumns'> {
  if (names.length > 0) {
    const columns = columnsNamed(names, table);
    for (const { type } of columns) refuseLob(type);
    return { columnIds: columns.map((column) => column.id) };
  }
  const isNotNull = (id: number): boolean => table.columns.find((column) => column.id === id)?.type.nullable === false;
  const key = table.indexes.find(
    (index) => index.unique && index.parts.length > 0 && index.parts.every((part) => isNotNull(part.columnId)),
  );
  if (key === undefined) throw sqlError('ER_FIELD_NOT_FOUND_PART_ERROR');
  return { columnIds: key.parts.map((part) => part.columnId), implicitColumns: true };
}

// ---- expressions ----

const OPERATORS: ReadonlySet<string> = new Set(['+', '-', '*', 'div', '%']);
const FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'abs ceiling ceil datediff day dayofmonth dayofweek dayofyear floor hour microsecond minute mod month quarter ' +
    'second time_to_sec to_days to_seconds unix_timestamp weekday year yearweek'
  ).split(' '),
);
/** What the argument must be: what has a date, a time of day, or (unix_timestamp) is a TIMESTAMP. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  datediff: ['date', 'datetime'],
  day: ['date', 'datetime'],
  dayofmonth: ['date', 'datetime'],
  dayofweek: ['date', 'datetime'],
  dayofyear: ['date', 'datetime'],
  month: ['date', 'datetime'],
  quarter: ['date', 'datetime'],
  to_days: ['date', 'datetime'],
  to_seconds: ['date', 'datetime'],
  weekday: ['date', 'datetime'],
  year: ['date', 'datetime'],
  yearweek: ['date', 'datetime'],
  hour: ['time', 'datetime'],
  microsecond: ['time', 'datetime'],
  minute: ['time', 'datetime'],
  second: ['time', 'datetime'],
  time_to_sec: ['time', 'datetime'],
  unix_timestamp: ['timestamp'],
};

const INTEGERS: ReadonlySet<string> = new Set(['int', 'year', 'bit']);

function expressionRule(
  expression: Expression,
  table: TableDef,
  context: BuildContext,
): Pick<PartitionRule, 'expression' | 'columnIds'> {
  const columns: ColumnDef[] = [];
  for (const node of nodesOf(expression)) {
    if (node.kind !== 'column') continue;
    const column = columnOf(node, table);
    if (!columns.includes(column)) columns.push(column);
  }
  for (const node of nodesOf(expression)) if (!isAllowed(node)) throw sqlError('ER_PARTITION_FUNCTION_IS_NOT_ALLOWED');
  for (const { type } of columns) refuseLob(type);
  if (columns.length === 0) throw sqlError('ER_WRONG_EXPR_IN_PARTITION_FUNC_ERROR');
  for (const node of nodesOf(expression)) checkArguments(node, table);
  requireZoneless(expression, table);
  if (columns.length > COLUMNS_MAX) throw sqlError('ER_TOO_MANY_PARTITION_FUNC_FIELDS_ERROR', 'partition function');
  const sql = context.formatExpression(expression);
  if (!INTEGERS.has(context.expressionType(sql, table).kind)) {
    if (expression.kind === 'column')
      throw sqlError('ER_FIELD_TYPE_NOT_ALLOWED_AS_PARTITION_FIELD', (columns[0] as ColumnDef).name);
    throw sqlError('ER_PARTITION_FUNC_NOT_ALLOWED_ERROR', 'PARTITION');
  }
  return { expression: sql, columnIds: columns.map((column) => column.id) };
}

function columnOf(node: ColumnReference, table: TableDef): ColumnDef {
  const key = node.name.toLowerCase();
  const column = table.columns.find((candidate) => !candidate.hidden && candidate.name.toLowerCase() === key);
  if (column === undefined || (node.table !== undefined && node.table !== table.name))
    throw sqlError(
      'ER_BAD_FIELD_ERROR',
      [node.schema, node.table, node.name].filter((part) => part !== undefined).join('.'),
      'partition function',
    );
  return column;
}

function isAllowed(node: Expression): boolean {
  switch (node.kind) {
    case 'null':
    case 'integer':
    case 'decimal':
    case 'float':
    case 'string':
    case 'temporal':
    case 'column':
    case 'extract':
      return true;
    case 'unary':
      return node.operator === '-' || node.operator === '+';
    case 'binary':
      return OPERATORS.has(node.operator);
    case 'function':
      return node.schema === undefined && FUNCTIONS.has(node.name);
    default:
      return false;
  }
}

const TIME_UNITS = /hour|minute|second|microsecond/;

function checkArguments(node: Expression, table: TableDef): void {
  if (node.kind === 'extract') {
    const { unit } = node;
    if (unit === 'week') throw sqlError('ER_WRONG_EXPR_IN_PARTITION_FUNC_ERROR');
    const kinds = unit.startsWith('day_')
      ? ['datetime']
      : TIME_UNITS.test(unit)
        ? ['time', 'datetime']
        : ['date', 'datetime'];
    return requireKinds([node.operand], kinds, table);
  }
  if (node.kind !== 'function') return;
  const kinds = ARGUMENTS[node.name];
  if (kinds !== undefined) requireKinds(node.name === 'yearweek' ? node.args.slice(0, 1) : node.args, kinds, table);
}

function requireKinds(args: readonly Expression[], kinds: readonly string[], table: TableDef): void {
  const fits = args.every((arg) => arg.kind === 'column' && kinds.includes(columnOf(arg, table).type.kind));
  if (!fits || args.length === 0) throw sqlError('ER_WRONG_EXPR_IN_PARTITION_FUNC_ERROR');
}

/** The rule again after the table has changed: its columns may have other types, and KEY () another key. */
export function rebuildRule(rule: PartitionRule, table: TableDef, context: BuildContext): PartitionRule {
  const names = rule.columnIds.flatMap((id) => table.columns.find((column) => column.id === id)?.name ?? []);
  const { method, linear } = rule;
  if (method === 'key')
    return buildRule(
      { type: 'key', linear, algorithm: rule.algorithm, columns: rule.implicitColumns ? [] : names },
      table,
      context,
    );
  if (rule.byColumns)
    return buildRule({ type: method as 'range' | 'list', expression: undefined, columns: names }, table, context);
  const expression = context.parseExpression(rule.expression ?? '');
  if (method === 'hash') return buildRule({ type: 'hash', linear, expression }, table, context);
  return buildRule({ type: method, expression, columns: undefined }, table, context);
}

/** What a TIMESTAMP reads as depends on the session; only UNIX_TIMESTAMP does not. */
function requireZoneless(expression: Expression, table: TableDef): void {
  if (expression.kind === 'column') return; // refused by its type
  const safe = new Set<Expression>();
  for (const node of nodesOf(expression)) {
    if (node.kind === 'function' && node.name === 'unix_timestamp') for (const arg of node.args) safe.add(arg);
    if (node.kind === 'column' && !safe.has(node) && columnOf(node, table).type.kind === 'timestamp')
      throw sqlError('ER_WRONG_EXPR_IN_PARTITION_FUNC_ERROR');
  }
}

// ---- unique keys ----

/** Every unique key must hold all partitioning columns whole, or its uniqueness could not be checked in one partition. */
export function checkUniqueKeys(rules: readonly (PartitionRule | undefined)[], table: TableDef): void {
  const needed = new Set(rules.flatMap((rule) => rule?.columnIds ?? []));
  for (const index of table.indexes) {
    if (!index.unique || index.parts.length === 0 || index.global) continue;
    const whole = new Set(index.parts.flatMap((part) => (part.prefixLength === undefined ? [part.columnId] : [])));
    if ([...needed].every((id) => whole.has(id))) continue;
    throw sqlError('ER_UNIQUE_KEY_NEED_ALL_FIELDS_IN_PF', index.primary ? 'PRIMARY KEY' : 'UNIQUE INDEX');
  }
}
