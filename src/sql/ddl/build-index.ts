/** Keys of a table: parts, prefix lengths, names, limits, and the order in which MySQL keeps them. */
import { sqlError } from '../../base/index.ts';
import type { IndexDefinition, KeyPart } from '../ast/index.ts';
import type { ColumnDef, IndexDef, KeyPartDef } from '../catalog/index.ts';
import type { FieldType } from '../types/index.ts';
import { MysqlType } from '../types/index.ts';
import { bytesPerCharacter } from './column-type.ts';
import { columnBytes } from './row-size.ts';

const PARTS_MAX = 16;
const KEYS_MAX = 64;
const KEY_BYTES_MAX = 3072;

/** Columns by name as the statement sees them so far, and a way to add a hidden one for an expression part. */
export interface IndexColumns {
  find(name: string): ColumnDef | undefined;
  byId(id: number): ColumnDef | undefined;
  addHidden(part: KeyPart, indexName: string, position: number): ColumnDef;
}

export function isLob(type: FieldType): boolean {
  return (
    type.kind === 'json' ||
    type.mysqlType === MysqlType.TINY_BLOB ||
    type.mysqlType === MysqlType.BLOB ||
    type.mysqlType === MysqlType.MEDIUM_BLOB ||
    type.mysqlType === MysqlType.LONG_BLOB
  );
}

export function checkIndexName(name: string): void {
  if ([...name].length > 64) throw sqlError('ER_TOO_LONG_IDENT', name);
  if (name === '' || name.toUpperCase() === 'PRIMARY') throw sqlError('ER_WRONG_NAME_FOR_INDEX', name);
}

export function buildIndex(definition: IndexDefinition, name: string, columns: IndexColumns): Omit<IndexDef, 'id'> {
  const primary = definition.type === 'primary';
  if (definition.parts.length > PARTS_MAX) throw sqlError('ER_TOO_MANY_KEY_PARTS', PARTS_MAX);
  if (!primary) checkIndexName(name);
  if (definition.type === 'spatial') throw sqlError('ER_NOT_SUPPORTED_YET', 'SPATIAL INDEX');
  checkMultiValued(definition);
  const kind = definition.type === 'fulltext' ? 'fulltext' : 'btree';
  const seen = new Set<number>();
  const parts: KeyPartDef[] = definition.parts.map((part, position) => {
    const built = buildPart(part, { name, position, primary, kind }, columns);
    if (seen.has(built.columnId)) throw sqlError('ER_DUP_FIELDNAME', part.column ?? '');
    seen.add(built.columnId);
    return built;
  });
  if (kind === 'btree') checkKeyBytes(parts, columns);
  else checkFulltext(definition, parts, columns);
  if (primary && definition.options.visible === false) throw sqlError('ER_PK_INDEX_CANT_BE_INVISIBLE');
  return {
    name: primary ? 'PRIMARY' : name,
    unique: primary || definition.type === 'unique',
    primary,
    parts,
    visible: definition.options.visible !== false,
    comment: definition.options.comment ?? '',
    kind,
    state: 'public',
    ...(definition.options.global && { global: true }),
    ...(definition.options.attributes.some(({ name: word }) => word === 'nonclustered') && { nonclustered: true }),
    ...(definition.options.algorithm === 'btree' && { explicitAlgorithm: true }),
    ...(definition.options.parser !== undefined && { parser: parserOf(definition.options.parser) }),
  };
}

/** The one parser plug-in that MySQL brings. */
function parserOf(written: string): string {
  if (written.toLowerCase() !== 'ngram') throw sqlError('ER_FUNCTION_NOT_DEFINED', written);
  return 'ngram';
}

/** Parts over CAST(… AS … ARRAY). A unique one would have to hold over single elements, which have no index entries yet. */
function checkMultiValued(definition: IndexDefinition): void {
  const arrays = definition.parts.flatMap(({ expression }) =>
    expression?.kind === 'cast' && expression.array ? [expression] : [],
  );
  if (arrays.length === 0) return;
  if (arrays.length > 1) throw sqlError('ER_NOT_SUPPORTED_YET', 'more than one multi-valued key part per index');
  if (arrays[0]!.type.name === 'json') throw sqlError('ER_NOT_SUPPORTED_YET', 'CAST-ing data to array of JSON');
  if (definition.type === 'unique') throw sqlError('ER_NOT_SUPPORTED_YET', 'UNIQUE multi-valued index');
}

/** One character set and collation for all columns, no order, no parts of columns. */
function checkFulltext(definition: IndexDefinition, parts: readonly KeyPartDef[], columns: IndexColumns): void {
  if (definition.parts.some((part) => part.direction === 'desc'))
    throw sqlError('ER_WRONG_USAGE', 'spatial/fulltext/hash index', 'explicit index order');
  const collation = columns.byId(parts[0]?.columnId ?? -1)?.type.collation;
  for (const { columnId } of parts) {
    const column = columns.byId(columnId);
    if (column !== undefined && column.type.collation !== collation) throw sqlError('ER_BAD_FT_COLUMN', column.name);
  }
}

interface PartPlace {
  readonly name: string;
  readonly position: number;
  readonly primary: boolean;
  readonly kind: 'btree' | 'fulltext';
}

function buildPart(part: KeyPart, place: PartPlace, columns: IndexColumns): KeyPartDef {
  const descending = part.direction === 'desc';
  if (part.expression !== undefined) {
    if (place.primary) throw sqlError('ER_FUNCTIONAL_INDEX_PRIMARY_KEY');
    return { columnId: columns.addHidden(part, place.name, place.position).id, descending };
  }
  const column = columns.find(part.column ?? '');
  if (column === undefined) throw sqlError('ER_KEY_COLUMN_DOES_NOT_EXITS', part.column ?? '');
  if (place.kind === 'fulltext') {
    if (column.type.kind !== 'string') throw sqlError('ER_BAD_FT_COLUMN', column.name);
    return { columnId: column.id, descending: false };
  }
  if (column.type.kind === 'json') throw sqlError('ER_JSON_USED_AS_KEY', column.name);
  if (place.primary && column.generated && !column.generated.stored) {
    throw sqlError('ER_UNSUPPORTED_ACTION_ON_GENERATED_COLUMN', 'Defining a virtual generated column as primary key');
  }
  const prefixLength = prefixOf(part, column);
  return { columnId: column.id, descending, ...(prefixLength !== undefined && { prefixLength }) };
}

function prefixOf(part: KeyPart, column: ColumnDef): number | undefined {
  const { type } = column;
  const isText = type.kind === 'string' || type.kind === 'binary';
  if (part.length === undefined) {
    if (isText && isLob(type)) throw sqlError('ER_BLOB_KEY_WITHOUT_LENGTH', column.name);
    return undefined;
  }
  if (part.length === 0) throw sqlError('ER_KEY_PART_0', column.name);
  if (!isText || (!isLob(type) && part.length > type.length)) throw sqlError('ER_WRONG_SUB_KEY');
  return !isLob(type) && part.length === type.length ? undefined : part.length;
}

function checkKeyBytes(parts: readonly KeyPartDef[], columns: IndexColumns): void {
  let bytes = 0;
  for (const { columnId, prefixLength } of parts) {
    const type = columns.byId(columnId)?.type;
    if (type === undefined) continue;
    if (type.kind !== 'string' && type.kind !== 'binary') bytes += columnBytes(type);
    else bytes += (prefixLength ?? type.length) * (type.kind === 'string' ? bytesPerCharacter(type.collation) : 1);
  }
  if (bytes > KEY_BYTES_MAX) throw sqlError('ER_TOO_LONG_KEY', KEY_BYTES_MAX);
}

/** The name MySQL makes for a key without one: its first column's, then `_2`, `_3` … */
export function unusedIndexName(base: string, taken: ReadonlySet<string>): string {
  const usable = base.toLowerCase() === 'primary' ? `${base}_2` : base;
  if (!taken.has(usable.toLowerCase())) return usable;
  for (let n = 2; n < 1000; n++) {
    const name = `${base}_${n}`;
    if (!taken.has(name.toLowerCase())) return name;
  }
  throw sqlError('ER_WRONG_NAME_FOR_INDEX', base);
}

/** Primary key, unique keys without NULLs, other unique keys, the rest, those over expressions, full-text; stable within. */
export function sortIndexes<T extends Omit<IndexDef, 'id'>>(indexes: readonly T[], columns: readonly ColumnDef[]): T[] {
  if (indexes.length > KEYS_MAX + 1) throw sqlError('ER_TOO_MANY_KEYS', KEYS_MAX);
  const nullable = new Set(columns.filter((column) => column.type.nullable).map((column) => column.id));
  const hidden = new Set(columns.filter((column) => column.hidden).map((column) => column.id));
  const rank = (index: T): number => {
    if (index.primary) return 0;
    if (index.unique) return index.parts.some((part) => nullable.has(part.columnId)) ? 2 : 1;
    if (index.kind === 'fulltext') return 5;
    return index.parts.some((part) => hidden.has(part.columnId)) ? 4 : 3;
  };
  return indexes
    .map((index, place) => ({ index, place }))
    .sort((a, b) => rank(a.index) - rank(b.index) || a.place - b.place)
    .map(({ index }) => index);
}
