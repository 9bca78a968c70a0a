/** PARTITION BY and partition definitions. */
import type { Partitioning, PartitionDefinition, PartitionMethod, PartitionValue } from '../ast/index.ts';
import { type Cursor, nameOf } from './cursor.ts';
import { parsePartitionOptions } from './table-option.ts';
import { K, T } from './token.ts';

/** At PARTITION BY. */
export function parsePartitioning(p: Cursor): Partitioning {
  const start = p.start;
  p.expectAll(K.PARTITION, K.BY);
  const method = parseMethod(p);
  const count = p.accept(K.PARTITIONS) ? partitionNumber(p) : undefined;
  let subpartitionBy: PartitionMethod | undefined;
  let subpartitionCount: number | undefined;
  if (p.accept(K.SUBPARTITION)) {
    p.expect(K.BY);
    subpartitionBy = parseHashOrKey(p);
    subpartitionCount = p.accept(K.SUBPARTITIONS) ? partitionNumber(p) : undefined;
  }
  const listStart = p.start;
  const partitions = p.kind === T.LEFT_PAREN ? parsePartitionDefinitions(p, method) : [];
  if (count !== undefined && partitions.length > 0 && partitions.length !== count) {
    p.failAt(listStart, 'Wrong number of partitions defined, mismatch with previous setting');
  }
  return { start, end: p.lastEnd, method, count, subpartitionBy, subpartitionCount, partitions };
}

function partitionNumber(p: Cursor): number {
  if (p.kind === T.DECIMAL || p.kind === T.FLOAT) p.failAt(p.start, 'Only integers allowed as number here');
  return p.number();
}

function parseMethod(p: Cursor): PartitionMethod {
  if (p.kind !== K.RANGE && p.kind !== K.LIST) return parseHashOrKey(p);
  const type = p.kind === K.RANGE ? 'range' : 'list';
  p.advance();
  if (p.accept(K.COLUMNS)) return { type, expression: undefined, columns: p.parenthesised(nameOf) };
  return { type, expression: partitionExpression(p), columns: undefined };
}

function parseHashOrKey(p: Cursor): PartitionMethod {
  const linear = p.accept(K.LINEAR);
  if (p.accept(K.HASH)) return { type: 'hash', linear, expression: partitionExpression(p) };
  p.expect(K.KEY);
  let algorithm: number | undefined;
  if (p.accept(K.ALGORITHM)) {
    p.expect(T.EQ);
    const at = p.start;
    algorithm = p.number();
    if (algorithm !== 1 && algorithm !== 2) p.failAt(at);
  }
  p.expect(T.LEFT_PAREN);
  const columns = p.kind === T.RIGHT_PAREN ? [] : p.list(nameOf);
  p.expect(T.RIGHT_PAREN);
  return { type: 'key', linear, algorithm, columns };
}

function partitionExpression(p: Cursor) {
  p.expect(T.LEFT_PAREN);
  const expression = p.grammar.bitExpression(p);
  if (expression.kind === 'subquery') p.failAt(expression.start);
  p.expect(T.RIGHT_PAREN);
  return expression;
}

/** '(' PARTITION …, … ')'; `method` is known when the definitions follow PARTITION BY. */
export function parsePartitionDefinitions(p: Cursor, method?: PartitionMethod): PartitionDefinition[] {
  return p.parenthesised((inner) => parsePartitionDefinition(inner, method));
}

function parsePartitionDefinition(p: Cursor, method: PartitionMethod | undefined): PartitionDefinition {
  p.expect(K.PARTITION);
  const name = p.name();
  let lessThan: readonly PartitionValue[] | undefined;
  let inValues: readonly (readonly PartitionValue[])[] | undefined;
  if (p.accept(K.VALUES)) {
    if (p.accept(K.LESS)) {
      p.expect(K.THAN);
      lessThan = p.accept(K.MAXVALUE) ? [{ kind: 'maxvalue' }] : p.parenthesised(partitionValue);
    } else {
      p.expect(K.IN);
      inValues = parseInValues(p, method);
    }
  } else if (method?.type === 'range') {
    p.failAt(p.start, 'Syntax error: RANGE PARTITIONING requires definition of VALUES LESS THAN for each partition');
  } else if (method?.type === 'list') {
    p.failAt(p.start, 'Syntax error: LIST PARTITIONING requires definition of VALUES IN for each partition');
  }
  const options = parsePartitionOptions(p);
  const subpartitions = p.kind === T.LEFT_PAREN ? p.parenthesised(parseSubpartition) : [];
  return { name, lessThan, in: inValues, options, subpartitions };
}

function parseSubpartition(p: Cursor): PartitionDefinition['subpartitions'][number] {
  p.expect(K.SUBPARTITION);
  const name = p.nameOrString();
  return { name, options: parsePartitionOptions(p) };
}

function partitionValue(p: Cursor): PartitionValue {
  if (p.accept(K.MAXVALUE)) return { kind: 'maxvalue' };
  return p.grammar.bitExpression(p);
}

/** (1, 2, 3), or tuples ((1, 2), (3, 4)). */
function parseInValues(p: Cursor, method: PartitionMethod | undefined): (readonly PartitionValue[])[] {
  if (p.kind !== T.LEFT_PAREN || p.peek(1) !== T.LEFT_PAREN) {
    return p.parenthesised(inValue).map((value) => [value]);
  }
  const tuples = p.parenthesised((inner) => inner.parenthesised(inValue));
  const single = method?.type === 'list' && (method.columns?.length ?? 0) < 2;
  if (single) {
    p.failAt(
      p.lexer.starts[p.index - 1] as number,
      'Row expressions in VALUES IN only allowed for multi-field column partitioning',
    );
  }
  return tuples;
}

function inValue(p: Cursor): PartitionValue {
  if (p.kind === K.MAXVALUE) p.failAt(p.start, 'Cannot use MAXVALUE as value in VALUES IN');
  return partitionValue(p);
}
