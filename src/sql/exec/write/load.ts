/**
 * LOAD DATA: a stream of bytes becomes records, rows, and inserts. Where the table is empty and storage offers it, rows go
 * through the bulk loader instead of the transaction's write set.
 *
 * Bytes are read as UTF-8 text, or, when a binary column takes part or the charset is another, one character per byte,
 * so that binary fields keep their bytes and others are decoded by field.
 */
import { andThen, isPromise, type MaybePromise, sqlError } from '../../../base/index.ts';
import type { LoadPlan } from '../../plan/index.ts';
import type { BulkLoader } from '../../ports.ts';
import {
  charsetUnits,
  getCharset,
  implicitDefaultOf,
  type Row,
  type Store,
  storeOf,
  type Value,
  varbinaryType,
  varcharType,
} from '../../types/index.ts';
import type { WriteResult } from '../context.ts';
import type { Run } from '../operator.ts';
import type { CompiledWriter } from './compiled-writer.ts';
import { duplicateEntry } from './duplicate-error.ts';
import { eachInOrder } from './each.ts';
import { FieldParser, type LoadField } from './field-parser.ts';
import { completeRow, fittingId, type InsertRules } from './insert.ts';
import { finishRow } from './row-builder.ts';
import { type ColumnSetter, compileSetter, defaultValue, tableWriterOf } from './table-writer.ts';
import { WriteRun } from './write-run.ts';

const BULK_ROWS = 1024;
const TEXT_TYPE = varcharType(65535);
const BYTES_TYPE = varbinaryType(65535);

type FieldTarget =
  | { readonly variable: string }
  | {
      readonly column: number;
      readonly name: string;
      readonly notNull: boolean;
      readonly store: Store;
      readonly binary: boolean;
    };

interface LoadShape {
  readonly plan: LoadPlan;
  readonly rules: InsertRules;
  readonly fields: readonly FieldTarget[];
  readonly set: readonly { readonly column: number; readonly set: ColumnSetter | undefined }[];
  readonly template: readonly Value[];
  /** Columns whose default is computed per row. */
  readonly late: readonly number[];
  readonly byBytes: boolean;
}

export function compileLoad(plan: LoadPlan): CompiledWriter {
  const shape = compileShape(plan);
  return (run) => new Load(shape, run).run();
}

function compileShape(plan: LoadPlan): LoadShape {
  const table = tableWriterOf(plan.writer);
  const { columns } = plan.writer.table;
  const { autoIncrementColumn } = plan.writer;
  const fields = plan.fields.map((field): FieldTarget => {
    if (typeof field !== 'number') return field;
    const column = columns[field]!;
    const binary = column.type.kind === 'binary';
    return {
      column: field,
      name: column.name,
      notNull: !column.type.nullable && field !== autoIncrementColumn,
      store: storeOf(binary ? BYTES_TYPE : TEXT_TYPE, column.type),
      binary,
    };
  });
  const set = plan.set.map(({ column, expr }) => ({
    column,
    set: 'default' in expr ? undefined : compileSetter(plan.writer, column, expr),
  }));
  const given = new Set<number>([
    ...fields.flatMap((field) => ('column' in field ? [field.column] : [])),
    ...set.map((item) => item.column),
  ]);
  const late = columns
    .map((_, i) => i)
    .filter(
      (i) =>
        !given.has(i) &&
        i !== autoIncrementColumn &&
        columns[i]!.generated === undefined &&
        table.defaults[i]!.constant === undefined,
    );
  const utf8 = plan.format.charset === 'utf8mb4' || plan.format.charset === 'utf8mb3' || plan.format.charset === 'utf8';
  return {
    plan,
    rules: {
      table,
      mode: plan.duplicates === 'replace' ? 'replace' : 'insert',
      onDuplicate: undefined,
      singleRow: false,
    },
    fields,
    set,
    template: columns.map((_, i) => table.defaults[i]!.constant ?? null),
    late,
    byBytes: !utf8 || fields.some((field) => 'binary' in field && field.binary),
  };
}

function latin1Decode(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192)
    text += String.fromCharCode.apply(null, bytes.subarray(i, i + 8192) as unknown as number[]);
  return text;
}

function latin1Encode(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** One run of a LOAD DATA statement. */
class Load {
  readonly #shape: LoadShape;
  readonly #write: WriteRun;
  readonly #parser: FieldParser;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #records = 0;
  #bulk: BulkLoader | undefined;
  #bulkRows: Row[] = [];

  constructor(shape: LoadShape, run: Run) {
    this.#shape = shape;
    this.#write = new WriteRun(run, shape.plan.duplicates === 'ignore');
    this.#parser = new FieldParser(shape.plan.format);
  }

  async run(): Promise<WriteResult> {
    const { ctx } = this.#write.run;
    const { plan } = this.#shape;
    if (ctx.openFile === undefined) throw sqlError('ER_NOT_ALLOWED_COMMAND');
    await this.#openBulk();
    try {
      for await (const chunk of await ctx.openFile(plan)) {
        this.#parser.feed(this.#shape.byBytes ? latin1Decode(chunk) : this.#decoder.decode(chunk, { stream: true }));
        const done = this.#consume(false);
        if (done instanceof Promise) await done;
      }
      const tail = this.#shape.byBytes ? '' : this.#decoder.decode();
      if (tail !== '') this.#parser.feed(tail);
      await this.#consume(true);
      await this.#finishBulk();
    } catch (error) {
      this.#bulk?.abort();
      throw error;
    }
    const write = this.#write;
    const skipped = this.#records - write.copied;
    const result = write.result(
      write.copied + write.deleted,
      `Records: ${this.#records}  Deleted: ${write.deleted}  Skipped: ${skipped}  Warnings: {warnings}`,
    );
    return { ...result, lastInsertId: 0 };
  }

  async #openBulk(): Promise<void> {
    const { duplicates, writer } = this.#shape.plan;
    if (duplicates === 'replace' || (this.#write.foreignKeyChecks && writer.parents.length > 0)) return;
    this.#bulk = await this.#write.storage.bulkLoader?.(writer.table, duplicates);
  }

  /** Takes all complete records out of the parser. */
  #consume(final: boolean): MaybePromise<void> {
    for (;;) {
      const fields = this.#parser.next(final);
      if (fields === undefined) return undefined;
      const done = this.#record(fields);
      if (done instanceof Promise) return this.#consumeAsync(done, final);
    }
  }

  async #consumeAsync(pending: Promise<void>, final: boolean): Promise<void> {
    await pending;
    for (;;) {
      const fields = this.#parser.next(final);
      if (fields === undefined) return;
      const done = this.#record(fields);
      if (done instanceof Promise) await done;
    }
  }

  #record(fields: LoadField[]): MaybePromise<void> {
    const write = this.#write;
    const paused = write.pace();
    if (paused instanceof Promise) return paused.then(() => this.#record(fields));
    this.#records++;
    write.target.row = this.#records;
    try {
      const row = this.#buildRow(fields);
      const done = this.#bulk === undefined ? completeRow(write, this.#shape.rules, row, []) : this.#addToBulk(row);
      return isPromise(done) ? done.catch((error: unknown) => void write.tolerate(error)) : done;
    } catch (error) {
      write.tolerate(error);
    }
  }

  #buildRow(values: LoadField[]): Row {
    const { fields, set, template, late, rules } = this.#shape;
    const write = this.#write;
    const row: Row = template.slice();
    for (let i = 0; i < fields.length; i++) this.#assign(row, fields[i]!, i < values.length ? values[i]! : undefined);
    if (values.length > fields.length) this.#complain('ER_WARN_TOO_MANY_RECORDS');
    for (const { column, set: evaluate } of set) {
      const value = evaluate === undefined ? defaultValue(rules.table, column, row, write) : evaluate(row, write);
      const notNull =
        !rules.table.writer.table.columns[column]!.type.nullable && column !== rules.table.writer.autoIncrementColumn;
      row[column] = value === null && notNull ? this.#nullSupplied(column) : value;
    }
    for (const column of late) row[column] = defaultValue(rules.table, column, row, write);
    return row;
  }

  #complain(symbol: 'ER_WARN_TOO_FEW_RECORDS' | 'ER_WARN_TOO_MANY_RECORDS'): void {
    const { eval: context } = this.#write;
    const error = sqlError(symbol, this.#records);
    if (context.session.strict) throw error;
    context.warn(error.errno, error.message, 'Warning');
  }

  #assign(row: Row, target: FieldTarget, field: LoadField | undefined): void {
    const write = this.#write;
    if (field === undefined) this.#complain('ER_WARN_TOO_FEW_RECORDS');
    if ('variable' in target) {
      const value = field === undefined || field === null ? null : this.#textOf(field);
      write.eval.session.setUserVariable(target.variable, value, TEXT_TYPE);
      return;
    }
    if (field === undefined) {
      const { type } = this.#shape.rules.table.writer.table.columns[target.column]!;
      row[target.column] =
        type.nullable || !target.notNull ? (this.#shape.template[target.column] ?? null) : implicitDefaultOf(type);
      return;
    }
    if (field === null) {
      row[target.column] = target.notNull ? this.#nullSupplied(target.column) : null;
      return;
    }
    write.target.column = target.name;
    const value = target.binary ? latin1Encode(field) : this.#textOf(field);
    row[target.column] = target.store(value, write.target, write.eval);
  }

  #textOf(field: string): string {
    if (!this.#shape.byBytes) return field;
    const { charset } = this.#shape.plan.format;
    const bytes = latin1Encode(field);
    return charset === 'binary' ? charsetUnits.decodeUtf8(bytes) : getCharset(charset).decode(bytes);
  }

  #nullSupplied(column: number): Value {
    const { eval: context } = this.#write;
    const { name, type } = this.#shape.rules.table.writer.table.columns[column]!;
    const error = sqlError('ER_WARN_NULL_TO_NOTNULL', name, this.#records);
    if (context.session.strict) throw error;
    context.warn(error.errno, error.message, 'Warning');
    return implicitDefaultOf(type);
  }

  #addToBulk(row: Row): MaybePromise<void> {
    const { table } = this.#shape.rules;
    const column = table.writer.autoIncrementColumn;
    const write = this.#write;
    const id = column < 0 ? undefined : row[column]!;
    const add = (): MaybePromise<void> => {
      finishRow(table, row, write);
      this.#bulkRows.push(row);
      return this.#bulkRows.length >= BULK_ROWS ? this.#flushBulk() : undefined;
    };
    if (id === undefined) return add();
    if (id === null || (id === 0 && !write.eval.session.sqlMode.noAutoValueOnZero)) {
      return andThen(write.storage.nextAutoIncrement(table.writer.table, 1), (next) => {
        row[column] = fittingId(next, table.writer.table.columns[column]!.type);
        if (write.firstGeneratedId === 0) write.firstGeneratedId = next;
        return add();
      });
    }
    write.lastExplicitId = id as number | bigint;
    return andThen(
      (id as number | bigint) > 0
        ? write.storage.observeAutoIncrement(table.writer.table, id as number | bigint)
        : undefined,
      add,
    );
  }

  #flushBulk(): MaybePromise<void> {
    const rows = this.#bulkRows;
    this.#bulkRows = [];
    return rows.length === 0 ? undefined : this.#bulk!.add(rows);
  }

  async #finishBulk(): Promise<void> {
    const bulk = this.#bulk;
    if (bulk === undefined) return;
    await this.#flushBulk();
    const { inserted, duplicates } = await bulk.finish();
    this.#bulk = undefined;
    this.#write.copied += inserted;
    const { table } = this.#shape.rules.table.writer;
    await eachInOrder(duplicates, ({ index, row }) => void this.#write.tolerate(duplicateEntry(table, index, row)));
  }
}
