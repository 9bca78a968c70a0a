/**
 * JSON text in and out: MySQL's parser messages with byte positions, and MySQL's output form `{"a": 1, "b": [1, 2]}`.
 */
import { sqlError } from '../../base/index.ts';
import { utf8Length } from './charset.ts';
import type { Decimal } from './decimal.ts';
import { formatDouble } from './double-format.ts';
import { JSON_DEPTH_MAX, type JsonOpaque, JsonValue } from './json-value.ts';
import { formatDate, formatDateTime, formatTime, type DateTime } from './temporal.ts';

/** The first error of a JSON text; `position` in bytes of UTF-8. */
export class JsonSyntaxError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)/y;
const FRACTION = /\.(\d*)/y;
const EXPONENT = /[eE][+-]?(\d*)/y;

/** Every value is an object of its own, the literals too: paths with `**` tell duplicates by identity. */
class JsonParser {
  readonly #text: string;
  readonly #makeObject: (members: [string, JsonValue][]) => JsonValue;
  #at = 0;

  constructor(text: string, makeObject: (members: [string, JsonValue][]) => JsonValue) {
    this.#text = text;
    this.#makeObject = makeObject;
  }

  parse(): JsonValue {
    this.#skipSpace();
    if (this.#at >= this.#text.length) throw this.#error('The document is empty.');
    const value = this.#value(1);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#error('The document root must not be followed by other values.');
    return value;
  }

  #error(message: string, at = this.#at): JsonSyntaxError {
    return new JsonSyntaxError(message, utf8Length(this.#text.slice(0, at)));
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  #value(depth: number): JsonValue {
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return JsonValue.string(this.#string());
      case 't':
        return this.#word('true', new JsonValue('boolean', true));
      case 'f':
        return this.#word('false', new JsonValue('boolean', false));
      case 'n':
        return this.#word('null', new JsonValue('null', null));
      default:
        return this.#number();
    }
  }

  #word(word: string, value: JsonValue): JsonValue {
    for (const char of word) {
      if (this.#text[this.#at] !== char) throw this.#error('Invalid value.');
      this.#at++;
    }
    return value;
  }

  #checkDepth(depth: number): void {
    if (depth > JSON_DEPTH_MAX) throw sqlError('ER_JSON_DOCUMENT_TOO_DEEP');
  }

  #object(depth: number): JsonValue {
    this.#checkDepth(depth);
    this.#at++;
    const members: [string, JsonValue][] = [];
    this.#skipSpace();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return this.#makeObject(members);
    }
    for (;;) {
      if (this.#text[this.#at] !== '"') throw this.#error('Missing a name for object member.');
      const key = this.#string();
      this.#skipSpace();
      if (this.#text[this.#at] !== ':') throw this.#error('Missing a colon after a name of object member.');
      this.#at++;
      this.#skipSpace();
      members.push([key, this.#value(depth + 1)]);
      this.#skipSpace();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== '}') throw this.#error('Missing a comma or } after an object member.');
      this.#at++;
      if (next === '}') return this.#makeObject(members);
      this.#skipSpace();
    }
  }

  #array(depth: number): JsonValue {
    this.#checkDepth(depth);
    this.#at++;
    const items: JsonValue[] = [];
    this.#skipSpace();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return JsonValue.array(items);
    }
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#skipSpace();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== ']') throw this.#error("Missing a comma or ']' after an array element.");
      this.#at++;
      if (next === ']') return JsonValue.array(items);
      this.#skipSpace();
    }
  }

  #string(): string {
    const start = this.#at;
    this.#at++;
    let out = '';
    let from = this.#at;
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (Number.isNaN(code)) throw this.#error('Missing a closing quotation mark in string.');
      if (code === 34) {
        out += this.#text.slice(from, this.#at);
        this.#at++;
        return out;
      }
      if (code === 92) {
        out += this.#text.slice(from, this.#at) + this.#escape();
        from = this.#at;
      } else if (code < 32) throw this.#error('Invalid encoding in string.', start);
      else this.#at++;
    }
  }

  #escape(): string {
    const start = this.#at;
    const char = this.#text[this.#at + 1];
    this.#at += 2;
    const simple = char === undefined ? undefined : ESCAPES[char];
    if (simple !== undefined) return simple;
    if (char !== 'u') throw this.#error('Invalid escape character in string.', start);
    const unit = this.#hex4(start);
    if (unit >= 0xdc00 && unit <= 0xdfff) throw this.#error('The surrogate pair in string is invalid.', start);
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    if (this.#text[this.#at] !== '\\' || this.#text[this.#at + 1] !== 'u') {
      throw this.#error('The surrogate pair in string is invalid.', start);
    }
    this.#at += 2;
    const low = this.#hex4(start);
    if (low < 0xdc00 || low > 0xdfff) throw this.#error('The surrogate pair in string is invalid.', start);
    return String.fromCharCode(unit, low);
  }

  #hex4(start: number): number {
    const hex = this.#text.slice(this.#at, this.#at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#error('Incorrect hex digit after \\u escape in string.', start);
    this.#at += 4;
    return parseInt(hex, 16);
  }

  #number(): JsonValue {
    const start = this.#at;
    NUMBER.lastIndex = start;
    const whole = NUMBER.exec(this.#text);
    if (whole === null) {
      if (this.#text[start] === '-') this.#at++;
      throw this.#error('Invalid value.');
    }
    this.#at = NUMBER.lastIndex;
    let isDouble = false;
    FRACTION.lastIndex = this.#at;
    const fraction = FRACTION.exec(this.#text);
    if (fraction !== null) {
      isDouble = true;
      this.#at = FRACTION.lastIndex;
      if (fraction[1] === '') throw this.#error('Miss fraction part in number.');
    }
    EXPONENT.lastIndex = this.#at;
    const exponent = EXPONENT.exec(this.#text);
    if (exponent !== null) {
      isDouble = true;
      this.#at = EXPONENT.lastIndex;
      if (exponent[1] === '') throw this.#error('Miss exponent in number.');
    }
    const text = this.#text.slice(start, this.#at);
    if (!isDouble) {
      const small = Number(text);
      if (Number.isSafeInteger(small)) return JsonValue.integer(small + 0);
      const big = BigInt(text);
      if (big >= -9223372036854775808n && big <= 9223372036854775807n) return JsonValue.integer(big);
      if (big > 0n && big <= 18446744073709551615n) return JsonValue.unsigned(big);
    }
    const double = Number(text);
    if (!Number.isFinite(double)) throw this.#error('Number too big to be stored in double.', start);
    return JsonValue.double(double);
  }
}

const ESCAPES: Record<string, string> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Throws `JsonSyntaxError`; SqlError 3157 when the document is too deep. */
export function parseJson(text: string): JsonValue {
  return new JsonParser(text, JsonValue.object).parse();
}

/** The same with members as they are written: for walking a text as such; never for a value that SQL sees. */
export function parseJsonInOrder(text: string): JsonValue {
  return new JsonParser(text, (members) => new JsonValue('object', new Map(members))).parse();
}

// oxlint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /["\\\u0000-\u001f]/;

/** A JSON string literal, as MySQL writes it. */
export function quoteJson(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`;
  let out = '"';
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (char === '"') out += '\\"';
    else if (char === '\\') out += '\\\\';
    else if (code >= 32) out += char;
    else if (char === '\b') out += '\\b';
    else if (char === '\f') out += '\\f';
    else if (char === '\n') out += '\\n';
    else if (char === '\r') out += '\\r';
    else if (char === '\t') out += '\\t';
    else out += `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return `${out}"`;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function toBase64(bytes: Uint8Array): string {
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const triple = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += BASE64[triple >> 18]! + BASE64[(triple >> 12) & 63]!;
    out += i + 1 < bytes.length ? BASE64[(triple >> 6) & 63]! : '=';
    out += i + 2 < bytes.length ? BASE64[triple & 63]! : '=';
  }
  return out;
}

/** The text of a scalar without quotes: JSON_UNQUOTE of it. */
export function scalarText(value: JsonValue): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return value.payload === true ? 'true' : 'false';
    case 'integer':
    case 'unsigned':
      return String(value.payload);
    case 'double': {
      const text = formatDouble(value.payload as number);
      return /^-?\d+$/.test(text) ? `${text}.0` : text;
    }
    case 'decimal':
      return (value.payload as Decimal).toString();
    case 'date':
      return formatDate((value.payload as DateTime).ymd);
    case 'datetime':
    case 'timestamp':
      return formatDateTime(value.payload as DateTime, 6);
    case 'time':
      return formatTime(value.payload as number, 6);
    case 'opaque': {
      const opaque = value.payload as JsonOpaque;
      return `base64:type${opaque.mysqlType}:${toBase64(opaque.bytes).replace(/.{76}(?=.)/g, '$&\n')}`;
    }
    default:
      return value.payload as string;
  }
}

const BARE = new Set(['null', 'boolean', 'integer', 'unsigned', 'double', 'decimal']);

export function formatJson(value: JsonValue): string {
  switch (value.kind) {
    case 'array':
      return `[${value.items.map(formatJson).join(', ')}]`;
    case 'object': {
      const members: string[] = [];
      for (const [key, member] of value.members) members.push(`${quoteJson(key)}: ${formatJson(member)}`);
      return `{${members.join(', ')}}`;
    }
    default:
      return BARE.has(value.kind) ? scalarText(value) : quoteJson(scalarText(value));
  }
}

/** JSON_PRETTY. */
export function prettyJson(value: JsonValue, indent = ''): string {
  const inner = `${indent}  `;
  if (value.kind === 'array') {
    if (value.items.length === 0) return '[]';
    return `[\n${value.items.map((item) => inner + prettyJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (value.kind === 'object') {
    if (value.members.size === 0) return '{}';
    const members = [...value.members].map(
      ([key, member]) => `${inner}${quoteJson(key)}: ${prettyJson(member, inner)}`,
    );
    return `{\n${members.join(',\n')}\n${indent}}`;
  }
  return formatJson(value);
}
