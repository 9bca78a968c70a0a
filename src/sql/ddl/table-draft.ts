/**
 * A table definition being made or altered: mutable lists with the checks that each step needs, frozen by `finish`.
 *
 * CREATE TABLE starts from an empty draft, ALTER TABLE from the existing definition; both apply the same steps, so that
 * names, limits and errors are the same whichever way a table came to be.
 */
import { checkAutoRandomKey } from './auto-random.ts';
import { sqlError } from '../../base/index.ts';
import type {
  CheckConstraint,
  ColumnDefinition,
  Expression,
  ForeignKeyDefinition,
  IndexDefinition,
  KeyPart,
  TableConstraint,
} from '../ast/index.ts';
import type { CheckDef, ColumnDef, ForeignKeyDef, IndexDef, TableDef } from '../catalog/index.ts';
import type { BuildContext } from './build-context.ts';
import { fittingComment, INDEX_COMMENT_MAX } from './comment.ts';
import { buildColumn } from './build-column.ts';
import { buildForeignKey, startsWith } from './build-foreign-key.ts';
import { buildIndex, checkIndexName, isLob, sortIndexes, unusedIndexName } from './build-index.ts';
import { checkExpressionRules, checkTableExpressions, nodesOf } from './expression-rules.ts';
import { checkRowSize } from './row-size.ts';

const COLUMNS_MAX = 4096;

const KEYS_MAX = 64;

export class TableDraft {
  readonly context: BuildContext;
  readonly base: TableDef;
  columns: ColumnDef[];
  indexes: IndexDef[];
  foreignKeys: ForeignKeyDef[];
  checks: CheckDef[];
  collation: string;
  comment: string;
  options: Record<string, string>;
  nextColumnId: number;
  nextIndexId: number;

  constructor(base: TableDef, context: BuildContext) {
    this.context = context;
    this.base = base;
    this.columns = [...base.columns];
    this.indexes = base.indexes.filter((index) => index.parts.length > 0);
    this.foreignKeys = [...base.foreignKeys];
    this.checks = [...base.checks];
    this.collation = base.collation;
    this.comment = base.comment;
    this.options = { ...base.options };
    this.nextColumnId = base.nextColumnId;
    this.nextIndexId = base.nextIndexId;
  }

  findColumn(name: string): ColumnDef | undefined {
    const key = name.toLowerCase();
    return this.columns.find((column) => column.name.toLowerCase() === key);
  }

  getColumn(name: string): ColumnDef {
    const column = this.findColumn(name);
    if (column === undefined || column.hidden) throw sqlError('ER_BAD_FIELD_ERROR', name, this.base.name);
    return column;
  }

  findIndex(name: string): IndexDef | undefined {
    const key = name.toLowerCase();
    return this.indexes.find((index) => index.name.toLowerCase() === key);
  }

  /** Adds a column at the end (hidden columns stay last) or at `at`, and its key and checks. */
  addColumn(definition: ColumnDefinition, primaryColumns: ReadonlySet<string>, at?: number): ColumnDef {
    if (this.findColumn(definition.name) !== undefined) throw sqlError('ER_DUP_FIELDNAME', definition.name);
    const column = buildColumn(
      definition,
      {
        id: this.nextColumnId++,
        tableCollation: this.collation,
        inPrimaryKey: primaryColumns.has(definition.name.toLowerCase()),
      },
      this.context,
    );
    this.columns.splice(at ?? this.visibleColumnCount(), 0, column);
    if (this.columns.length > COLUMNS_MAX) throw sqlError('ER_TOO_MANY_FIELDS');
    return column;
  }

  /** Columns before the hidden ones. */
  visibleColumnCount(): number {
    const hidden = this.columns.findIndex((column) => column.hidden);
    return hidden === -1 ? this.columns.length : hidden;
  }

  /** PRIMARY KEY / UNIQUE and CHECKs written on the column itself; REFERENCES there is read and ignored, as up to 8.4. */
  addColumnConstraints(definition: ColumnDefinition): void {
    if (definition.key === 'primary') this.addIndex(columnKey(definition, 'primary'));
    if (definition.key === 'unique' || definition.type.serial) this.addIndex(columnKey(definition, 'unique'));
    for (const check of definition.checks) this.addColumnCheck(check, definition.name);
  }

  /** A check written on a column reads that column alone. */
  addColumnCheck(check: CheckConstraint, column: string): void {
    this.addCheck(check);
    const isOther = (node: Expression): boolean =>
      node.kind === 'column' && node.name.toLowerCase() !== column.toLowerCase();
    if ([...nodesOf(check.expression)].some(isOther)) {
      throw sqlError('ER_COLUMN_CHECK_CONSTRAINT_REFERENCES_OTHER_COLUMN', this.checks.at(-1)?.name ?? '');
    }
  }

  addConstraint(constraint: TableConstraint): { readonly name: string } {
    if (constraint.kind === 'index') return this.addIndex(constraint);
    return constraint.kind === 'check' ? this.addCheck(constraint) : this.addForeignKey(constraint);
  }

  addIndex(definition: IndexDefinition): IndexDef {
    const primary = definition.type === 'primary';
    if (primary && this.indexes.some((index) => index.primary)) throw sqlError('ER_MULTIPLE_PRI_KEY');
    const name = primary ? 'PRIMARY' : this.#indexName(definition);
    if (!primary) checkIndexName(name);
    if (!primary && this.findIndex(name) !== undefined) throw sqlError('ER_DUP_KEYNAME', name);
    const built = buildIndex(definition, name, {
      find: (column) => {
        const found = this.findColumn(column);
        return found?.hidden ? undefined : found;
      },
      byId: (id) => this.columns.find((column) => column.id === id),
      addHidden: (part, indexName, position) => this.#addHiddenColumn(part, indexName, position),
    });
    if (primary) this.#makeNotNull(built.parts.map((part) => part.columnId));
    const comment = fittingComment(built.comment, INDEX_COMMENT_MAX, this.context, () =>
      sqlError('ER_TOO_LONG_INDEX_COMMENT', name, INDEX_COMMENT_MAX),
    );
    const index: IndexDef = { id: primary ? 0 : this.nextIndexId++, ...built, comment };
    this.#warnOfTwin(index);
    this.indexes.push(index);
    return index;
  }

  #warnOfTwin(index: IndexDef): void {
    const parts = JSON.stringify(index.parts);
    const isTwin = (other: IndexDef): boolean =>
      other.kind === index.kind && other.unique === index.unique && JSON.stringify(other.parts) === parts;
    if (index.primary || !this.indexes.some((other) => !other.generated && !other.primary && isTwin(other))) return;
    const name = `${this.base.schema}.${this.base.name}`;
    this.context.warn(
      1831,
      `Duplicate index '${index.name}' defined on the table '${name}'. This is deprecated and will be disallowed in a future release.`,
    );
  }

  #indexName(definition: IndexDefinition): string {
    const written = definition.name ?? definition.constraintName;
    if (written !== undefined) return written;
    const base = definition.parts[0]?.column ?? 'functional_index';
    return unusedIndexName(base, new Set(this.indexes.map((index) => index.name.toLowerCase())));
  }

  #addHiddenColumn(part: KeyPart, indexName: string, position: number): ColumnDef {
    const expression = part.expression;
    if (expression === undefined) throw sqlError('ER_KEY_COLUMN_DOES_NOT_EXITS', '');
    if (expression.kind === 'column') throw sqlError('ER_FUNCTIONAL_INDEX_ON_FIELD');
    checkExpressionRules(expression, { kind: 'key-part', name: indexName }, this.columns, this.context);
    const sql = this.context.formatExpression(expression);
    const type = this.context.expressionType(sql, this.finish());
    if (type.kind === 'json') throw sqlError('ER_FUNCTIONAL_INDEX_ON_JSON_OR_GEOMETRY_FUNCTION');
    if (isLob(type)) throw sqlError('ER_FUNCTIONAL_INDEX_ON_LOB');
    const column: ColumnDef = {
      id: this.nextColumnId++,
      name: `!hidden!${indexName}!${position}!0`,
      type: { ...type, nullable: true },
      onUpdateNow: false,
      autoIncrement: false,
      generated: { sql, stored: false },
      comment: '',
      invisible: true,
      state: 'public',
      hidden: true,
    };
    this.columns.push(column);
    return column;
  }

  /** Primary key columns are NOT NULL, and lose an implicit DEFAULT NULL. */
  #makeNotNull(ids: readonly number[]): void {
    this.columns = this.columns.map((column) => {
      if (!ids.includes(column.id) || !column.type.nullable) return column;
      const { defaultValue, ...rest } = column;
      const keep = defaultValue !== undefined && !(defaultValue.kind === 'literal' && defaultValue.text === null);
      return { ...rest, type: { ...column.type, nullable: false }, ...(keep && { defaultValue }) };
    });
  }

  addCheck(check: CheckConstraint): CheckDef {
    const name = check.name ?? this.#unusedName('chk', this.checks);
    if ([...name].length > 64) throw sqlError('ER_TOO_LONG_IDENT', name);
    if (this.#isTaken(name, (table) => (table === this.base ? this.checks : table.checks))) {
      throw sqlError('ER_CHECK_CONSTRAINT_DUP_NAME', name);
    }
    const added = { name, sql: this.context.formatExpression(check.expression), enforced: check.enforced };
    this.checks.push(added);
    return added;
  }

  /** Constraint names are unique in a schema, whatever their case. */
  #isTaken(name: string, namesOf: (table: TableDef) => readonly { readonly name: string }[]): boolean {
    const key = name.toLowerCase();
    const others = this.context.catalog
      .tables(this.base.schema)
      .filter((other) => other.kind === 'table' && other.name !== this.base.name) as TableDef[];
    return [this.base, ...others].some((table) => namesOf(table).some((item) => item.name.toLowerCase() === key));
  }

  addForeignKey(definition: ForeignKeyDefinition): ForeignKeyDef {
    const name = definition.constraintName ?? this.#unusedName('ibfk', this.foreignKeys);
    if ([...name].length > 64) throw sqlError('ER_TOO_LONG_IDENT', name);
    if (this.#isTaken(name, (table) => (table === this.base ? this.foreignKeys : table.foreignKeys))) {
      throw sqlError('ER_FK_DUP_NAME', name);
    }
    const key = buildForeignKey(definition, name, this);
    this.foreignKeys.push(key);
    // InnoDB wants an index that starts with the child columns, and makes one when there is none.
    const named = definition.constraintName ?? definition.indexName;
    const serves = (index: IndexDef): boolean =>
      startsWith(index, key.columnIds) && (named === undefined || !index.generated);
    if (!this.indexes.some(serves)) {
      // One that was made for another foreign key goes in its favour, and may leave it its name.
      const parts = key.columnIds.map((columnId) => ({ columnId, descending: false }));
      const goes = ({ generated, parts: own }: IndexDef): boolean =>
        generated === true && own.every(({ columnId }, place) => columnId === parts[place]?.columnId);
      const taken = new Set(this.indexes.filter((index) => !goes(index)).map((index) => index.name.toLowerCase()));
      if (named !== undefined && taken.has(named.toLowerCase())) throw sqlError('ER_DUP_KEYNAME', named);
      const base = named ?? definition.columns[0] ?? name;
      this.indexes.push({
        id: this.nextIndexId++,
        name: unusedIndexName(base, taken),
        unique: false,
        primary: false,
        parts,
        visible: true,
        comment: '',
        kind: 'btree',
        state: 'public',
        generated: true,
      });
    }
    return key;
  }

  /** A key made for a foreign key goes when a written one, or that of a later foreign key, can serve instead. */
  dropCoveredKeys(): void {
    this.indexes = this.indexes.filter((index) => {
      if (!index.generated) return true;
      const ids = index.parts.map((part) => part.columnId);
      return !this.indexes.some(
        (other) => other !== index && startsWith(other, ids) && (!other.generated || other.id > index.id),
      );
    });
  }

  #unusedName(word: string, others: readonly { readonly name: string }[]): string {
    const prefix = `${this.base.name}_${word}_`;
    let highest = 0;
    for (const other of others) {
      if (!other.name.startsWith(prefix)) continue;
      const n = Number(other.name.slice(prefix.length));
      if (Number.isInteger(n) && n > highest) highest = n;
    }
    return `${prefix}${highest + 1}`;
  }

  /** The definition as it stands; checks what concerns the table as a whole. */
  finish(): TableDef {
    const primary = this.indexes.find((index) => index.primary);
    this.dropCoveredKeys();
    const others = this.indexes.filter((index) => !index.primary);
    const clustered: IndexDef = primary ?? HIDDEN_ROW_ID_INDEX;
    return {
      ...this.base,
      columns: [...this.columns],
      indexes: [clustered, ...sortIndexes(others, this.columns)],
      foreignKeys: this.foreignKeys.toSorted(byName),
      checks: this.checks.toSorted(byName),
      collation: this.collation,
      comment: this.comment,
      options: { ...this.options },
      nextColumnId: this.nextColumnId,
      nextIndexId: this.nextIndexId,
    };
  }

  /** Rules that hold for a finished table, not for one in the making. */
  check(altering: boolean): void {
    if (altering) this.#refuseWholeLobKeys();
    checkTableExpressions(this.finish(), this.context, altering);
    checkRowSize(this.columns);
    if (this.indexes.filter(({ parts }) => parts.length > 0).length > KEYS_MAX)
      throw sqlError('ER_TOO_MANY_KEYS', KEYS_MAX);
    const seen = new Set<string>();
    for (const { name } of this.columns) {
      if (seen.has(name.toLowerCase())) throw sqlError('ER_DUP_FIELDNAME', name);
      seen.add(name.toLowerCase());
    }
    if (!this.columns.some((column) => !column.invisible && !column.hidden))
      throw sqlError('ER_TABLE_MUST_HAVE_A_VISIBLE_COLUMN');
    const auto = this.columns.filter((column) => column.autoIncrement);
    checkAutoRandomKey(
      this.columns,
      this.indexes.find((index) => index.primary),
    );
    if (auto.length > 1) throw sqlError('ER_WRONG_AUTO_KEY');
    if (auto[0] !== undefined && !this.indexes.some((index) => index.parts[0]?.columnId === auto[0]?.id)) {
      throw sqlError('ER_WRONG_AUTO_KEY');
    }
  }

  /** A column that becomes TEXT or BLOB needs prefixes in its keys. */
  #refuseWholeLobKeys(): void {
    for (const { parts, kind } of this.indexes) {
      if (kind === 'fulltext') continue;
      for (const { columnId, prefixLength } of parts) {
        const column = this.columns.find(({ id, hidden }) => id === columnId && !hidden);
        if (column !== undefined && prefixLength === undefined && column.type.kind !== 'json' && isLob(column.type))
          throw sqlError('ER_BLOB_KEY_WITHOUT_LENGTH', column.name);
      }
    }
  }
}

/** As MySQL lists constraints: by name, whatever the case. */
function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  const left = a.name.toLowerCase();
  const right = b.name.toLowerCase();
  return left < right ? -1 : left > right ? 1 : 0;
}

export const HIDDEN_ROW_ID_INDEX: IndexDef = {
  id: 0,
  name: 'PRIMARY',
  unique: true,
  primary: false,
  parts: [],
  visible: true,
  comment: '',
  kind: 'btree',
  state: 'public',
};

function columnKey(definition: ColumnDefinition, type: 'primary' | 'unique'): IndexDefinition {
  return {
    kind: 'index',
    type,
    start: definition.start,
    end: definition.end,
    constraintName: undefined,
    name: undefined,
    parts: [{ column: definition.name, length: undefined, expression: undefined, direction: 'asc' }],
    options: {
      algorithm: undefined,
      keyBlockSize: undefined,
      comment: undefined,
      visible: undefined,
      parser: undefined,
      global: false,
      attributes: type === 'primary' ? definition.options.filter(({ name }) => name === 'nonclustered') : [],
    },
  };
}
