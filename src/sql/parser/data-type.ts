/** Data types of columns, casts and routine parameters. */
import type { DataType, DataTypeName } from '../ast/index.ts';
import { charsetName, collationName } from './charset-name.ts';
import type { Cursor } from './cursor.ts';
import { K, T } from './token.ts';

type Mutable<Node> = { -readonly [Key in keyof Node]: Node[Key] };
type TypeDraft = Mutable<DataType>;

function draft(name: DataTypeName, start: number): TypeDraft {
  return {
    kind: 'data-type',
    start,
    end: start,
    name,
    length: undefined,
    decimals: undefined,
    unsigned: false,
    zerofill: false,
    charset: undefined,
    binaryAttribute: false,
    collation: undefined,
    elements: [],
    national: false,
    serial: false,
  };
}

/** A type that is not written out in the text. */
export function plainType(name: DataTypeName, at: number, charset: string | undefined): DataType {
  return { ...draft(name, at), charset };
}

/** What may follow a type's name. */
type Suffix =
  | 'none'
  | 'length'
  | 'needs-length'
  | 'number'
  | 'float'
  | 'fraction'
  | 'text'
  | 'text-length'
  | 'varchar'
  | 'list';

const TYPES: Readonly<Record<number, readonly [DataTypeName, Suffix]>> = {
  [K.TINYINT]: ['tinyint', 'number'],
  [K.SMALLINT]: ['smallint', 'number'],
  [K.MEDIUMINT]: ['mediumint', 'number'],
  [K.INT]: ['int', 'number'],
  [K.BIGINT]: ['bigint', 'number'],
  [K.FLOAT]: ['float', 'float'],
  [K.DOUBLE]: ['double', 'float'],
  [K.REAL]: ['double', 'float'],
  [K.DECIMAL]: ['decimal', 'float'],
  [K.NUMERIC]: ['decimal', 'float'],
  [K.FIXED]: ['decimal', 'float'],
  [K.BIT]: ['bit', 'length'],
  [K.BOOL]: ['tinyint', 'none'],
  [K.YEAR]: ['year', 'number'],
  [K.DATE]: ['date', 'none'],
  [K.TIME]: ['time', 'fraction'],
  [K.TIMESTAMP]: ['timestamp', 'fraction'],
  [K.DATETIME]: ['datetime', 'fraction'],
  [K.BINARY]: ['binary', 'length'],
  [K.VARBINARY]: ['varbinary', 'needs-length'],
  [K.VARCHAR]: ['varchar', 'varchar'],
  [K.TINYBLOB]: ['tinyblob', 'none'],
  [K.BLOB]: ['blob', 'length'],
  [K.MEDIUMBLOB]: ['mediumblob', 'none'],
  [K.LONGBLOB]: ['longblob', 'none'],
  [K.TINYTEXT]: ['tinytext', 'text'],
  [K.TEXT]: ['text', 'text-length'],
  [K.MEDIUMTEXT]: ['mediumtext', 'text'],
  [K.LONGTEXT]: ['longtext', 'text'],
  [K.ENUM]: ['enum', 'list'],
  [K.SET]: ['set', 'list'],
  [K.JSON]: ['json', 'none'],
  [K.VECTOR]: ['vector', 'length'],
  [K.GEOMETRY]: ['geometry', 'none'],
  [K.POINT]: ['point', 'none'],
  [K.LINESTRING]: ['linestring', 'none'],
  [K.POLYGON]: ['polygon', 'none'],
  [K.MULTIPOINT]: ['multipoint', 'none'],
  [K.MULTILINESTRING]: ['multilinestring', 'none'],
  [K.MULTIPOLYGON]: ['multipolygon', 'none'],
  [K.GEOMETRYCOLLECTION]: ['geomcollection', 'none'],
};

/** A column's type. */
export function parseDataType(p: Cursor): DataType {
  const start = p.start;
  const type = baseType(p, start);
  type.end = p.lastEnd;
  return type;
}

function baseType(p: Cursor, start: number): TypeDraft {
  switch (p.kind) {
    case K.CHAR:
    case K.NATIONAL:
    case K.NCHAR:
    case K.NVARCHAR:
      return characterType(p, start);
    case K.LONG:
      return longType(p, start);
    case K.SERIAL: {
      p.advance();
      const type = draft('bigint', start);
      type.unsigned = true;
      type.serial = true;
      return type;
    }
    default:
      break;
  }
  const known = TYPES[p.kind];
  if (known === undefined) p.fail();
  const type = draft(known[0], start);
  const keyword = p.kind;
  p.advance();
  if (keyword === K.DOUBLE) p.accept(K.PRECISION);
  if (keyword === K.REAL && p.lexer.mode.realAsFloat) type.name = 'float';
  if (keyword === K.BOOL) type.length = 1;
  if (keyword === K.VARCHAR && p.kind === K.BYTE) p.fail();
  suffix(p, type, known[1]);
  return type;
}

function suffix(p: Cursor, type: TypeDraft, kind: Suffix): void {
  switch (kind) {
    case 'none':
      break;
    case 'length':
    case 'fraction':
      optionalLength(p, type);
      break;
    case 'needs-length':
      length(p, type);
      break;
    case 'number':
      optionalLength(p, type);
      fieldOptions(p, type);
      break;
    case 'float':
      precision(p, type);
      fieldOptions(p, type);
      break;
    case 'text':
      textAttributes(p, type);
      break;
    case 'text-length':
      optionalLength(p, type);
      textAttributes(p, type);
      break;
    case 'varchar':
      length(p, type);
      textAttributes(p, type);
      break;
    case 'list':
      type.elements = p.parenthesised(listElement);
      textAttributes(p, type);
      break;
  }
}

function listElement(p: Cursor): string {
  return p.kind === T.HEX || p.kind === T.BIT ? p.digitsText() : p.string();
}

/** CHAR, NCHAR, NATIONAL CHAR, and their VARYING forms. */
function characterType(p: Cursor, start: number): TypeDraft {
  const type = draft('char', start);
  type.national = p.kind !== K.CHAR;
  if (p.kind === K.NVARCHAR) {
    p.advance();
    type.name = 'varchar';
  } else {
    const national = p.accept(K.NATIONAL);
    if (national && p.accept(K.VARCHAR)) {
      type.name = 'varchar';
    } else {
      if (!p.accept(K.CHAR)) {
        if (national) p.fail();
        p.expect(K.NCHAR);
        if (p.accept(K.VARCHAR)) type.name = 'varchar';
      }
      if (type.name === 'char' && p.accept(K.VARYING)) type.name = 'varchar';
    }
  }
  if (type.name === 'varchar') length(p, type);
  else optionalLength(p, type);
  if (type.national) type.binaryAttribute = p.accept(K.BINARY);
  else textAttributes(p, type);
  return type;
}

/** LONG, LONG VARCHAR, LONG CHAR VARYING are MEDIUMTEXT; LONG VARBINARY is MEDIUMBLOB. */
function longType(p: Cursor, start: number): TypeDraft {
  p.advance();
  if (p.accept(K.VARBINARY)) return draft('mediumblob', start);
  if (p.accept(K.CHAR)) p.expect(K.VARYING);
  else p.accept(K.VARCHAR);
  const type = draft('mediumtext', start);
  textAttributes(p, type);
  return type;
}

function optionalLength(p: Cursor, type: TypeDraft): void {
  if (p.kind === T.LEFT_PAREN) length(p, type);
}

function length(p: Cursor, type: TypeDraft): void {
  p.expect(T.LEFT_PAREN);
  type.length = lengthNumber(p);
  p.expect(T.RIGHT_PAREN);
}

function lengthNumber(p: Cursor): number {
  // MySQL takes a decimal here and cuts it
  if (p.kind === T.DECIMAL) {
    const value = Math.trunc(Number(p.text()));
    p.advance();
    return value;
  }
  if (p.kind !== T.INTEGER) p.fail();
  return p.number();
}

/** (length) or (precision, decimals). */
function precision(p: Cursor, type: TypeDraft): void {
  if (!p.accept(T.LEFT_PAREN)) return;
  type.length = lengthNumber(p);
  if (p.accept(T.COMMA)) type.decimals = lengthNumber(p);
  p.expect(T.RIGHT_PAREN);
}

function fieldOptions(p: Cursor, type: TypeDraft): void {
  for (;;) {
    if (p.accept(K.UNSIGNED)) type.unsigned = true;
    else if (p.accept(K.ZEROFILL)) {
      type.zerofill = true;
      type.unsigned = true;
    } else if (!p.accept(K.SIGNED)) return;
  }
}

/** [CHARACTER SET x] [BINARY], ASCII, UNICODE, BYTE; COLLATE is an attribute of the column. */
function textAttributes(p: Cursor, type: TypeDraft): void {
  if (p.accept(K.BYTE)) {
    type.charset = 'binary';
  } else if (p.accept(K.ASCII)) {
    type.charset = 'latin1';
    type.binaryAttribute = p.accept(K.BINARY);
  } else if (p.accept(K.UNICODE)) {
    type.charset = 'ucs2';
    type.binaryAttribute = p.accept(K.BINARY);
  } else if (acceptCharacterSet(p)) {
    type.charset = charsetName(p);
    type.binaryAttribute = p.accept(K.BINARY);
  } else if (p.accept(K.BINARY)) {
    type.binaryAttribute = true;
    if (p.accept(K.ASCII)) type.charset = 'latin1';
    else if (p.accept(K.UNICODE)) type.charset = 'ucs2';
    else if (acceptCharacterSet(p)) type.charset = charsetName(p);
  }
}

/** CHARACTER SET, CHAR SET or CHARSET. */
export function acceptCharacterSet(p: Cursor): boolean {
  return p.accept(K.CHARSET) || p.accept2(K.CHAR, K.SET);
}

/** The type of CAST and CONVERT. */
export function castType(p: Cursor): DataType {
  const start = p.start;
  const type = castBase(p, start);
  type.end = p.lastEnd;
  return type;
}

const SPATIAL = new Set<number>([
  K.POINT,
  K.LINESTRING,
  K.POLYGON,
  K.MULTIPOINT,
  K.MULTILINESTRING,
  K.MULTIPOLYGON,
  K.GEOMETRYCOLLECTION,
]);

function castBase(p: Cursor, start: number): TypeDraft {
  const kind = p.kind;
  switch (kind) {
    case K.SIGNED:
    case K.UNSIGNED: {
      p.advance();
      p.accept(K.INT);
      return draft(kind === K.SIGNED ? 'signed' : 'unsigned', start);
    }
    case K.CHAR: {
      p.advance();
      const type = draft('char', start);
      optionalLength(p, type);
      textAttributes(p, type);
      return type;
    }
    case K.NCHAR:
    case K.NATIONAL: {
      p.advance();
      if (kind === K.NATIONAL) p.expect(K.CHAR);
      const type = draft('char', start);
      type.national = true;
      optionalLength(p, type);
      return type;
    }
    case K.FLOAT: {
      p.advance();
      const type = draft('float', start);
      optionalLength(p, type);
      return type;
    }
    case K.DOUBLE:
    case K.REAL: {
      p.advance();
      if (kind === K.DOUBLE) p.accept(K.PRECISION);
      return draft(kind === K.REAL && p.lexer.mode.realAsFloat ? 'float' : 'double', start);
    }
    case K.DECIMAL: {
      p.advance();
      const type = draft('decimal', start);
      precision(p, type);
      return type;
    }
    default:
      return castSimple(p, start);
  }
}

function castSimple(p: Cursor, start: number): TypeDraft {
  const kind = p.kind;
  const simple = kind === K.DATE || kind === K.JSON || kind === K.YEAR || SPATIAL.has(kind);
  const sized = kind === K.BINARY || kind === K.TIME || kind === K.DATETIME || kind === K.VECTOR;
  const known = TYPES[kind];
  if (!(simple || sized) || known === undefined) p.fail();
  p.advance();
  const type = draft(known[0], start);
  if (sized) optionalLength(p, type);
  return type;
}

/** [COLLATE name] of a routine's parameter or result. */
export function parseTypeWithCollation(p: Cursor): DataType {
  const type = parseDataType(p);
  if (!p.accept(K.COLLATE)) return type;
  const collation = collationName(p);
  return { ...type, collation, end: p.lastEnd };
}
