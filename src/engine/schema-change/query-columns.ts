/** Column definitions that a query's result would have: CREATE TABLE … AS SELECT. */
import { assert } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { columnTypeText } from '../../sql/ddl/index.ts';
import { parse } from '../../sql/parser/index.ts';
import { type FieldType, isBlobCode, MysqlType } from '../../sql/types/index.ts';
import type { ColumnDef, TableDef } from '../../sql/catalog/index.ts';
import type { ResultColumn } from '../session-port.ts';
import { planFor } from '../session/planning.ts';
import type { EngineSession } from '../session/session.ts';

export interface QueryColumns {
  readonly definitions: readonly ast.ColumnDefinition[];
  /** The table with the defaults and comments that its query columns bring. */
  finish(table: TableDef): TableDef;
}

export function columnsOfQuery(session: EngineSession, query: ast.Query): QueryColumns {
  const { columns } = planFor(session, query, session.currentSql ?? '', []);
  const catalog = session.catalog;
  const sourceOf = ({ schema, originalTable, originalName }: ResultColumn): ColumnDef | undefined => {
    if (schema === undefined || originalTable === undefined || originalName === undefined) return undefined;
    const table = catalog.findTable(schema, originalTable);
    return table?.kind === 'table' ? table.columns.find(({ name }) => name === originalName) : undefined;
  };
  const finish = (table: TableDef): TableDef => {
    const made = table.columns.slice(table.columns.filter(({ hidden }) => !hidden).length - columns.length);
    const changed = new Map(
      columns.flatMap((column, place) => {
        const target = made[place];
        return target?.name === column.name ? [[target.id, broughtColumn(target, sourceOf(column))] as const] : [];
      }),
    );
    return { ...table, columns: table.columns.map((column) => changed.get(column.id) ?? column) };
  };
  return {
    definitions: columns.map((column) =>
      definitionOf(column.name, sourceOf(column) === undefined ? shortInteger(column.type) : column.type),
    ),
    finish,
  };
}

/** Integer expressions of less than ten digits are INT columns. */
function shortInteger(type: FieldType): FieldType {
  if (type.kind !== 'int' || type.unsigned || type.mysqlType !== MysqlType.LONGLONG || type.length >= 10) return type;
  return { ...type, mysqlType: MysqlType.LONG, length: 11 };
}

/** A column that is read as it is keeps its default and comment; an expression that is never NULL gets a zero. */
function broughtColumn(made: ColumnDef, source: ColumnDef | undefined): ColumnDef {
  const { explicitCharset: _charset, defaultValue: _default, ...rest } = made;
  if (source === undefined) {
    const zero = made.type.nullable ? null : zeroOf(made.type);
    return zero === undefined ? rest : { ...rest, defaultValue: { kind: 'literal', text: zero } };
  }
  const defaultValue = source.autoIncrement ? ({ kind: 'literal', text: '0' } as const) : source.defaultValue;
  const written = source.generated ? made.defaultValue : defaultValue;
  return {
    ...rest,
    ...(written !== undefined && { defaultValue: written }),
    ...(source.explicitCharset && { explicitCharset: true }),
    comment: source.comment,
  };
}

function zeroOf(type: FieldType): string | undefined {
  const fraction = type.decimals > 0 && type.decimals < 31 ? `.${'0'.repeat(type.decimals)}` : '';
  switch (type.kind) {
    case 'int':
    case 'float':
    case 'double':
      return '0';
    case 'decimal':
      return `0${fraction}`;
    case 'time':
      return `00:00:00${fraction}`;
    case 'string':
    case 'binary':
      return isBlobCode(type.mysqlType) ? undefined : '';
    default:
      return undefined;
  }
}

function definitionOf(name: string, type: FieldType): ast.ColumnDefinition {
  const isText = type.kind === 'string' || type.kind === 'enum' || type.kind === 'set';
  return {
    name,
    start: 0,
    end: 0,
    type: dataTypeOf(storable(type)),
    // Not said to be NULL: a written primary key may make it NOT NULL.
    nullable: type.nullable ? undefined : false,
    default: undefined,
    onUpdate: undefined,
    autoIncrement: false,
    generated: undefined,
    key: undefined,
    comment: undefined,
    collation: isText ? type.collation : undefined,
    checks: [],
    references: undefined,
    visible: undefined,
    srid: undefined,
    options: [],
  };
}

/** The syntax tree of a type, by way of its text: one spelling of types is enough. */
function dataTypeOf(type: FieldType): ast.DataType {
  const { statement } = parse(`CREATE TABLE t (c ${columnTypeText(type)})`);
  const element = statement.kind === 'create-table' ? statement.elements[0] : undefined;
  assert(element?.kind === 'column', 'a column definition was parsed');
  return element.column.type;
}

const VARCHAR_CHARACTERS_MAX = 16_383;

/** Types of expressions that no column can have as they are: NULL becomes BINARY(0), long strings TEXT. */
function storable(type: FieldType): FieldType {
  if (type.kind === 'null') return { ...type, kind: 'binary', mysqlType: MysqlType.VAR_STRING, length: 0 };
  if (type.kind === 'string' && type.mysqlType !== 254 && (type.length > VARCHAR_CHARACTERS_MAX || type.length < 0)) {
    return { ...type, mysqlType: 251 };
  }
  if (type.kind === 'decimal')
    return { ...type, length: Math.min(65, Math.max(1, type.length)), decimals: Math.min(30, type.decimals) };
  return type;
}
