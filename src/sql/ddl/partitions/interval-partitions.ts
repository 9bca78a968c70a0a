/**
 * TiDB's INTERVAL partitioning: ranges of one width, written as a first and a last bound. Only the ranges are kept; ALTER TABLE … FIRST | LAST
 * PARTITION LESS THAN finds the width again in the partitions that are there.
 */
import { type SqlError, sqlError } from '../../../base/index.ts';
import type { Expression, IntervalPartitions, PartitionDefinition, PartitionValue } from '../../ast/index.ts';
import type { PartitionDef, PartitioningDef, PartitionRule, TableDef } from '../../catalog/index.ts';
import { formatText } from '../../types/index.ts';
import type { BuildContext } from '../build-context.ts';
import { quoteText } from '../quote-text.ts';
import { PARTITIONS_MAX } from './partitions-max.ts';

function unsupported(text: string): SqlError {
  return sqlError('ER_UNSUPPORTED_DDL', `Unsupported ${text}`);
}

/** The width: a number of the partition function's values, or of days or months. */
interface Step {
  readonly amount: bigint;
  /** Absent for integers. */
  readonly unit?: string;
}

/** The bounds of one table: integers as such, dates and times as text. */
class Bounds {
  readonly #context: BuildContext;
  readonly #isTime: boolean;

  constructor(rule: PartitionRule, table: TableDef, context: BuildContext) {
    this.#context = context;
    const column = table.columns.find(({ id }) => id === rule.columnIds[0]);
    const kind = rule.byColumns ? column?.type.kind : 'int';
    if (rule.columnIds.length > 1 && rule.byColumns)
      throw unsupported('INTERVAL partitioning, only allowed on a single column');
    this.#isTime = kind === 'date' || kind === 'datetime';
    if (kind !== 'int' && !this.#isTime)
      throw unsupported('INTERVAL partitioning, only supports Date, Datetime and INT types');
  }

  get isTime(): boolean {
    return this.#isTime;
  }

  /** undefined: no value of the kind. */
  of(expression: Expression): string | undefined {
    const { value, type } = this.#context.evaluate(expression);
    if (value === null) return undefined;
    if (!this.#isTime && type.kind !== 'int') return undefined;
    return formatText(value, type);
  }

  plus(from: string, { amount, unit }: Step, times: number): string | undefined {
    const total = amount * BigInt(times);
    if (unit === undefined) return String(BigInt(from) + total);
    return this.of(this.#context.parseExpression(`DATE_ADD(${quoteText(from)}, INTERVAL ${total} ${unit})`));
  }

  compare(a: string, b: string): number {
    if (this.#isTime) return a < b ? -1 : a > b ? 1 : 0;
    return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
  }

  literal(bound: string): PartitionValue {
    return this.#context.parseExpression(this.#isTime ? quoteText(bound) : bound);
  }

  /** `from`, a step further, … up to `to`, which must be among them. */
  range(from: string, to: string | undefined, step: Step): string[] {
    const bounds: string[] = [];
    for (let i = 0; to !== undefined && i <= PARTITIONS_MAX; i++) {
      const bound = this.plus(from, step, i);
      if (bound === undefined || this.compare(bound, to) > 0) break;
      bounds.push(bound);
      if (this.compare(bound, to) === 0) return bounds;
    }
    if (bounds.length > PARTITIONS_MAX) throw sqlError('ER_TOO_MANY_PARTITIONS_ERROR');
    const width = step.unit === undefined ? String(step.amount) : `${step.amount} ${step.unit.toUpperCase()}`;
    throw unsupported(`INTERVAL: expr (${to ?? ''}) not matching FIRST + n INTERVALs (${from} + n * ${width})`);
  }
}

function definition(name: string, lessThan: PartitionValue): PartitionDefinition {
  return { name, lessThan: [lessThan], in: undefined, options: [], subpartitions: [] };
}

/** The ranges that INTERVAL stands for. */
export function intervalDefinitions(
  written: IntervalPartitions,
  rule: PartitionRule,
  table: TableDef,
  context: BuildContext,
): PartitionDefinition[] {
  if (rule.method !== 'range') throw unsupported('INTERVAL partitioning, only allowed on RANGE partitioning');
  const bounds = new Bounds(rule, table, context);
  const { value, type } = context.evaluate(written.width);
  const isPositive = type.kind === 'int' && value !== null && BigInt(value as number | bigint) > 0n;
  if (!isPositive) throw unsupported('INTERVAL, should be a positive number');
  const amount = BigInt(value as number | bigint);
  const first = bounds.of(written.first);
  if (first === undefined) throw unsupported('INTERVAL partitioning: Error when generating partition values');
  const step: Step = written.unit === undefined ? { amount } : { amount, unit: written.unit };
  if (bounds.isTime !== (step.unit !== undefined))
    throw unsupported('INTERVAL partitioning: Error when generating partition values');
  const definitions = bounds
    .range(first, bounds.of(written.last), step)
    .map((bound) => definition(`P_LT_${bound}`, bounds.literal(bound)));
  if (written.nullPartition) {
    const least = context.parseExpression(leastText(rule, table, context));
    definitions.unshift(definition('P_NULL', least));
  }
  if (written.maxPartition) definitions.push(definition('P_MAXVALUE', { kind: 'maxvalue' }));
  return definitions;
}

/** What only NULL is below. */
function leastText(rule: PartitionRule, table: TableDef, context: BuildContext): string {
  const column = table.columns.find(({ id }) => id === rule.columnIds[0]);
  if (!rule.byColumns)
    return context.expressionType(rule.expression ?? '', table).unsigned ? '0' : '-9223372036854775808';
  const type = column?.type;
  if (type?.kind === 'date') return "'0000-01-01'";
  if (type?.kind === 'datetime') return "'0000-01-01 00:00:00'";
  if (type?.unsigned === true) return '0';
  return String(-(2n ** (LEAST_BITS[type?.mysqlType ?? 3] ?? 31n)));
}

/** By MySQL's type codes. */
const LEAST_BITS: Readonly<Record<number, bigint>> = { 1: 7n, 2: 15n, 9: 23n, 3: 31n, 8: 63n };

// ---- ALTER TABLE … FIRST | LAST PARTITION LESS THAN ----

interface Found {
  readonly bounds: Bounds;
  readonly step: Step;
  /** Bounds of the partitions of one width, in order. */
  readonly values: readonly string[];
  readonly named: readonly PartitionDef[];
}

/** Partitions that end before the bound. */
export function namesBelow(bound: Expression, partitioning: PartitioningDef, table: TableDef, context: BuildContext) {
  const { bounds, step, values, named } = widthOf(partitioning, table, context, 'FIRST');
  const wanted = bounds.of(bound);
  bounds.range(values[0] as string, wanted, step);
  const names = named
    .filter((_, i) => bounds.compare(values[i] as string, wanted as string) < 0)
    .map(({ name }) => name);
  if (names.length === 0)
    throw unsupported('FIRST PARTITION, given value does not generate a list of partition names to be dropped');
  return names;
}

/** Partitions from the last one up to the bound. */
export function definitionsUpTo(
  bound: Expression,
  partitioning: PartitioningDef,
  table: TableDef,
  context: BuildContext,
): PartitionDefinition[] {
  const { method } = partitioning.rule;
  if (method === 'hash' || method === 'key') throw unsupported('LAST PARTITION of HASH/KEY partitioned table');
  if (method === 'list') throw sqlError('ER_PARTITIONS_MUST_BE_DEFINED_ERROR', 'LIST');
  if (partitioning.partitions.at(-1)?.lessThan?.some((value) => typeof value !== 'string'))
    throw unsupported('LAST PARTITION when MAXVALUE partition exists');
  const { bounds, step, values } = widthOf(partitioning, table, context, 'LAST');
  const [, ...added] = bounds.range(values.at(-1) as string, bounds.of(bound), step);
  const last = values.at(-1) as string;
  if (added.length === 0)
    throw unsupported(`INTERVAL: expr (${last}) not matching FIRST + n INTERVALs (${last} + n * ${step.amount})`);
  return added.map((value) => definition(`P_LT_${value}`, bounds.literal(value)));
}

function widthOf(partitioning: PartitioningDef, table: TableDef, context: BuildContext, end: string): Found {
  const { rule, partitions } = partitioning;
  const none = unsupported(`${end} PARTITION, does not seem like an INTERVAL partitioned table`);
  if (rule.method !== 'range' || (rule.byColumns && rule.columnIds.length > 1)) throw none;
  const bounds = new Bounds(rule, table, context);
  const named = partitions.filter(
    ({ name, lessThan }) => name.toUpperCase() !== 'P_NULL' && typeof lessThan?.[0] === 'string',
  );
  const values = named.map(({ lessThan }) => lessThan?.[0] as string);
  const [first, second] = values;
  if (first === undefined || second === undefined) throw none;
  const isWidth = (step: Step): boolean => values.every((value, i) => bounds.plus(first, step, i) === value);
  const step = stepsBetween(first, second, bounds, context).find(isWidth);
  if (step === undefined) throw none;
  return { bounds, step, values, named };
}

function stepsBetween(first: string, second: string, bounds: Bounds, context: BuildContext): Step[] {
  if (!bounds.isTime) return [{ amount: BigInt(second) - BigInt(first) }];
  const between = (unit: string): bigint => {
    const text = `TIMESTAMPDIFF(${unit}, ${quoteText(first)}, ${quoteText(second)})`;
    return BigInt(context.evaluate(context.parseExpression(text)).value as number | bigint);
  };
  const months = between('MONTH');
  const units = ['DAY', 'SECOND'].map((unit): Step => ({ amount: between(unit), unit }));
  return [{ amount: months, unit: 'MONTH' }, { amount: months + 1n, unit: 'MONTH' }, ...units].filter(
    ({ amount }) => amount > 0n,
  );
}
