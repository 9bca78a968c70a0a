/**
 * What expressions of a table definition may contain: generated columns, defaults, checks and functional key parts.
 *
 * MySQL refuses what would make a stored row depend on who looks, when or where: subqueries, variables, and functions of
 * the session. Each place has errors of its own; the lists of functions were taken from MySQL's answers.
 */
import { sqlError } from '../../base/index.ts';
import type { ColumnReference, Expression } from '../ast/index.ts';
import type { ColumnDef, TableDef } from '../catalog/index.ts';
import type { BuildContext } from './build-context.ts';

export type ExpressionPlace =
  | { readonly kind: 'generated' | 'default'; readonly name: string; readonly position: number }
  | { readonly kind: 'check'; readonly name: string; readonly altering: boolean }
  | { readonly kind: 'key-part'; readonly name: string };

const NAMES_OF_SESSION_STATE =
  'version icu_version sleep benchmark get_lock release_lock release_all_locks is_free_lock is_used_lock found_rows ' +
  'row_count last_insert_id load_file source_pos_wait master_pos_wait';
/** Refused everywhere. */
const NEVER: ReadonlySet<string> = new Set(NAMES_OF_SESSION_STATE.split(' '));
/** Fine for a default, which is evaluated once. */
const ONLY_IN_DEFAULTS: ReadonlySet<string> = new Set(
  (
    'rand now curdate curtime utc_date utc_time utc_timestamp unix_timestamp uuid uuid_short connection_id user ' +
    'current_user database current_role roles_graphml'
  ).split(' '),
);
/** MySQL lets checks use these, but not what is stored or indexed. */
const NOT_STORED: ReadonlySet<string> = new Set(
  'sysdate statement_digest statement_digest_text random_bytes'.split(' '),
);

function isRefused(name: string, place: ExpressionPlace): boolean {
  if (NEVER.has(name)) return true;
  if (place.kind === 'default') return false;
  return ONLY_IN_DEFAULTS.has(name) || (place.kind !== 'check' && NOT_STORED.has(name));
}

/** Checks an expression against the columns of the table; the caller binds it afterwards. */
export function checkExpressionRules(
  expression: Expression,
  place: ExpressionPlace,
  columns: readonly ColumnDef[],
  context: BuildContext,
): void {
  if (place.kind === 'check' && !isBoolean(expression)) {
    throw sqlError('ER_NON_BOOLEAN_EXPR_FOR_CHECK_CONSTRAINT', place.name);
  }
  for (const node of nodesOf(expression)) checkNode(node, place, context);
  if (expression.kind === 'row') throw rowValue(place);
  for (const node of nodesOf(expression)) if (node.kind === 'column') checkColumn(node, place, columns);
}

function checkNode(node: Expression, place: ExpressionPlace, context: BuildContext): void {
  switch (node.kind) {
    case 'subquery':
    case 'exists':
    case 'in-query':
    case 'quantified-comparison':
      throw unnamedFunction(place);
    case 'user-variable':
    case 'system-variable':
    case 'variable-assignment':
      // MySQL's text speaks of defaults for generated columns too.
      throw place.kind === 'check'
        ? sqlError('ER_CHECK_CONSTRAINT_VARIABLES', place.name)
        : sqlError('ER_DEFAULT_VAL_GENERATED_VARIABLES', place.name);
    case 'aggregate':
      throw sqlError('ER_INVALID_GROUP_FUNC_USE');
    case 'window':
      throw sqlError('ER_WINDOW_INVALID_WINDOW_FUNC_USE', node.name);
    case 'values-of':
      throw namedFunction('values', place);
    case 'default-of':
      if (place.kind === 'key-part') throw unnamedFunction(place);
      return;
    case 'function':
      if (node.name === 'name_const') throw unnamedFunction(place);
      if (node.schema !== undefined) throw namedFunction(`\`${node.schema}\`.\`${node.name}\``, place);
      if (isRefused(node.name, place)) throw namedFunction(node.name, place);
      if (!context.isFunction(node.name)) throw namedFunction(`\`${node.name}\``, place);
      return;
    default:
  }
}

function unnamedFunction(place: ExpressionPlace): Error {
  switch (place.kind) {
    case 'generated':
      return sqlError('ER_GENERATED_COLUMN_FUNCTION_IS_NOT_ALLOWED', place.name);
    case 'default':
      return sqlError('ER_DEFAULT_VAL_GENERATED_FUNCTION_IS_NOT_ALLOWED', place.name);
    case 'check':
      return sqlError('ER_CHECK_CONSTRAINT_FUNCTION_IS_NOT_ALLOWED', place.name);
    case 'key-part':
      return sqlError('ER_FUNCTIONAL_INDEX_FUNCTION_IS_NOT_ALLOWED', place.name);
  }
}

function namedFunction(name: string, place: ExpressionPlace): Error {
  switch (place.kind) {
    case 'generated':
      return sqlError('ER_GENERATED_COLUMN_NAMED_FUNCTION_IS_NOT_ALLOWED', place.name, name);
    case 'default':
      return sqlError('ER_DEFAULT_VAL_GENERATED_NAMED_FUNCTION_IS_NOT_ALLOWED', place.name, name);
    case 'check':
      return sqlError('ER_CHECK_CONSTRAINT_NAMED_FUNCTION_IS_NOT_ALLOWED', place.name, name);
    case 'key-part':
      return unnamedFunction(place);
  }
}

function rowValue(place: ExpressionPlace): Error {
  return place.kind === 'default'
    ? sqlError('ER_DEFAULT_VAL_GENERATED_ROW_VALUE', place.name)
    : sqlError('ER_GENERATED_COLUMN_ROW_VALUE', place.name);
}

function checkColumn(node: ColumnReference, place: ExpressionPlace, columns: readonly ColumnDef[]): void {
  const key = node.name.toLowerCase();
  const position = columns.findIndex((column) => !column.hidden && column.name.toLowerCase() === key);
  const column = columns[position];
  if (column === undefined) throw unknownColumn(node.name, place);
  switch (place.kind) {
    case 'generated':
      if (column.autoIncrement) throw sqlError('ER_GENERATED_COLUMN_REF_AUTO_INC', place.name);
      if (column.generated && position >= place.position) throw sqlError('ER_GENERATED_COLUMN_NON_PRIOR');
      return;
    case 'default':
      if (column.autoIncrement) throw sqlError('ER_DEFAULT_VAL_GENERATED_REF_AUTO_INC', place.name);
      if (position >= place.position && (column.generated || column.defaultValue?.kind === 'expression')) {
        throw sqlError('ER_DEFAULT_VAL_GENERATED_NON_PRIOR', place.name);
      }
      return;
    case 'check':
      if (column.autoIncrement) throw sqlError('ER_CHECK_CONSTRAINT_REFERS_AUTO_INCREMENT_COLUMN', place.name);
      return;
    case 'key-part':
      if (column.autoIncrement) throw sqlError('ER_FUNCTIONAL_INDEX_REF_AUTO_INCREMENT', place.name);
  }
}

function unknownColumn(name: string, place: ExpressionPlace): Error {
  switch (place.kind) {
    case 'generated':
      return sqlError('ER_BAD_FIELD_ERROR', name, 'generated column function');
    case 'default':
      return sqlError('ER_BAD_FIELD_ERROR', name, 'default value expression');
    case 'key-part':
      return sqlError('ER_BAD_FIELD_ERROR', name, 'functional index');
    case 'check':
      return place.altering
        ? sqlError('ER_BAD_FIELD_ERROR', name, `check constraint ${place.name} expression`)
        : sqlError('ER_CHECK_CONSTRAINT_REFERS_UNKNOWN_COLUMN', place.name, name);
  }
}

const BOOLEAN_KINDS: ReadonlySet<string> = new Set(
  'comparison logical quantified-comparison between in-list in-query like regexp is member-of exists boolean'.split(
    ' ',
  ),
);
const BOOLEAN_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'isnull strcmp regexp_like json_valid json_contains json_contains_path json_overlaps json_schema_valid is_uuid is_ipv4 ' +
    'is_ipv6 is_ipv4_compat is_ipv4_mapped'
  ).split(' '),
);

/** MySQL's notion of a truth value: operators and functions that are conditions, and control flow over them. */
function isBoolean(expression: Expression): boolean {
  if (BOOLEAN_KINDS.has(expression.kind)) return true;
  if (expression.kind === 'unary') return expression.operator === 'not';
  if (expression.kind === 'binary') return expression.operator === 'xor';
  if (expression.kind !== 'function') return false;
  return BOOLEAN_FUNCTIONS.has(expression.name);
}

/** The nodes of an expression, itself first; queries inside are not entered. */
export function* nodesOf(expression: Expression): Generator<Expression> {
  yield expression;
  for (const value of Object.values(expression)) yield* nodesIn(value);
}

function* nodesIn(value: unknown): Generator<Expression> {
  if (Array.isArray(value)) for (const item of value) yield* nodesIn(item);
  else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    const { kind } = value as { readonly kind?: unknown };
    if (kind === 'query') return;
    if (typeof kind === 'string') yield* nodesOf(value as Expression);
    else for (const item of Object.values(value)) yield* nodesIn(item);
  }
}

/** True when a stored expression reads the column. Canonical text quotes every name. */
export function mentions(sql: string, column: string): boolean {
  return sql.includes(`\`${column.replaceAll('`', '``')}\``);
}

/** Every expression of a finished definition. `altering`: the texts of ALTER TABLE. */
export function checkTableExpressions(table: TableDef, context: BuildContext, altering: boolean): void {
  const { columns } = table;
  columns.forEach((column, position) => {
    const { generated, defaultValue, name } = column;
    if (generated && !column.hidden) {
      const expression = context.parseExpression(generated.sql);
      checkExpressionRules(expression, { kind: 'generated', name, position }, columns, context);
    }
    if (defaultValue?.kind === 'expression') {
      const expression = context.parseExpression(defaultValue.sql);
      checkExpressionRules(expression, { kind: 'default', name, position }, columns, context);
    }
  });
  for (const { name, sql } of table.checks) {
    checkExpressionRules(context.parseExpression(sql), { kind: 'check', name, altering }, columns, context);
  }
}
