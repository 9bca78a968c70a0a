/**
 * Statements of what Ebb has not yet and says so (COMPAT.md): stored programs, events, triggers, spatial types and functions. Such a statement
 * must answer 1235; then it is skipped, and so is a statement that names an object which only such a statement would have made
 * (a stored function, a table with a spatial column) as long as MySQL has that object, or a table, a user variable or a prepared
 * statement that a stored program of MySQL writes. What a refused statement left in the diagnostics is skipped with it.
 *
 * A statement that passes is counted as passed, whatever it is. A statement of these kinds with any other answer is a failure:
 * nothing may half-work.
 */
import type { Answer } from './replay.ts';

const NINE_ONLY = 'only MySQL 9 has it (libraries, masking policies, vectors)';
export type LaterFeature = 'stored programs' | 'spatial' | typeof NINE_ONLY;
const NOT_SUPPORTED = 1235;
const PARSE_ERROR = 1064;
const NO_SUCH_PROGRAM = 1305;

const IDENTIFIER = '(?:`[^`]+`|[\\w$]+)(?:\\s*\\.\\s*(?:`[^`]+`|[\\w$]+))?';
const DEFINER = '(?:or\\s+replace\\s+)?(?:definer\\s*=\\s*\\S+\\s+)?(?:aggregate\\s+)?';
const STORED = [
  new RegExp(`^(?:create|drop|alter)\\s+${DEFINER}(?:procedure|function|trigger|event)\\b`, 'i'),
  /^show\s+(?:create\s+)?(?:procedure|function|trigger|event)s?\b/i,
  /^(?:call|signal|resignal)\b/i,
  /^(?:grant|revoke)\b.*\bon\s+(?:procedure|function)\b/is,
];
/** Lists of stored programs and of spatial columns: empty here, so they may answer. */
const LISTS =
  /\binformation_schema\s*\.\s*(?:routines|parameters|triggers|events|libraries|routine_libraries)\b|^show\s+(?:full\s+)?(?:triggers|events|(?:procedure|function)\s+status)\b/i;
const SPATIAL_LISTS = /\binformation_schema\s*\.\s*st_geometry_columns\b/i;
const NINE =
  /^(?:create|alter|drop|show\s+create)\s+(?:or\s+replace\s+)?(?:library|masking\s+policy)\b|\bmasking\s+polic(?:y|ies)\b|^(?:create|alter)\s+table\b.*\svector\s*\(\s*\d+\s*\)/is;
const SPATIAL_TYPE =
  'geometry|point|linestring|polygon|multipoint|multilinestring|multipolygon|geometrycollection|geomcollection';
const SPATIAL = [
  new RegExp(`^(?:create|alter)\\b.*[\\s\`](?:${SPATIAL_TYPE})\\b`, 'is'),
  new RegExp(`\\b(?:${SPATIAL_TYPE})\\s*\\(`, 'i'),
  new RegExp(`\\bas\\s+(?:${SPATIAL_TYPE})\\s*\\)`, 'i'),
  /\b(?:st_\w+|mbr\w+)\s*\(/i,
  /\bspatial\s+(?:index|key|reference)\b/i,
];
const MAKES = new RegExp(
  `^create\\s+${DEFINER}(?:temporary\\s+)?(?:table|function|view|procedure|event|trigger)\\s+(?:if\\s+not\\s+exists\\s+)?(${IDENTIFIER})`,
  'i',
);
const DROPS = new RegExp(
  `^drop\\s+(?:temporary\\s+)?(?:table|function|view|procedure|event|trigger)s?\\s+(?:if\\s+exists\\s+)?(${IDENTIFIER}(?:\\s*,\\s*${IDENTIFIER})*)`,
  'i',
);

const PREPARES = /^prepare\s+(`[^`]+`|[\w$]+)\s+from\s+(['"])([\s\S]*)\2\s*;?\s*$/i;
const FORGETS = /^(?:drop|deallocate)\s+prepare\s+(`[^`]+`|[\w$]+)/i;
const USES_PREPARED = /^(?:execute|(?:drop|deallocate)\s+prepare)\s+(`[^`]+`|[\w$]+)/i;
const SETS_VARIABLES = /^set\b/i;
/** What the statement before left behind. */
const READS_DIAGNOSTICS =
  /^(?:show\s+(?:warnings|errors|count)|get\s+(?:current\s+)?diagnostics)\b|\b(?:row_count|found_rows)\s*\(/i;
const COUNTS_PROGRAMS =
  /^show\s+(?:global\s+|session\s+)?status\s+like\s+'com[^']*(procedure|function|trigger|event|library)'/i;

const ALTERS = new RegExp(`^alter\\s+table\\s+(${IDENTIFIER})`, 'i');

function withoutComments(sql: string): string {
  return sql.replace(/^(?:\s|\/\*(?!!)[\s\S]*?\*\/|--\s.*\n|#.*\n)+/, '');
}

export function featureOf(sql: string): LaterFeature | undefined {
  const text = withoutComments(sql);
  if (NINE.test(text)) return NINE_ONLY;
  if (STORED.some((pattern) => pattern.test(text))) return 'stored programs';
  return SPATIAL.some((pattern) => pattern.test(text)) ? 'spatial' : undefined;
}

function bare(identifier: string): string {
  const last = /(`[^`]+`|[\w$]+)\s*$/.exec(identifier)?.[1] ?? identifier;
  return last.replaceAll('`', '').toLowerCase();
}

/** Tables that the body of a stored program reads or writes: what they hold depends on it. */
function tablesNamedIn(text: string): string[] {
  const names = text.matchAll(/(?<=\b(?:on|into|update|from|join|table|replace)\s+)(?:`[^`]+`|"[^"]+"|[\w$.]+)/gi);
  return [...names].map(([name]) => bare(name)).filter((name) => !NO_TABLE.has(name));
}
/** User variables that the body of a stored program assigns. */
function variablesWrittenIn(text: string): string[] {
  const names = text.matchAll(/(@[\w$]+)\s*:?=|\binto\s+(@[\w$]+)/gi);
  return [...names].map(([, assigned, selected]) => assigned ?? selected ?? '');
}

const NO_TABLE = new Set([
  'on',
  'into',
  'if',
  'for',
  'each',
  'select',
  'values',
  'set',
  'duplicate',
  'schedule',
  'dual',
  'exists',
  'key',
]);

/** One per file of a suite. */
export class LaterFeatures {
  /** Names of objects, variables (`@x`) and prepared statements (`prepare x`) that MySQL has and Ebb, for want of a feature, has not. */
  readonly #absent = new Map<string, LaterFeature>();
  /** Tables that the body of a stored program names: a CALL would have written them. */
  readonly #writtenBy = new Map<string, readonly string[]>();
  /** Why the statement before was skipped. */
  #before: LaterFeature | undefined;

  /** The reason to skip a statement that did not pass; call for every statement, in order. */
  reasonToSkip(sql: string, wanted: Answer, got: Answer): string | undefined {
    const text = withoutComments(sql);
    const feature = featureOf(text);
    const diagnostics = READS_DIAGNOSTICS.test(text) ? this.#before : undefined;
    const named = this.#absentNamedIn(text) ?? diagnostics ?? this.#absentListedIn(wanted);
    this.#follow(text, wanted.errno === undefined ? (feature ?? named) : undefined, got);
    this.#followVariables(text, feature ?? named);
    const isMissing = wanted.errno === undefined && got.errno === NO_SUCH_PROGRAM;
    const reason = this.#reason(
      text,
      feature,
      named,
      isMissing || got.errno === NOT_SUPPORTED || (NINE.test(text) && got.errno === PARSE_ERROR),
    );
    this.#before = reason;
    return reason;
  }

  #reason(
    text: string,
    feature: LaterFeature | undefined,
    named: LaterFeature | undefined,
    isRefused: boolean,
  ): LaterFeature | undefined {
    if (feature !== undefined) return isRefused || LISTS.test(text) ? feature : named;
    const counted = COUNTS_PROGRAMS.exec(text)?.[1];
    if (counted !== undefined) return counted.toLowerCase() === 'library' ? NINE_ONLY : 'stored programs';
    if (SPATIAL_LISTS.test(text)) return 'spatial';
    return named ?? (LISTS.test(text) ? 'stored programs' : undefined);
  }

  /** Variables that a statement which cannot run would have set, and those that are set again. */
  #followVariables(text: string, feature: LaterFeature | undefined): void {
    const sets = SETS_VARIABLES.test(text) || /^get\b/i.test(text);
    const isCreate = /^create\b/i.test(text);
    const written = isCreate ? variablesWrittenIn(text) : (text.match(/@[\w$]+/g) ?? []);
    if (!sets && !isCreate && !/^call\b/i.test(text)) return;
    for (const name of written) {
      if (feature !== undefined) this.#absent.set(name.toLowerCase(), feature);
      else if (sets) this.#absent.delete(name.toLowerCase());
    }
  }

  /** MySQL's answer lists such an object. */
  #absentListedIn({ rows = [] }: Answer): LaterFeature | undefined {
    if (this.#absent.size === 0) return undefined;
    for (const cell of rows.flat()) {
      const feature = cell === null ? undefined : this.#absent.get(cell.toLowerCase());
      if (feature !== undefined) return feature;
    }
    return undefined;
  }

  #absentNamedIn(text: string): LaterFeature | undefined {
    if (this.#absent.size === 0) return undefined;
    const prepared = USES_PREPARED.exec(text)?.[1];
    if (prepared !== undefined) return this.#absent.get(`prepare ${bare(prepared)}`);
    const read = SETS_VARIABLES.test(text) ? text.replaceAll(/@[\w$]+\s*:?=/g, '=') : text;
    for (const word of read.toLowerCase().match(/@?[\w$]+/g) ?? []) {
      const feature = this.#absent.get(word);
      if (feature !== undefined) return feature;
    }
    return undefined;
  }

  #follow(text: string, feature: LaterFeature | undefined, got: Answer): void {
    const made = MAKES.exec(text)?.[1];
    if (made !== undefined) {
      if (feature !== undefined && got.errno !== undefined) this.#absent.set(bare(made), feature);
      else this.#absent.delete(bare(made));
    }
    const called = /^call\s+(`[^`]+`|[\w$.]+)/i.exec(text)?.[1];
    for (const table of this.#writtenBy.get(bare(called ?? '')) ?? []) this.#absent.set(table, 'stored programs');
    const [, prepared, , body = ''] = PREPARES.exec(text) ?? [];
    if (prepared !== undefined) {
      const later = featureOf(body);
      if (later === undefined) this.#absent.delete(`prepare ${bare(prepared)}`);
      else this.#absent.set(`prepare ${bare(prepared)}`, later);
    }
    const forgotten = FORGETS.exec(text)?.[1];
    if (forgotten !== undefined) this.#absent.delete(`prepare ${bare(forgotten)}`);
    const altered = ALTERS.exec(text)?.[1];
    if (altered !== undefined && feature !== undefined && got.errno !== undefined) {
      this.#absent.set(bare(altered), feature);
    }
    if (feature === 'stored programs' && got.errno === NOT_SUPPORTED && /^create\b/i.test(text)) {
      const tables = tablesNamedIn(text);
      if (made !== undefined) this.#writtenBy.set(bare(made), tables);
      for (const table of tables) this.#absent.set(table, feature);
      for (const [, name = ''] of text.matchAll(/\bprepare\s+([\w$]+)\s+from\b/gi))
        this.#absent.set(`prepare ${bare(name)}`, feature);
    }
    const dropped = DROPS.exec(text)?.[1];
    for (const name of dropped?.split(',') ?? []) this.#absent.delete(bare(name));
  }
}
