/**
 * MATCH (columns) AGAINST (text): the columns must be exactly those of a FULLTEXT index of one table (1191), the text the
 * same for all rows (1210). Ranks depend on the whole table, so an init plan reads it once and leaves the prepared query
 * in a slot.
 */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { ColumnExpr, Expr } from '../../expr/index.ts';
import type { SortKey } from '../../plan/index.ts';
import { FULLTEXT_QUERY } from '../../functions/index.ts';
import type { ScanNode } from '../logical/logical-plan.ts';
import { hasColumns } from '../logical/expressions.ts';
import type { Block } from './block.ts';
import { toArgument } from './call-builder.ts';
import type { TableSource } from './scope.ts';

export function bindMatch(node: ast.MatchExpression, block: Block): Expr {
  const { state } = block;
  const columns = node.columns.map((column) => block.bind(column));
  const source = sourceOf(columns, block);
  const { table } = source.scan;
  const positions = columns.map((column) => positionOf(column as ColumnExpr, source));
  const wanted = new Set(positions.map((position) => table.columns[position]!.id));
  const serving = table.indexes.find(
    (index) =>
      index.kind === 'fulltext' &&
      index.state === 'public' &&
      index.parts.length === wanted.size &&
      index.parts.every((part) => wanted.has(part.columnId)),
  );
  if (serving === undefined) throw sqlError('ER_FT_MATCHING_KEY_NOT_FOUND');
  const against = block.bind(node.against);
  if (hasColumns(against)) throw sqlError('ER_WRONG_ARGUMENTS', 'AGAINST');
  const mode = node.mode === 'boolean' ? 'boolean' : node.mode === 'natural' ? 'natural' : 'expansion';
  const how = serving.parser === undefined ? mode : `${mode} ${serving.parser}`;
  const slot = prepareQuery(source.scan, positions, against, how, block);
  return state.calls.call('match', [slot, ...columns]);
}

/** Rows found by MATCH come best first where no other order is asked for. */
export function relevanceOrder(where: readonly Expr[]): SortKey[] {
  for (const condition of where) {
    if (condition.kind !== 'call') continue;
    const [first] = condition.name === '>' || condition.name === '>=' ? condition.args : [condition];
    if (first?.kind === 'call' && first.name === 'match') return [{ expr: first, descending: true }];
  }
  return [];
}

/** The one table that all columns are of. */
function sourceOf(columns: readonly Expr[], block: Block): TableSource {
  for (const source of block.state.tableSources)
    if (columns.every((column) => column.kind === 'column' && source.scan.columns.some(({ id }) => id === column.id)))
      return source;
  throw sqlError('ER_WRONG_ARGUMENTS', 'MATCH');
}

function positionOf(column: ColumnExpr, source: TableSource): number {
  return source.scan.positions[source.scan.columns.findIndex(({ id }) => id === column.id)]!;
}

function prepareQuery(scan: ScanNode, positions: readonly number[], against: Expr, mode: string, block: Block): Expr {
  const { state } = block;
  const columns = positions.map((position) => {
    const { name, type } = scan.table.columns[position]!;
    return state.newColumn(type, name, scan.alias);
  });
  const options = { distinct: false, separator: mode };
  const args = [against, ...columns];
  const type = FULLTEXT_QUERY.infer(args.map(toArgument), options, state.calls.inferContext);
  const output = state.newColumn(type, 'query');
  const slot = state.newSlot();
  state.initPlans.push({
    plan: {
      kind: 'aggregate',
      child: { ...scan, columns: [...columns], positions: [...positions], lock: undefined, handle: undefined },
      groupBy: [],
      groupColumns: [],
      calls: [{ def: FULLTEXT_QUERY, args, type, options }],
      callColumns: [output],
      rollup: false,
      levelColumn: undefined,
    },
    kind: 'scalar',
    slots: [slot],
  });
  return { kind: 'slot', slot, type, name: 'query' };
}
