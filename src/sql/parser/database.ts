/** CREATE, ALTER, DROP DATABASE. */
import type { AlterDatabase, CreateDatabase, DatabaseOptions, DropDatabase } from '../ast/index.ts';
import { parseIfExists, parseIfNotExists } from './create-table.ts';
import type { Cursor } from './cursor.ts';
import { acceptPlacement, parseCharsetOption } from './table-option.ts';
import { K, T, tokenTable } from './token.ts';

type Draft = { -readonly [Key in keyof DatabaseOptions]: DatabaseOptions[Key] };

const OPTION_START = tokenTable([
  [K.DEFAULT, 1],
  [K.CHAR, 1],
  [K.CHARSET, 1],
  [K.COLLATE, 1],
  [K.ENCRYPTION, 1],
]);

function parseOptions(p: Cursor, alter: boolean): DatabaseOptions {
  const options: Draft = { charset: undefined, collation: undefined, encryption: undefined, readOnly: undefined };
  for (;;) {
    if (alter && p.kind === K.READ) {
      p.expectAll(K.READ, K.ONLY);
      p.accept(T.EQ);
      options.readOnly = p.accept(K.DEFAULT) ? 'default' : p.number() !== 0;
    } else if (OPTION_START[p.kind] === 1) {
      const option = parseCharsetOption(p);
      const value = option.value as string | undefined;
      if (option.name === 'collate') options.collation = value;
      else if (option.name === 'encryption') options.encryption = value;
      else options.charset = value;
    } else if (!acceptPlacement(p)) {
      return options;
    }
  }
}

export function parseCreateDatabase(p: Cursor, start: number): CreateDatabase {
  p.expect(K.DATABASE);
  const ifNotExists = parseIfNotExists(p);
  const name = p.name();
  const options = parseOptions(p, false);
  return { kind: 'create-database', start, end: p.lastEnd, ifNotExists, name, options };
}

export function parseAlterDatabase(p: Cursor, start: number): AlterDatabase {
  p.expect(K.DATABASE);
  const name = p.isName() && OPTION_START[p.kind] !== 1 ? p.name() : undefined;
  if (OPTION_START[p.kind] !== 1 && p.kind !== K.READ && !(p.additions && p.isWord('placement'))) p.fail();
  const options = parseOptions(p, true);
  return { kind: 'alter-database', start, end: p.lastEnd, name, options };
}

export function parseDropDatabase(p: Cursor, start: number): DropDatabase {
  p.expect(K.DATABASE);
  const ifExists = parseIfExists(p);
  const name = p.name();
  return { kind: 'drop-database', start, end: p.lastEnd, ifExists, name };
}
