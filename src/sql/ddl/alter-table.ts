/**
 * ALTER TABLE: from the existing definition and the actions to the new definition, and what storage has to do for it.
 *
 * Invariants:
 * - The plan says only what must happen to rows and entries (`rebuild`, `addIndexes`, `dropIndexes`, checks to validate);
 *   a change that is neither is metadata alone.
 * - Column and index ids survive, so that rows stay readable; a changed representation always means `rebuild`.
 */
import { sqlError } from '../../base/index.ts';
import type { AlterAction, AlterTable, ColumnDefinition, ColumnPosition } from '../ast/index.ts';
import type { CheckDef, ColumnDef, ForeignKeyDef, IndexDef, TableDef } from '../catalog/index.ts';
import { charsetOf, defaultCollationOf, type FieldType } from '../types/index.ts';
import { buildColumn, checkColumnName } from './build-column.ts';
import { applyTimeToLive, refuseTimeToLiveColumn } from './time-to-live.ts';
import type { BuildContext } from './build-context.ts';
import { isLob, checkIndexName } from './build-index.ts';
import { checkOwnKeys, checkReferencingKeys, startsWith } from './build-foreign-key.ts';
import { applyTableOptions, checkTableName } from './build-table.ts';
import { dropChecksOf, refuseDependentChecks, refuseDependentExpressions } from './column-dependencies.ts';
import { nodesOf } from './expression-rules.ts';
import { originDefaultOf } from './origin-default.ts';
import { alteredPartitioning } from './partitions/alter-partitioned.ts';
import { renameTable } from './rename-table.ts';
import { TableDraft } from './table-draft.ts';

export interface AlterPlan {
  readonly before: TableDef;
  readonly after: TableDef;
  /** Rows must be written anew: changed representation, another primary key, or a new stored generated column. */
  readonly rebuild: boolean;
  /** MySQL would copy the table, and counts the rows; what it does in place counts none. */
  readonly countsRows: boolean;
  /** Columns that got another name, for the keys of other tables. */
  readonly renamedColumns: ReadonlyMap<string, string>;
  readonly addIndexes: readonly IndexDef[];
  readonly dropIndexes: readonly IndexDef[];
  readonly addChecks: readonly CheckDef[];
  /** Those that the rows must be checked against: none with foreign_key_checks = 0. */
  readonly addForeignKeys: readonly ForeignKeyDef[];
  /** AUTO_INCREMENT = n. */
  readonly autoIncrement: string | undefined;
}

class Alteration {
  readonly draft: TableDraft;
  readonly context: BuildContext;
  rebuild = false;
  countsRows = false;
  /** All columns may be dropped when others come in their place. */
  addsColumns = false;
  readonly addedChecks: string[] = [];
  readonly addedForeignKeys: string[] = [];
  schema: string;
  name: string;

  constructor(table: TableDef, context: BuildContext) {
    this.draft = new TableDraft(table, context);
    this.context = context;
    this.schema = table.schema;
    this.name = table.name;
  }
}

export function planAlterTable(statement: AlterTable, table: TableDef, context: BuildContext): AlterPlan {
  const alteration = new Alteration(table, context);
  // MySQL drops first and adds last, whatever the order written, so that a key can be replaced in one statement.
  const dropsFirst = [...statement.actions].sort((a, b) => rank(a) - rank(b));
  alteration.addsColumns = statement.actions.some((action) => action.kind === 'add-column');
  for (const action of dropsFirst) apply(action, alteration);
  alteration.draft.check(true);
  return finish(alteration, table, statement);
}

/** Drops, then changes in place, then what has a position (in the order written), then constraints. */
function rank(action: AlterAction): number {
  if (action.kind === 'drop-primary-key' || action.kind === 'drop-index' || action.kind === 'drop-foreign-key')
    return 0;
  if (action.kind === 'drop-check' || action.kind === 'drop-constraint') return 0;
  if (action.kind === 'add-constraint') return action.constraint.kind === 'foreign-key' ? 5 : 4;
  if (action.kind === 'drop-column') return 1;
  if (action.kind === 'add-column') return 3;
  const moves = action.kind === 'change-column' || action.kind === 'modify-column';
  return moves && action.position !== undefined ? 3 : 2;
}

function finish(alteration: Alteration, before: TableDef, statement: AlterTable): AlterPlan {
  const renamedColumns = renamedColumnsOf(before, alteration.draft);
  followRenames(alteration.draft, renamedColumns);
  const drafted = { ...alteration.draft.finish(), version: before.version + 1 };
  const moves = alteration.schema !== before.schema || alteration.name !== before.name;
  const renamed = moves ? renameTable(drafted, alteration.schema, alteration.name) : drafted;
  const altered = alteredPartitioning(statement, before, renamed, alteration.context);
  const { partitioning: _partitioning, ...plain } = renamed;
  const after: TableDef =
    altered.partitioning === undefined ? plain : { ...renamed, partitioning: altered.partitioning };
  const samePrimary = sameParts(before.indexes[0], after.indexes[0]);
  const newHidden = after.columns.some((column) => column.hidden && !before.columns.some(({ id }) => id === column.id));
  const rebuild = alteration.rebuild || !samePrimary || newHidden || altered.rebuild;
  const kept = new Map(before.indexes.slice(1).map((index) => [index.id, index]));
  const addIndexes = after.indexes.slice(1).filter((index) => !sameParts(kept.get(index.id), index));
  const afterIds = new Set(after.indexes.slice(1).map((index) => index.id));
  const dropIndexes = before.indexes.slice(1).filter((index) => !afterIds.has(index.id));
  checkForeignKeys(alteration, before, after);
  const autoIncrement = statement.actions
    .flatMap((action) => (action.kind === 'set-options' ? action.options : []))
    .findLast((option) => option.name === 'auto_increment')?.value;
  return {
    before,
    after,
    rebuild,
    countsRows:
      alteration.countsRows ||
      altered.rebuild ||
      alteration.addedChecks.length > 0 ||
      (dropsPrimaryKey(before, after) && rebuild),
    renamedColumns,
    addIndexes,
    dropIndexes,
    addChecks: after.checks.filter((check) => alteration.addedChecks.includes(check.name) && check.enforced),
    addForeignKeys: alteration.context.foreignKeyChecks
      ? after.foreignKeys.filter((key) => alteration.addedForeignKeys.includes(key.name))
      : [],
    autoIncrement: autoIncrement === undefined ? undefined : String(autoIncrement),
  };
}

function sameParts(a: IndexDef | undefined, b: IndexDef | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.unique === b.unique && a.kind === b.kind && JSON.stringify(a.parts) === JSON.stringify(b.parts);
}

function dropsPrimaryKey(before: TableDef, after: TableDef): boolean {
  return before.indexes[0]?.primary === true && after.indexes[0]?.primary !== true;
}

function renamedColumnsOf(before: TableDef, draft: TableDraft): ReadonlyMap<string, string> {
  const renamed = new Map<string, string>();
  for (const { id, name } of draft.columns) {
    const old = before.columns.find((column) => column.id === id);
    if (old !== undefined && old.name !== name) renamed.set(old.name, name);
  }
  return renamed;
}

/** Keys of the table to itself name its columns. */
function followRenames(draft: TableDraft, renamed: ReadonlyMap<string, string>): void {
  const { schema, name } = draft.base;
  draft.foreignKeys = draft.foreignKeys.map((key) => {
    const isOwn = key.referencedSchema === schema && key.referencedTable === name;
    const isOld = draft.base.foreignKeys.includes(key);
    if (!isOwn || !isOld) return key;
    return { ...key, referencedColumns: key.referencedColumns.map((column) => renamed.get(column) ?? column) };
  });
}

/** Foreign keys of the table and onto it keep their indexes and agree in type. */
function checkForeignKeys(alteration: Alteration, before: TableDef, after: TableDef): void {
  const { draft, context } = alteration;
  const droppedLike = (ids: readonly number[]): IndexDef | undefined =>
    before.indexes.find(
      (index) =>
        startsWith(index, ids) && !after.indexes.some((now) => now.id === index.id && now.primary === index.primary),
    );
  for (const key of after.foreignKeys) {
    if (after.indexes.some((index) => startsWith(index, key.columnIds))) continue;
    throw sqlError('ER_DROP_INDEX_FK', droppedLike(key.columnIds)?.name ?? key.name);
  }
  if (!context.foreignKeyChecks) return;
  checkOwnKeys(draft);
  const references = context.catalog.referencing(before.schema, before.name);
  for (const { table, key } of references) {
    if (table.id === before.id) continue;
    const ids = key.referencedColumns.flatMap(
      (name) => before.columns.find((column) => column.name === name)?.id ?? [],
    );
    const lost = droppedLike(ids);
    const isServed = after.indexes.some((index) => index.unique && startsWith(index, ids));
    if (lost?.unique && !isServed) throw sqlError('ER_DROP_INDEX_FK', lost.name);
  }
  if (references.length > 0)
    checkReferencingKeys(withOldNames(before, after), { ...context, standardForeignKeys: false }, before);
}

/** Referencing keys still name the columns as they were. */
function withOldNames(before: TableDef, after: TableDef): TableDef {
  const columns = after.columns.map((column) => {
    const old = before.columns.find(({ id }) => id === column.id);
    return old === undefined ? { ...column, name: `${column.name}\u0000` } : { ...column, name: old.name };
  });
  return { ...after, columns };
}

function apply(action: AlterAction, alteration: Alteration): void {
  const { draft } = alteration;
  switch (action.kind) {
    case 'add-column':
      return addColumn(action.column, action.position, alteration);
    case 'change-column':
      return changeColumn(action.name, action.column, action.position, alteration);
    case 'modify-column':
      return changeColumn(action.column.name, action.column, action.position, alteration);
    case 'add-constraint':
      return addConstraint(action.constraint, alteration);
    case 'drop-column':
      return dropColumn(action.name, alteration);
    case 'drop-index':
      return dropIndex(action.name, draft);
    case 'drop-primary-key':
      return dropIndex('PRIMARY', draft);
    case 'drop-foreign-key':
      return dropNamed(draft.foreignKeys, action.name, 'foreign key');
    case 'drop-check':
      return dropNamed(draft.checks, action.name, 'check');
    case 'drop-constraint':
      return dropConstraint(action.name, draft);
    case 'rename-column':
      return renameColumn(action.from, action.to, draft);
    case 'rename-index':
      return renameIndex(action.from, action.to, draft);
    case 'rename-table':
      checkTableName(action.to.name);
      alteration.schema = action.to.schema ?? alteration.schema;
      alteration.name = action.to.name;
      return;
    case 'set-options':
      applyTableOptions(draft, action.options);
      return applyTimeToLive(draft, action.options);
    case 'convert-charset':
      return convertCharset(action.charset, action.collation, alteration);
    case 'set-default':
    case 'drop-default':
    case 'set-column-visibility':
      return changeColumnAttribute(action, alteration);
    case 'set-index-visibility':
      return replaceIndex(draft, action.name, (index) => ({ ...index, visible: action.visible }));
    case 'set-enforced':
      return setEnforced(action, alteration);
    case 'order-by':
      orderIsIgnored(alteration);
      return;
    case 'force':
      alteration.rebuild = true;
      return;
    case 'disable-keys':
    case 'enable-keys':
    case 'no-operation':
      return;
    case 'tablespace':
    case 'secondary':
    case 'partition':
      throw sqlError('ER_NOT_SUPPORTED_YET', `ALTER TABLE … ${action.kind.toUpperCase()}`);
  }
}

/** MySQL copies the table, and says that the order is that of the primary key. */
function orderIsIgnored(alteration: Alteration): void {
  alteration.rebuild = true;
  alteration.countsRows = true;
  const { draft, context } = alteration;
  if (!draft.indexes.some((index) => index.primary)) return;
  context.warn(1105, `ORDER BY ignored as there is a user-defined clustered index in the table '${draft.base.name}'`);
}

/** Actions name columns as they were before the statement; one added or renamed by it cannot be changed again. */
function columnBefore(draft: TableDraft, name: string): ColumnDef {
  const key = name.toLowerCase();
  const id = draft.base.columns.find((column) => !column.hidden && column.name.toLowerCase() === key)?.id;
  const column = draft.columns.find((candidate) => candidate.id === id);
  if (column === undefined) throw sqlError('ER_BAD_FIELD_ERROR', name, draft.base.name);
  return column;
}

function positionOf(position: ColumnPosition, draft: TableDraft): number {
  if (position.type === 'first') return 0;
  return draft.columns.indexOf(draft.getColumn(position.column)) + 1;
}

/** MySQL refuses to fill the rows that are there with what a replica would compute differently. */
const UNSAFE: ReadonlySet<string> = new Set('uuid uuid_short rand random_bytes sysdate user current_user'.split(' '));

function refuseUnsafeDefault({ default: initial }: ColumnDefinition): void {
  if (initial === undefined || !initial.parenthesised) return;
  for (const node of nodesOf(initial.expression))
    if (node.kind === 'function' && UNSAFE.has(node.name)) throw sqlError('ER_BINLOG_UNSAFE_SYSTEM_FUNCTION');
}

function addColumn(definition: ColumnDefinition, position: ColumnPosition | undefined, alteration: Alteration): void {
  const { draft } = alteration;
  refuseUnsafeDefault(definition);
  const column = draft.addColumn(definition, new Set(), position && positionOf(position, draft));
  const checksBefore = draft.checks.length;
  draft.addColumnConstraints(definition);
  for (const check of draft.checks.slice(checksBefore)) alteration.addedChecks.push(check.name);
  if (column.generated) {
    alteration.rebuild = true; // rows keep the values of virtual columns too
    alteration.countsRows ||= column.generated.stored || position !== undefined;
    return;
  }
  const originDefault = originDefaultOf(column, alteration.context.nowMs);
  alteration.countsRows ||= originDefault === undefined;
  if (originDefault === undefined || column.autoIncrement) alteration.rebuild = true;
  else replaceColumn(draft, column.id, (now) => ({ ...now, originDefault }));
}

function replaceColumn(draft: TableDraft, id: number, change: (column: ColumnDef) => ColumnDef): void {
  draft.columns = draft.columns.map((column) => (column.id === id ? change(column) : column));
}

function changeColumn(
  name: string,
  definition: ColumnDefinition,
  position: ColumnPosition | undefined,
  alteration: Alteration,
): void {
  const { draft, context } = alteration;
  const before = columnBefore(draft, name);
  if (before.name !== definition.name) refuseRename(draft, before, definition.name);
  const primary = draft.indexes.find((index) => index.primary);
  const inPrimaryKey = primary?.parts.some((part) => part.columnId === before.id) ?? false;
  const built = buildColumn(definition, { id: before.id, tableCollation: draft.collation, inPrimaryKey }, context);
  if ((before.generated?.stored ?? true) !== (built.generated?.stored ?? true)) {
    throw sqlError('ER_UNSUPPORTED_ACTION_ON_GENERATED_COLUMN', 'Changing the STORED status');
  }
  const after: ColumnDef = { ...built, ...(before.originDefault && { originDefault: before.originDefault }) };
  const places = draft.columns.indexOf(before);
  draft.columns[places] = after;
  if (position !== undefined) moveColumn(draft, after, position);
  const added = draft.checks.length;
  draft.addColumnConstraints(definition);
  for (const check of draft.checks.slice(added)) alteration.addedChecks.push(check.name);
  const becomesNotNull = { ...before.type, nullable: after.type.nullable };
  if (!sameRepresentation(becomesNotNull, after.type) || before.generated?.sql !== after.generated?.sql)
    alteration.countsRows = true;
  if (after.autoIncrement && !before.autoIncrement) alteration.countsRows = true;
  if (before.generated?.stored === false && after.generated?.sql === before.generated.sql)
    alteration.countsRows = false;
  if (alteration.countsRows || !sameRepresentation(before.type, after.type)) alteration.rebuild = true;
}

function refuseRename(draft: TableDraft, column: ColumnDef, to: string): void {
  refuseDependentExpressions(draft, column);
  refuseDependentChecks(draft, column);
  // A name that another column gives up in this statement is free; draft.check() finds the rest.
  const clash = draft.findColumn(to);
  const isOriginal = draft.base.columns.some(({ id, name }) => id === clash?.id && name === clash.name);
  if (clash !== undefined && clash !== column && !isOriginal) throw sqlError('ER_DUP_FIELDNAME', to);
}

function moveColumn(draft: TableDraft, column: ColumnDef, position: ColumnPosition): void {
  draft.columns.splice(draft.columns.indexOf(column), 1);
  draft.columns.splice(positionOf(position, draft), 0, column);
}

/** True when every stored value of `before` reads as the same value under `after`. */
function sameRepresentation(before: FieldType, after: FieldType): boolean {
  if (before.kind !== after.kind || before.collation !== after.collation || before.unsigned !== after.unsigned)
    return false;
  if (before.nullable && !after.nullable) return false;
  if (before.decimals !== after.decimals || before.zerofill !== after.zerofill) return false;
  if (before.kind === 'enum' || before.kind === 'set') {
    const old = before.elements ?? [];
    return old.every((element, place) => after.elements?.[place] === element);
  }
  const isVariable = before.kind === 'string' || before.kind === 'binary';
  if (isVariable)
    return before.mysqlType === after.mysqlType && before.length <= after.length && after.mysqlType !== 254;
  return before.mysqlType === after.mysqlType && before.length === after.length;
}

function renameColumn(from: string, to: string, draft: TableDraft): void {
  if ([...to].length > 64) throw sqlError('ER_WRONG_COLUMN_NAME', to);
  checkColumnName(to);
  const column = columnBefore(draft, from);
  if (column.name !== to) refuseRename(draft, column, to);
  replaceColumn(draft, column.id, (now) => ({ ...now, name: to }));
}

function addConstraint(constraint: Parameters<TableDraft['addConstraint']>[0], alteration: Alteration): void {
  const { draft } = alteration;
  const { name } = draft.addConstraint(constraint);
  if (constraint.kind === 'check') alteration.addedChecks.push(name);
  if (constraint.kind === 'foreign-key') alteration.addedForeignKeys.push(name);
  if (constraint.kind === 'index' && constraint.type === 'primary') alteration.rebuild = true;
}

function dropColumn(name: string, alteration: Alteration): void {
  const { draft } = alteration;
  const column = draft.findColumn(name);
  if (column === undefined || column.hidden) throw sqlError('ER_CANT_DROP_FIELD_OR_KEY', name);
  const isLast = draft.visibleColumnCount() === 1 && !alteration.addsColumns;
  if (isLast) throw sqlError('ER_CANT_REMOVE_ALL_FIELDS');
  refuseReferencedColumn(column, alteration);
  refuseDependentExpressions(draft, column);
  refuseTimeToLiveColumn(draft, column);
  dropChecksOf(draft, column);
  draft.columns = draft.columns.filter((other) => other !== column);
  // The column leaves every key; a key left without parts goes too. A shortened key is another key, with another id.
  draft.indexes = draft.indexes.flatMap((index) => {
    const parts = index.parts.filter((part) => part.columnId !== column.id);
    if (parts.length === index.parts.length) return [index];
    if (parts.length === 0) return [];
    return [{ ...index, id: index.primary ? 0 : draft.nextIndexId++, parts }];
  });
}

function refuseReferencedColumn(column: ColumnDef, { draft, context }: Alteration): void {
  if (!context.foreignKeyChecks) return;
  const own = draft.foreignKeys.find((candidate) => candidate.columnIds.includes(column.id));
  if (own !== undefined) throw sqlError('ER_FK_COLUMN_CANNOT_DROP', column.name, own.name);
  const { schema, name } = draft.base;
  for (const { table, key } of context.catalog.referencing(schema, name)) {
    if (key.referencedColumns.includes(column.name))
      throw sqlError('ER_FK_COLUMN_CANNOT_DROP_CHILD', column.name, key.name, table.name);
  }
}

function dropIndex(name: string, draft: TableDraft): void {
  const index = draft.findIndex(name);
  if (index === undefined) throw sqlError('ER_CANT_DROP_FIELD_OR_KEY', name);
  draft.indexes = draft.indexes.filter((other) => other !== index);
  const hidden = new Set(index.parts.map((part) => part.columnId));
  draft.columns = draft.columns.filter((column) => !(column.hidden && hidden.has(column.id)));
}

function replaceIndex(draft: TableDraft, name: string, change: (index: IndexDef) => IndexDef): void {
  const index = draft.findIndex(name);
  if (index === undefined) throw sqlError('ER_KEY_DOES_NOT_EXITS', name, draft.base.name);
  if (index.primary) throw sqlError('ER_PK_INDEX_CANT_BE_INVISIBLE');
  draft.indexes = draft.indexes.map((other) => (other === index ? change(other) : other));
}

function renameIndex(from: string, to: string, draft: TableDraft): void {
  const index = draft.findIndex(from);
  checkIndexName(to);
  if (index === undefined) throw sqlError('ER_KEY_DOES_NOT_EXITS', from, draft.base.name);
  if (index.primary) throw sqlError('ER_WRONG_NAME_FOR_INDEX', from);
  const clash = draft.findIndex(to);
  if (clash !== undefined && clash !== index) throw sqlError('ER_DUP_KEYNAME', to);
  draft.indexes = draft.indexes.map((other) => (other === index ? { ...index, name: to } : other));
}

function dropNamed(list: { readonly name: string }[], name: string, what: 'check' | 'foreign key'): void {
  const place = list.findIndex((item) => item.name.toLowerCase() === name.toLowerCase());
  if (place === -1) {
    throw what === 'check'
      ? sqlError('ER_CHECK_CONSTRAINT_NOT_FOUND', name)
      : sqlError('ER_CANT_DROP_FIELD_OR_KEY', name);
  }
  list.splice(place, 1);
}

function dropConstraint(name: string, draft: TableDraft): void {
  const key = name.toLowerCase();
  const has = (list: readonly { readonly name: string }[]): boolean =>
    list.some((item) => item.name.toLowerCase() === key);
  const inChecks = has(draft.checks);
  const inForeignKeys = has(draft.foreignKeys);
  const inKeys = draft.indexes.some((index) => index.unique && index.name.toLowerCase() === key);
  if (Number(inChecks) + Number(inForeignKeys) + Number(inKeys) > 1) {
    throw sqlError('ER_MULTIPLE_CONSTRAINTS_WITH_SAME_NAME', name, 'constraint');
  }
  if (inChecks) dropNamed(draft.checks, name, 'check');
  else if (inForeignKeys) dropNamed(draft.foreignKeys, name, 'foreign key');
  else if (inKeys) dropIndex(name, draft);
  else throw sqlError('ER_CONSTRAINT_NOT_FOUND', name);
}

function setEnforced(action: Extract<AlterAction, { kind: 'set-enforced' }>, alteration: Alteration): void {
  const { draft } = alteration;
  const { name, enforced } = action;
  if (!draft.checks.some((check) => check.name.toLowerCase() === name.toLowerCase())) {
    throw sqlError(action.constraint === 'any' ? 'ER_CONSTRAINT_NOT_FOUND' : 'ER_CHECK_CONSTRAINT_NOT_FOUND', name);
  }
  draft.checks = draft.checks.map((check) => {
    if (check.name.toLowerCase() !== name.toLowerCase()) return check;
    if (enforced && !check.enforced) alteration.addedChecks.push(check.name);
    return { ...check, enforced };
  });
}

type AttributeAction = Extract<AlterAction, { kind: 'set-default' | 'drop-default' | 'set-column-visibility' }>;

function changeColumnAttribute(action: AttributeAction, alteration: Alteration): void {
  const { draft, context } = alteration;
  const column = draft.getColumn(action.column);
  if (action.kind === 'set-column-visibility') {
    return replaceColumn(draft, column.id, (now) => ({ ...now, invisible: !action.visible }));
  }
  const { defaultValue: _dropped, ...rest } = column;
  if (action.kind === 'drop-default') return replaceColumn(draft, column.id, () => rest);
  const { expression, parenthesised } = action.default;
  // here, other than in a column definition, parentheses make no expression of a literal
  const isExpression = parenthesised && expression.kind !== 'string';
  if (!isExpression && expression.kind !== 'null' && isLob(column.type))
    throw sqlError('ER_BLOB_CANT_HAVE_DEFAULT', column.name);
  if (expression.kind === 'null' && !column.type.nullable) throw sqlError('ER_INVALID_DEFAULT', column.name);
  const defaultValue = parenthesised
    ? ({ kind: 'expression', sql: context.formatExpression(expression) } as const)
    : expression.kind === 'null'
      ? ({ kind: 'literal', text: null } as const)
      : expression.kind === 'function' && expression.name === 'now'
        ? ({ kind: 'current-timestamp', decimals: column.type.decimals } as const)
        : context.literalDefault(expression, column.type, column.name);
  return replaceColumn(draft, column.id, () => ({ ...rest, defaultValue }));
}

function convertCharset(charset: string | undefined, collation: string | undefined, alteration: Alteration): void {
  const { draft } = alteration;
  const target =
    collation ?? (charset === undefined ? alteration.context.schemaCollation : defaultCollationOf(charset));
  if (charset !== undefined && charsetOf(target) !== charset)
    throw sqlError('ER_COLLATION_CHARSET_MISMATCH', target, charset);
  draft.collation = target;
  draft.columns = draft.columns.map((column) => {
    const isText = column.type.kind === 'string' || column.type.kind === 'enum' || column.type.kind === 'set';
    if (!isText || column.type.collation === target) return column;
    alteration.rebuild = true;
    alteration.countsRows = true;
    const { explicitCharset: _explicit, ...rest } = column;
    return { ...rest, type: { ...column.type, collation: target } };
  });
}
