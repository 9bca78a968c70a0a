/** Rows about the server: collations, engines, variables, processes, privileges. */
import { collationNames, findCollation, type Row } from '../types/index.ts';
import type { InfoSource } from './info-source.ts';

export function collationRows(): Row[] {
  return collationNames().flatMap((name): Row[] => {
    const collation = findCollation(name);
    if (collation === undefined) return [];
    return [
      [
        name,
        collation.charset,
        collation.id,
        collation.isDefault ? 'Yes' : '',
        'Yes',
        collation.sortLength,
        collation.padSpace ? 'PAD SPACE' : 'NO PAD',
      ],
    ];
  });
}

export function collationCharsetRows(): Row[] {
  return collationNames().map((name) => [name, findCollation(name)?.charset ?? null]);
}

const CHARSET_DESCRIPTIONS: Readonly<Record<string, string>> = {
  ascii: 'US ASCII',
  binary: 'Binary pseudo charset',
  latin1: 'cp1252 West European',
  utf8mb3: 'UTF-8 Unicode',
  utf8mb4: 'UTF-8 Unicode',
  utf16: 'UTF-16 Unicode',
  utf16le: 'UTF-16LE Unicode',
  utf32: 'UTF-32 Unicode',
  ucs2: 'UCS-2 Unicode',
  gbk: 'GBK Simplified Chinese',
  gb18030: 'China National Standard GB18030',
  sjis: 'Shift-JIS Japanese',
};

export function charsetRows(): Row[] {
  const defaults = collationNames().flatMap((name) => {
    const collation = findCollation(name);
    return collation?.isDefault ? [collation] : [];
  });
  return defaults
    .map(
      (collation): Row => [
        collation.charset,
        collation.name,
        CHARSET_DESCRIPTIONS[collation.charset] ?? collation.charset,
        collation.maxBytes,
      ],
    )
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}

export function engineRows(): Row[] {
  return [['InnoDB', 'DEFAULT', 'Ebb: versioned tables on an object store and a commit log', 'YES', 'NO', 'YES']];
}

export function pluginRows(): Row[] {
  const row = (name: string, type: string, description: string): Row => [
    name,
    '1.0',
    'ACTIVE',
    type,
    '1.0',
    null,
    null,
    'Ebb',
    description,
    'Apache-2.0',
    'FORCE',
  ];
  return [
    row('mysql_native_password', 'AUTHENTICATION', 'Native MySQL authentication'),
    row('caching_sha2_password', 'AUTHENTICATION', 'Caching sha2 authentication'),
    row('InnoDB', 'STORAGE ENGINE', 'Ebb tables'),
  ];
}

export function processRows(source: InfoSource): Row[] {
  return source.processes.map((process) => [
    process.id,
    process.user,
    process.host,
    process.database,
    process.command,
    process.seconds,
    process.state,
    process.info,
  ]);
}

export function pairRows(pairs: readonly (readonly [string, string])[]): Row[] {
  return pairs.map(([name, value]) => [name, value]);
}
