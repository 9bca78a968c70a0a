/** Column definitions that a query's result would have: CREATE TABLE … AS SELECT. */
import { assert } from '../../base/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import { columnTypeText } from '../../sql/ddl/index.ts';
import { parse } from '../../sql/parser/index.ts';
import type { FieldType } from '../../sql/types/index.ts';
import { planFor } from '../session/planning.ts';
import type { EngineSession } from '../session/session.ts';

export function columnsOfQuery(session: EngineSession, query: ast.Query): ast.ColumnDefinition[] {
  const { columns } = planFor(session, query, session.currentSql ?? '', []);
  return columns.map((column) => definitionOf(column.name, column.type));
}

function definitionOf(name: string, type: FieldType): ast.ColumnDefinition {
  const isText = type.kind === 'string' || type.kind === 'enum' || type.kind === 'set';
  return {
    name,
    start: 0,
    end: 0,
    type: dataTypeOf(storable(type)),
    nullable: type.nullable,
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
  if (type.kind === 'null') return { ...type, kind: 'binary', mysqlType: 254, length: 0 };
  if (type.kind === 'string' && type.mysqlType !== 254 && (type.length > VARCHAR_CHARACTERS_MAX || type.length < 0)) {
    return { ...type, mysqlType: 251 };
  }
  if (type.kind === 'decimal')
    return { ...type, length: Math.min(65, Math.max(1, type.length)), decimals: Math.min(30, type.decimals) };
  return type;
}
