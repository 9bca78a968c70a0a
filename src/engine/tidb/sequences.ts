/**
 * TiDB's sequences: numbers on demand that no rollback takes back.
 *
 * A definition is a document of the branch that also says where the sequence goes on after a crash: behind the numbers that
 * were reserved. Numbers come from memory; new ones are reserved, durably, while half of the reserved ones are still there,
 * and before a statement that names the sequence begins. A crash leaves a gap, a clean stop does not.
 */
import { sqlError } from '../../base/index.ts';
import type { SequenceOptions } from '../../sql/ast/index.ts';
import { quoteName } from '../../sql/ast/index.ts';
import { quoteText } from '../../sql/ddl/index.ts';
import type { Documents } from '../documents.ts';

const RESERVED = 65_536n;
const CACHE_DEFAULT = 1000n;
const BIGINT_MAX = 9223372036854775806n;
const BIGINT_MIN = -9223372036854775807n;

interface Definition {
  readonly start: string;
  readonly min: string;
  readonly max: string;
  readonly increment: string;
  readonly cache: string;
  readonly cycle: boolean;
  readonly comment: string;
  /** The next number after a crash; null = it has run out. */
  readonly continueAt: string | null;
}

interface Live {
  definition: Definition;
  /** The next number; undefined = it has run out. */
  next: bigint | undefined;
  /** Numbers left that are reserved. */
  left: bigint;
  reserving: Promise<void> | undefined;
}

const PREFIX = 'sequence:';

export class Sequences {
  readonly #documents: () => Documents;
  readonly #live = new Map<string, Live>();

  constructor(documents: () => Documents) {
    this.#documents = documents;
  }

  has(schema: string, name: string): boolean {
    return this.#documents().names(keyOf(schema, name)).includes(keyOf(schema, name));
  }

  async create(schema: string, name: string, options: SequenceOptions): Promise<void> {
    const definition = defined(schema, name, options, undefined);
    await this.#documents().put(keyOf(schema, name), definition);
    this.#live.delete(keyOf(schema, name));
  }

  async alter(schema: string, name: string, options: SequenceOptions): Promise<void> {
    const live = this.#get(schema, name);
    const changed = defined(schema, name, options, live.definition);
    const next = options.restart === undefined ? live.next : (options.restart ?? BigInt(changed.start));
    const definition = { ...changed, continueAt: next === undefined ? null : String(next) };
    await this.#documents().put(keyOf(schema, name), definition);
    this.#live.delete(keyOf(schema, name));
  }

  async drop(schema: string, name: string): Promise<void> {
    this.#live.delete(keyOf(schema, name));
    await this.#documents().put(keyOf(schema, name), undefined);
  }

  async dropSchema(schema: string): Promise<void> {
    for (const key of this.#documents().names(keyOf(schema, ''))) {
      this.#live.delete(key);
      await this.#documents().put(key, undefined);
    }
  }

  /** Numbers for a statement to come. */
  async prepare(schema: string, name: string): Promise<void> {
    const live = this.#get(schema, name);
    if (live.left < RESERVED / 2n) await this.#reserve(keyOf(schema, name), live);
  }

  next(schema: string, name: string): bigint {
    const live = this.#get(schema, name);
    const { next } = live;
    if (next === undefined) throw sqlError('ER_SEQUENCE_RUN_OUT', schema, name);
    if (live.left <= 0n)
      throw sqlError('ER_NOT_SUPPORTED_YET', `more than ${RESERVED / 2n} numbers of a sequence in a statement`);
    live.next = after(live.definition, next, 1n);
    live.left--;
    // Whoever needs the numbers waits for this, and learns of a failure, in `prepare`.
    if (live.left < RESERVED / 2n) this.#reserve(keyOf(schema, name), live).catch(() => undefined);
    return next;
  }

  /** The number that was set, or undefined when the sequence is past it already; durable once `done`. */
  set(schema: string, name: string, value: bigint): { readonly set: bigint | undefined; readonly done: Promise<void> } {
    const live = this.#get(schema, name);
    const up = BigInt(live.definition.increment) > 0n;
    if (live.next === undefined || (up ? value < live.next : value > live.next))
      return { set: undefined, done: Promise.resolve() };
    const { start, increment } = live.definition;
    const step = BigInt(increment);
    const from = BigInt(start);
    const steps = (value - from) / step + 1n;
    live.next = after(live.definition, from, steps);
    live.left = 0n;
    return { set: value, done: this.#reserve(keyOf(schema, name), live) };
  }

  show(schema: string, name: string): string {
    const { definition: is } = this.#get(schema, name);
    const cache = BigInt(is.cache) > 0n ? `cache ${is.cache}` : 'nocache';
    const comment = is.comment === '' ? '' : ` comment ${quoteText(is.comment)}`;
    return `CREATE SEQUENCE ${quoteName(name)} start with ${is.start} minvalue ${is.min} maxvalue ${is.max} increment by ${is.increment} ${cache} ${is.cycle ? 'cycle' : 'nocycle'} ENGINE=InnoDB${comment}`;
  }

  #get(schema: string, name: string): Live {
    const key = keyOf(schema, name);
    const known = this.#live.get(key);
    if (known !== undefined) return known;
    const definition = this.#documents().get(key) as Definition | undefined;
    if (definition === undefined) throw sqlError('ER_NO_SUCH_TABLE', schema, name);
    const next = definition.continueAt === null ? undefined : BigInt(definition.continueAt);
    const live: Live = { definition, next, left: 0n, reserving: undefined };
    this.#live.set(key, live);
    return live;
  }

  #reserve(key: string, live: Live): Promise<void> {
    live.reserving ??= this.#reserveNow(key, live).finally(() => {
      live.reserving = undefined;
    });
    return live.reserving;
  }

  async #reserveNow(key: string, live: Live): Promise<void> {
    const { next, left } = live;
    if (next === undefined) return;
    const behind = after(live.definition, next, RESERVED);
    const definition = { ...live.definition, continueAt: behind === undefined ? null : String(behind) };
    await this.#documents().put(key, definition);
    live.definition = definition;
    live.left += RESERVED - left;
  }

  /** A clean stop: nothing of what was reserved is lost. */
  async close(): Promise<void> {
    for (const [key, live] of this.#live) {
      await live.reserving?.catch(() => undefined);
      const continueAt = live.next === undefined ? null : String(live.next);
      if (continueAt !== live.definition.continueAt)
        await this.#documents().put(key, { ...live.definition, continueAt });
    }
    this.#live.clear();
  }
}

function keyOf(schema: string, name: string): string {
  return `${PREFIX}${schema}\u0000${name}`;
}

/** The number `steps` further on; undefined behind the end of one that does not cycle. */
function after(definition: Definition, from: bigint, steps: bigint): bigint | undefined {
  const step = BigInt(definition.increment);
  const min = BigInt(definition.min);
  const max = BigInt(definition.max);
  const to = from + step * steps;
  if (to >= min && to <= max) return to;
  if (!definition.cycle) return undefined;
  const first = step > 0n ? min : max;
  const left = step > 0n ? (max - from) / step : (from - min) / -step;
  const round = (max - min) / (step > 0n ? step : -step) + 1n;
  return first + step * ((steps - left - 1n) % round);
}

function defined(schema: string, name: string, options: SequenceOptions, before: Definition | undefined): Definition {
  const increment = options.increment ?? BigInt(before?.increment ?? 1);
  const up = increment > 0n;
  const given = (value: bigint | null | undefined, old: string | undefined, otherwise: bigint): bigint =>
    value === undefined ? (old === undefined ? otherwise : BigInt(old)) : (value ?? otherwise);
  const min = given(options.min, before?.min, up ? 1n : BIGINT_MIN);
  const max = given(options.max, before?.max, up ? BIGINT_MAX : -1n);
  const start = options.start ?? BigInt(before?.start ?? (up ? min : max));
  const cache = options.cache ?? BigInt(before?.cache ?? CACHE_DEFAULT);
  if (increment === 0n || min >= max || start < min || start > max || cache < 0n)
    throw sqlError('ER_SEQUENCE_INVALID_DATA', schema, name);
  return {
    start: String(start),
    min: String(min),
    max: String(max),
    increment: String(increment),
    cache: String(cache),
    cycle: options.cycle ?? before?.cycle ?? false,
    comment: options.comment ?? before?.comment ?? '',
    continueAt: String(start),
  };
}
