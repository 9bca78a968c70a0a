/**
 * INSERT and REPLACE, from VALUES or a query, with IGNORE and ON DUPLICATE KEY UPDATE.
 *
 * Counts: REPLACE 1 per row in plus 1 per row deleted; ON DUPLICATE KEY UPDATE 1 for a new row, 2 for a changed one, 0 for one
 * left as it was (1 when the client asked for found rows).
 */
import { andThen, isPromise, type MaybePromise, sqlError } from '../../../base/index.ts';
import type { InsertPlan } from '../../plan/index.ts';
import type { DuplicateKey, InsertOutcome } from '../../ports.ts';
import { type Batch, type FieldType, intRange, MysqlType, type Row, type Value } from '../../types/index.ts';
import type { CompileScope } from '../compile-scope.ts';
import type { WriteResult } from '../context.ts';
import { type CompiledNode, drain, type Run } from '../operator.ts';
import type { CompiledWriter } from './compiled-writer.ts';
import { duplicateEntry } from './duplicate-error.ts';
import { eachInOrder } from './each.ts';
import { compileDuplicateUpdate, type DuplicateUpdate } from './on-duplicate.ts';
import { readsTable } from './reads-table.ts';
import { deleteRow, insertRow } from './row-mutations.ts';
import { compileRowBuilder, compileRowSource, finishRow, type RowBuilder } from './row-builder.ts';
import { computeVirtual, sameRow, type TableWriter, tableWriterOf } from './table-writer.ts';
import { ReservedIds } from './reserved-ids.ts';
import { WriteRun } from './write-run.ts';

/** A full row on its way in, and the source row it came from (INSERT … SELECT). */
interface Incoming {
  readonly row: Row;
  readonly source: Row;
  readonly generatedId: boolean;
}

export interface InsertRules {
  readonly table: TableWriter;
  readonly mode: 'insert' | 'replace';
  readonly onDuplicate: DuplicateUpdate | undefined;
  /** A NULL for a NOT NULL column is an error even without strict mode. */
  readonly singleRow: boolean;
}

export function compileInsert(plan: InsertPlan, scope: CompileScope): CompiledWriter {
  const table = tableWriterOf(plan.writer);
  const { source, mode, ignore } = plan;
  const rules: InsertRules = {
    table,
    mode,
    onDuplicate: plan.onDuplicate === undefined ? undefined : compileDuplicateUpdate(plan, table),
    singleRow: source.kind === 'values' && source.rows.length === 1,
  };
  if (source.kind === 'values') {
    const builders = source.rows.map((assignments) => compileRowBuilder(table, assignments));
    return (run) => {
      const write = new WriteRun(run, ignore);
      const ids =
        builders.length > 1 && table.writer.autoIncrementColumn >= 0 ? new ReservedIds(builders.length) : undefined;
      write.reservedIds = ids;
      const done = eachInOrder(builders, (build, i) => insertOne(write, rules, build, [], i));
      const taken = andThen(done, () =>
        ids === undefined || ids.unused === 0 ? 0 : write.storage.nextAutoIncrement(table.writer.table, ids.unused),
      );
      return andThen(taken, () => insertResult(write, rules, builders.length, builders.length > 1));
    };
  }
  const root = scope.compile(source.root);
  const build = compileRowSource(
    table,
    plan.columns,
    source.root.output.map((column) => column.type),
  );
  const buffered =
    readsTable(source.root, plan.writer.table.id) ||
    plan.ctes.some((cte) => readsTable(cte.plan, plan.writer.table.id));
  return (run) => insertFromQuery(new WriteRun(run, ignore), rules, { root, build, buffered });
}

interface QuerySource {
  readonly root: CompiledNode;
  readonly build: RowBuilder;
  /** The query reads the target: all rows are read before the first is written. */
  readonly buffered: boolean;
}

function insertFromQuery(write: WriteRun, rules: InsertRules, source: QuerySource): MaybePromise<WriteResult> {
  const { run } = write;
  let count = 0;
  const insertBatch = (batch: Batch): MaybePromise<void> => {
    const first = count;
    count += batch.length;
    return eachInOrder(batch, (row, i) => insertOne(write, rules, source.build, row, first + i));
  };
  const done = source.buffered
    ? drainBuffered(source.root, run, insertBatch)
    : drainInto(source.root, run, insertBatch);
  return andThen(done, () => insertResult(write, rules, count, true));
}

function drainInto(root: CompiledNode, run: Run, consume: (batch: Batch) => MaybePromise<void>): MaybePromise<void> {
  const operator = root.open(run);
  return andThen(drain(operator, consume), () => operator.close());
}

function drainBuffered(
  root: CompiledNode,
  run: Run,
  consume: (batch: Batch) => MaybePromise<void>,
): MaybePromise<void> {
  const memory = run.ctx.memory.open();
  const batches: Batch[] = [];
  const read = drainInto(root, run, (batch) => {
    memory.chargeBatch(batch);
    batches.push(batch);
  });
  return andThen(read, () => andThen(eachInOrder(batches, consume), () => memory.close()));
}

function insertResult(write: WriteRun, rules: InsertRules, records: number, manyRows: boolean): WriteResult {
  const touched =
    write.run.ctx.foundRows === true && rules.onDuplicate !== undefined ? write.matched - write.updated : 0;
  const affected = write.copied + write.deleted + 2 * write.updated + touched;
  const counted = records - write.refused;
  const duplicates = write.ignore ? counted - write.copied : write.deleted + write.updated;
  return write.result(affected, manyRows ? `Records: ${counted}  Duplicates: ${duplicates}  Warnings: {warnings}` : '');
}

/** Builds, checks and writes one row. */
function insertOne(
  write: WriteRun,
  rules: InsertRules,
  build: RowBuilder,
  source: Row,
  position: number,
): MaybePromise<void> {
  const paused = write.pace();
  if (paused instanceof Promise) return paused.then(() => insertOne(write, rules, build, source, position));
  write.target.row = position + 1;
  try {
    const row = build(source, write, rules.singleRow);
    const done = completeRow(write, rules, row, source);
    return isPromise(done) ? done.catch((error: unknown) => void write.tolerate(error)) : done;
  } catch (error) {
    write.tolerate(error);
  }
}

export function completeRow(write: WriteRun, rules: InsertRules, row: Row, source: Row): MaybePromise<void> {
  const { table } = rules;
  const column = table.writer.autoIncrementColumn;
  if (column < 0) return putRow(write, rules, { row, source, generatedId: false });
  if (!wantsGeneratedId(row[column]!, write)) return putRow(write, rules, { row, source, generatedId: false });
  return andThen(write.storage.nextAutoIncrement(table.writer.table, 1), (id) => {
    row[column] = fittingId(id, table.writer.table.columns[column]!.type);
    write.reservedIds?.generated(id);
    return putRow(write, rules, { row, source, generatedId: true });
  });
}

/** A counter at its end gives the type's greatest value, which is then a duplicate; beyond 64 bits there is none (1467). */
export function fittingId(id: number | bigint, type: FieldType): number | bigint {
  if (type.kind !== 'int') return id;
  const { max } = intRange(type);
  if (id <= max) return id;
  if (type.mysqlType === MysqlType.LONGLONG) throw sqlError('ER_AUTOINC_READ_FAILED');
  return max;
}

function wantsGeneratedId(value: Value, write: WriteRun): boolean {
  return value === null || (value === 0 && !write.eval.session.sqlMode.noAutoValueOnZero);
}

function putRow(write: WriteRun, rules: InsertRules, incoming: Incoming): MaybePromise<void> {
  finishRow(rules.table, incoming.row, write);
  write.reservedIds?.rowDone();
  return storeRow(write, rules, incoming);
}

function storeRow(write: WriteRun, rules: InsertRules, incoming: Incoming): MaybePromise<void> {
  const outcome = insertRow(write, rules.table, incoming.row);
  if (outcome instanceof Promise) return outcome.then((later) => afterStore(write, rules, incoming, later));
  return afterStore(write, rules, incoming, outcome);
}

function afterStore(
  write: WriteRun,
  rules: InsertRules,
  incoming: Incoming,
  outcome: InsertOutcome,
): MaybePromise<void> {
  if (outcome.ok) {
    write.copied++;
    return noteId(write, rules, incoming);
  }
  const { duplicate } = outcome;
  if (rules.mode === 'replace') return replaceRow(write, rules, incoming, duplicate);
  if (rules.onDuplicate !== undefined) return rules.onDuplicate(write, incoming.row, incoming.source, duplicate);
  write.tolerate(duplicateEntry(rules.table.writer.table, duplicate.index, incoming.row));
}

function noteId(write: WriteRun, rules: InsertRules, { row, generatedId }: Incoming): MaybePromise<void> {
  const column = rules.table.writer.autoIncrementColumn;
  if (column < 0) return undefined;
  const id = row[column] as number | bigint;
  if (generatedId) {
    if (write.firstGeneratedId === 0) write.firstGeneratedId = id;
    return undefined;
  }
  write.lastExplicitId = id;
  write.reservedIds?.explicit(id);
  return id > 0 ? write.storage.observeAutoIncrement(rules.table.writer.table, id) : undefined;
}

/** Deletes the row in the way and tries again: several rows may be in the way, one per unique key. */
function replaceRow(
  write: WriteRun,
  rules: InsertRules,
  incoming: Incoming,
  duplicate: DuplicateKey,
): MaybePromise<void> {
  const { table } = rules;
  const existing = duplicate.row.slice();
  computeVirtual(table, existing, write);
  if (sameRow(table, existing, incoming.row) && isLastUnique(table, duplicate) && table.writer.children.length === 0) {
    write.copied++;
    return noteId(write, rules, incoming);
  }
  return andThen(deleteRow(write, table, { handle: duplicate.handle, row: existing }), () => {
    write.deleted++;
    return storeRow(write, rules, incoming);
  });
}

function isLastUnique(table: TableWriter, duplicate: DuplicateKey): boolean {
  const unique = table.writer.table.indexes.filter((index) => index.unique && index.parts.length > 0);
  return unique[unique.length - 1]?.id === duplicate.index.id;
}
