/**
 * What the server had on which go-mysql-server's assertions were recorded, and what an assertion owes to it rather than to SQL: accounts beside root
 * (a client from 127.0.0.1 was root@127.0.0.1), the day, salts of passwords, no time zone tables, and MySQL 9 where it differs from 8.0 and 8.4
 * (../shared/CORPORA.md: there Ebb follows 8.0 and 8.4).
 *
 * Accounts are made before each group; the day and the salts compare as what they are; only the rest is skipped.
 */
import type { Answer } from './replay.ts';

/** Made by the root of the suite, after the accounts of the group before are gone. */
export const ACCOUNTS_OF_THE_RECORDING: readonly string[] = [
  "CREATE USER IF NOT EXISTS 'root'@'127.0.0.1', 'kysely'@'%' IDENTIFIED BY 'x', 'sqlancer'@'%' IDENTIFIED BY 'x', 'testuser'@'%' IDENTIFIED BY 'x', 'testuser'@'127.0.0.1', 'testuser'@'localhost'",
  "GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION",
  "GRANT ALL ON *.* TO 'kysely'@'%', 'sqlancer'@'%', 'testuser'@'%'",
  "GRANT CLONE_ADMIN, REPLICATION_SLAVE_ADMIN ON *.* TO 'testuser'@'localhost'",
];

const RECORDED_ON = '2026-11-23';
const MOMENT = /^(\d{4}-\d\d-\d\d)( \d\d:\d\d:\d\d(?:\.\d+)?)?$/;
const SALTED = /^\$A\$00/;
/** Longest time that a group takes. */
const GROUP_MS = 300_000;

/** The rows with the present moment and salted passwords replaced by words that both sides share. */
export function withoutMoments(answer: Answer, isNow: (day: string, cell: string) => boolean): Answer {
  if (answer.rows === undefined) return answer;
  const plain = (cell: string | null): string | null => {
    if (cell === null) return null;
    if (SALTED.test(cell)) return '<salted password>';
    const found = MOMENT.exec(cell);
    if (found === null || !isNow(found[1]!, cell)) return cell;
    return found[2] === undefined ? '<today>' : `<now, ${found[2].length} characters>`;
  };
  return { ...answer, rows: answer.rows.map((row) => row.map(plain)) };
}

export function isMomentOfRecording(day: string): boolean {
  return day === RECORDED_ON;
}

export function isPresentMoment(day: string, cell: string): boolean {
  const nowMs = Date.now();
  if (cell === day) return [nowMs, nowMs - GROUP_MS].some((ms) => new Date(ms).toISOString().startsWith(day));
  const ms = Date.parse(`${cell.replace(' ', 'T')}Z`);
  return ms <= nowMs + 1000 && ms >= nowMs - GROUP_MS;
}

const NATIVE_PASSWORD = 'MySQL 9 has mysql_native_password no more, 8.0 and Ebb have it';
const INLINE_REFERENCES = 'MySQL 9 makes a foreign key of an inline REFERENCES, 8.0 and Ebb do not';
const TIME_ZONES = "the recording's MySQL had no time zone tables, Ebb knows the zones by itself";
const HASHES = 'MySQL 9 has MD5 and SHA no more among the functions of a default, 8.0 and Ebb have them';
const OTHER_DATABASES = "lists databases of others on the recording's server";
const SERVER_NAME = 'names the server and its version';

const PLUGIN_NOT_LOADED = 1524;
const UNKNOWN_TIME_ZONE = 1298;
const DISALLOWED_IN_DEFAULT = 3770;

/** One per group. */
export class RecordingDifferences {
  readonly #names = new Map<string, string>();
  #timeZones = false;

  /** The reason to skip a statement that did not pass; call for every statement, in order. */
  reasonToSkip(sql: string, wanted: Answer, got: Answer): string | undefined {
    this.#follow(sql, wanted, got);
    if (this.#timeZones) return TIME_ZONES;
    if (/@@(?:global\.)?version(?:_comment)?\b/i.test(sql)) return SERVER_NAME;
    if (wanted.rows?.some((row) => row.includes('knex_test')) === true) return OTHER_DATABASES;
    const words = sql.toLowerCase().match(/[\w$]+/g) ?? [];
    for (const word of words) {
      const reason = this.#names.get(word);
      if (reason !== undefined) return reason;
    }
    const listsAccounts = /\bmysql\s*\.\s*user\b/i.test(sql) && [...this.#names.values()].includes(NATIVE_PASSWORD);
    return listsAccounts ? NATIVE_PASSWORD : undefined;
  }

  #follow(sql: string, wanted: Answer, got: Answer): void {
    if (wanted.errno === UNKNOWN_TIME_ZONE && got.errno === undefined) this.#timeZones = true;
    if (wanted.errno === PLUGIN_NOT_LOADED && /mysql_native_password/i.test(sql)) {
      for (const [, name] of sql.matchAll(/([\w$]+)['`]?\s*@/g)) this.#names.set(name!.toLowerCase(), NATIVE_PASSWORD);
    }
    const hashed = /^\s*create\s+table\s+`?([\w$]+)`?.*\b(?:md5|sha1?|sha2)\s*\(/is.exec(sql)?.[1];
    if (wanted.errno === DISALLOWED_IN_DEFAULT && hashed !== undefined) this.#names.set(hashed.toLowerCase(), HASHES);
    const made = /^\s*create\s+table\s+`?([\w$]+)`?\s*\((.*)\)/is.exec(sql);
    if (made !== null && wanted.errno === undefined && hasInlineReference(made[2]!)) {
      this.#names.set(made[1]!.toLowerCase(), INLINE_REFERENCES);
    }
  }
}

/** A column definition with REFERENCES in it, by the commas outside parentheses. */
function hasInlineReference(definitions: string): boolean {
  let depth = 0;
  let part = '';
  const parts: string[] = [];
  for (const character of `${definitions},`) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return parts.some((each) => /\breferences\b/i.test(each) && !/\bforeign\s+key\b/i.test(each));
}
