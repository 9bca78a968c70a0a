/**
 * TiDB's TTL tables: TTL = column + INTERVAL n unit, TTL_ENABLE, TTL_JOB_INTERVAL.
 *
 * Kept in the definition's options, the column by id so that a rename changes nothing. A row is expired when its column is
 * older than now minus the interval; a background job deletes expired rows (engine/ttl), queries may still see them before.
 */
import { sqlError } from '../../base/index.ts';
import { quoteName, type TableOption } from '../ast/index.ts';
import type { ColumnDef, TableDef } from '../catalog/index.ts';
import type { TableDraft } from './table-draft.ts';

export interface TimeToLive {
  readonly column: ColumnDef;
  /** As written: a number or an expression without columns. */
  readonly amount: string;
  readonly unit: string;
  readonly enabled: boolean;
  /** As written: 1h, 30m, 24h, 2d. */
  readonly jobInterval: string;
}

const JOB_INTERVAL = '24h';
const OPTIONS = ['ttl_column', 'ttl_amount', 'ttl_unit', 'ttl_enable', 'ttl_job_interval'] as const;

export function timeToLiveOf(table: Pick<TableDef, 'columns' | 'options'>): TimeToLive | undefined {
  const { options } = table;
  const id = options['ttl_column'];
  const column = id === undefined ? undefined : table.columns.find((candidate) => candidate.id === Number(id));
  if (column === undefined) return undefined;
  return {
    column,
    amount: options['ttl_amount'] ?? '1',
    unit: options['ttl_unit'] ?? 'DAY',
    enabled: options['ttl_enable'] !== 'OFF',
    jobInterval: options['ttl_job_interval'] ?? JOB_INTERVAL,
  };
}

/** `written` = the options of the statement; those about TTL are applied, the others left. */
export function applyTimeToLive(draft: TableDraft, written: readonly TableOption[]): void {
  for (const { name, value } of written) {
    if (name === 'ttl') {
      if (value === undefined) for (const option of OPTIONS) delete draft.options[option];
      else setTimeToLive(draft, String(value));
    }
  }
  for (const { name, value } of written) {
    if (name !== 'ttl_enable' && name !== 'ttl_job_interval') continue;
    if (draft.options['ttl_column'] === undefined) throw sqlError('ER_TTL_OPTION_WITHOUT_TTL', name.toUpperCase());
    const text = String(value);
    if (name === 'ttl_enable') {
      if (!/^(on|off)$/i.test(text))
        throw sqlError('ER_PARSE_ERROR', "The TTL_ENABLE option has to be set 'ON' or 'OFF'", text, 1);
      draft.options[name] = text.toUpperCase();
    } else {
      if (jobIntervalMs(text) === undefined)
        throw sqlError('ER_PARSE_ERROR', 'The TTL_JOB_INTERVAL option is not a valid duration', text, 1);
      draft.options[name] = text;
    }
  }
}

function setTimeToLive(draft: TableDraft, text: string): void {
  const parts = /^`((?:[^`]|``)*)` \+ INTERVAL (.*) (\w+)$/s.exec(text);
  const column = draft.getColumn((parts?.[1] ?? text).replaceAll('``', '`'));
  const { kind } = column.type;
  if (kind !== 'date' && kind !== 'datetime' && kind !== 'timestamp') throw sqlError('ER_TTL_COLUMN_TYPE', column.name);
  const { base, context } = draft;
  if (base.temporary) throw sqlError('ER_TTL_TEMPORARY_TABLE');
  if (context.catalog.referencing(base.schema, base.name).length > 0) throw sqlError('ER_TTL_REFERENCED_BY_FK');
  draft.options['ttl_column'] = String(column.id);
  draft.options['ttl_amount'] = parts?.[2] ?? '1';
  draft.options['ttl_unit'] = parts?.[3] ?? 'DAY';
  draft.options['ttl_enable'] ??= 'ON';
  draft.options['ttl_job_interval'] ??= JOB_INTERVAL;
}

export function refuseTimeToLiveColumn(draft: TableDraft, column: ColumnDef): void {
  if (draft.options['ttl_column'] === String(column.id)) throw sqlError('ER_TTL_COLUMN_CANNOT_DROP', column.name);
}

/** As SHOW CREATE TABLE prints it, in TiDB's comments, which MySQL skips. */
export function timeToLiveText(table: TableDef): string {
  const ttl = timeToLiveOf(table);
  if (ttl === undefined) return '';
  const rule = `${quoteName(ttl.column.name)} + INTERVAL ${ttl.amount} ${ttl.unit}`;
  return ` /*T![ttl] TTL=${rule} */ /*T![ttl] TTL_ENABLE='${ttl.enabled ? 'ON' : 'OFF'}' */ /*T![ttl] TTL_JOB_INTERVAL='${ttl.jobInterval}' */`;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** 90s, 15m, 1h30m, 2d in milliseconds; undefined when it is no duration. */
export function jobIntervalMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?[smhd])+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)([smhd])/g))
    sum += Number(amount) * (UNIT_MS[unit ?? 's'] ?? 0);
  return sum;
}
