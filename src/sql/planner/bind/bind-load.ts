/** LOAD DATA: where each field goes, SET assignments, and the file's format. */
import { sqlError } from '../../../base/index.ts';
import type * as ast from '../../ast/index.ts';
import type { Assignment, LoadFormat, RowWriter } from '../../plan/index.ts';
import { bindTarget } from './bind-target.ts';
import { type QueryEnv } from './block.ts';
import { ROW_IDS, rowBlock, RowSource } from './row-writer.ts';
import { checkedWriter } from './view-target.ts';
import { columnPositions } from './scope.ts';

export interface BoundLoad {
  readonly writer: RowWriter;
  readonly fields: readonly (number | { readonly variable: string })[];
  readonly set: readonly Assignment[];
  readonly format: LoadFormat;
}

export function bindLoad(node: ast.LoadData, env: QueryEnv): BoundLoad {
  if (node.format === 'xml') throw sqlError('ER_NOT_SUPPORTED_YET', 'LOAD XML');
  const { enclosedBy = '', escapedBy = '' } = node.fields;
  if (enclosedBy.length > 1 || escapedBy.length > 1) throw sqlError('ER_WRONG_FIELD_TERMINATORS');
  const { table, view, names } = bindTarget(
    node.table,
    env,
    node.duplicates === 'replace' ? ['insert', 'delete'] : ['insert'],
    'LOAD',
    node.partitions,
    node.columns.length === 0
      ? undefined
      : node.columns.flatMap((field) => (field.kind === 'user-variable' ? [] : [field.name])),
  );
  const positions = names ?? columnPositions(table);
  const fields =
    node.columns.length === 0
      ? names !== undefined
        ? [...names.values()]
        : table.columns.flatMap((column, i) =>
            column.hidden || column.invisible || column.state !== 'public' ? [] : [i],
          )
      : node.columns.map((field) =>
          field.kind === 'user-variable' ? { variable: field.name } : position(field.name, positions),
        );
  const block = rowBlock([new RowSource(table, table.name, { offset: 0, firstId: ROW_IDS })], env);
  block.clause = 'field list';
  const set = node.assignments.map(({ column, value }): Assignment => {
    const at = position(column.name, positions);
    return { column: at, expr: value.kind === 'default' ? { default: true } : block.bind(value) };
  });
  return { writer: checkedWriter(table, view, env), fields, set, format: formatOf(node) };
}

function position(name: string, positions: ReadonlyMap<string, number>): number {
  const at = positions.get(name.toLowerCase());
  if (at === undefined) throw sqlError('ER_BAD_FIELD_ERROR', name, 'field list');
  return at;
}

function formatOf(node: ast.LoadData): LoadFormat {
  return {
    charset: node.charset ?? 'utf8mb4',
    fieldsTerminatedBy: node.fields.terminatedBy ?? '\t',
    enclosedBy: node.fields.enclosedBy ?? '',
    optionallyEnclosed: node.fields.optionallyEnclosed,
    escapedBy: node.fields.escapedBy ?? '\\',
    linesStartingBy: node.lines.startingBy ?? '',
    linesTerminatedBy: node.lines.terminatedBy ?? '\n',
    ignoreLines: Number(node.ignoreLines),
  };
}
