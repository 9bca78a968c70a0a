/**
 * All accounts of a server: the published book, how it changes, and who a client is.
 *
 * Changes run one after the other: draft, write to the store, publish. Reads never wait. What may interleave: while a
 * change awaits the store, sessions go on with the old book.
 */
import { SqlError, isPromise, type Bytes, type MaybePromise } from '../../base/index.ts';
import type { Catalog } from '../../sql/catalog/index.ts';
import type { AccountCredentials } from '../session-port.ts';
import { AccountBook, type Draft } from './account-book.ts';
import { AccountRights } from './account-rights.ts';
import { type AccountId, type UserRow } from './account-rows.ts';
import type { AccountStore } from './account-store.ts';
import type { Edit, Note } from './edit.ts';
import { matchesHost, specificity } from './host-pattern.ts';
import { CACHING_SHA2_PASSWORD, SALT_BYTES } from './passwords/index.ts';
import { DYNAMIC_PRIVILEGES } from './privileges.data.ts';
import { ALL_STATIC } from './privileges.ts';
import { addSystemAccounts } from './system-accounts.ts';
import { newUser, passwordHash, type GeneratedPassword } from './user-options.ts';

/** What the room needs to know of a session; EngineSession fits. */
export interface AccountSession {
  readonly account: AccountId;
  /** Where the client is, as messages name it. */
  readonly clientHost: string;
  readonly state: { readonly database: string | null };
  warn(errno: number, message: string, level?: 'Warning' | 'Note' | 'Error'): void;
}

export interface AccountsOptions {
  readonly store: AccountStore;
  randomBytes(count: number): Bytes;
  nowMs(): number;
  catalog(): Pick<Catalog, 'findTable'>;
  /** Of the root account when it is made at first start; '' = none. */
  readonly rootPassword?: string;
  /** Instead of a password, what is stored of it (caching_sha2_password). */
  readonly rootPasswordHash?: string;
  /** Where root may come from; absent = localhost. */
  readonly rootHost?: string;
}

const ROOT: AccountId = { user: 'root', host: 'localhost' };

export class Accounts {
  readonly #options: AccountsOptions;
  #book: AccountBook;
  #epoch = 1;
  #byPriority: readonly UserRow[] | undefined;
  #queue: Promise<unknown> | undefined;
  readonly #notes = new WeakMap<AccountRights, number>();

  private constructor(options: AccountsOptions, book: AccountBook) {
    this.#options = options;
    this.#book = book;
  }

  /** Loads what the store has; an empty one gets root@localhost with all rights. */
  static async open(options: AccountsOptions): Promise<Accounts> {
    const accounts = new Accounts(options, AccountBook.of(await options.store.load()));
    if (accounts.#book.tables.user.size === 0) await accounts.#bootstrap();
    return accounts;
  }

  get book(): AccountBook {
    return this.#book;
  }

  /** Grows with every change. */
  get epoch(): number {
    return this.#epoch;
  }

  rightsOf(session: AccountSession): AccountRights {
    return new AccountRights(this, session);
  }

  defaultRolesOf(account: AccountId): AccountId[] {
    return this.#book.rowsOf('default_roles', account).map((row) => ({ user: row.roleUser, host: row.roleHost }));
  }

  /** For authentication: the first match in MySQL's order (host before user, specific before general). */
  findAccount(user: string, hosts: readonly string[]): AccountCredentials | undefined {
    const row = this.#sorted().find(
      (each) => (each.user === user || each.user === '') && hosts.some((host) => matchesHost(each.host, host)),
    );
    return row === undefined ? undefined : credentialsOf(row, this.#options.nowMs());
  }

  /** True while root@localhost has no password: `ebb start` says so. */
  get rootHasNoPassword(): boolean {
    return this.#book.findUser(ROOT)?.authenticationString === '';
  }

  change(
    rights: AccountRights,
    edit: (edit: Edit) => GeneratedPassword[] | void,
  ): MaybePromise<readonly GeneratedPassword[]> {
    return this.#serial(() => {
      const notes: Note[] = [];
      const draft = this.#book.draft();
      const generated = edit(this.#edit(rights, draft, notes)) ?? [];
      const done = (): readonly GeneratedPassword[] => {
        for (const note of notes) rights.session.warn(note.errno, note.message, note.level);
        this.#notes.set(rights, notes.length);
        return generated;
      };
      const written = this.#publish(draft);
      return isPromise(written) ? written.then(done) : done();
    });
  }

  /** Warnings of the last change that this session made. */
  lastNotes(rights: AccountRights): number {
    return this.#notes.get(rights) ?? 0;
  }

  /** FLUSH PRIVILEGES: the tables may have been changed by hand. */
  reload(): MaybePromise<void> {
    return this.#serial(async () => {
      this.#adopt(AccountBook.of(await this.#options.store.load()));
    });
  }

  /** Sets the password of an account outside any session (`--root-password`). */
  setPassword(account: AccountId, password: string): MaybePromise<void> {
    return this.#serial(() => {
      const row = this.#book.findUser(account);
      if (row === undefined)
        throw new SqlError(
          'ER_PASSWORD_NO_MATCH',
          1133,
          '42000',
          `There is no account ${account.user}@${account.host}`,
        );
      const draft = this.#book.draft();
      draft.put('user', { ...row, ...this.#password(row.plugin, password) });
      return this.#publish(draft);
    });
  }

  #edit(rights: AccountRights, draft: Draft, notes: Note[]): Edit {
    const { nowMs, randomBytes, catalog } = this.#options;
    return {
      draft,
      notes,
      self: rights.account,
      database: rights.session.state.database,
      nowMs: nowMs(),
      randomBytes,
      findColumns: (schema, table) => {
        const found = catalog().findTable(schema, table);
        if (found === undefined) return undefined;
        return found.kind === 'view' ? found.columns : found.columns.map((column) => column.name);
      },
    };
  }

  async #bootstrap(): Promise<void> {
    const { rootPassword = '', rootPasswordHash, rootHost = ROOT.host, nowMs } = this.#options;
    const draft = this.#book.draft();
    const root = { user: ROOT.user, host: rootHost };
    const proof =
      rootPasswordHash === undefined
        ? this.#password(CACHING_SHA2_PASSWORD, rootPassword)
        : { authenticationString: rootPasswordHash, passwordChangedAtMs: nowMs() };
    draft.put('user', { ...newUser(root, nowMs()), privileges: ALL_STATIC, ...proof });
    for (const privilege of DYNAMIC_PRIVILEGES) draft.put('global_grants', { ...root, privilege, grantOption: true });
    addSystemAccounts(draft, nowMs());
    await this.#publish(draft);
  }

  #password(plugin: string, password: string): Pick<UserRow, 'authenticationString' | 'passwordChangedAtMs'> {
    const salt = this.#options.randomBytes(SALT_BYTES);
    return { authenticationString: passwordHash(plugin, password, salt), passwordChangedAtMs: this.#options.nowMs() };
  }

  #publish(draft: Draft): MaybePromise<void> {
    const changes = draft.changes();
    if (changes.length === 0) return;
    const written = this.#options.store.write(changes);
    if (isPromise(written)) return written.then(() => this.#adopt(draft));
    this.#adopt(draft);
  }

  #adopt(book: AccountBook): void {
    this.#book = new AccountBook(book.tables);
    this.#byPriority = undefined;
    this.#epoch++;
  }

  /** One change at a time; at once when none is under way. */
  #serial<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    const before = this.#queue;
    const result = before === undefined ? work() : before.then(work, work);
    if (!isPromise(result)) return result;
    const settled = result.then(ignore, ignore).then(() => {
      if (this.#queue === settled) this.#queue = undefined;
    });
    this.#queue = settled;
    return result;
  }

  #sorted(): readonly UserRow[] {
    this.#byPriority ??= [...this.#book.tables.user.values()].sort(
      (a, b) => specificity(b.host) - specificity(a.host) || b.user.length - a.user.length,
    );
    return this.#byPriority;
  }
}

const ignore = (): void => undefined;
const DAY_MS = 86_400_000;

function credentialsOf(row: UserRow, nowMs: number): AccountCredentials {
  const lifetimeMs = (row.passwordLifetimeDays ?? 0) * DAY_MS;
  return {
    user: row.user,
    host: row.host,
    plugin: row.plugin,
    authenticationString: row.authenticationString,
    locked: row.locked,
    passwordExpired: row.passwordExpired || (lifetimeMs > 0 && nowMs - row.passwordChangedAtMs > lifetimeMs),
    requireTls: row.tls.type !== '',
  };
}
