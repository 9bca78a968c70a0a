/** Rows of SCHEMATA, TABLES, COLUMNS, VIEWS. Column order is that of virtual-tables.data.ts. */
import { toHex, utf8Encode } from '../../base/index.ts';
import type { ColumnDef, SchemaDef, TableDef, ViewDef } from '../catalog/index.ts';
import { columnTypeText, dataTypeName, defaultLiteral, ENGINE_OPTION, engineOf } from '../ddl/index.ts';
import { charsetOf, collationOf, type FieldType, isBlobCode, type Row, type Value } from '../types/index.ts';
import { type InfoSource, visibleSchemas } from './info-source.ts';
import { isVirtualSchema, VIRTUAL_SCHEMAS, virtualTables } from './virtual-catalog.ts';

/** Equality conditions of the query by lower-case column name, to make fewer rows. */
export type Wanted = Readonly<Record<string, Value>>;

export function wants(wanted: Wanted, column: string, value: string): boolean {
  const condition = wanted[column];
  return condition === undefined || (typeof condition === 'string' && condition.toLowerCase() === value.toLowerCase());
}

const VIRTUAL_COLLATION = 'utf8mb3_general_ci';

export function schemaRows(source: InfoSource): Row[] {
  const virtual = VIRTUAL_SCHEMAS.map((name) => ({ name, collation: VIRTUAL_COLLATION }));
  return [...visibleSchemas(source), ...virtual].map((schema) => [
    'def',
    schema.name,
    charsetOf(schema.collation),
    schema.collation,
    null,
    'NO',
  ]);
}

/** As MySQL's dictionary lists them. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** Tables and views the session may see, narrowed by conditions on schema and name. */
export function* visibleRelations(
  source: InfoSource,
  wanted: Wanted,
): Generator<readonly [SchemaDef, TableDef | ViewDef]> {
  for (const schema of visibleSchemas(source)) {
    if (!wants(wanted, 'table_schema', schema.name)) continue;
    for (const relation of source.catalog.tables(schema.name).toSorted(byName)) {
      if (wants(wanted, 'table_name', relation.name) && source.maySeeTable(schema.name, relation.name))
        yield [schema, relation];
    }
  }
}

export function* visibleTables(source: InfoSource, wanted: Wanted): Generator<TableDef> {
  for (const [, relation] of visibleRelations(source, wanted)) if (relation.kind === 'table') yield relation;
}

const VIEW_TAIL: Row = [null, null, null, null, null, null, null, null, null, null];

export async function tableRows(source: InfoSource, wanted: Wanted): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [schema, relation] of visibleRelations(source, wanted)) {
    rows.push(
      relation.kind === 'view' ? viewTableRow(schema, relation, source) : await tableRow(schema, relation, source),
    );
  }
  for (const schema of VIRTUAL_SCHEMAS) {
    if (!wants(wanted, 'table_schema', schema)) continue;
    for (const table of virtualTables(schema)) {
      if (wants(wanted, 'table_name', table.name)) rows.push(virtualTableRow(schema, table.name));
    }
  }
  return rows;
}

function viewTableRow(schema: SchemaDef, view: ViewDef, source: InfoSource): Row {
  return [
    'def',
    schema.name,
    view.name,
    'VIEW',
    null,
    null,
    null,
    ...VIEW_TAIL.slice(0, 7),
    source.toDateTime(0),
    null,
    null,
    null,
    null,
    null,
    'VIEW',
    view.id,
    null,
    null,
    null,
  ];
}

function virtualTableRow(schema: string, name: string): Row {
  const kind = schema === 'information_schema' ? 'SYSTEM VIEW' : 'BASE TABLE';
  return [
    'def',
    schema,
    name,
    kind,
    null,
    10,
    null,
    0,
    0,
    0,
    0,
    0,
    0,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    '',
    null,
    null,
    null,
    null,
  ];
}

async function tableRow(schema: SchemaDef, table: TableDef, source: InfoSource): Promise<Row> {
  const rowCount = source.rowCount(table);
  const bytes = source.dataBytes(table);
  const options = [
    ...Object.entries(table.options)
      .filter(([name]) => name !== ENGINE_OPTION)
      .map(([name, value]) => `${name}=${value}`),
    ...(table.partitioning === undefined || table.partitioning.rule.implicitColumns ? [] : ['partitioned']),
  ].join(' ');
  return [
    'def',
    schema.name,
    table.name,
    'BASE TABLE',
    engineOf(table),
    10,
    'Dynamic',
    rowCount,
    rowCount === 0 ? 0 : Math.round(bytes / rowCount),
    bytes,
    0,
    0,
    0,
    (await source.autoIncrement(table)) ?? null,
    source.toDateTime(table.createdAtMs),
    null,
    null,
    table.collation,
    null,
    options,
    table.comment,
    table.id,
    shardingInfo(table),
    table.indexes[0]?.primary === true && !table.indexes[0].nonclustered ? 'CLUSTERED' : 'NONCLUSTERED',
    null,
  ];
}

/** As TiDB tells how row ids are scattered. */
function shardingInfo({ columns, indexes, options }: TableDef): string {
  const random = columns.find(({ autoRandom }) => autoRandom !== undefined)?.autoRandom;
  if (random !== undefined) return `PK_AUTO_RANDOM_BITS=${random.shardBits}`;
  if (indexes[0]?.primary === true && !indexes[0].nonclustered) return 'NOT_SHARDED(PK_IS_HANDLE)';
  const bits = options['shard_row_id_bits'];
  return bits === undefined || bits === '0' ? 'NOT_SHARDED' : `SHARD_BITS=${bits}`;
}

export function columnRows(source: InfoSource, wanted: Wanted): Row[] {
  const rows: Row[] = [];
  for (const [schema, relation] of visibleRelations(source, wanted)) {
    if (relation.kind === 'view') rows.push(...viewColumnRows(schema, relation, source, wanted));
    else rows.push(...tableColumnRows(schema.name, relation, wanted));
  }
  for (const schema of VIRTUAL_SCHEMAS) {
    if (!wants(wanted, 'table_schema', schema)) continue;
    for (const table of virtualTables(schema)) {
      if (wants(wanted, 'table_name', table.name)) rows.push(...tableColumnRows(schema, table, wanted));
    }
  }
  return rows;
}

function tableColumnRows(schema: string, table: TableDef, wanted: Wanted): Row[] {
  const keys = columnKeys(table);
  return table.columns.flatMap((column, place) => {
    const isTidb = column.invisible && isVirtualSchema(schema);
    if (column.hidden || isTidb || !wants(wanted, 'column_name', column.name)) return [];
    return [columnRow({ schema, table: table.name, column, position: place + 1, key: keys.get(column.id) ?? '' })];
  });
}

function viewColumnRows(schema: SchemaDef, view: ViewDef, source: InfoSource, wanted: Wanted): Row[] {
  const columns = source.viewColumns(view) ?? [];
  return columns.flatMap(({ name, type }, place) => {
    if (!wants(wanted, 'column_name', name)) return [];
    const column: ColumnDef = {
      id: place + 1,
      name,
      type,
      onUpdateNow: false,
      autoIncrement: false,
      comment: '',
      invisible: false,
      state: 'public',
      hidden: false,
      ...(type.nullable && { defaultValue: { kind: 'literal', text: null } as const }),
    };
    return [columnRow({ schema: schema.name, table: view.name, column, position: place + 1, key: '' })];
  });
}

interface ColumnPlace {
  readonly schema: string;
  readonly table: string;
  readonly column: ColumnDef;
  readonly position: number;
  readonly key: string;
}

function columnRow({ schema, table, column, position, key }: ColumnPlace): Row {
  const { type } = column;
  const isText = type.kind === 'string' || type.kind === 'enum' || type.kind === 'set';
  const isBytes = type.kind === 'binary';
  const [characters, octets] = lengths(type);
  const precision = numericPrecision(type);
  const hasScale =
    type.kind === 'int' ||
    type.kind === 'decimal' ||
    ((type.kind === 'float' || type.kind === 'double') && type.decimals !== 31);
  return [
    'def',
    schema,
    table,
    column.name,
    position,
    defaultText(column),
    type.nullable ? 'YES' : 'NO',
    dataTypeName(type),
    isText || isBytes ? characters : null,
    isText || isBytes ? octets : null,
    precision,
    hasScale ? type.decimals : null,
    type.kind === 'datetime' || type.kind === 'timestamp' || type.kind === 'time' ? type.decimals : null,
    isText ? charsetOf(type.collation) : null,
    isText ? type.collation : null,
    columnTypeText(type),
    key,
    extraText(column),
    'select,insert,update,references',
    column.comment,
    escapeQuotes(column.generated?.sql ?? ''),
    null,
  ];
}

function lengths(type: FieldType): [characters: number, octets: number] {
  if (type.kind === 'binary') return [type.length, type.length];
  const width =
    type.kind === 'string' || type.kind === 'enum' || type.kind === 'set' ? collationOf(type.collation).maxBytes : 1;
  // TEXT types count bytes, the others characters.
  if (isBlobCode(type.mysqlType)) return [type.length, type.length];
  return [type.length, type.length * width];
}

const INT_PRECISION: Readonly<Record<number, readonly [signed: number, unsigned: number]>> = {
  1: [3, 3],
  2: [5, 5],
  9: [7, 7],
  3: [10, 10],
  8: [19, 20],
};

function numericPrecision(type: FieldType): number | null {
  if (type.kind === 'int') return INT_PRECISION[type.mysqlType]?.[type.unsigned ? 1 : 0] ?? null;
  if (type.kind === 'decimal' || type.kind === 'bit') return type.length;
  if (type.kind === 'float') return type.decimals === 31 ? 12 : type.length;
  if (type.kind === 'double') return type.decimals === 31 ? 22 : type.length;
  return null;
}

/** MySQL keeps expressions with their quotes escaped, and shows them so here. */
export function escapeQuotes(sql: string): string {
  return sql.replaceAll("'", "\\'");
}

/** COLUMN_DEFAULT: literals as they are, CURRENT_TIMESTAMP by name, expressions as text. */
export function defaultText(column: ColumnDef): string | null {
  const written = column.defaultValue;
  if (written === undefined) return null;
  if (written.kind === 'expression') return escapeQuotes(written.sql);
  if (written.kind === 'current-timestamp')
    return written.decimals > 0 ? `CURRENT_TIMESTAMP(${written.decimals})` : 'CURRENT_TIMESTAMP';
  if (column.type.kind === 'binary' && written.text !== null) return bytesText(written.text, written.binary === true);
  return written.binary ? defaultLiteral(column.type, written) : written.text;
}

/** Bytes in hexadecimal, up to the first zero: so MySQL prints them here. */
function bytesText(text: string, isHex: boolean): string {
  const hex = isHex ? text : toHex(utf8Encode(text));
  return `0x${(/^(?:(?!00)..)*/.exec(hex)?.[0] ?? '').toUpperCase()}`;
}

export function extraText(column: ColumnDef): string {
  const words: string[] = [];
  if (column.autoIncrement) words.push('auto_increment');
  if (column.defaultValue?.kind === 'current-timestamp' || column.defaultValue?.kind === 'expression')
    words.push('DEFAULT_GENERATED');
  if (column.onUpdateNow)
    words.push(`on update CURRENT_TIMESTAMP${column.type.decimals > 0 ? `(${column.type.decimals})` : ''}`);
  if (column.generated) words.push(column.generated.stored ? 'STORED GENERATED' : 'VIRTUAL GENERATED');
  if (column.invisible) words.push('INVISIBLE');
  return words.join(' ');
}

/** PRI, UNI or MUL by column id, as MySQL shows the best key a column leads. */
export function columnKeys(table: TableDef): ReadonlyMap<number, string> {
  const keys = new Map<number, string>();
  const isNotNull = (id: number): boolean => table.columns.some((column) => column.id === id && !column.type.nullable);
  // Without a primary key the first unique key whose columns are all NOT NULL counts as one.
  const hasPrimary = table.indexes.some((index) => index.primary);
  const stand = hasPrimary
    ? undefined
    : table.indexes.find(
        ({ unique, parts }) =>
          unique &&
          parts.length > 0 &&
          parts.every((part) => isNotNull(part.columnId) && part.prefixLength === undefined),
      );
  for (const index of table.indexes) {
    index.parts.forEach((part, place) => {
      if (index.primary || index === stand) keys.set(part.columnId, 'PRI');
      else if (place === 0 && !keys.has(part.columnId))
        keys.set(part.columnId, index.unique && index.parts.length === 1 ? 'UNI' : 'MUL');
    });
  }
  return keys;
}

export function viewRows(source: InfoSource, wanted: Wanted): Row[] {
  const rows: Row[] = [];
  for (const [schema, view] of visibleRelations(source, wanted)) {
    if (view.kind !== 'view') continue;
    rows.push([
      'def',
      schema.name,
      view.name,
      view.sql,
      view.checkOption.toUpperCase(),
      source.isUpdatable(view) ? 'YES' : 'NO',
      view.definer,
      view.security.toUpperCase(),
      view.charsetClient,
      view.collationConnection,
    ]);
  }
  return rows;
}
