/** ANALYZE TABLE … UPDATE HISTOGRAM, DROP HISTOGRAM: a row per column that says what became of it, sorted by name. */
import { andThen, fromHex, type MaybePromise, sqlError } from '../../base/index.ts';
import { quoteName } from '../../sql/ast/index.ts';
import type * as ast from '../../sql/ast/index.ts';
import type { ColumnDef, TableDef } from '../../sql/catalog/index.ts';
import { parse } from '../../sql/parser/index.ts';
import { formatDateTime, formatText, type Row, toBase64 } from '../../sql/types/index.ts';
import { buildHistogram, type HistogramDataType, typeTextOf, type ValueCount } from '../histograms/index.ts';
import type { EngineSession } from './session.ts';

type Histogram = NonNullable<ast.AnalyzeTable['histogram']>;

const BUCKETS_DEFAULT = 100;
const BUCKETS_MAX = 1024;
/** Longer texts are told apart by this many characters. */
const TEXT_CHARS = 42;
/** Of larger tables a sample is taken. */
const ROWS_MAX = 1_000_000;

export function histogramRows(
  session: EngineSession,
  statement: ast.AnalyzeTable,
  histogram: Histogram,
): MaybePromise<Row[]> {
  if (histogram.data !== undefined) throw sqlError('ER_NOT_SUPPORTED_YET', 'UPDATE HISTOGRAM … USING DATA');
  const buckets = histogram.buckets ?? BUCKETS_DEFAULT;
  if (buckets < 1 || buckets > BUCKETS_MAX)
    throw sqlError('ER_DATA_OUT_OF_RANGE', 'Number of buckets', 'ANALYZE TABLE');
  checkTwice(histogram.columns, 'ER_DUP_FIELDNAME');
  checkTwice(
    statement.tables.map(({ name }) => name),
    'ER_NONUNIQ_TABLE',
  );
  const [name] = statement.tables;
  if (name === undefined) return [];
  const schema = name.schema ?? session.state.database ?? '';
  const label = `${schema}.${name.name}`;
  const refused = (message: string): Row[] => [[label, 'histogram', 'Error', message]];
  if (statement.tables.length > 1)
    return refused('Only one table can be specified while modifying histogram statistics.');
  const table = session.catalog.findTable(schema, name.name);
  if (table === undefined) return refused(`Table '${label}' doesn't exist`);
  if (table.kind === 'view') return refused('Cannot create histogram statistics for a view.');
  if (table.temporary) return refused('Cannot create histogram statistics for a temporary table.');
  if (schema.toLowerCase() === 'mysql') return refused('Histograms are not supported on the MySQL system schema.');
  return changeColumns(session, table, histogram, buckets);
}

function checkTwice(names: readonly string[], error: 'ER_DUP_FIELDNAME' | 'ER_NONUNIQ_TABLE'): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) throw sqlError(error, name);
    seen.add(name.toLowerCase());
  }
}

function changeColumns(
  session: EngineSession,
  table: TableDef,
  histogram: Histogram,
  buckets: number,
): MaybePromise<Row[]> {
  const names = histogram.columns.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1));
  const label = `${table.schema}.${table.name}`;
  const rows: Row[] = [];
  const step = (place: number): MaybePromise<Row[]> => {
    const name = names[place];
    if (name === undefined) return rows;
    const column = table.columns.find(
      (candidate) => !candidate.hidden && candidate.name.toLowerCase() === name.toLowerCase(),
    );
    const done = (type: 'status' | 'Error', message: string): MaybePromise<Row[]> => {
      rows.push([label, 'histogram', type, message]);
      return step(place + 1);
    };
    if (column === undefined) return done('Error', `The column '${name}' does not exist.`);
    const problem = histogram.action === 'drop' ? undefined : unfit(table, column);
    if (problem !== undefined) return done('Error', `The column '${column.name}' ${problem}`);
    const changed =
      histogram.action === 'drop'
        ? drop(session, table, column)
        : update(session, table, column, { buckets, autoUpdate: histogram.autoUpdate ?? false });
    return andThen(changed, (message) => done(message.startsWith('No ') ? 'Error' : 'status', message));
  };
  return step(0);
}

function unfit(table: TableDef, column: ColumnDef): string | undefined {
  const isUnique = table.indexes.some(
    ({ unique, parts }) =>
      unique && parts.length === 1 && parts[0]?.columnId === column.id && parts[0].prefixLength === undefined,
  );
  if (isUnique) return 'is covered by a single-part unique index.';
  return column.type.kind === 'json' ? 'has an unsupported data type.' : undefined;
}

async function drop(session: EngineSession, table: TableDef, column: ColumnDef): Promise<string> {
  const { histograms } = session.host.additions;
  if (histograms.find(table, column) === undefined) return `No histogram statistics found for column '${column.name}'.`;
  await histograms.put(table, column, undefined);
  return `Histogram statistics removed for column '${column.name}'.`;
}

interface Wanted {
  readonly buckets: number;
  readonly autoUpdate: boolean;
}

async function update(session: EngineSession, table: TableDef, column: ColumnDef, wanted: Wanted): Promise<string> {
  const { host } = session;
  const samplingRate = Math.min(1, ROWS_MAX / Math.max(1, host.stats.rowCount(table)));
  const { values, nulls } = await valuesOf(session, table, column, samplingRate);
  await host.additions.histograms.put(table, column, {
    ...buildHistogram(values, nulls, wanted.buckets),
    typeText: typeTextOf(column),
    dataType: dataTypeOf(column),
    autoUpdate: wanted.autoUpdate,
    samplingRate,
    updatedAt: formatDateTime(session.virtualTables.toDateTime(host.env.clock.nowMs()), 6),
    bucketsAsked: wanted.buckets,
  });
  return `Histogram statistics created for column '${column.name}'.`;
}

function dataTypeOf({ type }: ColumnDef): HistogramDataType {
  switch (type.kind) {
    case 'int':
      return type.unsigned ? 'uint' : 'int';
    case 'float':
    case 'double':
      return 'double';
    case 'string':
    case 'binary':
      return 'string';
    case 'timestamp':
      return 'datetime';
    case 'decimal':
    case 'date':
    case 'time':
    case 'datetime':
    case 'enum':
    case 'set':
      return type.kind;
    default:
      return 'int';
  }
}

/** Distinct values in their order, as a histogram prints them, and how often each is there. */
async function valuesOf(
  session: EngineSession,
  table: TableDef,
  column: ColumnDef,
  samplingRate: number,
): Promise<{ values: ValueCount[]; nulls: number }> {
  const dataType = dataTypeOf(column);
  const sample = samplingRate < 1 ? ` WHERE RAND() < ${samplingRate}` : '';
  const name = `${quoteName(table.schema)}.${quoteName(table.name)}`;
  const grouped = `SELECT ${keyOf(dataType, column)} AS k, COUNT(*) AS n FROM ${name}${sample} GROUP BY 1`;
  const sql = `SELECT ${dataType === 'string' ? 'HEX(k)' : 'k'}, n FROM (${grouped}) AS h ORDER BY k`;
  const result = await session.runStatement(parse(sql, { sqlMode: '' }).statement, sql, 0);
  const values: ValueCount[] = [];
  let nulls = 0;
  if (result.kind !== 'rows') return { values, nulls };
  const [key] = result.columns;
  for (let batch = await result.next(); batch !== undefined; batch = await result.next()) {
    for (const [value = null, count] of batch) {
      if (value === null) nulls += Number(count);
      else if (key !== undefined)
        values.push({ value: printed(dataType, formatText(value, key.type)), count: Number(count) });
    }
  }
  await result.close();
  return { values, nulls };
}

function keyOf(dataType: HistogramDataType, column: ColumnDef): string {
  const name = quoteName(column.name);
  if (dataType === 'string') return `LEFT(${name}, ${TEXT_CHARS})`;
  if (dataType === 'double') return `${name} + 0e0`;
  if (dataType === 'datetime' || dataType === 'time') return `CAST(${name} AS ${dataType.toUpperCase()}(6))`;
  const isNumbered =
    dataType === 'enum' || dataType === 'set' || column.type.kind === 'bit' || column.type.kind === 'year';
  return isNumbered ? `${name} + 0` : name;
}

function printed(dataType: HistogramDataType, text: string): string {
  return dataType === 'string' ? `base64:type254:${toBase64(fromHex(text) ?? new Uint8Array())}` : text;
}
