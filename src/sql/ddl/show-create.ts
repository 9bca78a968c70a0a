/** SHOW CREATE TABLE / DATABASE / VIEW: the text that makes the object again, as MySQL 8 prints it. */
import { fromHex } from '../../base/index.ts';
import { autoRandomText } from './auto-random.ts';
import { quoteName } from '../ast/index.ts';
import { timeToLiveText } from './time-to-live.ts';
import type { ColumnDef, ForeignKeyDef, IndexDef, SchemaDef, TableDef, ViewDef } from '../catalog/index.ts';
import { partitioningText } from './partitions/show-partitioning.ts';
import { quoteText } from './quote-text.ts';
import { charsetOf, defaultCollationOf, type FieldType, getCharset, intRange, MysqlType } from '../types/index.ts';
import { engineOf } from './storage-engine.ts';

/** The type as SHOW COLUMNS and information_schema.COLUMNS.COLUMN_TYPE print it: `int unsigned`, `varchar(20)`. */
export function columnTypeText(type: FieldType): string {
  const sign = `${type.unsigned && type.kind !== 'bit' && type.kind !== 'year' ? ' unsigned' : ''}${type.zerofill && type.kind !== 'year' ? ' zerofill' : ''}`;
  switch (type.kind) {
    case 'int':
      return integerText(type) + sign;
    case 'year':
      return 'year';
    case 'bit':
      return `bit(${type.length})`;
    case 'float':
    case 'double':
      return `${type.kind}${type.decimals === 31 ? '' : `(${type.length},${type.decimals})`}${sign}`;
    case 'decimal':
      return `decimal(${type.length},${type.decimals})${sign}`;
    case 'string':
      return characterText(type, 'char', 'text');
    case 'binary':
      return characterText(type, 'binary', 'blob');
    case 'enum':
    case 'set':
      return `${type.kind}(${(type.elements ?? []).map(quoteText).join(',')})`;
    case 'time':
    case 'datetime':
    case 'timestamp':
      return `${type.kind}${type.decimals > 0 ? `(${type.decimals})` : ''}`;
    case 'date':
    case 'json':
    case 'null':
      return type.kind;
  }
}

/** The bare name: `int`, `varchar`, `mediumtext` (information_schema.COLUMNS.DATA_TYPE). */
export function dataTypeName(type: FieldType): string {
  return /^[a-z]+/.exec(columnTypeText(type))?.[0] ?? type.kind;
}

const INT_NAMES: Readonly<Record<number, string>> = {
  [MysqlType.TINY]: 'tinyint',
  [MysqlType.SHORT]: 'smallint',
  [MysqlType.INT24]: 'mediumint',
  [MysqlType.LONG]: 'int',
  [MysqlType.LONGLONG]: 'bigint',
};

/** Display widths are printed only for ZEROFILL and for TINYINT(1), as MySQL does since 8.0.19. */
function integerText(type: FieldType): string {
  const name = INT_NAMES[type.mysqlType] ?? 'bigint';
  const isBool = type.mysqlType === MysqlType.TINY && type.length === 1 && !type.unsigned;
  return type.zerofill || isBool ? `${name}(${type.length})` : name;
}

const LOB_PREFIX: Readonly<Record<number, string>> = {
  [MysqlType.TINY_BLOB]: 'tiny',
  [MysqlType.BLOB]: '',
  [MysqlType.MEDIUM_BLOB]: 'medium',
  [MysqlType.LONG_BLOB]: 'long',
};

function characterText(type: FieldType, fixed: string, large: string): string {
  const prefix = LOB_PREFIX[type.mysqlType];
  if (prefix !== undefined) return prefix + large;
  return `${type.mysqlType === MysqlType.STRING ? '' : 'var'}${fixed}(${type.length})`;
}

export function showCreateTable(table: TableDef, autoIncrement: number | bigint | undefined): string {
  const lines = [
    ...table.columns.filter((column) => !column.hidden).map((column) => columnLine(column, table)),
    ...table.indexes.filter((index) => index.parts.length > 0).map((index) => indexLine(index, table)),
    ...table.foreignKeys.map((key) => foreignKeyLine(key, table)),
    ...table.checks.map(
      (check) =>
        `CONSTRAINT ${quoteName(check.name)} CHECK (${check.sql})${check.enforced ? '' : ' /*!80016 NOT ENFORCED */'}`,
    ),
  ];
  const passing = table.globalTemporary === true;
  const head = `CREATE${passing ? ' GLOBAL' : ''}${table.temporary ? ' TEMPORARY' : ''} TABLE ${quoteName(table.name)} (`;
  return `${head}\n${lines.map((line) => `  ${line}`).join(',\n')}\n)${tableOptions(table, autoIncrement)}${partitioningText(table)}${passing ? ' ON COMMIT DELETE ROWS' : ''}`;
}

/** A counter beyond its column shows the greatest value that the column holds. */
function shownCounter(table: TableDef, next: number | bigint): number | bigint {
  const type = table.columns.find(({ autoIncrement }) => autoIncrement)?.type;
  if (type?.kind !== 'int') return next;
  const { max } = intRange(type);
  return next > max ? max : next;
}

function tableOptions(table: TableDef, autoIncrement: number | bigint | undefined): string {
  const charset = charsetOf(table.collation);
  const parts = [`ENGINE=${engineOf(table)}`];
  const random = table.columns.some(({ autoRandom }) => autoRandom !== undefined);
  if (!random && autoIncrement !== undefined && autoIncrement > 1)
    parts.push(`AUTO_INCREMENT=${shownCounter(table, autoIncrement)}`);
  parts.push(`DEFAULT CHARSET=${charset}`);
  if (printsCollation(table.collation)) parts.push(`COLLATE=${table.collation}`);
  for (const name of PRINTED_OPTIONS) {
    const value = table.options[name];
    if (value !== undefined) parts.push(`${name.toUpperCase()}=${value.toUpperCase()}`);
  }
  if (table.comment !== '') parts.push(`COMMENT=${quoteText(table.comment)}`);
  return ` ${parts.join(' ')}${timeToLiveText(table)}`;
}

/** In the order MySQL prints them. */
const PRINTED_OPTIONS =
  'min_rows max_rows avg_row_length pack_keys stats_persistent stats_auto_recalc stats_sample_pages checksum delay_key_write row_format key_block_size'.split(
    ' ',
  );

/** utf8mb4's default changed in 8.0, so its collation is always printed. */
function printsCollation(collation: string): boolean {
  const charset = charsetOf(collation);
  return charset === 'utf8mb4' || collation !== defaultCollationOf(charset);
}

function columnLine(column: ColumnDef, table: TableDef): string {
  const { type } = column;
  let line = `${quoteName(column.name)} ${columnTypeText(type)}${columnCharset(column, table)}`;
  if (column.generated) {
    line += ` GENERATED ALWAYS AS (${column.generated.sql}) ${column.generated.stored ? 'STORED' : 'VIRTUAL'}`;
    if (!type.nullable) line += ' NOT NULL';
  } else {
    if (!type.nullable) line += ' NOT NULL';
    else if (type.kind === 'timestamp') line += ' NULL';
    line += defaultClause(column);
    if (column.autoIncrement && column.autoRandom === undefined) line += ' AUTO_INCREMENT';
    line += autoRandomText(column);
  }
  if (column.invisible) line += ' /*!80023 INVISIBLE */';
  if (column.comment !== '') line += ` COMMENT ${quoteText(column.comment)}`;
  return line;
}

function columnCharset(column: ColumnDef, table: TableDef): string {
  const { kind, collation } = column.type;
  if (kind !== 'string' && kind !== 'enum' && kind !== 'set') return '';
  const charset = charsetOf(collation);
  const isDefault = collation === defaultCollationOf(charset);
  // A character set that was written is printed with its collation; otherwise what differs from the table and the default.
  if (column.explicitCharset) return ` CHARACTER SET ${charset} COLLATE ${collation}`;
  if (collation === table.collation) return isDefault ? '' : ` COLLATE ${collation}`;
  const isNewDefault = collation === 'utf8mb4_0900_ai_ci';
  return ` CHARACTER SET ${charset}${isDefault && !isNewDefault ? '' : ` COLLATE ${collation}`}`;
}

function defaultClause(column: ColumnDef): string {
  const now = column.type.decimals > 0 ? `CURRENT_TIMESTAMP(${column.type.decimals})` : 'CURRENT_TIMESTAMP';
  const onUpdate = column.onUpdateNow ? ` ON UPDATE ${now}` : '';
  const written = column.defaultValue;
  if (written === undefined) return onUpdate;
  if (written.kind === 'current-timestamp') return ` DEFAULT ${now}${onUpdate}`;
  if (written.kind === 'expression') return ` DEFAULT (${written.sql})${onUpdate}`;
  if (written.text === null) {
    const isLob = LOB_PREFIX[column.type.mysqlType] !== undefined;
    return isLob ? onUpdate : ` DEFAULT NULL${onUpdate}`;
  }
  return ` DEFAULT ${defaultLiteral(column.type, written)}${onUpdate}`;
}

/** A stored literal as DDL writes it: b'101' for BIT, 0x… for bytes that are no text, a quoted string for all else. */
export function defaultLiteral(
  type: FieldType,
  written: { readonly text: string | null; readonly binary?: boolean },
): string {
  if (written.text === null) return 'NULL';
  if (!written.binary) return quoteText(written.text);
  if (type.kind === 'bit') return `b'${BigInt(`0x${written.text}`).toString(2)}'`;
  const text = getCharset('utf8mb4').decodeStrict(fromHex(written.text) ?? new Uint8Array(0));
  return text === undefined ? `0x${written.text.toUpperCase()}` : quoteText(text);
}

function indexLine(index: IndexDef, table: TableDef): string {
  const parts = index.parts.map((part) => {
    const column = table.columns.find((candidate) => candidate.id === part.columnId);
    const target = column?.hidden ? `(${column.generated?.sql ?? ''})` : quoteName(column?.name ?? '');
    return `${target}${part.prefixLength === undefined ? '' : `(${part.prefixLength})`}${part.descending ? ' DESC' : ''}`;
  });
  const word = index.primary
    ? 'PRIMARY KEY'
    : `${index.unique ? 'UNIQUE ' : index.kind === 'fulltext' ? 'FULLTEXT ' : ''}KEY ${quoteName(index.name)}`;
  const comment = index.comment === '' ? '' : ` COMMENT ${quoteText(index.comment)}`;
  const global = index.global && table.partitioning !== undefined ? ' /*T![global_index] GLOBAL */' : '';
  const using = index.explicitAlgorithm ? ' USING BTREE' : '';
  const invisible = index.visible ? '' : ' /*!80000 INVISIBLE */';
  const parser = index.parser === undefined ? '' : ` /*!50100 WITH PARSER ${quoteName(index.parser)} */ `;
  return `${word} (${parts.join(',')})${using}${global}${comment}${invisible}${parser}`;
}

function foreignKeyLine(key: ForeignKeyDef, table: TableDef): string {
  const columns = key.columnIds.map((id) => quoteName(table.columns.find((column) => column.id === id)?.name ?? ''));
  const parent = `${key.referencedSchema === table.schema ? '' : `${quoteName(key.referencedSchema)}.`}${quoteName(key.referencedTable)}`;
  const onDelete = key.onDelete === 'no action' ? '' : ` ON DELETE ${key.onDelete.toUpperCase()}`;
  const onUpdate = key.onUpdate === 'no action' ? '' : ` ON UPDATE ${key.onUpdate.toUpperCase()}`;
  return `CONSTRAINT ${quoteName(key.name)} FOREIGN KEY (${columns.join(', ')}) REFERENCES ${parent} (${key.referencedColumns.map(quoteName).join(', ')})${onDelete}${onUpdate}`;
}

export function showCreateDatabase(schema: SchemaDef, ifNotExists: boolean): string {
  const collate = printsCollation(schema.collation) ? ` COLLATE ${schema.collation}` : '';
  const options = `/*!40100 DEFAULT CHARACTER SET ${charsetOf(schema.collation)}${collate} */ /*!80016 DEFAULT ENCRYPTION='N' */`;
  return `CREATE DATABASE ${ifNotExists ? '/*!32312 IF NOT EXISTS*/ ' : ''}${quoteName(schema.name)} ${options}`;
}

export function showCreateView(view: ViewDef): string {
  const [user, host] = splitAccount(view.definer);
  const check = view.checkOption === 'none' ? '' : ` WITH ${view.checkOption.toUpperCase()} CHECK OPTION`;
  const columns = view.explicitColumns ? ` (${view.columns.map(quoteName).join(',')})` : '';
  return `CREATE ALGORITHM=${view.algorithm.toUpperCase()} DEFINER=${quoteName(user)}@${quoteName(host)} SQL SECURITY ${view.security.toUpperCase()} VIEW ${quoteName(view.name)}${columns} AS ${view.sql}${check}`;
}

/** 'user@host' split at the last @. */
export function splitAccount(account: string): [user: string, host: string] {
  const at = account.lastIndexOf('@');
  return at === -1 ? [account, '%'] : [account.slice(0, at), account.slice(at + 1)];
}
