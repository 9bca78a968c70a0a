/** CREATE TABLE (columns and keys, or LIKE) to a `TableDef`. */
import { sqlError } from '../../base/index.ts';
import type { ColumnDefinition, CreateTable, TableOption } from '../ast/index.ts';
import type { TableDef } from '../catalog/index.ts';
import { collationOf, defaultCollationOf } from '../types/index.ts';
import { type BuildContext, UNASSIGNED_ID } from './build-context.ts';
import { buildPartitioning } from './partitions/build-partitioning.ts';
import { HIDDEN_ROW_ID_INDEX, TableDraft } from './table-draft.ts';
import { applyTimeToLive } from './time-to-live.ts';
import { fittingComment, TABLE_COMMENT_MAX } from './comment.ts';
import { ENGINE_OPTION, keptEngine } from './storage-engine.ts';

/** A definition with nothing in it yet. */
export function emptyTable(schema: string, name: string, context: BuildContext): TableDef {
  return {
    kind: 'table',
    id: UNASSIGNED_ID,
    schema,
    name,
    version: 1,
    columns: [],
    indexes: [HIDDEN_ROW_ID_INDEX],
    foreignKeys: [],
    checks: [],
    collation: context.schemaCollation,
    comment: '',
    options: {},
    temporary: false,
    createdAtMs: context.nowMs,
    nextColumnId: 1,
    nextIndexId: 1,
  };
}

export function checkTableName(name: string): void {
  if (name.length === 0 || name.endsWith(' ')) throw sqlError('ER_WRONG_TABLE_NAME', name);
  if ([...name].length > 64) throw sqlError('ER_TOO_LONG_IDENT', name);
}

/** `extra` are columns that come from a SELECT (CREATE TABLE … AS), appended after the written ones. */
export function buildTable(
  statement: CreateTable,
  context: BuildContext,
  extra: readonly ColumnDefinition[] = [],
): TableDef {
  checkTableName(statement.table.name);
  const draft = new TableDraft(
    emptyTable(statement.table.schema ?? context.schema, statement.table.name, context),
    context,
  );
  if (context.defaultEngine !== undefined) setEngine(draft, context.defaultEngine(isTemporary(statement)));
  applyTableOptions(draft, statement.options);
  const written = statement.elements.flatMap((element) => (element.kind === 'column' ? [element.column] : []));
  const names = new Set(written.map((column) => column.name.toLowerCase()));
  const columns = [...written, ...extra.filter((column) => !names.has(column.name.toLowerCase()))];
  if (columns.length === 0) throw sqlError('ER_TABLE_MUST_HAVE_A_VISIBLE_COLUMN');
  const primary = primaryColumns(statement);
  for (const column of columns) draft.addColumn(column, primary);
  addKeys(draft, statement, columns);
  applyTimeToLive(draft, statement.options);
  draft.check(false);
  const table = { ...draft.finish(), ...temporaryOf(statement) };
  if (statement.partitioning === undefined) return table;
  return { ...table, partitioning: buildPartitioning(statement.partitioning, table, context) };
}

/** Keys in the order MySQL adds them: those of columns and of the table as written, then checks, then foreign keys. */
function addKeys(draft: TableDraft, statement: CreateTable, columns: readonly ColumnDefinition[]): void {
  for (const column of columns) draft.addColumnConstraints({ ...column, checks: [] });
  for (const element of statement.elements) if (element.kind === 'index') draft.addIndex(element);
  for (const element of statement.elements) {
    if (element.kind === 'check') draft.addCheck(element);
    if (element.kind !== 'column') continue;
    for (const check of element.column.checks) draft.addColumnCheck(check, element.column.name);
  }
  for (const element of statement.elements) if (element.kind === 'foreign-key') draft.addForeignKey(element);
}

function temporaryOf({ temporary, globalTemporary }: CreateTable): Pick<TableDef, 'temporary' | 'globalTemporary'> {
  return globalTemporary ? { temporary: true, globalTemporary: true } : { temporary };
}

function primaryColumns(statement: CreateTable): ReadonlySet<string> {
  const names = new Set<string>();
  for (const element of statement.elements) {
    if (element.kind !== 'index' || element.type !== 'primary') continue;
    for (const part of element.parts) if (part.column !== undefined) names.add(part.column.toLowerCase());
  }
  return names;
}

/** CREATE TABLE t LIKE s: everything but the foreign keys. */
export function buildTableLike(source: TableDef, statement: CreateTable, context: BuildContext): TableDef {
  checkTableName(statement.table.name);
  const { name } = statement.table;
  const { globalTemporary: _, ...like } = source;
  return {
    ...like,
    id: UNASSIGNED_ID,
    schema: statement.table.schema ?? context.schema,
    name,
    version: 1,
    foreignKeys: [],
    checks: source.checks.map((check, place) => ({ ...check, name: `${name}_chk_${place + 1}` })),
    ...temporaryOf(statement),
    createdAtMs: context.nowMs,
    options: Object.fromEntries(Object.entries(source.options).filter(([key]) => key !== 'auto_increment')),
  };
}

const IGNORED_OPTIONS = new Set(['default charset', 'collate', 'comment', 'charset']);

function isTemporary(statement: CreateTable): boolean {
  return statement.temporary === true || statement.globalTemporary === true;
}

function setEngine(draft: TableDraft, name: string): void {
  const kept = keptEngine(name);
  const { [ENGINE_OPTION]: _, ...others } = draft.options;
  draft.options = kept === undefined ? others : { ...others, [ENGINE_OPTION]: kept };
}

export function applyTableOptions(draft: TableDraft, options: readonly TableOption[]): void {
  let charset: string | undefined;
  let collation: string | undefined;
  for (const option of options) {
    if (option.name === 'default charset' || option.name === 'charset')
      charset = option.value === undefined ? undefined : String(option.value);
    else if (option.name === 'collate') collation = option.value === undefined ? undefined : String(option.value);
    else if (option.name === 'comment')
      draft.comment = fittingComment(String(option.value ?? ''), TABLE_COMMENT_MAX, draft.context, () =>
        sqlError('ER_TOO_LONG_TABLE_COMMENT', draft.base.name, TABLE_COMMENT_MAX),
      );
    else if (option.name === ENGINE_OPTION) setEngine(draft, String(option.value ?? ''));
    else if (!option.name.startsWith('ttl') && !IGNORED_OPTIONS.has(option.name))
      draft.options[option.name] = String(option.value ?? 'default');
  }
  if (collation !== undefined) {
    const found = collationOf(collation);
    if (charset !== undefined && found.charset !== charset.toLowerCase())
      throw sqlError('ER_COLLATION_CHARSET_MISMATCH', collation, charset);
    draft.collation = found.name;
  } else if (charset !== undefined) {
    draft.collation = defaultCollationOf(charset.toLowerCase());
  }
}
