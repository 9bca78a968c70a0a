/** From a column definition as written to a `ColumnDef`. */
import { autoRandomOf } from './auto-random.ts';
import { sqlError } from '../../base/index.ts';
import type { ColumnDefinition, DataTypeName } from '../ast/index.ts';
import type { ColumnDef, ColumnDefault } from '../catalog/index.ts';
import type { FieldType } from '../types/index.ts';
import { columnType, hasExplicitCharset } from './column-type.ts';
import type { BuildContext } from './build-context.ts';
import { COLUMN_COMMENT_MAX, fittingComment } from './comment.ts';

const AUTO_INCREMENT_KINDS = new Set(['int', 'float', 'double']);
const NO_LITERAL_DEFAULT = new Set<DataTypeName>([
  'tinytext',
  'text',
  'mediumtext',
  'longtext',
  'tinyblob',
  'blob',
  'mediumblob',
  'longblob',
  'json',
]);

export interface ColumnPlace {
  readonly id: number;
  readonly tableCollation: string;
  /** The column is part of the primary key, hence NOT NULL. */
  readonly inPrimaryKey: boolean;
}

export function checkColumnName(name: string): void {
  if (name.length === 0 || name.endsWith(' ')) throw sqlError('ER_WRONG_COLUMN_NAME', name);
  if ([...name].length > 64) throw sqlError('ER_TOO_LONG_IDENT', name);
}

export function buildColumn(definition: ColumnDefinition, place: ColumnPlace, context: BuildContext): ColumnDef {
  checkColumnName(definition.name);
  const { type: written } = definition;
  const isRandom = definition.options.some(({ name }) => name === 'auto_random');
  const autoIncrement = definition.autoIncrement || written.serial || isRandom;
  const notNull = definition.nullable === false || written.serial || place.inPrimaryKey || definition.key === 'primary';
  if (definition.nullable === true && (place.inPrimaryKey || definition.key === 'primary')) {
    throw sqlError('ER_PRIMARY_CANT_HAVE_NULL');
  }
  const type = columnType(written, {
    column: definition.name,
    tableCollation: place.tableCollation,
    collation: definition.collation,
    nullable: !notNull && !autoIncrement,
  });
  const comment = fittingComment(definition.comment ?? '', COLUMN_COMMENT_MAX, context, () =>
    sqlError('ER_TOO_LONG_FIELD_COMMENT', definition.name, COLUMN_COMMENT_MAX),
  );
  const autoRandom = autoRandomOf(definition, type);
  if (autoIncrement) checkAutoIncrement(definition, type);
  const onUpdateNow = checkOnUpdate(definition, type);
  const generated = definition.generated && {
    sql: context.formatExpression(definition.generated.expression),
    stored: definition.generated.stored,
  };
  if (generated && (autoIncrement || definition.default !== undefined)) {
    throw sqlError('ER_WRONG_USAGE', autoIncrement ? 'AUTO_INCREMENT' : 'DEFAULT', 'generated column');
  }
  const defaultValue = generated ? undefined : columnDefault(definition, type, autoIncrement, context);
  return {
    id: place.id,
    name: definition.name,
    type,
    ...(defaultValue && { defaultValue }),
    onUpdateNow,
    autoIncrement,
    ...(autoRandom && { autoRandom }),
    ...(generated && { generated }),
    comment,
    invisible: definition.visible === false,
    state: 'public',
    hidden: false,
    ...(hasExplicitCharset(written, definition.collation) && { explicitCharset: true }),
  };
}

function checkAutoIncrement(definition: ColumnDefinition, type: FieldType): void {
  if (!AUTO_INCREMENT_KINDS.has(type.kind)) throw sqlError('ER_WRONG_FIELD_SPEC', definition.name);
  if (definition.default !== undefined) throw sqlError('ER_INVALID_DEFAULT', definition.name);
}

function isTimestampLike(type: FieldType): boolean {
  return type.kind === 'timestamp' || type.kind === 'datetime';
}

/** Fractional digits of NOW(n) as written; undefined when the expression is not NOW. */
function nowDecimals(expression: ColumnDefinition['onUpdate']): number | undefined {
  if (expression === undefined || expression.kind !== 'function' || expression.name !== 'now') return undefined;
  const argument = expression.args[0];
  return argument !== undefined && argument.kind === 'integer' ? Number(argument.value) : 0;
}

function checkOnUpdate(definition: ColumnDefinition, type: FieldType): boolean {
  if (definition.onUpdate === undefined) return false;
  const decimals = nowDecimals(definition.onUpdate);
  if (decimals === undefined || !isTimestampLike(type) || decimals !== type.decimals) {
    throw sqlError('ER_INVALID_ON_UPDATE', definition.name);
  }
  return true;
}

function columnDefault(
  definition: ColumnDefinition,
  type: FieldType,
  autoIncrement: boolean,
  context: BuildContext,
): ColumnDefault | undefined {
  const written = definition.default;
  // A nullable column without a default has DEFAULT NULL; others have none.
  if (written === undefined) return type.nullable && !autoIncrement ? { kind: 'literal', text: null } : undefined;
  const expression = written.expression;
  if (written.parenthesised) return { kind: 'expression', sql: context.formatExpression(expression) };
  const decimals = nowDecimals(expression);
  if (decimals !== undefined) {
    if (!isTimestampLike(type) || decimals !== type.decimals) throw sqlError('ER_INVALID_DEFAULT', definition.name);
    return { kind: 'current-timestamp', decimals };
  }
  if (expression.kind === 'null') {
    if (!type.nullable) throw sqlError('ER_INVALID_DEFAULT', definition.name);
    return { kind: 'literal', text: null };
  }
  if (NO_LITERAL_DEFAULT.has(definition.type.name)) {
    const refusal = sqlError('ER_BLOB_CANT_HAVE_DEFAULT', definition.name);
    const isEmpty = expression.kind === 'string' && expression.value === '';
    if (context.strict || !isEmpty || type.kind === 'json') throw refusal;
    context.warn(refusal.errno, refusal.message);
    return type.nullable ? { kind: 'literal', text: null } : undefined;
  }
  return context.literalDefault(expression, type, definition.name);
}
