/**
 * JSON_TABLE in FROM: its document may read the tables before it (it is LATERAL by nature), its columns get types as in
 * CREATE TABLE, and each column of the result its position in the rows that the executor makes.
 */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import { columnType } from '../../ddl/index.ts';
import type { Expr } from '../../expr/index.ts';
import type { JsonTableAction, JsonTableColumn, JsonTablePath } from '../../plan/index.ts';
import {
  charsetOf,
  defaultCollationOf,
  type FieldType,
  intType,
  JsonSyntaxError,
  type JsonValue,
  parseJson,
  parseJsonPath,
} from '../../types/index.ts';
import { Block } from './block.ts';
import { ListSource, type NamedExpr, type Relation, relationOf } from './scope.ts';

const NESTED_PATHS_MAX = 16;
const CLAUSE = 'a table function argument';

export function bindJsonTable(node: ast.JsonTable, block: Block, left: Relation | undefined): Relation {
  if (node.alias === undefined) throw sqlError('ER_TF_MUST_HAVE_ALIAS');
  const document = bindDocument(node.document, block, left);
  const binder = new ColumnBinder(node.alias, block);
  const root = binder.path(node.path, node.columns);
  const columns = binder.columns.map(({ name, type }) => block.state.newColumn(type, name, node.alias));
  for (const { id, name } of columns)
    block.state.origins.set(id, { schema: '', originalTable: '', originalName: name, table: node.alias, flags: 0 });
  const named = columns.map((expr): NamedExpr => ({ name: expr.name, expr }));
  return relationOf({ kind: 'json-table', document, root, columns }, new ListSource(node.alias, undefined, named));
}

function bindDocument(node: ast.Expression, block: Block, left: Relation | undefined): Expr {
  if (node.kind === 'subquery') throw sqlError('ER_WRONG_ARGUMENTS', 'JSON_TABLE');
  const scope = new Block(block.env);
  scope.relation = left;
  scope.clause = CLAUSE;
  if (node.kind === 'column' && node.table !== undefined && scope.find(node) === undefined) {
    if (!knowsTable(scope, node.table)) throw sqlError('ER_UNKNOWN_TABLE', node.table, CLAUSE);
  }
  return scope.bind(node);
}

function knowsTable(from: Block, alias: string): boolean {
  for (let block: Block | undefined = from; block !== undefined; block = block.parent)
    if (block.relation?.sources.some((source) => source.alias === alias) === true) return true;
  return false;
}

class ColumnBinder {
  readonly columns: { readonly name: string; readonly type: FieldType }[] = [];
  readonly #alias: string;
  readonly #block: Block;
  readonly #names = new Set<string>();
  #nestedPaths = 0;

  constructor(alias: string, block: Block) {
    this.#alias = alias;
    this.#block = block;
  }

  path(path: string, columns: readonly ast.JsonTableColumn[]): JsonTablePath {
    return { path: parseJsonPath(path), columns: columns.map((column) => this.#column(column)) };
  }

  #column(column: ast.JsonTableColumn): JsonTableColumn {
    if (column.kind === 'nested') {
      if (++this.#nestedPaths > NESTED_PATHS_MAX)
        throw sqlError('ER_JT_MAX_NESTED_PATH', NESTED_PATHS_MAX, this.#alias);
      return { kind: 'nested', nested: this.path(column.path, column.columns) };
    }
    if (column.kind === 'ordinality')
      return { kind: 'ordinality', position: this.#add(column.name, intType('big', { width: 10 })) };
    const collation = this.#block.state.context.session.collationConnection;
    const type = columnType(column.type, {
      column: column.name,
      tableCollation: defaultCollationOf(charsetOf(collation)),
      collation: column.type.collation,
      nullable: true,
    });
    return {
      kind: 'path',
      position: this.#add(column.name, type),
      name: column.name,
      type,
      exists: column.exists,
      path: parseJsonPath(column.path),
      onEmpty: action(column.onEmpty),
      onError: action(column.onError),
    };
  }

  #add(name: string, type: FieldType): number {
    const lower = name.toLowerCase();
    if (this.#names.has(lower)) throw sqlError('ER_DUP_FIELDNAME', name);
    this.#names.add(lower);
    return this.columns.push({ name, type }) - 1;
  }
}

function action(clause: ast.JsonOnClause | undefined): JsonTableAction {
  if (clause === undefined) return { kind: 'null' };
  if (clause.action !== 'default') return { kind: clause.action };
  if (clause.value.kind !== 'string')
    throw sqlError('ER_NOT_SUPPORTED_YET', 'non-string DEFAULT value for a column in a JSON_TABLE expression');
  return { kind: 'default', value: defaultDocument(clause.value.value) };
}

function defaultDocument(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw sqlError('ER_INVALID_JSON_TEXT_IN_PARAM', 1, 'JSON_TABLE', error.message, error.position, '');
    throw error;
  }
}
