/** The names of months and days in the locale of lc_time_names. */
import { LOCALES } from './locales.data.ts';

export interface LocaleNames {
  readonly name: string;
  readonly months: readonly string[];
  readonly shortMonths: readonly string[];
  /** From Monday. */
  readonly days: readonly string[];
  readonly shortDays: readonly string[];
}

const byName = new Map<string, LocaleNames>();

/** Old names. */
const ALIASES: ReadonlyMap<string, string> = new Map([['sr_yu', 'sr_rs']]);

/** By name in any case, or by number. */
export function findLocale(wanted: string): LocaleNames | undefined {
  const lower = ALIASES.get(wanted.toLowerCase()) ?? wanted.toLowerCase();
  let locale = byName.get(lower);
  if (locale === undefined) {
    const row = LOCALES.find(([name, number]) => name.toLowerCase() === lower || number === wanted);
    if (row === undefined) return undefined;
    const [months, shortMonths, days, shortDays] = row.slice(2).map((names) => names.split('|'));
    locale = { name: row[0], months: months!, shortMonths: shortMonths!, days: days!, shortDays: shortDays! };
    byName.set(lower, locale);
  }
  return locale;
}

const ENGLISH = findLocale('en_US')!;

export function localeOf(session: { readonly lcTimeNames: string }): LocaleNames {
  return session.lcTimeNames === ENGLISH.name ? ENGLISH : (findLocale(session.lcTimeNames) ?? ENGLISH);
}
