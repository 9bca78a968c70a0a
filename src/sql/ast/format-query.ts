/** Queries as MySQL prints them in SHOW CREATE VIEW. Hints and locking leave no trace there. */
import type { OrderItem } from './clause.ts';
import type { DataType } from './data-type.ts';
import { type FormatContext, quoteName, quoteString } from './format-context.ts';
import { printJsonOn, truth } from './format-expression.ts';
import type { IndexHint } from './hint.ts';
import type {
  JoinTable,
  JsonTable,
  JsonTableColumn,
  Query,
  QueryBody,
  Select,
  SelectItem,
  TableReference,
  TableSource,
  WithClause,
} from './select.ts';
import type { FrameBound, WindowFrame, WindowReference, WindowSpecification } from './window.ts';

export function printQuery(query: Query, context: FormatContext): string {
  const withClause = query.with === undefined ? '' : printWith(query.with, context);
  const order = query.orderBy.length === 0 ? '' : ` order by ${printOrderItems(query.orderBy, context)}`;
  return `${withClause}${printBody(query.body, context, false)}${order}${printLimit(query, context)}`;
}

function printLimit(query: Query, context: FormatContext): string {
  if (query.limit === undefined) return '';
  const count = context.expression(query.limit.count);
  return query.limit.offset === undefined
    ? ` limit ${count}`
    : ` limit ${context.expression(query.limit.offset)},${count}`;
}

function printWith(clause: WithClause, context: FormatContext): string {
  const tables = clause.tables.map((table) => {
    const columns = table.columns.length === 0 ? '' : ` (${table.columns.map(quoteName).join(',')})`;
    return `${quoteName(table.name)}${columns} as (${context.query(table.query)})`;
  });
  return `with ${clause.recursive ? 'recursive ' : ''}${tables.join(',')} `;
}

/** `swallowed`: a UNION DISTINCT to the right makes every UNION ALL before it distinct as well. */
function printBody(body: QueryBody, context: FormatContext, swallowed: boolean): string {
  switch (body.kind) {
    case 'select':
      return printSelect(body, context);
    case 'values':
      return `values ${body.rows.map((row) => `row(${row.map((item) => context.expression(item)).join(',')})`).join(',')}`;
    case 'table-query':
      return `table ${printTableName(body.table.schema, body.table.name)}`;
    case 'query':
      return `(${printQuery(body, context)})`;
    case 'set-operation': {
      const distinct = body.distinct || (swallowed && body.operator === 'union');
      const left = printBody(body.left, context, distinct && body.operator === 'union');
      const right = printBody(body.right, context, false);
      const nested = body.right.kind === 'set-operation' && body.right.operator !== 'intersect';
      return `${left} ${body.operator}${distinct ? '' : ' all'} ${nested ? `(${right})` : right}`;
    }
  }
}

// ---- SELECT ----

const OPTION_WORDS = [
  ['straightJoin', 'straight_join'],
  ['highPriority', 'high_priority'],
] as const;
const LATER_OPTION_WORDS = [
  ['smallResult', 'sql_small_result'],
  ['bigResult', 'sql_big_result'],
  ['bufferResult', 'sql_buffer_result'],
  ['calcFoundRows', 'sql_calc_found_rows'],
] as const;

function printSelect(select: Select, context: FormatContext): string {
  const words = ['select'];
  for (const [option, word] of OPTION_WORDS) if (select.options[option]) words.push(word);
  if (select.distinct) words.push('distinct');
  for (const [option, word] of LATER_OPTION_WORDS) if (select.options[option]) words.push(word);
  let text = `${words.join(' ')} ${select.items.map((item) => printItem(item, context)).join(',')}`;
  if (select.from.length > 0) text += ` from ${printFrom(select.from, context)}`;
  else if (select.where !== undefined) text += ' from DUAL ';
  if (select.where !== undefined) text += ` where ${truth(select.where, context)}`;
  if (select.groupBy !== undefined) {
    const items = select.groupBy.items.map((item) => context.expression(item)).join(',');
    text += select.groupBy.rollup === 'cube' ? ` group by cube (${items})` : ` group by ${items}`;
    if (select.groupBy.rollup === 'rollup') text += ' with rollup';
  }
  if (select.having !== undefined) text += ` having ${truth(select.having, context)}`;
  if (select.windows.length > 0) {
    const windows = select.windows.map(
      (window) => `${quoteName(window.name)} AS ${context.window(window.specification)}`,
    );
    text += ` window ${windows.join(',')}`;
  }
  if (select.qualify !== undefined) text += ` qualify ${truth(select.qualify, context)}`;
  return text;
}

function printItem(item: SelectItem, context: FormatContext): string {
  if (item.kind === 'star') {
    if (item.table === undefined) return '*';
    return `${printTableName(item.schema, item.table)}.*`;
  }
  if (!context.named) return context.expression(item.expression);
  const name = item.alias ?? (item.expression.kind === 'column' ? item.expression.name : item.text);
  return `${context.expression(item.expression)} AS ${quoteName(name)}`;
}

// ---- FROM ----

function printTableName(schema: string | undefined, name: string): string {
  return schema === undefined ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`;
}

/** A comma list prints as joins, from left to right. */
function printFrom(from: readonly TableReference[], context: FormatContext): string {
  return from.map((reference) => printReference(reference, context)).reduce((left, right) => `(${left} join ${right})`);
}

function printReference(reference: TableReference, context: FormatContext): string {
  switch (reference.kind) {
    case 'table':
      return printTable(reference);
    case 'derived-table': {
      const alias = reference.alias === undefined ? '' : ` ${quoteName(reference.alias)}`;
      const columns = reference.columns.length === 0 ? '' : ` (${reference.columns.map(quoteName).join(',')})`;
      return `${reference.lateral ? 'lateral ' : ''}(${context.query(reference.query)})${alias}${columns}`;
    }
    case 'json-table':
      return printJsonTable(reference, context);
    case 'join':
      return printJoin(reference, context);
  }
}

function printTable(table: TableSource): string {
  const partitions = table.partitions.length === 0 ? '' : ` PARTITION (${table.partitions.map(quoteName).join(',')})`;
  const alias = table.alias === undefined || table.alias === table.name ? '' : ` ${quoteName(table.alias)}`;
  return `${printTableName(table.schema, table.name)}${partitions}${alias}${table.indexHints.map(printIndexHint).join('')}`;
}

function printIndexHint(hint: IndexHint): string {
  const scope = hint.scope === undefined ? '' : ` FOR ${hint.scope.toUpperCase()}`;
  return ` ${hint.action.toUpperCase()} INDEX${scope} (${hint.indexes.map(quoteName).join(',')})`;
}

/** RIGHT JOIN prints as the LEFT JOIN it is. */
function printJoin(join: JoinTable, context: FormatContext): string {
  const swapped = join.type === 'right' && !join.natural && join.using.length === 0;
  const left = printReference(swapped ? join.right : join.left, context);
  const right = printReference(swapped ? join.left : join.right, context);
  const outer = swapped
    ? 'left join'
    : join.type === 'left'
      ? 'left join'
      : join.type === 'right'
        ? 'right join'
        : 'join';
  const word = join.type === 'straight' ? 'straight_join' : `${join.natural ? 'natural ' : ''}${outer}`;
  const on = join.on === undefined ? '' : ` on(${truth(join.on, context)})`;
  const using = join.using.length === 0 ? '' : ` using (${join.using.map(quoteName).join(',')})`;
  return `(${left} ${word} ${right}${on}${using})`;
}

function printJsonTable(table: JsonTable, context: FormatContext): string {
  const alias = table.alias === undefined ? '' : ` ${quoteName(table.alias)}`;
  const columns = printJsonColumns(table.columns, context);
  return `json_table(${context.expression(table.document)}, ${quoteString(table.path)} ${columns})${alias}`;
}

function printJsonColumns(columns: readonly JsonTableColumn[], context: FormatContext): string {
  const parts = columns.map((column) => {
    switch (column.kind) {
      case 'ordinality':
        return `${quoteName(column.name)} for ordinality`;
      case 'nested':
        return `nested path ${quoteString(column.path)} ${printJsonColumns(column.columns, context)}`;
      case 'path': {
        const exists = column.exists ? ' exists' : '';
        const empty = printJsonOn(column.onEmpty, 'empty', context);
        const error = printJsonOn(column.onError, 'error', context);
        return `${quoteName(column.name)} ${printColumnType(column.type)}${exists} path ${quoteString(column.path)}${empty}${error}`;
      }
    }
  });
  return `columns (${parts.join(', ')})`;
}

/** A column type as SHOW CREATE TABLE prints it, with charset and collation where they were written. */
export function printColumnType(type: DataType): string {
  let text: string = type.name;
  if (type.elements.length > 0) text += `(${type.elements.map(quoteString).join(',')})`;
  else if (type.length !== undefined)
    text += `(${type.length}${type.decimals === undefined ? '' : `,${type.decimals}`})`;
  if (type.unsigned) text += ' unsigned';
  if (type.zerofill) text += ' zerofill';
  if (type.charset !== undefined) text += ` character set ${type.charset}`;
  if (type.collation !== undefined) text += ` collate ${type.collation}`;
  return text;
}

// ---- ORDER BY, windows ----

export function printOrderItems(items: readonly OrderItem[], context: FormatContext): string {
  return items
    .map((item) => `${context.expression(item.expression)}${item.direction === 'desc' ? ' desc' : ''}`)
    .join(',');
}

export function printWindow(reference: WindowReference, context: FormatContext): string {
  if (reference.kind === 'window-name') return quoteName(reference.name);
  return `(${printSpecification(reference, context)}) `;
}

function printSpecification(window: WindowSpecification, context: FormatContext): string {
  let text = window.base === undefined ? '' : `${quoteName(window.base)} `;
  if (window.partitionBy.length > 0) {
    text += `PARTITION BY ${window.partitionBy.map((item) => context.expression(item)).join(',')} `;
  }
  if (window.orderBy.length > 0) text += `ORDER BY ${context.orderItems(window.orderBy)} `;
  if (window.frame !== undefined) text += printFrame(window.frame, context);
  return text;
}

function printFrame(frame: WindowFrame, context: FormatContext): string {
  const exclude = frame.exclude === undefined ? '' : ` EXCLUDE ${frame.exclude.replace('-', ' ').toUpperCase()}`;
  const bounds = `BETWEEN ${printBound(frame.from, context)} AND ${printBound(frame.to, context)}`;
  return `${frame.unit.toUpperCase()} ${bounds}${exclude}`;
}

function printBound(bound: FrameBound, context: FormatContext): string {
  switch (bound.type) {
    case 'unbounded-preceding':
    case 'unbounded-following':
    case 'current-row':
      return bound.type.replace('-', ' ').toUpperCase();
    case 'preceding':
    case 'following': {
      const offset = context.expression(bound.offset);
      const amount = bound.unit === undefined ? offset : `INTERVAL ${offset} ${bound.unit.toUpperCase()}`;
      return `${amount} ${bound.type.toUpperCase()}`;
    }
  }
}
