/**
 * MySQL's JSON document model: what JSON text can say, plus the SQL scalars that a document keeps as such
 * (decimals, unsigned integers, dates, times, binary "opaque" values).
 *
 * Immutable. Object members are kept in MySQL's order: by key length in bytes, then by bytes; of duplicate keys the last
 * one wins. Depth is at most 100 (3157).
 */
import type { Decimal } from './decimal.ts';
import type { DateTime } from './temporal.ts';

export const JSON_DEPTH_MAX = 100;

/** Stored documents name a kind by its place here: append, never reorder (engine/json-format.ts). */
export const JSON_KINDS = [
  'null',
  'boolean',
  'integer',
  'unsigned',
  'double',
  'decimal',
  'string',
  'array',
  'object',
  'date',
  'time',
  'datetime',
  'timestamp',
  'opaque',
] as const;

export type JsonKind = (typeof JSON_KINDS)[number];

/** A binary value inside a document; printed as `base64:typeNNN:…`. */
export interface JsonOpaque {
  readonly mysqlType: number;
  readonly bytes: Uint8Array;
}

export type JsonPayload =
  | null
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | DateTime
  | JsonOpaque
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>;

export class JsonValue {
  readonly kind: JsonKind;
  readonly payload: JsonPayload;

  constructor(kind: JsonKind, payload: JsonPayload) {
    this.kind = kind;
    this.payload = payload;
  }

  static readonly NULL = new JsonValue('null', null);
  static readonly TRUE = new JsonValue('boolean', true);
  static readonly FALSE = new JsonValue('boolean', false);

  static boolean(value: boolean): JsonValue {
    return value ? JsonValue.TRUE : JsonValue.FALSE;
  }
  static integer(value: number | bigint): JsonValue {
    return new JsonValue('integer', value);
  }
  static unsigned(value: number | bigint): JsonValue {
    return new JsonValue('unsigned', value);
  }
  static double(value: number): JsonValue {
    return new JsonValue('double', value);
  }
  static decimal(value: Decimal): JsonValue {
    return new JsonValue('decimal', value);
  }
  static string(value: string): JsonValue {
    return new JsonValue('string', value);
  }
  static array(items: readonly JsonValue[]): JsonValue {
    return new JsonValue('array', items);
  }
  /** Members in any order; the last of equal keys wins. */
  static object(entries: Iterable<readonly [string, JsonValue]>): JsonValue {
    const last = new Map(entries);
    return new JsonValue('object', new Map([...last].sort((a, b) => compareKeys(a[0], b[0]))));
  }

  get items(): readonly JsonValue[] {
    return this.payload as readonly JsonValue[];
  }
  get members(): ReadonlyMap<string, JsonValue> {
    return this.payload as ReadonlyMap<string, JsonValue>;
  }

  isContainer(): boolean {
    return this.kind === 'array' || this.kind === 'object';
  }

  /** JSON_DEPTH. */
  depth(): number {
    let inner = 0;
    if (this.kind === 'array') for (const item of this.items) inner = Math.max(inner, item.depth());
    else if (this.kind === 'object') for (const item of this.members.values()) inner = Math.max(inner, item.depth());
    return inner + 1;
  }

  /** The name that JSON_TYPE gives. */
  typeName(): string {
    return typeNameOf(this);
  }
}

const ENCODER = new TextEncoder();
const ASCII_ONLY = /^[\x00-\x7f]*$/;

/** MySQL's key order: shorter (in bytes) first, then bytewise. */
export function compareKeys(a: string, b: string): number {
  if (ASCII_ONLY.test(a) && ASCII_ONLY.test(b)) {
    return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  }
  const x = ENCODER.encode(a);
  const y = ENCODER.encode(b);
  if (x.length !== y.length) return x.length - y.length;
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return 0;
}

const OPAQUE_NAMES: Record<number, string> = {
  16: 'BIT',
  249: 'BLOB',
  250: 'BLOB',
  251: 'BLOB',
  252: 'BLOB',
  253: 'BLOB',
  254: 'BLOB',
  15: 'BLOB',
  255: 'GEOMETRY',
};

function typeNameOf(value: JsonValue): string {
  switch (value.kind) {
    case 'unsigned':
      return 'UNSIGNED INTEGER';
    case 'opaque':
      return OPAQUE_NAMES[(value.payload as JsonOpaque).mysqlType] ?? 'OPAQUE';
    case 'timestamp':
      return 'DATETIME';
    default:
      return value.kind.toUpperCase();
  }
}
