/** PARTITION BY and partition definitions. */
import type {
  Expression,
  IntervalPartitions,
  Partitioning,
  PartitionDefinition,
  PartitionMethod,
  PartitionValue,
} from '../ast/index.ts';
import { type Cursor, nameOf } from './cursor.ts';
import { intervalUnit } from './interval.ts';
import { parsePartitionOptions } from './table-option.ts';
import { K, T } from './token.ts';

/** At PARTITION BY. */
export function parsePartitioning(p: Cursor): Partitioning {
  const start = p.start;
  p.expectAll(K.PARTITION, K.BY);
  const method = parseMethod(p);
  const interval = p.additions && p.kind === K.INTERVAL ? parseInterval(p) : undefined;
  const count = p.accept(K.PARTITIONS) ? partitionNumber(p) : undefined;
  let subpartitionBy: PartitionMethod | undefined;
  let subpartitionCount: number | undefined;
  if (p.accept(K.SUBPARTITION)) {
    p.expect(K.BY);
    subpartitionBy = parseHashOrKey(p, false);
    subpartitionCount = p.accept(K.SUBPARTITIONS) ? partitionNumber(p) : undefined;
  }
  const listStart = p.start;
  const expected = subpartitionBy === undefined ? undefined : { count: subpartitionCount };
  const partitions = p.kind === T.LEFT_PAREN ? parsePartitionDefinitions(p, method, expected) : [];
  if (count !== undefined && partitions.length > 0 && partitions.length !== count) {
    p.failAt(listStart, 'Wrong number of partitions defined, mismatch with previous setting');
  }
  return { start, end: p.lastEnd, method, count, subpartitionBy, subpartitionCount, partitions, interval };
}

function parseInterval(p: Cursor): IntervalPartitions {
  p.expect(K.INTERVAL);
  p.expect(T.LEFT_PAREN);
  const width = p.grammar.bitExpression(p);
  const unit = p.kind === T.RIGHT_PAREN ? undefined : intervalUnit(p);
  p.expect(T.RIGHT_PAREN);
  const first = parseEnd(p, K.FIRST);
  const last = parseEnd(p, K.LAST);
  const nullPartition = p.accept2(K.NULL, K.PARTITION);
  const maxPartition = p.accept2(K.MAXVALUE, K.PARTITION);
  return { width, unit, first, last, nullPartition, maxPartition };
}

/** FIRST | LAST PARTITION LESS THAN (bound). */
export function parseEnd(p: Cursor, end: number): Expression {
  p.expectAll(end, K.PARTITION, K.LESS, K.THAN);
  p.expect(T.LEFT_PAREN);
  const bound = storable(p);
  p.expect(T.RIGHT_PAREN);
  return bound;
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

/** `mayBeEmpty`: KEY () stands for the primary key, which subpartitions do not have. */
function parseHashOrKey(p: Cursor, mayBeEmpty = true): PartitionMethod {
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
  const columns = p.kind === T.RIGHT_PAREN && mayBeEmpty ? [] : p.list(nameOf);
  p.expect(T.RIGHT_PAREN);
  return { type: 'key', linear, algorithm, columns };
}

function partitionExpression(p: Cursor) {
  p.expect(T.LEFT_PAREN);
  const expression = storable(p);
  p.expect(T.RIGHT_PAREN);
  return expression;
}

/** What MySQL would not keep in its query cache: it may give another value next time. */
const CHANGING: ReadonlySet<string> = new Set(
  (
    'rand now curdate curtime sysdate utc_date utc_time utc_timestamp uuid uuid_short user current_user database ' +
    'connection_id found_rows row_count last_insert_id sleep benchmark get_lock release_lock release_all_locks ' +
    'is_free_lock is_used_lock load_file current_role source_pos_wait master_pos_wait'
  ).split(' '),
);

function storable(p: Cursor): Expression {
  const expression = p.grammar.bitExpression(p);
  const query = findQuery(expression);
  if (query !== undefined) p.failAt(query);
  if (isChanging(expression)) {
    p.failAt(
      expression.start,
      'Constant, random or timezone-dependent expressions in (sub)partitioning function are not allowed',
    );
  }
  return expression;
}

/** Where a subquery begins. */
function findQuery(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return undefined;
  const { kind, start } = node as { kind?: string; start?: number };
  if (kind === 'subquery') return start;
  for (const part of Object.values(node)) {
    const found = findQuery(part);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isChanging(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return false;
  if (Array.isArray(node)) return node.some(isChanging);
  const { kind, name, args } = node as { kind?: string; name?: string; args?: readonly unknown[] };
  if (kind === 'user-variable' || kind === 'variable-assignment' || kind === 'system-variable') return true;
  if (kind === 'function' && name !== undefined) {
    if (CHANGING.has(name) || (name === 'unix_timestamp' && args?.length === 0)) return true;
  }
  return Object.values(node).some(isChanging);
}

/** How many subpartitions each partition lists; undefined until SUBPARTITIONS or the first list says so. */
interface ExpectedSubpartitions {
  readonly count: number | undefined;
}

const WRONG_SUBPARTITIONS = 'Wrong number of subpartitions defined, mismatch with previous setting';

/** '(' PARTITION …, … ')'; `method` is known when the definitions follow PARTITION BY. */
export function parsePartitionDefinitions(
  p: Cursor,
  method?: PartitionMethod,
  expected?: ExpectedSubpartitions,
): PartitionDefinition[] {
  const listStart = p.start;
  let first: number | undefined;
  return p.parenthesised((inner) => {
    const definition = parsePartitionDefinition(inner, method, { listStart, isFirst: first === undefined });
    if (expected === undefined) return definition;
    const { subpartitions } = definition;
    if (subpartitions.length > 0 && first === 0) inner.failAt(definition.listStart + 1, WRONG_SUBPARTITIONS);
    const wanted = expected.count ?? first ?? subpartitions.length;
    const isWrong = subpartitions.length > 0 ? subpartitions.length !== wanted : (first ?? 0) > 0;
    if (isWrong) inner.failAt(subpartitions.length > 0 ? definition.listStart : inner.start, WRONG_SUBPARTITIONS);
    first ??= subpartitions.length;
    return definition;
  });
}

interface DefinitionPlace {
  readonly listStart: number;
  readonly isFirst: boolean;
}

function parsePartitionDefinition(
  p: Cursor,
  method: PartitionMethod | undefined,
  place: DefinitionPlace,
): PartitionDefinition & { readonly listStart: number } {
  p.expect(K.PARTITION);
  const name = p.name();
  let lessThan: readonly PartitionValue[] | undefined;
  let inValues: readonly (readonly PartitionValue[])[] | undefined;
  const width = method !== undefined && 'columns' in method ? (method.columns?.length ?? 1) : 1;
  if (p.accept(K.VALUES)) {
    if (p.accept(K.LESS)) {
      p.expect(K.THAN);
      lessThan = p.accept(K.MAXVALUE) ? [{ kind: 'maxvalue' }] : parseBound(p, method, width);
    } else {
      p.expect(K.IN);
      inValues = parseInValues(p, method);
    }
  } else if (p.additions && method?.type !== 'range' && p.accept(K.DEFAULT)) {
    inValues = [[OTHERS]];
  } else if (method?.type === 'range' || method?.type === 'list') {
    const at = place.isFirst && p.kind === T.RIGHT_PAREN ? place.listStart : p.start;
    const values = method.type === 'range' ? 'LESS THAN' : 'IN';
    p.failAt(
      at,
      `Syntax error: ${method.type.toUpperCase()} PARTITIONING requires definition of VALUES ${values} for each partition`,
    );
  }
  const options = parsePartitionOptions(p);
  const listStart = p.start;
  const subpartitions = p.kind === T.LEFT_PAREN ? p.parenthesised(parseSubpartition) : [];
  return { name, lessThan, in: inValues, options, subpartitions, listStart };
}

const WRONG_COLUMNS = 'Inconsistency in usage of column lists for partitioning';

function parseBound(p: Cursor, method: PartitionMethod | undefined, width: number): PartitionValue[] {
  const values = p.parenthesised(partitionValue);
  if (method?.type === 'range' && values.length < width) p.failAt(p.lexer.starts[p.index - 1] as number, WRONG_COLUMNS);
  return values;
}

function parseSubpartition(p: Cursor): PartitionDefinition['subpartitions'][number] {
  p.expect(K.SUBPARTITION);
  const name = p.nameOrString();
  return { name, options: parsePartitionOptions(p) };
}

function partitionValue(p: Cursor): PartitionValue {
  if (p.accept(K.MAXVALUE)) return { kind: 'maxvalue' };
  return storable(p);
}

/** (1, 2, 3), or tuples ((1, 2), (3, 4)). */
function parseInValues(p: Cursor, method: PartitionMethod | undefined): (readonly PartitionValue[])[] {
  const others = p.additions && p.peek(1) === K.DEFAULT && p.peek(2) === T.COMMA && p.peek(3) === T.LEFT_PAREN;
  if (p.kind !== T.LEFT_PAREN || (p.peek(1) !== T.LEFT_PAREN && !others)) {
    const at = p.start;
    const values = p.parenthesised(inValue);
    const hasOne = values.some(({ kind }) => kind !== 'others');
    if (method?.type === 'list' && (method.columns?.length ?? 1) > 1 && hasOne) p.failAt(at, WRONG_COLUMNS);
    return values.map((value) => [value]);
  }
  const tuples = p.parenthesised((inner) =>
    inner.additions && inner.accept(K.DEFAULT) ? [OTHERS] : inner.parenthesised(listedValue),
  );
  const single = method?.type === 'list' && (method.columns?.length ?? 0) < 2;
  if (single) {
    p.failAt(
      p.lexer.starts[p.index - 1] as number,
      'Row expressions in VALUES IN only allowed for multi-field column partitioning',
    );
  }
  return tuples;
}

const OTHERS: PartitionValue = { kind: 'others' };

function inValue(p: Cursor): PartitionValue {
  if (p.additions && p.kind === K.DEFAULT && p.peek(1) !== T.LEFT_PAREN) {
    p.advance();
    return OTHERS;
  }
  return listedValue(p);
}

function listedValue(p: Cursor): PartitionValue {
  if (p.kind === K.MAXVALUE) p.failAt(p.start, 'Cannot use MAXVALUE as value in VALUES IN');
  return partitionValue(p);
}
