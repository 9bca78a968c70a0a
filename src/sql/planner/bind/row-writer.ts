/**
 * Binds what writing a row of a table needs: defaults, generated columns, checks, foreign keys. All expressions are over the
 * full row, so columns have their final positions at once.
 *
 * Writers are cached per catalog and table definition; both are immutable.
 */
import { sqlError } from '../../../base/index.ts';
import type { Catalog, ColumnDef, TableDef } from '../../catalog/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import type { RowWriter } from '../../plan/index.ts';
import { mapExpr, walkExpr } from '../logical/expressions.ts';
import { dual } from '../logical/make.ts';
import { bindColumnDefault } from './bind-default.ts';
import { Block, type QueryEnv } from './block.ts';
import { integerConstant } from './call-builder.ts';
import { columnPositions, NO_MERGED, type Source } from './scope.ts';

const cache = new WeakMap<Catalog, WeakMap<TableDef, RowWriter>>();

export function rowWriterOf(table: TableDef, env: QueryEnv): RowWriter {
  const { catalog } = env.state.context;
  let writers = cache.get(catalog);
  if (writers === undefined) cache.set(catalog, (writers = new WeakMap()));
  let writer = writers.get(table);
  if (writer === undefined) writers.set(table, (writer = bindWriter(table, env)));
  return writer;
}

/** A source whose columns stand at fixed positions of a row: the full row of a table, shifted by `offset`. */
export class RowSource implements Source {
  readonly alias: string;
  readonly schema: string;
  readonly hidden = new Set<string>();
  readonly scan = undefined;
  readonly access = undefined;
  nullable = false;
  readonly #table: TableDef;
  readonly #offset: number;
  readonly #firstId: number;
  readonly #names: ReadonlyMap<string, number>;

  /** `names`: other names for the columns (row alias), by position. */
  constructor(
    table: TableDef,
    alias: string,
    place: { readonly offset: number; readonly firstId: number },
    names?: ReadonlyMap<string, number>,
  ) {
    this.#table = table;
    this.#offset = place.offset;
    this.#firstId = place.firstId;
    this.#names = names ?? columnPositions(table);
    this.alias = alias;
    this.schema = table.schema;
  }

  find(lowerName: string): Expr | undefined {
    const position = this.#names.get(lowerName);
    return position === undefined ? undefined : this.column(position);
  }

  nameOf(): undefined {
    return undefined;
  }

  column(position: number): ColumnExpr {
    const column = this.#table.columns[position]!;
    return {
      kind: 'column',
      id: this.#firstId + position,
      index: this.#offset + position,
      name: column.name,
      table: this.alias,
      type: column.type,
    };
  }

  all(): readonly { readonly name: string; readonly expr: Expr }[] {
    return [...this.#names].map(([name, position]) => ({ name, expr: this.column(position) }));
  }
}

/** Ids of row sources are negative, so that they never meet those of queries. */
export const ROW_IDS = -1_000_000;

export function rowBlock(sources: readonly Source[], env: QueryEnv): Block {
  const block = new Block({ ...env, parent: undefined });
  block.isRow = true;
  block.relation = { plan: dual(1), sources, merged: NO_MERGED, star: () => [] };
  return block;
}

function bindWriter(table: TableDef, env: QueryEnv): RowWriter {
  const { context, calls } = env.state;
  const block = rowBlock([new RowSource(table, table.name, { offset: 0, firstId: ROW_IDS })], {
    ...env,
    database: table.schema,
  });
  const now = (column: ColumnDef): Expr =>
    calls.call('now', column.type.decimals === 0 ? [] : [integerConstant(column.type.decimals)]);
  const positions = table.columns.map((column, position) => ({ column, position }));
  const writer: RowWriter = {
    table,
    defaults: table.columns.map((column) =>
      column.generated === undefined ? bindColumnDefault(column, block) : undefined,
    ),
    generated: generatedColumns(table, block),
    onUpdateNow: positions
      .filter(({ column }) => column.onUpdateNow)
      .map(({ column, position }) => ({ column: position, expr: now(column) })),
    checks: table.checks
      .filter((check) => check.enforced)
      .map((check) => ({ name: check.name, condition: explained(block.bind(context.parseExpression(check.sql))) })),
    parents: table.foreignKeys.flatMap((key) => {
      const parent = context.catalog.findTable(key.referencedSchema, key.referencedTable);
      return [parent?.kind === 'table' ? { key, parent } : { key }];
    }),
    children: context.catalog
      .referencing(table.schema, table.name)
      .map(({ table: child, key }) => ({ key, child, writer: () => rowWriterOf(child, env) })),
    autoIncrementColumn: table.columns.findIndex((column) => column.autoIncrement),
  };
  return writer;
}

/** The array cast of a multi-valued index names the index in its errors: the hidden column is called `!hidden!index!…`. */
function indexed(expr: Expr, column: ColumnDef): Expr {
  if (!column.hidden) return expr;
  return mapExpr(expr, (part) =>
    part.kind === 'call' && part.name === 'cast' && part.options?.word === 'array'
      ? { ...part, options: { ...part.options, extra: { index: column.name.split('!')[2] ?? '' } } }
      : part,
  );
}

/** JSON_SCHEMA_VALID tells why only inside of a CHECK. */
function explained(condition: Expr): Expr {
  return mapExpr(condition, (part) =>
    part.kind === 'call' && part.name === 'json_schema_valid' ? { ...part, options: { word: 'check' } } : part,
  );
}

/** Generated columns so that each comes after those it reads. */
function generatedColumns(table: TableDef, block: Block): { readonly column: number; readonly expr: Expr }[] {
  const bound = new Map<number, Expr>();
  for (const [position, column] of table.columns.entries()) {
    if (column.generated !== undefined)
      bound.set(position, indexed(block.bind(block.state.context.parseExpression(column.generated.sql)), column));
  }
  const ordered: { readonly column: number; readonly expr: Expr }[] = [];
  const done = new Set<number>();
  const visit = (position: number, path: readonly number[]): void => {
    const expr = bound.get(position);
    if (expr === undefined || done.has(position)) return;
    if (path.includes(position)) throw sqlError('ER_INTERNAL_ERROR', 'generated columns depend on each other');
    walkExpr(expr, (part) => {
      if (part.kind === 'column') visit(part.index, [...path, position]);
    });
    done.add(position);
    ordered.push({ column: position, expr });
  };
  for (const position of bound.keys()) visit(position, []);
  return ordered;
}
