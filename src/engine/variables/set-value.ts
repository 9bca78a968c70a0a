/**
 * What SET takes for variables that hold several words: a set (`log_output = 'TABLE,FILE'`) and switches
 * (`optimizer_switch = 'mrr=off,hash_join=default'`, which changes the ones named and keeps the rest).
 */
import { sqlError } from '../../base/index.ts';
import type { Value } from '../../sql/types/index.ts';
import type { SystemVariableRow } from './system-variables.data.ts';

const SET_WORDS: Readonly<Record<string, readonly string[]>> = {
  log_output: ['NONE', 'FILE', 'TABLE'],
  binlog_row_value_options: ['PARTIAL_JSON'],
  replica_type_conversions: ['ALL_LOSSY', 'ALL_NON_LOSSY', 'ALL_UNSIGNED', 'ALL_SIGNED'],
  slave_type_conversions: ['ALL_LOSSY', 'ALL_NON_LOSSY', 'ALL_UNSIGNED', 'ALL_SIGNED'],
};

export function wrongValue(row: SystemVariableRow, value: Value): Error {
  return sqlError('ER_WRONG_VALUE_FOR_VAR', row.name, value === null ? 'NULL' : String(value));
}

/** Words by name or as the bits of a number, printed in the order of the definition. */
export function setValue(row: SystemVariableRow, value: Value): string {
  const words = SET_WORDS[row.name] ?? [];
  if (typeof value === 'number' && Number.isInteger(value)) {
    if (value < 0 || value >= 2 ** words.length) throw wrongValue(row, value);
    return words.filter((_, bit) => (value & (1 << bit)) !== 0).join(',');
  }
  if (typeof value !== 'string')
    throw value === null ? wrongValue(row, value) : sqlError('ER_WRONG_TYPE_FOR_VAR', row.name);
  const wanted = new Set<string>();
  for (const part of value === '' ? [] : value.split(',')) {
    const word = words.find((candidate) => candidate.toLowerCase() === part.trim().toLowerCase());
    if (word === undefined) throw sqlError('ER_WRONG_VALUE_FOR_VAR', row.name, part);
    wanted.add(word);
  }
  if (wanted.size === 0 && row.name === 'log_output') throw wrongValue(row, value);
  return words.filter((word) => wanted.has(word)).join(',');
}

export function isSwitchVariable(row: SystemVariableRow): boolean {
  return row.type === 'set' && (row.value?.includes('=') ?? false);
}

/** `current` with the switches that `value` names; the word DEFAULT alone restores all others first. */
export function switchesValue(row: SystemVariableRow, value: Value, current: string): string {
  if (typeof value === 'number' && Number.isInteger(value)) return switchesOfBits(row, value);
  if (typeof value !== 'string')
    throw value === null ? wrongValue(row, value) : sqlError('ER_WRONG_TYPE_FOR_VAR', row.name);
  const defaults = switches(row.value ?? '');
  let result = switches(current);
  const named = new Set<string>();
  for (const part of value === '' ? [] : value.split(',')) {
    const [name = '', state, ...more] = part.trim().toLowerCase().split('=');
    const refused = (): never => {
      throw sqlError('ER_WRONG_VALUE_FOR_VAR', row.name, part);
    };
    if (state === undefined && name === 'default') {
      if (named.has(name)) refused();
      result = new Map([...defaults, ...[...result].filter(([key]) => named.has(key))]);
    } else if (state === 'default' && defaults.has(name)) result.set(name, defaults.get(name) ?? 'off');
    else if ((state === 'on' || state === 'off') && defaults.has(name)) result.set(name, state);
    else refused();
    if (named.has(name) || more.length > 0) refused();
    named.add(name);
  }
  return [...result].map(([name, state]) => `${name}=${state}`).join(',');
}

function switchesOfBits(row: SystemVariableRow, bits: number): string {
  const names = [...switches(row.value ?? '').keys()];
  if (bits < 0 || bits >= 2 ** names.length) throw wrongValue(row, bits);
  return names.map((name, bit) => `${name}=${Math.floor(bits / 2 ** bit) % 2 === 1 ? 'on' : 'off'}`).join(',');
}

function switches(text: string): Map<string, string> {
  const result = new Map<string, string>();
  for (const part of text.split(',')) {
    const [name = '', state = 'off'] = part.split('=');
    result.set(name, state);
  }
  return result;
}
