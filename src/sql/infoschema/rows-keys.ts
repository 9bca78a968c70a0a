/** Rows of STATISTICS, KEY_COLUMN_USAGE, TABLE_CONSTRAINTS, REFERENTIAL_CONSTRAINTS, CHECK_CONSTRAINTS. */
import type { ForeignKeyDef, IndexDef, TableDef } from '../catalog/index.ts';
import type { Row } from '../types/index.ts';
import type { InfoSource } from './info-source.ts';
import { escapeQuotes, visibleTables, type Wanted } from './rows-schema.ts';

function columnName(table: TableDef, id: number): string {
  return table.columns.find((column) => column.id === id)?.name ?? '';
}

function keys(table: TableDef): readonly IndexDef[] {
  return table.indexes.filter((index) => index.parts.length > 0);
}

export function statisticsRows(source: InfoSource, wanted: Wanted): Row[] {
  const rows: Row[] = [];
  for (const table of visibleTables(source, wanted)) {
    for (const index of keys(table)) {
      index.parts.forEach((part, place) => {
        const column = table.columns.find((candidate) => candidate.id === part.columnId);
        rows.push([
          'def',
          table.schema,
          table.name,
          index.unique ? 0 : 1,
          table.schema,
          index.name,
          place + 1,
          column?.hidden ? null : (column?.name ?? null),
          index.kind === 'fulltext' ? null : part.descending ? 'D' : 'A',
          source.cardinality(table, index.id, place + 1),
          part.prefixLength ?? null,
          null,
          column?.type.nullable ? 'YES' : '',
          index.kind === 'fulltext' ? 'FULLTEXT' : 'BTREE',
          '',
          index.comment,
          index.visible ? 'YES' : 'NO',
          column?.hidden ? (column.generated?.sql ?? null) : null,
        ]);
      });
    }
  }
  return rows;
}

export function keyColumnRows(source: InfoSource, wanted: Wanted): Row[] {
  const rows: Row[] = [];
  for (const table of visibleTables(source, wanted)) {
    for (const index of keys(table)) {
      if (!index.unique) continue;
      index.parts.forEach((part, place) => {
        rows.push([
          'def',
          table.schema,
          index.name,
          'def',
          table.schema,
          table.name,
          columnName(table, part.columnId),
          place + 1,
          null,
          null,
          null,
          null,
        ]);
      });
    }
    for (const key of table.foreignKeys) {
      key.columnIds.forEach((id, place) => {
        rows.push([
          'def',
          table.schema,
          key.name,
          'def',
          table.schema,
          table.name,
          columnName(table, id),
          place + 1,
          place + 1,
          key.referencedSchema,
          key.referencedTable,
          key.referencedColumns[place] ?? null,
        ]);
      });
    }
  }
  return rows;
}

export function constraintRows(source: InfoSource, wanted: Wanted): Row[] {
  const rows: Row[] = [];
  for (const table of visibleTables(source, wanted)) {
    const add = (name: string, type: string, enforced = 'YES'): void => {
      rows.push(['def', table.schema, name, table.schema, table.name, type, enforced]);
    };
    for (const index of keys(table)) if (index.unique) add(index.name, index.primary ? 'PRIMARY KEY' : 'UNIQUE');
    for (const key of table.foreignKeys) add(key.name, 'FOREIGN KEY');
    for (const check of table.checks) add(check.name, 'CHECK', check.enforced ? 'YES' : 'NO');
  }
  return rows;
}

export function referentialRows(source: InfoSource, wanted: Wanted): Row[] {
  const rows: Row[] = [];
  const { table_schema: _schema, ...byTable } = wanted;
  for (const table of visibleTables(source, byTable)) {
    for (const key of table.foreignKeys) {
      rows.push([
        'def',
        table.schema,
        key.name,
        'def',
        key.referencedSchema,
        parentKeyName(source, key),
        'NONE',
        key.onUpdate.toUpperCase(),
        key.onDelete.toUpperCase(),
        table.name,
        key.referencedTable,
      ]);
    }
  }
  return rows;
}

function parentKeyName(source: InfoSource, key: ForeignKeyDef): string | null {
  const parent = source.catalog.findTable(key.referencedSchema, key.referencedTable);
  if (parent?.kind !== 'table') return null;
  const match = parent.indexes.find(
    (index) =>
      index.unique &&
      key.referencedColumns.every((name, place) => columnName(parent, index.parts[place]?.columnId ?? -1) === name),
  );
  return match?.name ?? null;
}

export function checkRows(source: InfoSource): Row[] {
  const rows: Row[] = [];
  for (const table of visibleTables(source, {})) {
    for (const check of table.checks) rows.push(['def', table.schema, check.name, escapeQuotes(check.sql)]);
  }
  return rows;
}
