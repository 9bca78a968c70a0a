/** ALTER TABLE. */
import { sqlError } from '../../base/index.ts';
import type {
  AlterAction,
  AlterTable,
  ColumnPosition,
  OnlineOptions,
  OrderItem,
  Partitioning,
  TableOption,
} from '../ast/index.ts';
import { parsePartitionAction, PARTITION_ACTION_START } from './alter-partition.ts';
import { charsetName, collationName } from './charset-name.ts';
import { parseColumnDefinition, parseDefault, parseFieldDefinition } from './column-definition.ts';
import { acceptRestrict, parseOnlineAlgorithm, parseOnlineLock, parseTableElement } from './create-table.ts';
import type { Cursor } from './cursor.ts';
import { acceptCharacterSet } from './data-type.ts';
import { constraintStarts, parseConstraint, parseEnforcement } from './index-definition.ts';
import { parseColumn, parseTableName } from './name.ts';
import { sortDirection } from './order.ts';
import { parseEnd, parsePartitioning } from './partition.ts';
import { indexName } from './table-reference.ts';
import { acceptPlacement, parseTableOption } from './table-option.ts';
import { K, T } from './token.ts';

interface AlterDraft {
  readonly actions: AlterAction[];
  algorithm: OnlineOptions['algorithm'];
  lock: OnlineOptions['lock'];
  validation: boolean | undefined;
  partitioning: Partitioning | undefined;
  removePartitioning: boolean;
}

/** At TABLE, behind ALTER. */
export function parseAlterTable(p: Cursor, start: number): AlterTable {
  p.expect(K.TABLE);
  const table = parseTableName(p);
  const draft: AlterDraft = {
    actions: [],
    algorithm: undefined,
    lock: undefined,
    validation: undefined,
    partitioning: undefined,
    removePartitioning: false,
  };
  parseActions(p, draft);
  if (p.additions && p.kind === K.PARTITION && p.peek(1) !== K.BY) draft.actions.push(parsePartitionProperty(p));
  else if (p.kind === K.PARTITION) draft.partitioning = parsePartitioning(p);
  else if (p.accept(K.REMOVE)) {
    if (p.additions && p.acceptWord('ttl'))
      draft.actions.push({ kind: 'set-options', options: [{ name: 'ttl', value: undefined }] });
    else {
      p.expect(K.PARTITIONING);
      draft.removePartitioning = true;
    }
  }
  const { actions, algorithm, lock, validation, partitioning, removePartitioning } = draft;
  return {
    kind: 'alter-table',
    start,
    end: p.lastEnd,
    table,
    actions,
    online: { algorithm, lock },
    validation,
    partitioning,
    removePartitioning,
  };
}

/** Modifiers and actions, separated by commas; a standalone action ends the list. */
function parseActions(p: Cursor, draft: AlterDraft): void {
  if (p.kind === T.END || p.kind === T.SEMICOLON || p.kind === K.PARTITION || p.kind === K.REMOVE) return;
  let onlyModifiers = true;
  do {
    if (parseModifier(p, draft)) continue;
    if (onlyModifiers && standaloneStarts(p)) {
      draft.actions.push(parsePartitionAction(p));
      return;
    }
    onlyModifiers = false;
    const options = parseOptionRun(p);
    if (options.length > 0) draft.actions.push({ kind: 'set-options', options });
    else draft.actions.push(...parseAction(p));
  } while (p.accept(T.COMMA));
}

function parseModifier(p: Cursor, draft: AlterDraft): boolean {
  if (p.kind === K.ALGORITHM) draft.algorithm = parseOnlineAlgorithm(p);
  else if (p.kind === K.LOCK) draft.lock = parseOnlineLock(p);
  else if ((p.kind === K.WITH || p.kind === K.WITHOUT) && p.peek(1) === K.VALIDATION) {
    draft.validation = p.kind === K.WITH;
    p.advance();
    p.advance();
  } else return false;
  return true;
}

function standaloneStarts(p: Cursor): boolean {
  if (p.kind === K.ADD || p.kind === K.DROP) return p.peek(1) === K.PARTITION;
  return PARTITION_ACTION_START[p.kind] === 1;
}

/** Table options in a row, separated by spaces. */
function parseOptionRun(p: Cursor): TableOption[] {
  const options: TableOption[] = [];
  for (let option = parseTableOption(p); option !== undefined; option = parseTableOption(p)) options.push(option);
  return options;
}

function parseAction(p: Cursor): AlterAction[] {
  switch (p.kind) {
    case K.ADD:
      return parseAdd(p);
    case K.CHANGE: {
      p.advance();
      p.accept(K.COLUMN);
      const name = p.name();
      const column = parseColumnDefinition(p);
      return [{ kind: 'change-column', name, column, position: parsePosition(p) }];
    }
    case K.MODIFY: {
      p.advance();
      p.accept(K.COLUMN);
      const column = parseColumnDefinition(p);
      return [{ kind: 'modify-column', column, position: parsePosition(p) }];
    }
    case K.DROP:
      return [parseDrop(p)];
    case K.ALTER:
      return [parseAlter(p)];
    case K.RENAME:
      return [parseRename(p)];
    case K.DISABLE:
    case K.ENABLE: {
      const kind = p.kind === K.DISABLE ? 'disable-keys' : 'enable-keys';
      p.advance();
      p.expect(K.KEYS);
      return [{ kind }];
    }
    case K.CONVERT:
      return [parseConvert(p)];
    case K.FORCE:
      p.advance();
      return [{ kind: 'force' }];
    case K.ORDER:
      p.advance();
      p.expect(K.BY);
      return [{ kind: 'order-by', items: p.list(alterOrderItem) }];
    default:
      return [parseTidbAction(p)];
  }
}

/** Actions of TiDB about where and how often rows are kept; Ebb keeps them where they are. */
function parseTidbAction(p: Cursor): AlterAction {
  if (!p.additions) p.fail();
  if (p.kind === K.FIRST || p.kind === K.LAST) {
    const type = p.kind === K.FIRST ? 'first' : 'last';
    return { kind: 'partition', operation: { type, bound: parseEnd(p, p.kind) } };
  }
  refuseMoved(p);
  const from = p.start;
  if (p.accept(K.SET)) {
    if (!p.acceptWord('tiflash')) p.fail();
  } else if (!TIDB_ACTIONS.has(p.word()) || !p.isName()) p.fail();
  const compacts = p.isWord('compact');
  while (p.kind !== T.END && p.kind !== T.SEMICOLON && (p.kind !== T.COMMA || compacts)) {
    if (p.kind === T.ABORT) p.fail();
    p.advance();
  }
  return { kind: 'no-operation', text: p.source.slice(from, p.lastEnd) };
}

/** MERGE FIRST PARTITION …, SPLIT MAXVALUE PARTITION …: TiDB parses them and does not have them. */
function refuseMoved(p: Cursor): void {
  if (p.kind === K.MERGE && p.peek(1) === K.FIRST)
    throw sqlError('ER_UNSUPPORTED_DDL', 'Unsupported MERGE FIRST PARTITION');
  if (p.isWord('split') && p.peek(1) === K.MAXVALUE)
    throw sqlError('ER_UNSUPPORTED_DDL', 'Unsupported SPLIT LAST PARTITION');
}

/** PARTITION p ATTRIBUTES [=] …, PARTITION p PLACEMENT POLICY [=] …. */
function parsePartitionProperty(p: Cursor): AlterAction {
  const from = p.start;
  p.expect(K.PARTITION);
  p.name();
  if (!acceptPlacement(p)) {
    if (!p.acceptWord('attributes')) p.fail();
    p.accept(T.EQ);
    if (!p.accept(K.DEFAULT)) p.string();
  }
  return { kind: 'no-operation', text: p.source.slice(from, p.lastEnd) };
}

const TIDB_ACTIONS: ReadonlySet<string> = new Set(['attributes', 'cache', 'nocache', 'compact']);

function alterOrderItem(p: Cursor): OrderItem {
  const expression = parseColumn(p);
  return { expression, direction: sortDirection(p) };
}

function parsePosition(p: Cursor): ColumnPosition | undefined {
  if (p.accept(K.FIRST)) return { type: 'first' };
  return p.accept(K.AFTER) ? { type: 'after', column: p.name() } : undefined;
}

function parseAdd(p: Cursor): AlterAction[] {
  p.advance();
  if (constraintStarts(p)) return [{ kind: 'add-constraint', constraint: parseConstraint(p) }];
  p.accept(K.COLUMN);
  if (p.kind === T.LEFT_PAREN) {
    return p
      .parenthesised(parseTableElement)
      .map((element) =>
        element.kind === 'column'
          ? { kind: 'add-column', column: element.column, position: undefined }
          : { kind: 'add-constraint', constraint: element },
      );
  }
  const start = p.start;
  const column = parseFieldDefinition(p, p.name(), start);
  return [{ kind: 'add-column', column, position: parsePosition(p) }];
}

function parseDrop(p: Cursor): AlterAction {
  p.advance();
  switch (p.kind) {
    case K.FOREIGN:
      p.expectAll(K.FOREIGN, K.KEY);
      return { kind: 'drop-foreign-key', name: p.name() };
    case K.PRIMARY:
      p.expectAll(K.PRIMARY, K.KEY);
      return { kind: 'drop-primary-key' };
    case K.INDEX:
    case K.KEY:
      p.advance();
      return { kind: 'drop-index', name: indexName(p) };
    case K.CHECK:
      p.advance();
      return { kind: 'drop-check', name: p.name() };
    case K.CONSTRAINT:
      p.advance();
      return { kind: 'drop-constraint', name: indexName(p) };
    default: {
      p.accept(K.COLUMN);
      const name = p.name();
      acceptRestrict(p);
      return { kind: 'drop-column', name };
    }
  }
}

function parseAlter(p: Cursor): AlterAction {
  p.advance();
  if (p.accept(K.INDEX)) {
    const name = p.name();
    return { kind: 'set-index-visibility', name, visible: parseVisibility(p) };
  }
  if (p.kind === K.CHECK || p.kind === K.CONSTRAINT) {
    const constraint = p.kind === K.CHECK ? 'check' : 'any';
    p.advance();
    const name = p.name();
    const enforced = parseEnforcement(p) ?? p.fail();
    return { kind: 'set-enforced', constraint, name, enforced };
  }
  p.accept(K.COLUMN);
  const column = p.name();
  if (p.accept(K.DROP)) {
    p.expect(K.DEFAULT);
    return { kind: 'drop-default', column };
  }
  p.expect(K.SET);
  if (p.accept(K.DEFAULT)) {
    if (p.kind === K.NOW) p.fail();
    return { kind: 'set-default', column, default: parseDefault(p) };
  }
  return { kind: 'set-column-visibility', column, visible: parseVisibility(p) };
}

function parseVisibility(p: Cursor): boolean {
  if (p.accept(K.VISIBLE)) return true;
  p.expect(K.INVISIBLE);
  return false;
}

function parseRename(p: Cursor): AlterAction {
  p.advance();
  if (p.kind === K.INDEX || p.kind === K.KEY) {
    p.advance();
    const from = p.name();
    p.expect(K.TO);
    return { kind: 'rename-index', from, to: p.name() };
  }
  if (p.accept(K.COLUMN)) {
    const from = p.name();
    p.expect(K.TO);
    return { kind: 'rename-column', from, to: p.name() };
  }
  if (!p.accept(K.TO) && !p.accept(K.AS)) p.accept(T.EQ);
  return { kind: 'rename-table', to: parseTableName(p) };
}

function parseConvert(p: Cursor): AlterAction {
  p.advance();
  p.expect(K.TO);
  if (!acceptCharacterSet(p)) p.fail();
  const charset = p.accept(K.DEFAULT) ? undefined : charsetName(p);
  let collation: string | undefined;
  if (p.accept(K.COLLATE)) {
    p.accept(T.EQ);
    collation = collationName(p);
  }
  return { kind: 'convert-charset', charset, collation };
}
