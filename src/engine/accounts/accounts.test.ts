/** Account statements against what MySQL answered (testdata/grants.recorded.json, see script/accounts). */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { SqlError } from '../../base/index.ts';
import { parse } from '../../sql/parser/index.ts';
import { Accounts, MemoryAccountStore, type AccountRights } from './index.ts';

interface Step {
  readonly sql: string;
  readonly header?: string;
  readonly rows?: readonly string[];
  readonly notes?: readonly (readonly [number, string])[];
  readonly error?: readonly [number, string, string];
}

const steps = JSON.parse(readFileSync(new URL('./testdata/grants.recorded.json', import.meta.url), 'utf8')) as Step[];

class FakeAccountSession {
  readonly account: { user: string; host: string };
  readonly clientHost = 'localhost';
  readonly state: { database: string | null } = { database: 'acc_room' };
  notes: (readonly [number, string])[] = [];
  constructor(user: string, host = 'localhost') {
    this.account = { user, host };
  }
  warn(errno: number, message: string): void {
    this.notes.push([errno, message]);
  }
}

async function openAccounts(store = new MemoryAccountStore()): Promise<Accounts> {
  const columns = new Map([
    ['acc_room.t', ['a', 'b', 'c']],
    ['acc_room.t2', ['a']],
  ]);
  return Accounts.open({
    store,
    randomBytes: (count) => new Uint8Array(count).fill(65),
    nowMs: () => 1_700_000_000_000,
    catalog: () => ({
      findTable: (schema, name) => {
        const found = columns.get(`${schema}.${name}`);
        return found === undefined
          ? undefined
          : ({ kind: 'table', columns: found.map((column) => ({ name: column })) } as never);
      },
    }),
  });
}

async function run(rights: AccountRights, sql: string): Promise<{ header?: string; rows?: string[] }> {
  const { statement } = parse(sql, { sqlMode: '' });
  rights.requireFor(statement);
  const result = await rights.runAccountStatement(statement);
  if (result === undefined) throw new Error(`not an account statement: ${sql}`);
  if (result.kind === 'ok') return {};
  const batch = (await result.next()) ?? [];
  const header = result.columns[0]?.name;
  return { ...(header === undefined ? {} : { header }), rows: batch.map((row) => masked(String(row[0]))) };
}

function masked(text: string): string {
  return text.replace(/ AS '\$A\$.*?' (?=DEFAULT ROLE|REQUIRE)/s, " AS '<hash>' ");
}

async function outcome(rights: AccountRights, session: FakeAccountSession, sql: string): Promise<Omit<Step, 'sql'>> {
  session.notes = [];
  try {
    const result = await run(rights, sql);
    return { ...result, ...(session.notes.length > 0 ? { notes: session.notes } : {}) };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { error: [error.errno, error.sqlState, error.message] };
  }
}

describe('recorded account statements', () => {
  const session = new FakeAccountSession('root');
  let rights: AccountRights;
  beforeAll(async () => {
    rights = (await openAccounts()).rightsOf(session);
  });
  it.each(steps.map((step, i) => [`${i} ${step.sql}`, step] as const))('%s', async (_, step) => {
    const { sql, ...expected } = step;
    expect(await outcome(rights, session, sql)).toEqual(expected);
  });
});

describe('rights', () => {
  const denied = async (user: string, sql: string, setup: readonly string[]): Promise<string> => {
    const accounts = await openAccounts();
    const root = accounts.rightsOf(new FakeAccountSession('root'));
    for (const statement of setup) await run(root, statement);
    const rights = accounts.rightsOf(new FakeAccountSession(user, '%'));
    try {
      rights.requireFor(parse(sql, { sqlMode: '' }).statement);
      return 'allowed';
    } catch (error) {
      return `${(error as SqlError).errno} ${(error as SqlError).message}`;
    }
  };

  it.each([
    ['drop table t', [], "1142 DROP command denied to user 'u'@'localhost' for table 't'"],
    ['drop table t', ['grant drop on acc_room.t to u'], 'allowed'],
    ['drop table t', ['grant drop on `acc\\_%`.* to u'], 'allowed'],
    [
      'drop table t',
      ['create role r', 'grant drop on acc_room.* to r', 'grant r to u'],
      "1142 DROP command denied to user 'u'@'localhost' for table 't'",
    ],
    [
      'drop table t',
      ['create role r', 'grant drop on acc_room.* to r', 'grant r to u', 'set default role r to u'],
      'allowed',
    ],
    ['create database d', [], "1044 Access denied for user 'u'@'%' to database 'd'"],
    [
      'create user x',
      [],
      '1227 Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation',
    ],
    [
      'grant select on *.* to u',
      ['grant select on *.* to u'],
      "1045 Access denied for user 'u'@'%' (using password: NO)",
    ],
    ['grant select on acc_room.* to u', ['grant select on *.* to u with grant option'], 'allowed'],
    [
      'grant insert on acc_room.* to u',
      ['grant select on *.* to u with grant option'],
      "1044 Access denied for user 'u'@'%' to database 'acc_room'",
    ],
    ['alter user u identified by "x"', [], 'allowed'],
    [
      'alter user root@localhost identified by "x"',
      [],
      '1227 Access denied; you need (at least one of) the CREATE USER privilege(s) for this operation',
    ],
    [
      'flush privileges',
      [],
      '1227 Access denied; you need (at least one of) the RELOAD or FLUSH_PRIVILEGES privilege(s) for this operation',
    ],
    [
      'select 1 into outfile "/tmp/x"',
      [],
      '1227 Access denied; you need (at least one of) the FILE privilege(s) for this operation',
    ],
    [
      'create role x',
      [],
      '1227 Access denied; you need (at least one of) the CREATE USER, CREATE ROLE privilege(s) for this operation',
    ],
    ['analyze table t', [], "1142 SELECT, INSERT command denied to user 'u'@'localhost' for table 't'"],
    ['alter table t rename to z', [], "1142 DROP, ALTER command denied to user 'u'@'localhost' for table 't'"],
    ['lock tables t read', [], "1044 Access denied for user 'u'@'%' to database 'acc_room'"],
    [
      'grant backup_admin on *.* to u',
      [],
      '1227 Access denied; you need (at least one of) the GRANT OPTION privilege(s) for this operation',
    ],
    [
      'grant r to u',
      ['create role r'],
      '1227 Access denied; you need (at least one of) the WITH ADMIN, ROLE_ADMIN, SUPER privilege(s) for this operation',
    ],
  ])('%s after %j: %s', async (sql, setup, expected) => {
    expect(await denied('u', sql, ['create user u', ...setup])).toBe(expected);
  });

  it('checks columns one by one', async () => {
    const accounts = await openAccounts();
    const root = accounts.rightsOf(new FakeAccountSession('root'));
    for (const sql of ['create user u', 'grant select (a) on acc_room.t to u']) await run(root, sql);
    const rights = accounts.rightsOf(new FakeAccountSession('u', '%'));
    expect(() => rights.check('select', 'acc_room', 't', ['a'])).not.toThrow();
    expect(() => rights.check('select', 'acc_room', 't', ['a', 'b'])).toThrow(
      "SELECT command denied to user 'u'@'localhost' for column 'b' in table 't'",
    );
    expect(() => rights.check('update', 'acc_room', 't', ['a'])).toThrow(
      "UPDATE command denied to user 'u'@'localhost' for table 't'",
    );
    expect(() => rights.requireDatabase('acc_room')).not.toThrow();
    expect(() => rights.requireDatabase('other')).toThrow("Access denied for user 'u'@'%' to database 'other'");
  });

  it('matches the most specific account', async () => {
    const accounts = await openAccounts();
    const root = accounts.rightsOf(new FakeAccountSession('root'));
    await run(root, "create user u@'%', u@'10.%', u@'10.0.0.0/255.255.255.0', u@'10.0.0.7', ''@'10.1.2.3'");
    const host = (address: string): string | undefined => accounts.findAccount('u', [address])?.host;
    expect([host('10.0.0.7'), host('10.0.0.8'), host('10.9.9.9'), host('8.8.8.8')]).toEqual([
      '10.0.0.7',
      '10.0.0.0/255.255.255.0',
      '10.%',
      '%',
    ]);
    expect(accounts.findAccount('nobody', ['10.1.2.3'])?.user).toBe('');
    expect(accounts.findAccount('nobody', ['8.8.8.8'])).toBeUndefined();
    expect(accounts.findAccount('root', ['localhost', '127.0.0.1'])?.host).toBe('localhost');
  });

  it('loads what it stored', async () => {
    const store = new MemoryAccountStore();
    const accounts = await openAccounts(store);
    const root = accounts.rightsOf(new FakeAccountSession('root'));
    await run(root, "create user u identified by 'x'");
    await run(root, 'grant select (a), insert on acc_room.t to u');
    const again = await openAccounts(store);
    const lines = await run(again.rightsOf(new FakeAccountSession('root')), 'show grants for u');
    expect(lines.rows).toEqual([
      'GRANT USAGE ON *.* TO `u`@`%`',
      'GRANT SELECT (`a`), INSERT ON `acc_room`.`t` TO `u`@`%`',
    ]);
  });
});
