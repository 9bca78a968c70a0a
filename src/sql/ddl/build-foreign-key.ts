/** Foreign keys: the columns must exist on both sides, agree in type, and the parent's must be indexed. */
import { sqlError } from '../../base/index.ts';
import type { ForeignKeyDefinition, ReferenceAction } from '../ast/index.ts';
import type { ColumnDef, ForeignKeyDef, IndexDef, ReferentialAction } from '../catalog/index.ts';
import type { BuildContext } from './build-context.ts';

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
  const { references } = definition;
  if (references.columns.length !== columns.length) {
    throw sqlError('ER_WRONG_FK_DEF', name, "Key reference and table reference don't match");
  }
  const schema = references.table.schema ?? child.base.schema;
  checkActions(columns, definition, name);
  const parent = findParent(schema, references.table.name, child);
  if (parent === undefined) {
    if (child.context.foreignKeyChecks) throw sqlError('ER_FK_CANNOT_OPEN_PARENT', references.table.name);
  } else {
    checkParent(parent, { columns, definition, name, table: references.table.name });
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
  return found?.kind === 'table' ? found : undefined;
}

function checkActions(columns: readonly ColumnDef[], definition: ForeignKeyDefinition, name: string): void {
  const { onDelete, onUpdate } = definition.references;
  if (onDelete === 'set null' || onUpdate === 'set null') {
    const fixed = columns.find((column) => !column.type.nullable);
    if (fixed !== undefined) throw sqlError('ER_FK_COLUMN_NOT_NULL', fixed.name, name);
  }
}

interface ParentCheck {
  readonly columns: readonly ColumnDef[];
  readonly definition: ForeignKeyDefinition;
  readonly name: string;
  readonly table: string;
}

function checkParent(parent: Parent, check: ParentCheck): void {
  const ids = check.definition.references.columns.map((wanted, place) => {
    const column = parent.columns.find((candidate) => candidate.name.toLowerCase() === wanted.toLowerCase());
    if (column === undefined) throw sqlError('ER_FK_NO_COLUMN_PARENT', wanted, check.name, check.table);
    const child = check.columns[place];
    if (child !== undefined && !compatible(child, column)) {
      throw sqlError('ER_FK_INCOMPATIBLE_COLUMNS', child.name, column.name, check.name);
    }
    return column.id;
  });
  const indexed = parent.indexes.some(
    (index) => index.kind === 'btree' && ids.every((id, place) => index.parts[place]?.columnId === id),
  );
  if (!indexed) throw sqlError('ER_FK_NO_INDEX_PARENT', check.name, check.table);
}

function compatible(child: ColumnDef, parent: ColumnDef): boolean {
  const a = child.type;
  const b = parent.type;
  if (a.kind !== b.kind) return false;
  if (a.kind === 'int') return a.mysqlType === b.mysqlType && a.unsigned === b.unsigned;
  if (a.kind === 'string') return a.collation === b.collation;
  if (a.kind === 'decimal') return a.length === b.length && a.decimals === b.decimals;
  return true;
}
