/** Functions that TiDB adds: timestamps (TSO), digests of statements, resource groups, bounded staleness. */
import type { FunctionDef } from '../expr/index.ts';
import { DateTime, datetimeType, epochToLocal, intType, sessionZone, textType, varcharType } from '../types/index.ts';
import { anyNullable, dateTimeArg, define, intArg, map1, map2, textArg } from './define.ts';

/** A TSO is unix milliseconds << 18 | counter. */
const COUNTER_BITS = 18n;
const MICROS_PER_MS = 1000;

const text = (chars: number) => (args: readonly { readonly type: { readonly nullable: boolean } }[]) =>
  varcharType(chars, { nullable: args.some((arg) => arg.type.nullable) });

const parseTso = define(
  'tidb_parse_tso',
  1,
  () => datetimeType(6, { nullable: true }),
  ([tso]) =>
    map1(intArg(tso!), (value, context) => {
      const ms = Number(BigInt(value) >> COUNTER_BITS);
      return ms <= 0 ? null : epochToLocal(ms * MICROS_PER_MS, sessionZone(context));
    }),
);

const parseTsoLogical = define(
  'tidb_parse_tso_logical',
  1,
  () => intType('big', { nullable: true }),
  ([tso]) =>
    map1(intArg(tso!), (value) => (BigInt(value) <= 0n ? null : Number(BigInt(value) & ((1n << COUNTER_BITS) - 1n)))),
);

const currentTso = define(
  'tidb_current_tso',
  0,
  () => intType('big', { nullable: false }),
  () => (_row, context) => context.session.getSystemVariable('tidb_current_ts', 'session').value,
  'statement',
);

/** As new as may be: the later bound, unless it lies in the future. */
const boundedStaleness = define(
  'tidb_bounded_staleness',
  2,
  (args) => datetimeType(3, { nullable: anyNullable(args) }),
  ([from, to]) =>
    map2(dateTimeArg(from!), dateTimeArg(to!), (low, high, context) => {
      if (low.compare(high) > 0) return null;
      const now = epochToLocal(context.session.currentMicros(), sessionZone(context));
      if (high.compare(now) <= 0) return high;
      return low.compare(now) > 0 ? low : new DateTime(now.ymd, now.micros - (now.micros % MICROS_PER_MS));
    }),
  'statement',
);

const VERSION = 'Release Version: ebb\nEdition: Community\nStore: object store and commit log';

const version = define(
  'tidb_version',
  0,
  () => varcharType(512, { nullable: false }),
  () => (_row, context) => `${VERSION}\nServer Version: ${context.session.version}`,
  'statement',
);

/** There is one node, and it runs schema changes. */
const isDdlOwner = define(
  'tidb_is_ddl_owner',
  0,
  () => intType('big', { nullable: false }),
  () => () => 1,
  'statement',
);

const encodeSqlDigest = define('tidb_encode_sql_digest', 1, text(64), ([sql]) =>
  map1(textArg(sql!), (value, context) => context.session.additions?.sqlDigest(value) ?? null),
);

/** A JSON array of digests as a JSON array of texts; what is not known is null. */
const decodeSqlDigests = define(
  'tidb_decode_sql_digests',
  [1, 2],
  () => textType('long', { nullable: true }),
  ([digests, length]) => {
    const max = length === undefined ? undefined : intArg(length);
    return (row, context) => {
      const list = parseArray(textArg(digests!)(row, context));
      if (list === undefined) return null;
      const charsMax = Number(max?.(row, context) ?? 0);
      const decoded = list.map((digest) => {
        const found = typeof digest === 'string' ? context.session.additions?.digestText(digest) : undefined;
        if (found === undefined) return null;
        return charsMax > 0 && found.length > charsMax ? `${found.slice(0, charsMax)}...` : found;
      });
      return JSON.stringify(decoded);
    };
  },
  'volatile',
);

function parseArray(json: string | null): unknown[] | undefined {
  if (json === null) return undefined;
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const currentGroup = define(
  'current_resource_group',
  0,
  () => varcharType(64, { nullable: false }),
  () => (_row, context) => context.session.additions?.resourceGroup() ?? 'default',
  'statement',
);

/** Keys of Ebb are not TiDB's: what cannot be decoded comes back as it is, as TiDB does. */
const decodeKey = define('tidb_decode_key', 1, text(65_535), ([key]) => map1(textArg(key!), (value) => value));
const decodePlan = define('tidb_decode_plan', 1, text(65_535), ([plan]) => map1(textArg(plan!), (value) => value));
const decodeBinaryPlan = define('tidb_decode_binary_plan', 1, text(65_535), ([plan]) => map1(textArg(plan!), () => ''));

const NULL_KEY = new Uint8Array(24);

/** DES of the number under a key of zeros, as Vitess spreads rows over shards. */
function vitessHash(value: number | bigint, encipher: (key: Uint8Array, block: Uint8Array) => Uint8Array): bigint {
  const block = new Uint8Array(8);
  new DataView(block.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(value)));
  const sealed = encipher(NULL_KEY, block);
  return new DataView(sealed.buffer, sealed.byteOffset, 8).getBigUint64(0);
}

const vitess = define(
  'vitess_hash',
  1,
  (args) => intType('big', { unsigned: true, nullable: anyNullable(args) }),
  ([value]) =>
    map1(intArg(value!), (number, context) =>
      vitessHash(number, (key, block) => context.session.codecs.encipher('des-ede3-ecb', key, null, block)),
    ),
);

const SHARDS = 256n;

const shard = define(
  'tidb_shard',
  1,
  (args) => intType('big', { unsigned: true, nullable: anyNullable(args) }),
  ([value]) =>
    map1(intArg(value!), (number, context) =>
      Number(
        vitessHash(number, (key, block) => context.session.codecs.encipher('des-ede3-ecb', key, null, block)) % SHARDS,
      ),
    ),
);

export const TIDB: readonly FunctionDef[] = [
  parseTso,
  parseTsoLogical,
  currentTso,
  boundedStaleness,
  version,
  isDdlOwner,
  encodeSqlDigest,
  decodeSqlDigests,
  currentGroup,
  decodeKey,
  decodePlan,
  decodeBinaryPlan,
  vitess,
  shard,
];
