/**
 * AUTO_RANDOM(S[, R]), TiDB's: ids that are unique like AUTO_INCREMENT's and spread over the key range.
 *
 *     sign (signed types) | 64 - R bits 0 | S shard bits | counter
 */
import { sqlError } from '../../base/index.ts';
import type { ColumnDefinition } from '../ast/index.ts';
import type { ColumnDef, TableDef } from '../catalog/index.ts';
import { type FieldType, MysqlType } from '../types/index.ts';

const SHARD_BITS_DEFAULT = 5;
const SHARD_BITS_MAX = 15;
const RANGE_BITS_MIN = 32;
const RANGE_BITS_MAX = 64;

type AutoRandom = NonNullable<ColumnDef['autoRandom']>;

/** Undefined when the column is none. */
export function autoRandomOf(definition: ColumnDefinition, type: FieldType): AutoRandom | undefined {
  const option = definition.options.find(({ name }) => name === 'auto_random');
  if (option === undefined) return undefined;
  const { name } = definition;
  if (type.kind !== 'int' || type.mysqlType !== MysqlType.LONGLONG)
    throw invalid(
      `auto_random option must be defined on \`bigint\` column, but not on \`${typeWord(definition)}\` column`,
    );
  if (definition.autoIncrement) throw invalid('auto_random is incompatible with auto_increment');
  if (definition.default !== undefined) throw invalid('auto_random is incompatible with default');
  const [shard, range] = String(option.value).split(',');
  const shardBits = shard === undefined || shard === '' ? SHARD_BITS_DEFAULT : Number(shard);
  const rangeBits = range === undefined ? RANGE_BITS_MAX : Number(range);
  if (shardBits === 0) throw invalid('the value of auto_random should be positive');
  if (shardBits > SHARD_BITS_MAX)
    throw invalid(
      `max allowed auto_random shard bits is ${SHARD_BITS_MAX}, but got ${shardBits} on column \`${name}\``,
    );
  if (rangeBits < RANGE_BITS_MIN || rangeBits > RANGE_BITS_MAX)
    throw invalid(
      `auto_random range bits must be between ${RANGE_BITS_MIN} and ${RANGE_BITS_MAX}, but got ${rangeBits}`,
    );
  return { shardBits, rangeBits };
}

/** The column must be the primary key, or its first part. */
export function checkAutoRandomKey(
  columns: readonly ColumnDef[],
  primary: TableDef['indexes'][number] | undefined,
): void {
  const column = columns.find(({ autoRandom }) => autoRandom !== undefined);
  if (column === undefined) return;
  if (primary?.primary !== true || primary.parts[0]?.columnId !== column.id)
    throw invalid(`column ${column.name} is not the integer primary key, or the primary key is nonclustered`);
}

export function autoRandomText({ autoRandom }: ColumnDef): string {
  if (autoRandom === undefined) return '';
  const { shardBits, rangeBits } = autoRandom;
  return ` /*T![auto_rand] AUTO_RANDOM(${shardBits}${rangeBits === RANGE_BITS_MAX ? '' : `, ${rangeBits}`}) */`;
}

function typeWord(definition: ColumnDefinition): string {
  return (definition.type as { readonly name?: string }).name ?? 'int';
}

function invalid(reason: string): Error {
  return sqlError('ER_INVALID_AUTO_RANDOM', reason);
}
