/** START, STOP, CHANGE REPLICATION, CLONE: checked for syntax, kept coarse. START TRANSACTION too, by its first word. */
import type { NamedOption, Replication, Statement } from '../ast/index.ts';
import type { Cursor } from './cursor.ts';
import { parseAccount, parseHost, parseTableName } from './name.ts';
import { parseChannel } from './show.ts';
import { parseStartTransaction } from './transaction.ts';
import { K, T } from './token.ts';

export function parseStart(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  if (p.kind === K.TRANSACTION) return parseStartTransaction(p, start);
  if (p.accept(K.GROUP_REPLICATION)) {
    const options: NamedOption[] = [];
    while (p.kind === K.USER || p.kind === K.PASSWORD || p.kind === K.DEFAULT_AUTH) {
      options.push(stringOption(p));
      if (!p.accept(T.COMMA)) break;
    }
    return replication(p, start, 'start group_replication', options);
  }
  p.expect(K.REPLICA);
  const options = threads(p);
  if (p.accept(K.UNTIL)) options.push(...p.list(untilOption));
  while (p.kind === K.USER || p.kind === K.PASSWORD || p.kind === K.DEFAULT_AUTH || p.kind === K.PLUGIN_DIR) {
    options.push(stringOption(p));
  }
  return replication(p, start, 'start replica', options, parseChannel(p));
}

export function parseStop(p: Cursor): Statement {
  const start = p.start;
  p.advance();
  if (p.accept(K.GROUP_REPLICATION)) return replication(p, start, 'stop group_replication', []);
  p.expect(K.REPLICA);
  const options = threads(p);
  return replication(p, start, 'stop replica', options, parseChannel(p));
}

function replication(
  p: Cursor,
  start: number,
  action: Replication['action'],
  options: readonly NamedOption[],
  channel: string | undefined = undefined,
): Replication {
  return { kind: 'replication', start, end: p.lastEnd, action, options, channel };
}

/** [IO_THREAD | SQL_THREAD, …]. */
function threads(p: Cursor): NamedOption[] {
  if (p.kind !== K.RELAY_THREAD && p.kind !== K.SQL_THREAD) return [];
  return p.list((inner) => {
    if (inner.kind !== K.RELAY_THREAD && inner.kind !== K.SQL_THREAD) inner.fail();
    const name = inner.word();
    inner.advance();
    return { name, value: true };
  });
}

function stringOption(p: Cursor): NamedOption {
  const name = p.word();
  p.advance();
  p.expect(T.EQ);
  return { name, value: p.string() };
}

const UNTIL = new Set<number>([
  K.SOURCE_LOG_FILE,
  K.SOURCE_LOG_POS,
  K.RELAY_LOG_FILE,
  K.RELAY_LOG_POS,
  K.SQL_BEFORE_GTIDS,
  K.SQL_AFTER_GTIDS,
]);

function untilOption(p: Cursor): NamedOption {
  if (p.accept(K.SQL_AFTER_MTS_GAPS)) return { name: 'sql_after_mts_gaps', value: true };
  if (!UNTIL.has(p.kind)) p.fail();
  const name = p.word();
  p.advance();
  p.expect(T.EQ);
  return { name, value: p.kind === T.STRING ? p.string() : p.integer() };
}

/** CHANGE REPLICATION SOURCE | FILTER, CLONE. */
export function parseChange(p: Cursor): Statement {
  const start = p.start;
  if (p.accept(K.CLONE)) return parseClone(p, start);
  p.advance();
  p.expect(K.REPLICATION);
  if (p.accept(K.FILTER)) {
    const options = p.list(filterOption);
    return replication(p, start, 'change replication filter', options, parseChannel(p));
  }
  p.expectAll(K.SOURCE, K.TO);
  const options = p.list(sourceOption);
  return replication(p, start, 'change replication source', options, parseChannel(p));
}

/** `SOURCE_HOST = 'x'`, `RELAY_LOG_POS = 4`, … */
function sourceOption(p: Cursor): NamedOption {
  const name = p.isName() ? p.word() : '';
  if (!SOURCE_OPTION.test(name)) p.fail();
  p.advance();
  p.expect(T.EQ);
  if (p.accept(T.LEFT_PAREN)) {
    const ids = p.kind === T.RIGHT_PAREN ? [] : p.list((inner) => String(inner.number()));
    p.expect(T.RIGHT_PAREN);
    return { name, value: ids };
  }
  if (p.kind === T.STRING) {
    const value = p.string();
    if (name === 'privilege_checks_user') parseHost(p);
    return { name, value };
  }
  if (p.kind === T.INTEGER || p.kind === T.DECIMAL || p.kind === T.FLOAT) {
    const value = p.text();
    p.advance();
    return { name, value };
  }
  if (name === 'privilege_checks_user' && p.isName()) return { name, value: parseAccount(p).user };
  if (p.accept(K.NULL)) return { name, value: undefined };
  if (p.kind !== K.ON && !p.isName()) p.fail();
  const value = p.word();
  p.advance();
  return { name, value };
}

const SOURCE_OPTION =
  /^(?:source_\w+|relay_log_(?:file|pos)|network_namespace|ignore_server_ids|get_source_public_key|privilege_checks_user|require_\w+|assign_gtids_to_anonymous_transactions|gtid_only)$/;

const FILTERS = new Set<number>([
  K.REPLICATE_DO_DB,
  K.REPLICATE_IGNORE_DB,
  K.REPLICATE_DO_TABLE,
  K.REPLICATE_IGNORE_TABLE,
  K.REPLICATE_WILD_DO_TABLE,
  K.REPLICATE_WILD_IGNORE_TABLE,
  K.REPLICATE_REWRITE_DB,
]);

function filterOption(p: Cursor): NamedOption {
  if (!FILTERS.has(p.kind)) p.fail();
  const name = p.word();
  p.advance();
  p.expectAll(T.EQ, T.LEFT_PAREN);
  const value = p.kind === T.RIGHT_PAREN ? [] : p.list(filterValue);
  p.expect(T.RIGHT_PAREN);
  return { name, value };
}

function filterValue(p: Cursor): string {
  if (p.kind === T.STRING) return p.string();
  if (p.kind === T.LEFT_PAREN) return p.parenthesised((inner) => inner.name()).join(' ');
  const table = parseTableName(p);
  return table.schema === undefined ? table.name : `${table.schema}.${table.name}`;
}

/** CLONE LOCAL DATA DIRECTORY 'x'; CLONE INSTANCE FROM u@h:port IDENTIFIED BY 'p' …. */
function parseClone(p: Cursor, start: number): Statement {
  const options: NamedOption[] = [];
  if (p.accept(K.LOCAL)) {
    p.expectAll(K.DATA, K.DIRECTORY);
    p.accept(T.EQ);
    options.push({ name: 'data directory', value: p.string() });
    return replication(p, start, 'clone', options);
  }
  p.expectAll(K.INSTANCE, K.FROM);
  options.push({ name: 'user', value: parseAccount(p).user });
  p.expect(T.COLON);
  options.push({ name: 'port', value: p.integer() });
  p.expectAll(K.IDENTIFIED, K.BY);
  options.push({ name: 'password', value: p.string() });
  if (p.accept(K.DATA)) {
    p.expect(K.DIRECTORY);
    p.accept(T.EQ);
    options.push({ name: 'data directory', value: p.string() });
  }
  if (p.accept(K.REQUIRE)) {
    p.accept(K.NO);
    p.expect(K.SSL);
  }
  return replication(p, start, 'clone', options);
}
