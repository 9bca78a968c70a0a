/** How FORMAT writes numbers in MySQL's locales; all that are not here group by commas. Recorded from MySQL 9.7. */

export interface NumberLocale {
  readonly thousands: string;
  readonly point: string;
  /** Behind the last three digits groups have two (12,34,567). */
  readonly isIndian: boolean;
}

const COMMAS: NumberLocale = { thousands: ',', point: '.', isIndian: false };

/** Thousands separator, decimal point, names. */
const OTHERS: readonly (readonly [thousands: string, point: string, names: string])[] = [
  ['', '.', 'ar_SA sr_RS'],
  [
    '',
    ',',
    'fr_FR ca_ES de_AT eu_ES gl_ES hr_HR nl_NL pl_PL pt_BR pt_PT sl_SI fr_BE fr_CA fr_CH fr_LU it_IT nl_BE el_GR',
  ],
  [
    '.',
    ',',
    'de_DE be_BY da_DK es_ES fo_FO hu_HU id_ID is_IS lt_LT mn_MN nb_NO ro_RO ru_UA sq_AL tr_TR uk_UA vi_VN de_BE de_LU es_AR es_BO es_CL es_CO es_EC es_PY es_UY es_VE no_NO',
  ],
  [' ', ',', 'sv_SE cs_CZ et_EE fi_FI lv_LV mk_MK ru_RU sk_SK es_CR sv_FI'],
  // As MySQL has it.
  ['\0', ',', 'bg_BG'],
  ["'", '.', 'de_CH'],
  ["'", ',', 'it_CH rm_CH'],
];
const INDIAN = 'ta_IN te_IN en_IN';

const byName = new Map<string, NumberLocale>([
  ...OTHERS.flatMap(([thousands, point, names]) =>
    names.split(' ').map((name): [string, NumberLocale] => [name.toLowerCase(), { thousands, point, isIndian: false }]),
  ),
  ...INDIAN.split(' ').map((name): [string, NumberLocale] => [name.toLowerCase(), { ...COMMAS, isIndian: true }]),
]);

/** Of a locale that MySQL knows. */
export function numberLocale(name: string): NumberLocale {
  return byName.get(name.toLowerCase()) ?? COMMAS;
}

/** Digits with an optional fraction, grouped. */
export function groupDigits(text: string, { thousands, point, isIndian }: NumberLocale): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction] = match;
  const borders = isIndian ? /\B(?=(?:\d{2})*\d{3}$)/g : /\B(?=(?:\d{3})+$)/g;
  return `${sign}${whole.replaceAll(borders, () => thousands)}${fraction === undefined ? '' : point + fraction}`;
}
