/**
 * A JSON document as stored bytes.
 *
 *     u8 kind (its place in JSON_KINDS: never renumber), then by the payload's class:
 *     null, boolean      u8
 *     number             u8 1, f64          bigint      u8 2, u64 two's complement
 *     string             varint length, UTF-8
 *     Decimal            u8 scale, string of the unscaled integer
 *     DateTime           u24 date, f64 microseconds
 *     opaque             u8 mysql type, varint length, bytes
 *     array              varint count, documents
 *     object             varint count, (string key, document) in MySQL's key order
 */
import { BytesReader, BytesWriter, type Bytes, DbError } from '../base/index.ts';
import {
  DateTime,
  Decimal,
  JSON_KINDS,
  type JsonKind,
  type JsonOpaque,
  JsonValue,
  normalizeInt,
} from '../sql/types/index.ts';

const PLAIN_NUMBER = 1;
const PLAIN_BIGINT = 2;
const PLAIN_DATETIME = 3;

export function encodeJson(value: JsonValue): Bytes {
  const writer = new BytesWriter(64);
  put(writer, value);
  return writer.view();
}

export function decodeJson(bytes: Bytes, start: number, end: number): JsonValue {
  return take(new BytesReader(bytes, start, end));
}

function put(writer: BytesWriter, value: JsonValue): void {
  const kind = JSON_KINDS.indexOf(value.kind);
  writer.u8(kind);
  const payload = value.payload;
  switch (value.kind) {
    case 'null':
      return;
    case 'boolean':
      writer.u8(payload === true ? 1 : 0);
      return;
    case 'string':
      writer.string(payload as string);
      return;
    case 'decimal': {
      const decimal = payload as Decimal;
      writer.u8(decimal.scale).string(String(decimal.unscaled));
      return;
    }
    case 'opaque': {
      const { mysqlType, bytes } = payload as JsonOpaque;
      writer.u8(mysqlType).lengthPrefixed(bytes);
      return;
    }
    case 'array':
      writer.varint(value.items.length);
      for (const item of value.items) put(writer, item);
      return;
    case 'object':
      writer.varint(value.members.size);
      for (const [key, member] of value.members) {
        writer.string(key);
        put(writer, member);
      }
      return;
    default:
      putPlain(writer, payload);
  }
}

function putPlain(writer: BytesWriter, payload: unknown): void {
  if (typeof payload === 'number') writer.u8(PLAIN_NUMBER).f64(payload);
  else if (typeof payload === 'bigint') writer.u8(PLAIN_BIGINT).u64Big(payload);
  else if (payload instanceof DateTime) writer.u8(PLAIN_DATETIME).u24(payload.ymd).f64(payload.micros);
  else throw new DbError('internal', 'json-payload', 'a JSON scalar of unknown class');
}

function take(reader: BytesReader): JsonValue {
  const kind = JSON_KINDS[reader.u8()];
  switch (kind) {
    case undefined:
      throw new DbError('corrupt', 'bad-json', 'a stored JSON document has an unknown kind');
    case 'null':
      return JsonValue.NULL;
    case 'boolean':
      return JsonValue.boolean(reader.u8() === 1);
    case 'string':
      return JsonValue.string(reader.string());
    case 'decimal': {
      const scale = reader.u8();
      return JsonValue.decimal(new Decimal(normalizeInt(BigInt(reader.string())), scale));
    }
    case 'opaque':
      return new JsonValue('opaque', { mysqlType: reader.u8(), bytes: reader.lengthPrefixed().slice() });
    case 'array': {
      const items: JsonValue[] = [];
      for (let rest = reader.varint(); rest > 0; rest--) items.push(take(reader));
      return new JsonValue('array', items);
    }
    case 'object': {
      const members = new Map<string, JsonValue>();
      for (let rest = reader.varint(); rest > 0; rest--) members.set(reader.string(), take(reader));
      return new JsonValue('object', members);
    }
    default:
      return new JsonValue(kind, takePlain(reader, kind));
  }
}

function takePlain(reader: BytesReader, kind: JsonKind): number | bigint | DateTime {
  switch (reader.u8()) {
    case PLAIN_NUMBER:
      return reader.f64();
    case PLAIN_BIGINT:
      return kind === 'unsigned' ? reader.u64Big() : reader.i64Big();
    case PLAIN_DATETIME:
      return new DateTime(reader.u24(), reader.f64());
    default:
      throw new DbError('corrupt', 'bad-json', 'a stored JSON scalar has an unknown class');
  }
}
