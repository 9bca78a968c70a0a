/** What every change of accounts gets to work with. */
import type { Bytes } from '../../base/index.ts';
import type { AccountName } from '../../sql/ast/index.ts';
import type { Draft } from './account-book.ts';
import type { AccountId } from './account-rows.ts';

export interface Note {
  readonly level: 'Note' | 'Warning';
  readonly errno: number;
  readonly message: string;
}

export interface Edit {
  readonly draft: Draft;
  readonly notes: Note[];
  /** The account that runs the statement, and under which it may act on itself. */
  readonly self: AccountId;
  readonly database: string | null;
  readonly nowMs: number;
  randomBytes(count: number): Bytes;
  /** Column names of a table or view; undefined when there is none. */
  findColumns(schema: string, table: string): readonly string[] | undefined;
}

export function resolveAccount(name: AccountName, self: AccountId): AccountId {
  return name.current ? self : { user: name.user, host: name.host };
}

export function note(edit: Edit, level: Note['level'], errno: number, message: string): void {
  edit.notes.push({ level, errno, message });
}
