/**
 * Column definitions (protocol 4.1) of a result set or of a prepared statement.
 *
 * catalog 'def' | schema | table | original table | name | original name | 0x0c | collation 2 | length 4 | type 1 |
 * flags 2 | decimals 1 | 2 zeros
 */
import {
  MysqlType,
  findCollation,
  findCollationById,
  getCharset,
  isBlobCode,
  type Charset,
  type FieldType,
} from '../../sql/types/index.ts';
import type { ResultColumn } from '../../engine/index.ts';
import type { PacketWriter } from './packet-writer.ts';
import { BINARY_COLLATION, ColumnFlag } from './protocol.ts';

const LENGTH_MAX = 0xffffffff;
const DECIMALS_NOT_FIXED = 31;
const ANY_KEY = ColumnFlag.PRI_KEY | ColumnFlag.UNIQUE_KEY | ColumnFlag.MULTIPLE_KEY;
const NULL_DEFAULT = 0xfb;
const FIXED_FIELDS_BYTES = 0x0c;

/** How text leaves for this client: its collation id and the bytes a character may take. */
export interface ResultText {
  readonly collationId: number;
  readonly bytesPerCharacter: number;
  /** Names of columns and tables go in the result charset too; undefined = UTF-8. */
  readonly charset?: Charset | undefined;
}

/** Charsets whose bytes are UTF-8 already, and binary, which means "do not convert". */
const UTF8: ReadonlySet<string> = new Set(['utf8mb4', 'utf8mb3', 'utf8', 'binary', '']);

/** The connection's collation while it fits the result charset, else that charset's default. */
export function resultText(resultCharset: string, connectionCollationId: number): ResultText {
  const charset = getCharset(resultCharset);
  const connection = findCollationById(connectionCollationId);
  const collation = connection?.charset === charset.name ? connection : findCollation(charset.defaultCollation);
  const names = UTF8.has(charset.name) ? undefined : charset;
  return { collationId: collation?.id ?? BINARY_COLLATION, bytesPerCharacter: charset.bytesMax, charset: names };
}

export function writeColumnDefinition(
  writer: PacketWriter,
  column: ResultColumn,
  text: ResultText,
  withDefault = false,
): void {
  const { type } = column;
  const character = type.kind === 'string' || type.kind === 'enum' || type.kind === 'set';
  writer.begin();
  writer.lenencText('def');
  const { charset } = text;
  for (const name of [column.schema, column.table, column.originalTable, column.name, column.originalName]) {
    if (charset === undefined) writer.lenencText(name ?? '');
    else writer.lenencBytes(charset.encode(name ?? ''));
  }
  writer.u8(FIXED_FIELDS_BYTES);
  writer.u16(character ? text.collationId : BINARY_COLLATION);
  writer.u32(displayLength(type, text.bytesPerCharacter));
  writer.u8(protocolType(type));
  writer.u16(columnFlags(column));
  writer.u8(isStored(column) || type.kind !== 'string' ? type.decimals : DECIMALS_NOT_FIXED);
  writer.u16(0);
  if (withDefault) writer.u8(NULL_DEFAULT);
  writer.end();
}

function protocolType(type: FieldType): number {
  if (type.kind === 'enum' || type.kind === 'set') return MysqlType.STRING;
  if (isBlobCode(type.mysqlType)) return MysqlType.BLOB;
  return type.mysqlType === MysqlType.VARCHAR ? MysqlType.VAR_STRING : type.mysqlType;
}

function displayLength(type: FieldType, bytesPerCharacter: number): number {
  if (type.length < 0) return type.kind === 'string' ? LENGTH_MAX : 0;
  switch (type.kind) {
    case 'decimal':
      return type.length + (type.decimals > 0 ? 1 : 0) + (type.unsigned ? 0 : 1);
    case 'string':
    case 'enum':
    case 'set':
      return Math.min(LENGTH_MAX, type.length * bytesPerCharacter);
    default:
      return Math.min(LENGTH_MAX, type.length);
  }
}

function columnFlags(column: ResultColumn): number {
  const { type } = column;
  let flags = column.flags ?? 0;
  if (!type.nullable) flags |= ColumnFlag.NOT_NULL;
  if (type.unsigned) flags |= ColumnFlag.UNSIGNED;
  if (type.zerofill) flags |= ColumnFlag.ZEROFILL;
  if (type.kind === 'enum') flags |= ColumnFlag.ENUM;
  if (type.kind === 'set') flags |= ColumnFlag.SET;
  if ((flags & ANY_KEY) !== 0) flags |= ColumnFlag.PART_KEY;
  if (type.kind === 'timestamp' && (flags & ColumnFlag.ON_UPDATE_NOW) !== 0) flags |= ColumnFlag.TIMESTAMP;
  const stored = isStored(column);
  if (stored && (isBlobCode(type.mysqlType) || type.kind === 'json')) flags |= ColumnFlag.BLOB;
  return isBinaryFlagged(type, stored) ? flags | ColumnFlag.BINARY : flags;
}

/** A column of a table, not an expression. */
function isStored(column: ResultColumn): boolean {
  return column.originalTable !== undefined && column.originalTable !== '';
}

/** Temporal and binary columns always, _bin collations, and every number that is not a stored column. */
function isBinaryFlagged(type: FieldType, stored: boolean): boolean {
  switch (type.kind) {
    case 'int':
    case 'year':
    case 'float':
    case 'double':
    case 'decimal':
    case 'bit':
      return !stored;
    case 'string':
    case 'enum':
    case 'set':
      return type.collation.endsWith('_bin');
    default:
      return true;
  }
}
