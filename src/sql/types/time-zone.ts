/**
 * Time zones: fixed offsets ('+05:30'), named zones (tz database, cut to 1970-2037 as in MySQL) and SYSTEM.
 *
 * A named zone is two sorted arrays: the UTC second at which each period ends, and the period's offset. Local times that
 * do not exist (spring) become the first moment after the gap; those that exist twice (autumn) are the earlier one.
 */
import { TZ_LINKS, TZ_ZONES } from './time-zone.data.ts';
import { DateTime, MICROS_PER_SECOND, civilSeconds, fromCivilSeconds } from './temporal.ts';

export interface TimeZone {
  readonly name: string;
  /** Seconds east of UTC at a UTC moment (Unix seconds). */
  offsetAt(utcSeconds: number): number;
  /** UTC seconds of a local civil time (seconds as if it were UTC). */
  utcOf(localSeconds: number): number;
}

class FixedZone implements TimeZone {
  readonly name: string;
  readonly #offset: number;

  constructor(name: string, offset: number) {
    this.name = name;
    this.#offset = offset;
  }
  offsetAt(): number {
    return this.#offset;
  }
  utcOf(localSeconds: number): number {
    return localSeconds - this.#offset;
  }
}

class NamedZone implements TimeZone {
  readonly name: string;
  /** End of period i in UTC seconds; the last is Infinity. */
  readonly #ends: Float64Array;
  readonly #offsets: Int32Array;

  constructor(name: string, ends: Float64Array, offsets: Int32Array) {
    this.name = name;
    this.#ends = ends;
    this.#offsets = offsets;
  }

  #period(utcSeconds: number): number {
    let low = 0;
    let high = this.#ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (utcSeconds < this.#ends[middle]!) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  offsetAt(utcSeconds: number): number {
    return this.#offsets[this.#period(utcSeconds)]!;
  }

  utcOf(localSeconds: number): number {
    // The first period whose end, seen from its own local clock, lies after the local time.
    const near = this.#period(localSeconds - 86400);
    for (let i = near; i < this.#ends.length; i++) {
      const utc = localSeconds - this.#offsets[i]!;
      if (utc < this.#ends[i]!) {
        const start = i === 0 ? -Infinity : this.#ends[i - 1]!;
        return utc < start ? start : utc;
      }
    }
    return localSeconds - this.#offsets.at(-1)!;
  }
}

export const UTC: TimeZone = new FixedZone('+00:00', 0);
const OFFSET = /^([+-])(\d{1,2}):(\d\d)$/;
const zones = new Map<string, TimeZone | undefined>();
let systemZone: TimeZone = UTC;

/** Names the zone that SYSTEM stands for; called once at start by the room that may read the environment. */
export function setSystemTimeZone(name: string): void {
  systemZone = findTimeZone(name) ?? UTC;
}

/** Undefined when the name is unknown or the offset out of range (-13:59 to +14:00). */
export function findTimeZone(name: string): TimeZone | undefined {
  if (zones.has(name)) return zones.get(name);
  if (name.toUpperCase() === 'SYSTEM') return systemZone;
  const zone = makeZone(name);
  if (zones.size < 2000) zones.set(name, zone);
  return zone;
}

function makeZone(name: string): TimeZone | undefined {
  const match = OFFSET.exec(name);
  if (match !== null) {
    const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
    if (Number(match[3]) > 59 || seconds > 14 * 3600 || (match[1] === '-' && seconds >= 14 * 3600)) return undefined;
    return new FixedZone(name, match[1] === '-' ? -seconds : seconds);
  }
  const found = packedZones().get(name.toLowerCase());
  return found === undefined ? undefined : unpack(name, found);
}

let index: ReadonlyMap<string, string> | undefined;

/** Zone lines by lower-case name, made at first use. */
function packedZones(): ReadonlyMap<string, string> {
  if (index !== undefined) return index;
  const lines = new Map<string, string>();
  for (const line of TZ_ZONES.split('\n')) lines.set(line.slice(0, line.indexOf('|')).toLowerCase(), line);
  for (const link of TZ_LINKS.split('\n')) {
    const [target, alias] = link.split('|') as [string, string];
    const line = lines.get(target.toLowerCase());
    if (line !== undefined) lines.set(alias.toLowerCase(), line);
  }
  index = lines;
  return lines;
}

/** Reads one line of script/build-time-zones.ts. */
function unpack(name: string, line: string): TimeZone {
  const [, offsetText, letters, endText] = line.split('|') as [string, string, string, string];
  const offsets = offsetText.split(' ').map(Number);
  const ends = new Float64Array(letters.length).fill(Infinity);
  let at = 0;
  (endText === '' ? [] : endText.split(' ')).forEach((text, i) => {
    at += text.startsWith('s') ? parseInt(text.slice(1), 36) : parseInt(text, 36) * 3600;
    ends[i] = at;
  });
  return new NamedZone(
    name,
    ends,
    Int32Array.from(letters, (letter) => offsets[letter.charCodeAt(0) - 97]!),
  );
}

/** A local time as UTC; undefined for zero dates. */
export function localToUtc(value: DateTime, zone: TimeZone): DateTime | undefined {
  if (value.month === 0 || value.day === 0) return undefined;
  return fromCivilSeconds(zone.utcOf(civilSeconds(value)), value.micros % MICROS_PER_SECOND);
}

/** A UTC time on the zone's clock. */
export function utcToLocal(value: DateTime, zone: TimeZone): DateTime | undefined {
  if (value.month === 0 || value.day === 0) return undefined;
  const seconds = civilSeconds(value);
  return fromCivilSeconds(seconds + zone.offsetAt(seconds), value.micros % MICROS_PER_SECOND);
}

/** The zone's clock at a moment given in microseconds since the Unix epoch. */
export function epochToLocal(epochMicros: number, zone: TimeZone): DateTime {
  const seconds = Math.floor(epochMicros / MICROS_PER_SECOND);
  const local = fromCivilSeconds(seconds + zone.offsetAt(seconds), epochMicros - seconds * MICROS_PER_SECOND);
  return local ?? DateTime.ZERO;
}

/** Of all zones that are built in, sorted. */
export function timeZoneNames(): string[] {
  const zones = TZ_ZONES.split('\n').map((line) => line.slice(0, line.indexOf('|')));
  const links = TZ_LINKS.split('\n').map((line) => line.slice(line.indexOf('|') + 1));
  return [...zones, ...links].sort();
}
