/** VALUES LESS THAN and VALUES IN: evaluated once, kept as text, and checked against each other. */
import { equalBytes, fromHex, sqlError, toHex } from '../../../base/index.ts';
import type { Expression, PartitionDefinition, PartitionValue } from '../../ast/index.ts';
import type { ColumnDef, PartitionDef, PartitionRule, PartitionValueDef, TableDef } from '../../catalog/index.ts';
import {
  charsetOf,
  compareOf,
  type FieldType,
  formatText,
  getCharset,
  type Value,
  varcharType,
} from '../../types/index.ts';
import type { BuildContext } from '../build-context.ts';
import { nodesOf } from '../expression-rules.ts';

type Bound = Value | typeof MAXVALUE;
const MAXVALUE = Symbol('MAXVALUE');
/** In a list: DEFAULT, for what no partition names. */
const OTHERS: PartitionValueDef = { maxvalue: true };

export function takesOthers(partition: PartitionDef): boolean {
  return partition.in?.some(([value]) => typeof value === 'object' && value !== null) ?? false;
}

interface EvaluatedValue {
  readonly stored: PartitionValueDef;
  readonly value: Bound;
}

/** The values of all partitions; throws what MySQL does when they do not suit the rule or one another. */
export class PartitionValues {
  readonly #rule: PartitionRule;
  readonly #context: BuildContext;
  readonly #columns: readonly ColumnDef[];
  /** The partition function is unsigned: its constants cannot be negative. */
  readonly #unsigned: boolean;
  readonly #seen: (readonly Bound[])[] = [];
  #last: readonly Bound[] | undefined = undefined;

  constructor(rule: PartitionRule, table: TableDef, context: BuildContext) {
    this.#rule = rule;
    this.#context = context;
    this.#columns = rule.byColumns
      ? rule.columnIds.map((id) => table.columns.find((column) => column.id === id) as ColumnDef)
      : [];
    this.#unsigned = rule.expression !== undefined && context.expressionType(rule.expression, table).unsigned;
  }

  /** Call in the order of the partitions. */
  of(definition: PartitionDefinition): Pick<PartitionDef, 'lessThan' | 'in'> {
    const { method } = this.#rule;
    if (definition.lessThan !== undefined) {
      if (method !== 'range') throw sqlError('ER_PARTITION_WRONG_VALUES_ERROR', 'RANGE', 'LESS THAN');
      return { lessThan: this.#lessThan(definition.lessThan, definition.name) };
    }
    if (definition.in !== undefined) {
      if (method !== 'list') throw sqlError('ER_PARTITION_WRONG_VALUES_ERROR', 'LIST', 'IN');
      return { in: this.#in(definition.in, definition.name) };
    }
    if (method === 'range') throw sqlError('ER_PARTITION_REQUIRES_VALUES_ERROR', 'RANGE', 'LESS THAN');
    if (method === 'list') throw sqlError('ER_PARTITION_REQUIRES_VALUES_ERROR', 'LIST', 'IN');
    return {};
  }

  /** A partition that is there already, in its place among the new ones. */
  take(partition: PartitionDef): void {
    if (partition.lessThan !== undefined) {
      const bounds = partition.lessThan.map((value, i) => this.#storedValue(value, i));
      this.#requireIncrease(bounds);
      this.#last = bounds;
    }
    for (const tuple of partition.in ?? []) this.#requireNew(tuple.map((value, i) => this.#storedValue(value, i)));
  }

  /** The bound of the last range so far, as against another. */
  compareRanges(a: PartitionDef, b: PartitionDef): number {
    const boundsOf = ({ lessThan = [] }: PartitionDef): readonly Bound[] =>
      lessThan.map((value, i) => this.#storedValue(value, i));
    return this.#compare(boundsOf(a), boundsOf(b));
  }

  #storedValue(stored: PartitionValueDef, place: number): Bound {
    if (stored === null) return null;
    if (typeof stored !== 'string') return MAXVALUE;
    const column = this.#columns[place];
    if (column === undefined || column.type.kind === 'int') {
      const value = Number(stored);
      return Number.isSafeInteger(value) ? value : BigInt(stored);
    }
    if (column.type.kind === 'binary') return fromHex(stored.slice(2)) ?? null;
    return this.#context.convert(stored, varcharType(stored.length), column.type) ?? null;
  }

  #requireIncrease(bounds: readonly Bound[]): void {
    if (this.#last !== undefined && this.#compare(this.#last, bounds) >= 0)
      throw sqlError('ER_RANGE_NOT_INCREASING_ERROR');
  }

  #requireNew(values: readonly Bound[]): void {
    if (this.#seen.some((other) => this.#compare(other, values) === 0))
      throw sqlError('ER_MULTIPLE_DEF_CONST_IN_LIST_PART_ERROR');
    this.#seen.push(values);
  }

  #lessThan(values: readonly PartitionValue[], partition: string): readonly PartitionValueDef[] {
    const bare = !this.#rule.byColumns;
    if (bare && values.length > 1) throw sqlError('ER_TOO_MANY_VALUES_ERROR', 'RANGE');
    if (!bare && values.length !== this.#columns.length) throw sqlError('ER_PARTITION_COLUMN_LIST_ERROR');
    // A partition behind MAXVALUE is wrong whatever its value.
    if (!this.#rule.byColumns && this.#last?.every((value) => value === MAXVALUE))
      throw sqlError('ER_PARTITION_MAXVALUE_ERROR');
    const evaluated = values.map((value, i) => this.#evaluate(value, i, partition));
    if (evaluated.some(({ value }) => value === null)) throw sqlError('ER_NULL_IN_VALUES_LESS_THAN');
    const bounds = evaluated.map(({ value }) => value);
    this.#requireIncrease(bounds);
    this.#last = bounds;
    return evaluated.map(({ stored }) => stored);
  }

  #in(tuples: readonly (readonly PartitionValue[])[], partition: string): readonly (readonly PartitionValueDef[])[] {
    const width = this.#rule.byColumns ? this.#columns.length : 1;
    const stored: (readonly PartitionValueDef[])[] = [];
    for (const tuple of tuples) {
      if (tuple[0]?.kind === 'others') {
        this.#requireNew([MAXVALUE]);
        stored.push([OTHERS]);
        continue;
      }
      if (tuple.length !== width) throw sqlError('ER_PARTITION_COLUMN_LIST_ERROR');
      const evaluated = tuple.map((value, i) => this.#evaluate(value, i, partition));
      const values = evaluated.map(({ value }) => value);
      this.#requireNew(values);
      stored.push(evaluated.map((value) => value.stored));
    }
    // LIST of an expression keeps NULL apart, in front.
    if (!this.#rule.byColumns) stored.sort((a, b) => Number(b[0] === null) - Number(a[0] === null));
    return stored;
  }

  #evaluate(expression: PartitionValue, place: number, partition: string): EvaluatedValue {
    if (expression.kind === 'maxvalue' || expression.kind === 'others')
      return { stored: { maxvalue: true }, value: MAXVALUE };
    const inColumns = this.#rule.byColumns;
    refuseColumns(expression, inColumns ? 'field list' : 'partition function');
    const { value, type } = this.#context.evaluate(expression);
    if (inColumns) return this.#columnValue(value, type, this.#columns[place] as ColumnDef);
    if (value === null) return { stored: null, value: null };
    if (type.kind !== 'int') throw sqlError('ER_VALUES_IS_NOT_INT_TYPE_ERROR', partition);
    if (this.#unsigned && (value as number | bigint) < 0) throw sqlError('ER_PARTITION_CONST_DOMAIN_ERROR');
    return { stored: String(value), value };
  }

  #columnValue(value: Value, from: FieldType, column: ColumnDef): EvaluatedValue {
    if (value === null) return { stored: null, value: null };
    const isNumber = column.type.kind === 'int';
    const fits = isNumber ? from.kind === 'int' : TEXTUAL.has(from.kind);
    if (!fits || !isText(value, column.type)) throw sqlError('ER_WRONG_TYPE_COLUMN_VALUE_ERROR');
    const converted = this.#context.convert(value, from, column.type);
    if (converted === undefined || converted === null) throw sqlError('ER_WRONG_TYPE_COLUMN_VALUE_ERROR');
    if (converted instanceof Uint8Array) return { stored: `0x${toHex(converted).toUpperCase()}`, value: converted };
    // Dates are printed again as they were written.
    return { stored: isNumber ? String(converted) : formatText(value, from), value: converted };
  }

  #compare(a: readonly Bound[], b: readonly Bound[]): number {
    for (let i = 0; i < a.length; i++) {
      const order = this.#compareOne(a[i] as Bound, b[i] as Bound, this.#columns[i]);
      if (order !== 0) return order;
    }
    return 0;
  }

  #compareOne(a: Bound, b: Bound, column: ColumnDef | undefined): number {
    if (a === MAXVALUE || b === MAXVALUE) return Number(a === MAXVALUE) - Number(b === MAXVALUE);
    if (a === null || b === null) return Number(b === null) - Number(a === null);
    if (column !== undefined) return compareOf(column.type)(a as Exclude<Value, null>, b as Exclude<Value, null>);
    return (a as number | bigint) < (b as number | bigint)
      ? -1
      : (a as number | bigint) > (b as number | bigint)
        ? 1
        : 0;
  }
}

/** Bytes given for text are well-formed in its character set. */
function isText(value: Exclude<Value, null>, type: FieldType): boolean {
  if (!(value instanceof Uint8Array) || type.kind !== 'string') return true;
  const charset = getCharset(charsetOf(type.collation));
  const text = charset.decodeStrict(value);
  return text !== undefined && equalBytes(charset.encode(text), value);
}

const TEXTUAL: ReadonlySet<string> = new Set(['string', 'binary', 'date', 'time', 'datetime', 'timestamp']);

function refuseColumns(expression: Expression, where: string): void {
  for (const node of nodesOf(expression)) {
    if (node.kind === 'column') throw sqlError('ER_BAD_FIELD_ERROR', node.name, where);
  }
}
