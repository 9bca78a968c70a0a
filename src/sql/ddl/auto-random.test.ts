import { describe, expect, it } from 'vitest';
import type { ColumnDefinition } from '../ast/index.ts';
import { parse } from '../parser/index.ts';
import { intType } from '../types/index.ts';
import { autoRandomOf, autoRandomText, checkAutoRandomKey } from './auto-random.ts';

function columnOf(text: string): ColumnDefinition {
  const { statement } = parse(`CREATE TABLE t (${text})`);
  const element = statement.kind === 'create-table' ? statement.elements[0] : undefined;
  if (element?.kind !== 'column') throw new Error('no column');
  return element.column;
}

const BIGINT = intType('big', { nullable: false });

describe('AUTO_RANDOM', () => {
  it.each([
    ['id BIGINT AUTO_RANDOM', { shardBits: 5, rangeBits: 64 }],
    ['id BIGINT AUTO_RANDOM(3)', { shardBits: 3, rangeBits: 64 }],
    ['id BIGINT /*T![auto_rand] AUTO_RANDOM(5, 54) */ PRIMARY KEY', { shardBits: 5, rangeBits: 54 }],
  ])('reads %s', (text, expected) => {
    expect(autoRandomOf(columnOf(text), BIGINT)).toEqual(expected);
  });

  it.each([
    ['id BIGINT AUTO_RANDOM(16)', 'max allowed auto_random shard bits is 15, but got 16 on column `id`'],
    ['id BIGINT AUTO_RANDOM(0)', 'the value of auto_random should be positive'],
    ['id BIGINT AUTO_RANDOM(5, 31)', 'auto_random range bits must be between 32 and 64, but got 31'],
    ['id BIGINT AUTO_RANDOM DEFAULT 1', 'auto_random is incompatible with default'],
    ['id BIGINT AUTO_RANDOM AUTO_INCREMENT', 'auto_random is incompatible with auto_increment'],
  ])('refuses %s', (text, reason) => {
    expect(() => autoRandomOf(columnOf(text), BIGINT)).toThrow(`Invalid auto random: ${reason}`);
  });

  it('is printed as TiDB prints it, and stands first in the primary key', () => {
    const column = {
      id: 1,
      name: 'id',
      type: BIGINT,
      onUpdateNow: false,
      autoIncrement: true,
      autoRandom: { shardBits: 5, rangeBits: 54 },
      comment: '',
      invisible: false,
      state: 'public',
      hidden: false,
    } as const;
    expect(autoRandomText(column)).toBe(' /*T![auto_rand] AUTO_RANDOM(5, 54) */');
    expect(() => checkAutoRandomKey([column], undefined)).toThrow('is not the integer primary key');
  });
});
