/**
 * Results as JavaScript values.
 *
 * | SQL                              | JavaScript                                                               |
 * |----------------------------------|--------------------------------------------------------------------------|
 * | NULL                             | null                                                                     |
 * | integers, YEAR, BIT              | number while safe, bigint beyond 2^53                                    |
 * | FLOAT, DOUBLE                    | number                                                                   |
 * | DECIMAL                          | string, exact                                                            |
 * | CHAR, VARCHAR, TEXT, ENUM, SET   | string                                                                   |
 * | BINARY, VARBINARY, BLOB          | Uint8Array                                                               |
 * | DATE, DATETIME, TIMESTAMP, TIME  | string as MySQL prints it; with `temporals: 'date'` all but TIME a Date  |
 * | JSON                             | the parsed value                                                         |
 */
import type { ResultColumn, RowsResult } from '../engine/index.ts';
import {
  DateTime,
  JsonValue,
  formatJson,
  formatText,
  type FieldType,
  type Row,
  type TypeKind,
  type Value,
} from '../sql/types/index.ts';

export type ResultValue =
  | null
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | boolean
  | readonly unknown[]
  | { readonly [key: string]: unknown };

export type RowObject = Record<string, ResultValue>;

/** A column of a result. */
export interface Field {
  readonly name: string;
  readonly kind: TypeKind;
  readonly nullable: boolean;
  readonly table: string | undefined;
  readonly schema: string | undefined;
}

/** An array of row objects that also knows its columns. */
export type Rows<T = RowObject> = T[] & { readonly fields: readonly Field[] };

/** What a statement without rows did. */
export interface ExecuteResult {
  readonly affectedRows: number;
  readonly lastInsertId: number | bigint;
  readonly info: string;
  readonly warningCount: number;
}

export interface ResultOptions {
  readonly temporals: 'string' | 'date';
}

type Convert = (value: Exclude<Value, null>) => ResultValue;

/** Makes row objects of one result. Of columns with the same name the last one wins. */
export class RowMaker {
  readonly fields: readonly Field[];
  readonly #names: readonly string[];
  readonly #converts: readonly (Convert | undefined)[];
  readonly #hasProto: boolean;

  constructor(columns: readonly ResultColumn[], options: ResultOptions) {
    this.fields = columns.map(fieldOf);
    this.#names = columns.map((column) => column.name);
    this.#converts = columns.map((column) => converter(column.type, options));
    this.#hasProto = this.#names.includes('__proto__');
  }

  make(row: Row): RowObject {
    const object: RowObject = {};
    for (let i = 0; i < this.#names.length; i++) {
      const value = row[i] as Value;
      const convert = this.#converts[i];
      const converted = value === null || convert === undefined ? (value as ResultValue) : convert(value);
      const name = this.#names[i] as string;
      if (this.#hasProto)
        Object.defineProperty(object, name, { value: converted, enumerable: true, writable: true, configurable: true });
      else object[name] = converted;
    }
    return object;
  }
}

function fieldOf(column: ResultColumn): Field {
  return {
    name: column.name,
    kind: column.type.kind,
    nullable: column.type.nullable,
    table: column.originalTable,
    schema: column.schema,
  };
}

/** Undefined: the value is what JavaScript gets. */
function converter(type: FieldType, options: ResultOptions): Convert | undefined {
  switch (type.kind) {
    case 'null':
    case 'int':
    case 'year':
    case 'bit':
    case 'float':
    case 'double':
      return undefined;
    case 'string':
      return (value) => (typeof value === 'string' || value instanceof Uint8Array ? value : formatText(value, type));
    case 'binary':
      return (value) => (typeof value === 'string' ? new TextEncoder().encode(value) : (value as Uint8Array));
    case 'json':
      return (value) =>
        JSON.parse(value instanceof JsonValue ? formatJson(value) : String(value as string)) as ResultValue;
    case 'date':
    case 'datetime':
    case 'timestamp':
      return options.temporals === 'date' ? (value) => toDate(value) : (value) => formatText(value, type);
    default:
      return (value) => formatText(value, type);
  }
}

/** In the process's time zone. Dates that JavaScript does not have (zero parts) become an invalid Date. */
function toDate(value: Exclude<Value, null>): Date {
  const time = value instanceof DateTime ? value : new DateTime(value as number, 0);
  if (time.month === 0 || time.day === 0) return new Date(Number.NaN);
  const date = new Date(
    time.year,
    time.month - 1,
    time.day,
    time.hour,
    time.minute,
    time.second,
    Math.floor(time.fraction / 1000),
  );
  if (time.year < 100) date.setFullYear(time.year);
  return date;
}

/** All rows; the result is closed whatever happens. */
export async function collectRows(result: RowsResult, options: ResultOptions): Promise<Rows> {
  const maker = new RowMaker(result.columns, options);
  const rows: RowObject[] = [];
  try {
    for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
      for (const row of batch) rows.push(maker.make(row));
    }
  } finally {
    await result.close();
  }
  return withFields(rows, maker.fields);
}

export function withFields(rows: RowObject[], fields: readonly Field[]): Rows {
  return Object.defineProperty(rows, 'fields', { value: fields }) as Rows;
}
