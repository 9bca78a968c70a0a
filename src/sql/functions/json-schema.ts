/**
 * JSON Schema, draft 4, in the order and with the reports of MySQL (which validates with RapidJSON while it walks a document):
 * what a value itself says comes first, then its members or items in the document's order, then what is known at its end
 * (required, counts, dependencies), then enum, allOf, anyOf, oneOf, not. The first failure is the report; what fails inside
 * allOf and the like, or under a pattern of member names, is reported as a failure of that keyword.
 *
 * Keywords with values of the wrong type are ignored. References within the schema are followed, but not in circles (3157);
 * others are refused (1235).
 */
import { sqlError } from '../../base/index.ts';
import { compareJson, charLength, JsonValue } from '../types/index.ts';
import { Regexp } from './regexp-match.ts';

export interface SchemaFailure {
  readonly keyword: string;
  /** JSON pointers as URI fragments. */
  readonly schema: string;
  readonly document: string;
}

type Check = (value: JsonValue, at: string) => SchemaFailure | undefined;

/** A schema made ready; `check` may be called for any number of documents. */
export interface JsonSchema {
  check(document: JsonValue): SchemaFailure | undefined;
}

export function compileJsonSchema(schema: JsonValue): JsonSchema {
  refuseForeignReferences(schema);
  const check = new SchemaCompiler(schema).compile(schema, '#');
  return { check: (document) => check(document, '#') };
}

/** RapidJSON looks for references in every object of the schema, whatever it is there for. */
function refuseForeignReferences(value: JsonValue): void {
  if (value.kind === 'array') for (const item of value.items) refuseForeignReferences(item);
  if (value.kind !== 'object') return;
  const reference = value.members.get('$ref');
  if (reference?.kind === 'string' && !/^(#|$)/.test(reference.payload as string))
    throw sqlError('ER_NOT_SUPPORTED_YET', 'references in JSON Schema');
  for (const member of value.members.values()) refuseForeignReferences(member);
}

const VALID: Check = () => undefined;

function fail(keyword: string, schema: string, document: string): SchemaFailure {
  return { keyword, schema, document };
}

function escapePointer(part: string): string {
  const escaped = part.replaceAll('~', '~0').replaceAll('/', '~1');
  return encodeURIComponent(escaped).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function isNumber(value: JsonValue): boolean {
  return value.kind === 'integer' || value.kind === 'unsigned' || value.kind === 'double' || value.kind === 'decimal';
}

function strings(value: JsonValue | undefined): string[] {
  if (value?.kind !== 'array') return [];
  return value.items.filter((item) => item.kind === 'string').map((item) => item.payload as string);
}

function count(value: JsonValue | undefined): number | undefined {
  if (value?.kind !== 'integer' && value?.kind !== 'unsigned') return undefined;
  const number = Number(value.payload);
  return number < 0 ? undefined : number;
}

/** An unreadable pattern is no restriction. */
function compilePattern(source: string): ((text: string) => boolean) | undefined {
  try {
    const regexp = new Regexp(source, { caseInsensitive: false, multiLine: false, dotAll: false, unixLines: false });
    return (text) =>
      regexp.find(
        Array.from(text, (char) => char.codePointAt(0)!),
        0,
      ) !== undefined;
  } catch {
    return undefined;
  }
}

/** Members in MySQL's order, so that equal objects compare as equal. */
function ordered(value: JsonValue): JsonValue {
  if (value.kind === 'array') return JsonValue.array(value.items.map(ordered));
  if (value.kind !== 'object') return value;
  return JsonValue.object([...value.members].map(([key, member]) => [key, ordered(member)] as const));
}

/** `type`'s names that a value answers to. */
function typeNames(value: JsonValue): readonly string[] {
  switch (value.kind) {
    case 'null':
    case 'boolean':
    case 'object':
    case 'array':
      return [value.kind];
    case 'integer':
    case 'unsigned':
      return ['integer', 'number'];
    case 'double':
    case 'decimal':
      return ['number'];
    default:
      return ['string'];
  }
}

class SchemaCompiler {
  readonly #root: JsonValue;
  readonly #following = new Set<string>();

  constructor(root: JsonValue) {
    this.#root = root;
  }

  compile(schema: JsonValue, pointer: string): Check {
    if (schema.kind !== 'object') return VALID;
    const { members } = schema;
    const reference = members.get('$ref');
    if (reference?.kind === 'string') {
      const target = this.#follow(reference.payload as string);
      if (target !== undefined) return target;
    }
    const checks = [
      compileType(members.get('type'), pointer),
      compileNumber(members, pointer),
      compileText(members, pointer),
      this.#object(members, pointer),
      this.#array(members, pointer),
      compileEnum(members.get('enum'), pointer),
      ...this.#combined(members, pointer),
    ].filter((check) => check !== undefined);
    if (checks.length === 0) return VALID;
    return (value, at) => {
      for (const check of checks) {
        const failure = check(value, at);
        if (failure !== undefined) return failure;
      }
      return undefined;
    };
  }

  /** A pointer into this schema; undefined when it leads nowhere. */
  #follow(reference: string): Check | undefined {
    let target: JsonValue | undefined = this.#root;
    for (const part of reference.slice(1).split('/').slice(1)) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
      if (target?.kind === 'object') target = target.members.get(key);
      else target = target?.kind === 'array' ? target.items[Number(key)] : undefined;
    }
    if (target === undefined) return undefined;
    if (this.#following.has(reference)) throw sqlError('ER_JSON_DOCUMENT_TOO_DEEP');
    this.#following.add(reference);
    const check = this.compile(target, reference);
    this.#following.delete(reference);
    return check;
  }

  #sub(parent: string, keyword: string, schema: JsonValue, part?: string | number): Check {
    const tail = part === undefined ? '' : `/${escapePointer(String(part))}`;
    return this.compile(schema, `${parent}/${keyword}${tail}`);
  }

  #object(members: ReadonlyMap<string, JsonValue>, pointer: string): Check | undefined {
    const atEnd = this.#objectEnd(members, pointer);
    const member = this.#member(members, pointer);
    if (atEnd === undefined && member === undefined) return undefined;
    return (value, at) => {
      if (value.kind !== 'object') return undefined;
      if (member !== undefined) {
        for (const [key, inner] of value.members) {
          const failure = member(key, inner, `${at}/${escapePointer(key)}`);
          if (failure !== undefined) return failure;
        }
      }
      return atEnd?.(value, at);
    };
  }

  #member(
    members: ReadonlyMap<string, JsonValue>,
    pointer: string,
  ): ((key: string, value: JsonValue, at: string) => SchemaFailure | undefined) | undefined {
    const properties = new Map<string, Check>();
    const named = members.get('properties');
    if (named?.kind === 'object')
      for (const [key, schema] of named.members) properties.set(key, this.#sub(pointer, 'properties', schema, key));
    const patterns: { readonly matches: (text: string) => boolean; readonly check: Check }[] = [];
    const patterned = members.get('patternProperties');
    if (patterned?.kind === 'object') {
      for (const [key, schema] of patterned.members) {
        const matches = compilePattern(key);
        if (matches !== undefined)
          patterns.push({ matches, check: this.#sub(pointer, 'patternProperties', schema, key) });
      }
    }
    const rest = members.get('additionalProperties');
    const additional = rest?.kind === 'object' ? this.#sub(pointer, 'additionalProperties', rest) : undefined;
    const isClosed = rest?.kind === 'boolean' && rest.payload === false;
    if (properties.size === 0 && patterns.length === 0 && additional === undefined && !isClosed) return undefined;
    return (key, value, at) => {
      const own = properties.get(key);
      const matching = patterns.filter(({ matches }) => matches(key));
      if (matching.length === 0) {
        if (own !== undefined) return own(value, at);
        if (additional !== undefined) return additional(value, at);
        return isClosed ? fail('additionalProperties', pointer, at) : undefined;
      }
      const passes = matching.every(({ check }) => check(value, at) === undefined);
      const isValid =
        own !== undefined
          ? passes && own(value, at) === undefined
          : passes || (additional !== undefined && additional(value, at) === undefined);
      return isValid ? undefined : fail('patternProperties', pointer, at);
    };
  }

  #objectEnd(members: ReadonlyMap<string, JsonValue>, pointer: string): Check | undefined {
    const required = strings(members.get('required'));
    const min = count(members.get('minProperties')) ?? 0;
    const max = count(members.get('maxProperties')) ?? Infinity;
    const dependencies = this.#dependencies(members.get('dependencies'), pointer);
    if (required.length === 0 && min === 0 && max === Infinity && dependencies === undefined) return undefined;
    return (value, at) => {
      if (!required.every((key) => value.members.has(key))) return fail('required', pointer, at);
      if (value.members.size < min) return fail('minProperties', pointer, at);
      if (value.members.size > max) return fail('maxProperties', pointer, at);
      return dependencies?.(value, at) === undefined ? undefined : fail('dependencies', pointer, at);
    };
  }

  #dependencies(value: JsonValue | undefined, pointer: string): Check | undefined {
    if (value?.kind !== 'object') return undefined;
    const rules = [...value.members].map(([key, rule]) => {
      const needed = strings(rule);
      return { key, needed, check: rule.kind === 'object' ? this.#sub(pointer, 'dependencies', rule, key) : VALID };
    });
    return (document, at) => {
      for (const { key, needed, check } of rules) {
        if (!document.members.has(key)) continue;
        if (!needed.every((name) => document.members.has(name)) || check(document, at) !== undefined)
          return fail('dependencies', pointer, at);
      }
      return undefined;
    };
  }

  #array(members: ReadonlyMap<string, JsonValue>, pointer: string): Check | undefined {
    const item = this.#item(members, pointer);
    const min = count(members.get('minItems')) ?? 0;
    const max = count(members.get('maxItems')) ?? Infinity;
    const isUnique = members.get('uniqueItems')?.payload === true;
    if (item === undefined && min === 0 && max === Infinity && !isUnique) return undefined;
    return (value, at) => {
      if (value.kind !== 'array') return undefined;
      const items = isUnique ? value.items.map(ordered) : value.items;
      for (const [i, inner] of value.items.entries()) {
        const place = `${at}/${i}`;
        const failure = item?.(i, inner, place);
        if (failure !== undefined) return failure;
        if (isUnique && items.slice(0, i).some((before) => compareJson(before, items[i]!) === 0))
          return fail('uniqueItems', pointer, place);
      }
      if (value.items.length < min) return fail('minItems', pointer, at);
      return value.items.length > max ? fail('maxItems', pointer, at) : undefined;
    };
  }

  #item(
    members: ReadonlyMap<string, JsonValue>,
    pointer: string,
  ): ((position: number, value: JsonValue, at: string) => SchemaFailure | undefined) | undefined {
    const items = members.get('items');
    if (items?.kind === 'object') {
      const check = this.#sub(pointer, 'items', items);
      return (_position, value, at) => check(value, at);
    }
    if (items?.kind !== 'array') return undefined;
    const checks = items.items.map((schema, i) => this.#sub(pointer, 'items', schema, i));
    const rest = members.get('additionalItems');
    const additional = rest?.kind === 'object' ? this.#sub(pointer, 'additionalItems', rest) : undefined;
    const isClosed = rest?.kind === 'boolean' && rest.payload === false;
    return (position, value, at) => {
      const check = checks[position] ?? additional;
      if (check !== undefined) return check(value, at);
      return isClosed ? fail('additionalItems', pointer, at) : undefined;
    };
  }

  #combined(members: ReadonlyMap<string, JsonValue>, pointer: string): Check[] {
    const out: Check[] = [];
    const add = (keyword: string, isRight: (passed: number, of: number) => boolean): void => {
      const list = members.get(keyword);
      if (list?.kind !== 'array' || list.items.length === 0) return;
      const checks = list.items.map((schema, i) => this.#sub(pointer, keyword, schema, i));
      out.push((value, at) => {
        const passed = checks.filter((check) => check(value, at) === undefined).length;
        return isRight(passed, checks.length) ? undefined : fail(keyword, pointer, at);
      });
    };
    add('allOf', (passed, of) => passed === of);
    add('anyOf', (passed) => passed > 0);
    add('oneOf', (passed) => passed === 1);
    const not = members.get('not');
    if (not?.kind === 'object') {
      const check = this.#sub(pointer, 'not', not);
      out.push((value, at) => (check(value, at) === undefined ? fail('not', pointer, at) : undefined));
    }
    return out;
  }
}

function compileType(type: JsonValue | undefined, pointer: string): Check | undefined {
  if (type === undefined) return undefined;
  const allowed = type.kind === 'string' ? [type.payload as string] : strings(type);
  return (value, at) =>
    typeNames(value).some((name) => allowed.includes(name)) ? undefined : fail('type', pointer, at);
}

function compileNumber(members: ReadonlyMap<string, JsonValue>, pointer: string): Check | undefined {
  const bound = (keyword: string): JsonValue | undefined => {
    const value = members.get(keyword);
    return value !== undefined && isNumber(value) ? value : undefined;
  };
  const min = bound('minimum');
  const max = bound('maximum');
  const step = bound('multipleOf');
  const isAbove = members.get('exclusiveMinimum')?.payload === true;
  const isBelow = members.get('exclusiveMaximum')?.payload === true;
  const isStepped = step !== undefined && Number(step.payload) > 0;
  if (min === undefined && max === undefined && !isStepped) return undefined;
  return (value, at) => {
    if (!isNumber(value)) return undefined;
    if (min !== undefined && compareJson(value, min) < (isAbove ? 1 : 0)) return fail('minimum', pointer, at);
    if (max !== undefined && compareJson(value, max) > (isBelow ? -1 : 0)) return fail('maximum', pointer, at);
    return isStepped && !isMultiple(value, step) ? fail('multipleOf', pointer, at) : undefined;
  };
}

function isMultiple(value: JsonValue, step: JsonValue): boolean {
  const isWhole = (number: JsonValue): boolean => number.kind === 'integer' || number.kind === 'unsigned';
  if (isWhole(value) && isWhole(step)) return BigInt(value.payload as number) % BigInt(step.payload as number) === 0n;
  const quotient = Math.abs(Number(String(value.payload))) / Math.abs(Number(String(step.payload)));
  const rounded = Math.floor(quotient + 0.5);
  return Math.abs(rounded - quotient) <= (quotient + rounded) * Number.EPSILON;
}

function compileText(members: ReadonlyMap<string, JsonValue>, pointer: string): Check | undefined {
  const min = count(members.get('minLength')) ?? 0;
  const max = count(members.get('maxLength')) ?? Infinity;
  const source = members.get('pattern');
  const matches = source?.kind === 'string' ? compilePattern(source.payload as string) : undefined;
  if (min === 0 && max === Infinity && matches === undefined) return undefined;
  return (value, at) => {
    if (value.kind !== 'string') return undefined;
    const text = value.payload as string;
    const length = charLength(text);
    if (length < min) return fail('minLength', pointer, at);
    if (length > max) return fail('maxLength', pointer, at);
    return matches !== undefined && !matches(text) ? fail('pattern', pointer, at) : undefined;
  };
}

function compileEnum(list: JsonValue | undefined, pointer: string): Check | undefined {
  if (list?.kind !== 'array' || list.items.length === 0) return undefined;
  const allowed = list.items.map(ordered);
  return (value, at) => {
    const wanted = ordered(value);
    return allowed.some((item) => compareJson(item, wanted) === 0) ? undefined : fail('enum', pointer, at);
  };
}
