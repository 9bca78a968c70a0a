/** ALTER TABLE actions that stand alone: on partitions, tablespaces, the secondary engine. */
import type { AlterAction, PartitionOperation } from '../ast/index.ts';
import { type Cursor, nameOf } from './cursor.ts';
import { parseTableName } from './name.ts';
import { parsePartitionDefinitions } from './partition.ts';
import { K, T, tokenTable } from './token.ts';

/** Keywords other than ADD and DROP that begin such an action. */
export const PARTITION_ACTION_START = tokenTable([
  [K.DISCARD, 1],
  [K.IMPORT, 1],
  [K.REBUILD, 1],
  [K.OPTIMIZE, 1],
  [K.ANALYZE, 1],
  [K.CHECK, 1],
  [K.REPAIR, 1],
  [K.COALESCE, 1],
  [K.TRUNCATE, 1],
  [K.REORGANIZE, 1],
  [K.EXCHANGE, 1],
  [K.SECONDARY_LOAD, 1],
  [K.SECONDARY_UNLOAD, 1],
]);

const LISTED: Readonly<Record<number, 'truncate' | 'analyze' | 'check' | 'optimize' | 'rebuild' | 'repair'>> = {
  [K.TRUNCATE]: 'truncate',
  [K.ANALYZE]: 'analyze',
  [K.CHECK]: 'check',
  [K.OPTIMIZE]: 'optimize',
  [K.REBUILD]: 'rebuild',
  [K.REPAIR]: 'repair',
};

export function parsePartitionAction(p: Cursor): AlterAction {
  switch (p.kind) {
    case K.SECONDARY_LOAD:
    case K.SECONDARY_UNLOAD: {
      const action = p.kind === K.SECONDARY_LOAD ? 'load' : 'unload';
      p.advance();
      return { kind: 'secondary', action };
    }
    case K.DISCARD:
    case K.IMPORT: {
      const action = p.kind === K.DISCARD ? 'discard' : 'import';
      p.advance();
      if (p.accept(K.TABLESPACE)) return { kind: 'tablespace', action };
      p.expect(K.PARTITION);
      const partitions = parsePartitionNames(p);
      p.expect(K.TABLESPACE);
      return { kind: 'partition', operation: { type: `${action}-tablespace`, partitions } };
    }
    default:
      return { kind: 'partition', operation: parseOperation(p) };
  }
}

function parseOperation(p: Cursor): PartitionOperation {
  const kind = p.kind;
  p.advance();
  p.expect(K.PARTITION);
  const listed = LISTED[kind];
  if (listed !== undefined) return parseListed(p, listed);
  switch (kind) {
    case K.ADD:
      return parseAdd(p);
    case K.DROP:
      return { type: 'drop', partitions: p.list(nameOf) };
    case K.COALESCE:
      acceptNoBinlog(p);
      return { type: 'coalesce', count: p.number() };
    case K.REORGANIZE:
      return parseReorganize(p);
    default:
      return parseExchange(p);
  }
}

function parseListed(
  p: Cursor,
  type: 'truncate' | 'analyze' | 'check' | 'optimize' | 'rebuild' | 'repair',
): PartitionOperation {
  if (type !== 'check' && type !== 'truncate') acceptNoBinlog(p);
  const partitions = parsePartitionNames(p);
  if (type === 'check' || type === 'repair') {
    while (
      p.accept(K.QUICK) ||
      p.accept(K.FAST) ||
      p.accept(K.MEDIUM) ||
      p.accept(K.EXTENDED) ||
      p.accept(K.CHANGED) ||
      p.accept(K.USE_FRM) ||
      p.accept2(K.FOR, K.UPGRADE)
    );
  }
  return { type, partitions };
}

/** Names, or ALL (undefined). */
function parsePartitionNames(p: Cursor): readonly string[] | undefined {
  return p.accept(K.ALL) ? undefined : p.list(nameOf);
}

/** [NO_WRITE_TO_BINLOG | LOCAL]. */
export function acceptNoBinlog(p: Cursor): boolean {
  return p.accept(K.NO_WRITE_TO_BINLOG) || p.accept(K.LOCAL);
}

function parseAdd(p: Cursor): PartitionOperation {
  acceptNoBinlog(p);
  if (p.accept(K.PARTITIONS)) return { type: 'add', definitions: [], count: p.number() };
  if (p.kind === T.END) return { type: 'add', definitions: [], count: undefined };
  return { type: 'add', definitions: parsePartitionDefinitions(p), count: undefined };
}

function parseReorganize(p: Cursor): PartitionOperation {
  acceptNoBinlog(p);
  const partitions = p.isName() ? p.list(nameOf) : [];
  if (partitions.length === 0 && (p.kind === T.END || p.kind === T.SEMICOLON)) {
    return { type: 'reorganize', partitions, definitions: [] };
  }
  if (partitions.length === 0) p.fail();
  p.expect(K.INTO);
  return { type: 'reorganize', partitions, definitions: parsePartitionDefinitions(p) };
}

function parseExchange(p: Cursor): PartitionOperation {
  const partition = p.name();
  p.expectAll(K.WITH, K.TABLE);
  const table = parseTableName(p);
  let validation: boolean | undefined;
  if (p.kind === K.WITH || p.kind === K.WITHOUT) {
    validation = p.kind === K.WITH;
    p.advance();
    p.expect(K.VALIDATION);
  }
  return { type: 'exchange', partition, table, validation };
}
