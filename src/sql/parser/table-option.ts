/** Table options of CREATE TABLE and ALTER TABLE, and options of partitions. */
import { type NamedOption, quoteName, type TableOption } from '../ast/index.ts';
import { charsetName, collationName } from './charset-name.ts';
import type { Cursor } from './cursor.ts';
import { acceptCharacterSet } from './data-type.ts';
import { parseTableName } from './name.ts';
import { K, T } from './token.ts';

type ValueReader = (p: Cursor) => NamedOption['value'];

const number: ValueReader = (p) => p.wholeNumber();
const text: ValueReader = (p) => p.string();
const nameOrText: ValueReader = (p) => p.nameOrString();
/** A number, or DEFAULT (undefined). */
const numberOrDefault: ValueReader = (p) => (p.accept(K.DEFAULT) ? undefined : number(p));
/** A size: 4194304, or 4M. */
export const size: ValueReader = (p) => {
  if (p.kind !== T.IDENTIFIER) return number(p);
  const written = p.text();
  if (!/^\d+[kmgt]$/i.test(written)) p.fail();
  p.advance();
  const unit = 1024 ** ('kmgt'.indexOf(written.slice(-1).toLowerCase()) + 1);
  return Number(written.slice(0, -1)) * unit;
};
/** 0 or 1, or DEFAULT. */
const flagOrDefault: ValueReader = (p) => {
  if (p.kind === T.INTEGER && p.text() !== '0' && p.text() !== '1') p.fail();
  return numberOrDefault(p);
};
/** A number up to `max`; MySQL words the error in its own way. */
function bounded(name: string, max: number): ValueReader {
  return (p) => {
    const start = p.start;
    const value = number(p) as number | bigint;
    if (value > max) p.failAt(start, `The valid range for ${name} is [0,${max}]. Error`);
    return value;
  };
}
/** One of some keywords. */
function word(...kinds: number[]): ValueReader {
  return (p) => {
    if (!kinds.includes(p.kind)) p.fail();
    const value = p.word();
    p.advance();
    return value;
  };
}

/** Options whose value follows an optional '='. */
const OPTIONS: Readonly<Record<number, ValueReader>> = {
  [K.ENGINE]: nameOrText,
  [K.SECONDARY_ENGINE]: (p) => (p.accept(K.NULL) ? undefined : p.nameOrString()),
  [K.MAX_ROWS]: number,
  [K.MIN_ROWS]: number,
  [K.AVG_ROW_LENGTH]: bounded('avg_row_length', 4294967295),
  [K.PASSWORD]: text,
  [K.COMMENT]: text,
  [K.COMPRESSION]: text,
  [K.ENCRYPTION]: text,
  [K.AUTO_INCREMENT]: number,
  [K.PACK_KEYS]: flagOrDefault,
  [K.STATS_AUTO_RECALC]: flagOrDefault,
  [K.STATS_PERSISTENT]: flagOrDefault,
  [K.STATS_SAMPLE_PAGES]: numberOrDefault,
  [K.CHECKSUM]: number,
  [K.TABLE_CHECKSUM]: number,
  [K.DELAY_KEY_WRITE]: number,
  [K.ROW_FORMAT]: word(K.DEFAULT, K.FIXED, K.DYNAMIC, K.COMPRESSED, K.REDUNDANT, K.COMPACT),
  [K.INSERT_METHOD]: word(K.NO, K.FIRST, K.LAST),
  [K.TABLESPACE]: nameOrText,
  [K.CONNECTION]: text,
  [K.KEY_BLOCK_SIZE]: bounded('key_block_size', 65535),
  [K.ENGINE_ATTRIBUTE]: text,
  [K.SECONDARY_ENGINE_ATTRIBUTE]: text,
  [K.AUTOEXTEND_SIZE]: size,
  [K.UNION]: tableList,
};

function tableList(p: Cursor): readonly string[] {
  p.expect(T.LEFT_PAREN);
  const tables = p.kind === T.RIGHT_PAREN ? [] : p.list(parseTableName);
  p.expect(T.RIGHT_PAREN);
  return tables.map((table) => (table.schema === undefined ? table.name : `${table.schema}.${table.name}`));
}

/** One table option, or undefined when none follows. */
export function parseTableOption(p: Cursor): TableOption | undefined {
  const reader = OPTIONS[p.kind];
  if (reader !== undefined) {
    const name = p.word();
    p.advance();
    p.accept(T.EQ);
    return { name, value: reader(p) };
  }
  switch (p.kind) {
    case K.DEFAULT:
    case K.CHAR:
    case K.CHARSET:
    case K.COLLATE:
      return parseCharsetOption(p);
    case K.DATA:
    case K.INDEX: {
      if (p.peek(1) !== K.DIRECTORY) return undefined;
      const name = `${p.word()} directory`;
      p.expectAll(p.kind, K.DIRECTORY);
      p.accept(T.EQ);
      return { name, value: p.string() };
    }
    case K.STORAGE:
      p.advance();
      return { name: 'storage', value: word(K.DISK, K.MEMORY)(p) as string };
    case K.START:
      p.expectAll(K.START, K.TRANSACTION);
      return { name: 'start transaction', value: true };
    case T.IDENTIFIER:
      return p.additions ? parseTidbOption(p) : undefined;
    default:
      return undefined;
  }
}

/** TiDB's options: where rows go by id means nothing here and is kept, as TTL is. */
const TIDB_OPTIONS: Readonly<Record<string, ValueReader>> = {
  shard_row_id_bits: number,
  pre_split_regions: number,
  auto_id_cache: number,
  auto_random_base: number,
  ttl: timeToLive,
  ttl_enable: text,
  ttl_job_interval: text,
  stats_buckets: numberOrDefault,
  stats_topn: numberOrDefault,
  stats_sample_rate: (p) => {
    const value = p.text();
    p.advance();
    return value;
  },
  stats_col_choice: text,
  stats_col_list: text,
  placement: placementPolicy,
};

function placementPolicy(p: Cursor): string {
  if (!p.acceptWord('policy')) p.fail();
  p.accept(T.EQ);
  return p.accept(K.DEFAULT) ? 'default' : p.nameOrString();
}

/** [PLACEMENT POLICY [=] p] of a database or partition: Ebb places nothing, so it is read and forgotten. */
export function acceptPlacement(p: Cursor): boolean {
  if (!p.additions || !p.acceptWord('placement')) return false;
  placementPolicy(p);
  return true;
}

function parseTidbOption(p: Cursor): TableOption | undefined {
  const name = p.word();
  if (!Object.hasOwn(TIDB_OPTIONS, name)) return undefined;
  p.advance();
  p.accept(T.EQ);
  return { name, value: (TIDB_OPTIONS[name] as ValueReader)(p) };
}

/** column + INTERVAL n unit: kept as its text. */
function timeToLive(p: Cursor): string {
  const column = p.name();
  p.expect(T.PLUS);
  p.expect(K.INTERVAL);
  const from = p.start;
  p.grammar.bitExpression(p);
  const amount = p.source.slice(from, p.lastEnd);
  const unit = p.text().toUpperCase();
  if (!TTL_UNITS.has(unit)) p.fail();
  p.advance();
  return `${quoteName(column)} + INTERVAL ${amount} ${unit}`;
}

const TTL_UNITS: ReadonlySet<string> = new Set([
  'MICROSECOND',
  'SECOND',
  'MINUTE',
  'HOUR',
  'DAY',
  'WEEK',
  'MONTH',
  'QUARTER',
  'YEAR',
]);

/** [DEFAULT] CHARACTER SET [=] x, [DEFAULT] COLLATE [=] x. */
export function parseCharsetOption(p: Cursor): NamedOption {
  p.accept(K.DEFAULT);
  if (p.accept(K.COLLATE)) {
    p.accept(T.EQ);
    return { name: 'collate', value: collationName(p) };
  }
  if (p.kind === K.ENCRYPTION) {
    p.advance();
    p.accept(T.EQ);
    return { name: 'encryption', value: p.string() };
  }
  if (!acceptCharacterSet(p)) p.fail();
  p.accept(T.EQ);
  return { name: 'default charset', value: charsetName(p) };
}

/** [options], separated by spaces or commas. */
export function parseTableOptions(p: Cursor): TableOption[] {
  const options: TableOption[] = [];
  let option = parseTableOption(p);
  while (option !== undefined) {
    options.push(option);
    const comma = p.accept(T.COMMA);
    option = parseTableOption(p);
    if (comma && option === undefined) p.fail();
  }
  return options;
}

/** [options of a partition or subpartition]. */
export function parsePartitionOptions(p: Cursor): NamedOption[] {
  const options: NamedOption[] = [];
  for (;;) {
    switch (p.kind) {
      case T.IDENTIFIER:
        if (!acceptPlacement(p)) return options;
        break;
      case K.STORAGE:
        p.advance();
        if (p.kind !== K.ENGINE) p.fail();
        break;
      case K.TABLESPACE:
      case K.ENGINE:
      case K.MAX_ROWS:
      case K.MIN_ROWS:
      case K.COMMENT: {
        const name = p.word();
        const reader = OPTIONS[p.kind] as ValueReader;
        p.advance();
        p.accept(T.EQ);
        options.push({ name, value: reader(p) });
        break;
      }
      case K.NODEGROUP:
        p.advance();
        p.accept(T.EQ);
        options.push({ name: 'nodegroup', value: number(p) });
        break;
      case K.DATA:
      case K.INDEX:
        options.push(parseTableOption(p) ?? p.fail());
        break;
      default:
        return options;
    }
  }
}
