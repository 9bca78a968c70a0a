/** Foreign keys: the columns must exist on both sides, agree in type, and the parent's must be indexed. */
import { sqlError } from '../../base/index.ts';
import type { ForeignKeyDefinition, ReferenceAction, References } from '../ast/index.ts';
import type { ColumnDef, ForeignKeyDef, IndexDef, ReferentialAction, TableDef } from '../catalog/index.ts';
import type { BuildContext } from './build-context.ts';
import { isLob } from './build-index.ts';
import { mentions } from './expression-rules.ts';

/** The table that gets the key, as far as it is known. */
export interface ForeignKeyChild {
  readonly base: { readonly schema: string; readonly name: string };
  readonly columns: readonly ColumnDef[];
  readonly indexes: readonly IndexDef[];
  readonly foreignKeys: readonly ForeignKeyDef[];
  readonly context: BuildContext;
  findColumn(name: string): ColumnDef | undefined;
}

interface Parent {
  readonly columns: readonly ColumnDef[];
  readonly indexes: readonly IndexDef[];
}

export function buildForeignKey(definition: ForeignKeyDefinition, name: string, child: ForeignKeyChild): ForeignKeyDef {
  const columns = definition.columns.map((columnName) => {
    const column = child.findColumn(columnName);
    if (column === undefined) throw sqlError('ER_KEY_COLUMN_DOES_NOT_EXITS', columnName);
    if (column.generated && !column.generated.stored)
      throw sqlError('ER_FK_CANNOT_USE_VIRTUAL_COLUMN', name, columnName);
    return column;
  });
  const schema = definition.references.table.schema ?? child.base.schema;
  const parent = findParent(schema, definition.references.table.name, child);
  const references = withColumns(definition.references, parent);
  if (references.columns.length !== columns.length) {
    const label = definition.constraintName ?? 'foreign key without name';
    throw sqlError('ER_WRONG_FK_DEF', label, "Key reference and table reference don't match");
  }
  const repeated = columns.find((column, place) => columns.indexOf(column) !== place);
  if (repeated !== undefined) throw sqlError('ER_DUP_FIELDNAME', repeated.name);
  for (const column of columns) if (isLob(column.type)) throw sqlError('ER_BLOB_KEY_WITHOUT_LENGTH', column.name);
  checkActions(columns, definition, { name, child });
  if (parent === undefined) {
    if (child.context.foreignKeyChecks) throw sqlError('ER_FK_CANNOT_OPEN_PARENT', references.table.name);
  } else {
    checkParent(parent, { columns, referenced: references.columns, name, table: references.table.name }, child.context);
  }
  return {
    id: Math.max(0, ...child.foreignKeys.map((key) => key.id)) + 1,
    name,
    columnIds: columns.map((column) => column.id),
    referencedSchema: schema,
    referencedTable: references.table.name,
    referencedColumns: references.columns.map((column) => parentColumnName(parent, column)),
    onDelete: action(references.onDelete),
    onUpdate: action(references.onUpdate),
  };
}

function action(written: ReferenceAction | undefined): ReferentialAction {
  return written ?? 'no action';
}

function parentColumnName(parent: Parent | undefined, name: string): string {
  return parent?.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name ?? name;
}

function findParent(schema: string, table: string, child: ForeignKeyChild): Parent | undefined {
  if (schema === child.base.schema && table === child.base.name) return child;
  const found = child.context.catalog.findTable(schema, table);
  if (found?.kind === 'table' && found.partitioning !== undefined) throw sqlError('ER_FOREIGN_KEY_ON_PARTITIONED');
  return found?.kind === 'table' ? found : undefined;
}

/** REFERENCES t without columns means t's primary key. */
function withColumns(references: References, parent: Parent | undefined): References {
  if (references.columns.length > 0) return references;
  const primary = parent?.indexes.find((index) => index.primary);
  const columns = (primary?.parts ?? []).map(
    (part) => parent?.columns.find((column) => column.id === part.columnId)?.name ?? '',
  );
  return { ...references, columns };
}

function checkActions(
  columns: readonly ColumnDef[],
  definition: ForeignKeyDefinition,
  { name, child }: { readonly name: string; readonly child: ForeignKeyChild },
): void {
  const { onDelete, onUpdate } = definition.references;
  const setsNull = onDelete === 'set null' || onUpdate === 'set null';
  if (columns.some((column) => column.generated)) {
    if (onUpdate === 'set null' || onUpdate === 'cascade') throw generatedClause('ON UPDATE', onUpdate);
    if (onDelete === 'set null') throw generatedClause('ON DELETE', onDelete);
  }
  const writes = setsNull || onUpdate === 'cascade' || onDelete === 'cascade';
  const feedsStored = columns.some((column) =>
    child.columns.some((other) => other.generated?.stored && mentions(other.generated.sql, column.name)),
  );
  if (writes && feedsStored) throw sqlError('ER_CANNOT_ADD_FOREIGN');
  if (!setsNull) return;
  const fixed = columns.find((column) => !column.type.nullable);
  if (fixed !== undefined) throw sqlError('ER_FK_COLUMN_NOT_NULL', fixed.name, name);
}

function generatedClause(when: string, what: string): Error {
  return sqlError('ER_WRONG_FK_OPTION_FOR_GENERATED_COLUMN', `${when} ${what.toUpperCase()}`);
}

interface ParentCheck {
  readonly columns: readonly ColumnDef[];
  readonly referenced: readonly string[];
  readonly name: string;
  readonly table: string;
}

function checkParent(parent: Parent, check: ParentCheck, context: BuildContext): void {
  const ids = check.referenced.map((wanted, place) => {
    const column = parent.columns.find((candidate) => candidate.name.toLowerCase() === wanted.toLowerCase());
    if (column === undefined) throw sqlError('ER_FK_NO_COLUMN_PARENT', wanted, check.name, check.table);
    if (column.generated && !column.generated.stored)
      throw sqlError('ER_FK_CANNOT_USE_VIRTUAL_COLUMN', check.name, column.name);
    const child = check.columns[place];
    if (child !== undefined && !compatible(child, column)) {
      throw sqlError('ER_FK_INCOMPATIBLE_COLUMNS', child.name, column.name, check.name);
    }
    return column.id;
  });
  if (context.standardForeignKeys) {
    const isUnique = parent.indexes.some(
      (index) => index.unique && index.parts.length === ids.length && startsWith(index, ids),
    );
    if (!isUnique) throw sqlError('ER_FK_NO_UNIQUE_INDEX_PARENT', check.name, check.table);
  } else if (!parent.indexes.some((index) => startsWith(index, ids))) {
    throw sqlError('ER_FK_NO_INDEX_PARENT', check.name, check.table);
  }
}

/** True when the index's first parts are these columns in this order, in full. */
export function startsWith(index: IndexDef, columnIds: readonly number[]): boolean {
  return (
    index.kind === 'btree' &&
    columnIds.every(
      (id, place) => index.parts[place]?.columnId === id && index.parts[place]?.prefixLength === undefined,
    )
  );
}

/** Foreign keys of other tables that wait for this one, or reference it: types agree, and a key is there. */
export function checkReferencingKeys(table: TableDef, context: BuildContext, names = table): void {
  const references = context.catalog.referencing(names.schema, names.name);
  for (const { table: child, key } of references.toSorted((a, b) => (a.table.name < b.table.name ? -1 : 1))) {
    if (child.id === table.id && child.schema === table.schema && child.name === names.name) continue;
    const columns = key.columnIds.flatMap((id) => child.columns.find((column) => column.id === id) ?? []);
    checkParent(table, { columns, referenced: key.referencedColumns, name: key.name, table: table.name }, context);
  }
}

/** A table's own foreign keys after its columns changed. */
export function checkOwnKeys(child: ForeignKeyChild): void {
  for (const key of child.foreignKeys) {
    const fixed = child.columns.find((column) => key.columnIds.includes(column.id) && !column.type.nullable);
    if (fixed !== undefined && (key.onDelete === 'set null' || key.onUpdate === 'set null'))
      throw sqlError('ER_FK_COLUMN_NOT_NULL', fixed.name, key.name);
    const parent = findParent(key.referencedSchema, key.referencedTable, child);
    if (parent === undefined) continue;
    key.columnIds.forEach((id, place) => {
      const column = child.columns.find((candidate) => candidate.id === id);
      const referenced = parent.columns.find(({ name }) => name === key.referencedColumns[place]);
      if (column !== undefined && referenced !== undefined && !compatible(column, referenced))
        throw sqlError('ER_FK_INCOMPATIBLE_COLUMNS', column.name, referenced.name, key.name);
    });
  }
}

function compatible(child: ColumnDef, parent: ColumnDef): boolean {
  const a = child.type;
  const b = parent.type;
  if (a.kind !== b.kind) return isMoment(a.kind) && isMoment(b.kind);
  if (a.kind === 'int') return a.mysqlType === b.mysqlType && a.unsigned === b.unsigned;
  if (a.kind === 'string') return a.collation === b.collation;
  return true;
}

/** DATETIME and TIMESTAMP may reference each other. */
function isMoment(kind: string): boolean {
  return kind === 'datetime' || kind === 'timestamp';
}
