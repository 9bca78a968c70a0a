/** The server against raw bytes and the fake engine. Bytes expected are those of MySQL's protocol documentation. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqlError } from '../../base/index.ts';
import { Sha2Cache, cachingSha2Hash } from '../../engine/index.ts';
import {
  DateTime,
  Decimal,
  dateType,
  datetimeType,
  decimalType,
  doubleType,
  intType,
  timeType,
  varcharType,
  blobType,
  type Value,
} from '../../sql/types/index.ts';
import { FakeEngine, column, okResult, rowsResult } from '../testing/fake-engine.ts';
import { CLIENT_CAPABILITIES, RawClient, frame, handshakeResponse } from '../testing/raw-client.ts';
import { Capability, Command } from './protocol.ts';
import { MysqlServer } from './server.ts';

let engine: FakeEngine;
let server: MysqlServer;
const clients: RawClient[] = [];

beforeEach(async () => {
  engine = new FakeEngine();
  engine.addAccount('root');
  server = new MysqlServer({ engine, host: '127.0.0.1', port: 0 });
  await server.listen();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.end();
  await server.close();
});

async function login(capabilities = CLIENT_CAPABILITIES): Promise<RawClient> {
  const client = await RawClient.login(server.port, 'root', capabilities);
  clients.push(client);
  return client;
}

async function raw(): Promise<RawClient> {
  const client = await RawClient.connect(server.port);
  clients.push(client);
  return client;
}

function errorOf(payload: Buffer | undefined): string {
  return payload?.[0] === 0xff
    ? `${payload.readUInt16LE(1)} ${payload.toString('utf8', 3)}`
    : `no error: ${payload?.toString('hex')}`;
}

const INT = intType('int', { nullable: false });

describe('greeting and login', () => {
  it('greets with protocol 10, the version, a nonce and the default plugin', async () => {
    const client = await raw();
    const payload = (await client.packet())?.payload as Buffer;
    expect(payload[0]).toBe(10);
    const end = payload.indexOf(0);
    expect(payload.toString('latin1', 1, end)).toBe('8.4.6-Ebb-test');
    expect(payload.readUInt32LE(end + 1)).toBe(1);
    expect(payload.subarray(-22).toString('latin1')).toBe('caching_sha2_password\0');
    expect(payload.subarray(end + 5, end + 13).includes(0)).toBe(false);
  });

  it('answers OK to the empty password of an account without one', async () => {
    const client = await raw();
    await client.packet();
    client.send(1, handshakeResponse('root'));
    expect(await client.packets(1)).toEqual(['2 00000002000000']);
    expect(engine.sessions[0]?.options).toMatchObject({
      user: 'root',
      host: 'localhost',
      connectionId: 1,
      multiStatements: false,
    });
  });

  it('refuses an unknown user and a wrong password with 1045', async () => {
    const client = await raw();
    await client.packet();
    client.send(1, handshakeResponse('nobody'));
    expect(errorOf((await client.packet())?.payload)).toBe(
      "1045 #28000Access denied for user 'nobody'@'localhost' (using password: NO)",
    );
    await client.waitClosed();
  });

  it('takes the fast path when the password is known, else asks for it', async () => {
    const stored = cachingSha2Hash('secret', new Uint8Array(20).fill(70));
    engine.addAccount('sha', { authenticationString: stored });
    const client = await raw();
    const greeting = (await client.packet())?.payload as Buffer;
    const end = greeting.indexOf(0);
    const nonce = Buffer.concat([greeting.subarray(end + 5, end + 13), greeting.subarray(end + 32, end + 44)]);
    client.send(1, handshakeResponse('sha', CLIENT_CAPABILITIES, { text: 'secret', nonce }));
    expect(await client.packets(1)).toEqual(['2 0104']);
    const cache = new Sha2Cache();
    cache.remember('k', 'secret');
    expect(cache.check('k', nonce, new Uint8Array(32))).toBe(false);
  });

  it('refuses locked accounts, expired passwords and accounts that need TLS', async () => {
    engine.addAccount('locked', { locked: true });
    engine.addAccount('expired', { passwordExpired: true });
    engine.addAccount('tls', { requireTls: true });
    const messages: string[] = [];
    for (const user of ['locked', 'expired', 'tls']) {
      const client = await raw();
      await client.packet();
      client.send(1, handshakeResponse(user));
      messages.push(errorOf((await client.packet())?.payload).slice(0, 10));
    }
    expect(messages).toEqual(['3118 #HY00', '1862 #HY00', '1045 #2800']);
  });

  it('refuses more clients than max_connections with 1040 and no SQLSTATE', async () => {
    engine.variables['max_connections'] = 1;
    await login();
    const second = await raw();
    expect(errorOf((await second.packet())?.payload)).toBe('1040 Too many connections');
    await second.waitClosed();
  });

  it('refuses clients older than protocol 4.1, and garbage, with 1043', async () => {
    for (const payload of [Buffer.alloc(40), Buffer.from('x')]) {
      const client = await raw();
      await client.packet();
      client.send(1, payload);
      expect(errorOf((await client.packet())?.payload)).toContain('1043 ');
      await client.waitClosed();
    }
  });
});

describe('text protocol', () => {
  it('sends definitions, rows and EOF packets as the documentation has them', async () => {
    engine.answer = () => rowsResult([column('1', INT)], [[[1]]]);
    const client = await login();
    client.command(Command.QUERY, 'select 1');
    expect(await client.packets(5)).toEqual([
      '1 01',
      '2 0364656600000001310' + '00c3f000b000000038100000000',
      '3 fe00000200',
      '4 0131',
      '5 fe00000200',
    ]);
  });

  it('ends rows with an OK packet for clients that deprecate EOF', async () => {
    engine.answer = () => rowsResult([column('1', INT)], [[[1]]]);
    const client = await login(CLIENT_CAPABILITIES | Capability.DEPRECATE_EOF);
    client.command(Command.QUERY, 'select 1');
    expect((await client.packets(4)).slice(2)).toEqual(['3 0131', '4 fe000002000000']);
  });

  it('prints every type', async () => {
    const cells: [ReturnType<typeof intType>, Value, string][] = [
      [intType('big'), -9223372036854775808n, '-9223372036854775808'],
      [intType('int', { unsigned: true, zerofill: true, width: 6 }), 42, '000042'],
      [doubleType(), 0.1, '0.1'],
      [decimalType(10, 2), Decimal.fromString('-1.5'), '-1.50'],
      [dateType(), 0, '0000-00-00'],
      [datetimeType(3), DateTime.of(2024, 2, 29, 1, 2, 3, 4000), '2024-02-29 01:02:03.004'],
      [timeType(0), -3020399000000, '-838:59:59'],
      [varcharType(10), 'é😀', 'é😀'],
      [blobType(), new Uint8Array([0, 255]), '\0\xff'],
      [varcharType(10), null, 'NULL'],
    ];
    engine.answer = () =>
      rowsResult(
        cells.map(([type], i) => column(`c${i}`, type)),
        [[cells.map(([, value]) => value)]],
      );
    const client = await login();
    client.command(Command.QUERY, 'select');
    const packets: Buffer[] = [];
    for (let i = 0; i < cells.length + 3; i++) packets.push((await client.packet())?.payload as Buffer);
    const row = packets[cells.length + 2] as Buffer;
    const expected = Buffer.concat(
      cells.map(([type, value, text]) => {
        if (value === null) return Buffer.from([0xfb]);
        const bytes = Buffer.from(text, type.kind === 'binary' ? 'latin1' : 'utf8');
        return Buffer.concat([Buffer.from([bytes.length]), bytes]);
      }),
    );
    expect(row.toString('hex')).toBe(expected.toString('hex'));
  });

  it('answers errors with errno, SQLSTATE and text, and hides bugs of ours', async () => {
    const client = await login();
    const log: string[] = [];
    engine.answer = (sql) => {
      if (sql === 'bug') throw new TypeError('secret detail');
      throw new SqlError('ER_BAD_FIELD_ERROR', 1054, '42S22', "Unknown column 'x' in 'field list'");
    };
    client.command(Command.QUERY, 'x');
    expect(errorOf((await client.packet())?.payload)).toBe("1054 #42S22Unknown column 'x' in 'field list'");
    client.command(Command.QUERY, 'bug');
    expect(errorOf((await client.packet())?.payload)).toBe('1105 #HY000internal error; see the server log');
    client.command(Command.PING);
    expect(await client.packets(1)).toEqual(['1 00000002000000']);
    expect(log).toEqual([]);
  });

  it('reports an error in the middle of rows and goes on', async () => {
    engine.answer = () => {
      const result = rowsResult([column('1', INT)], [[[1]]], true);
      let calls = 0;
      return {
        ...result,
        next: () =>
          calls++ === 0
            ? Promise.resolve([[1]])
            : Promise.reject(new SqlError('X', 1317, '70100', 'Query execution was interrupted')),
      };
    };
    const client = await login();
    client.command(Command.QUERY, 'select');
    const packets = await client.packets(5);
    expect(packets[3]).toBe('4 0131');
    expect(packets[4]).toMatch(/^5 ff2505/);
    client.command(Command.PING);
    expect(await client.packets(1)).toEqual(['1 00000002000000']);
  });

  it('runs several statements in one packet only when asked to', async () => {
    const client = await login(CLIENT_CAPABILITIES | Capability.MULTI_STATEMENTS);
    client.command(Command.QUERY, 'a; b');
    expect(await client.packets(2)).toEqual(['1 0000000a000000', '2 00000002000000']);
    expect(engine.log.slice(-2)).toEqual(['a', 'b']);
    client.command(Command.SET_OPTION, Buffer.from([1, 0]));
    expect(await client.packets(1)).toEqual(['1 fe00000200']);
    client.command(Command.QUERY, 'a; b');
    await client.packets(1);
    expect(engine.log.at(-1)).toBe('a; b');
  });
});

describe('prepared statements', () => {
  it('prepares, executes with parameters, reuses types, closes', async () => {
    const seen: unknown[] = [];
    engine.prepared = () => ({
      paramCount: 2,
      columns: [column('a', INT), column('b', varcharType(10))],
      execute(params) {
        seen.push(params);
        return rowsResult(this.columns, [[[params[0] as Value, params[1] as Value]]]);
      },
    });
    const client = await login();
    client.command(Command.STMT_PREPARE, 'select ?, ?');
    expect((await client.packets(7))[0]).toBe('1 00010000000200020000' + '0000');
    const execute = (rest: string): void =>
      client.command(Command.STMT_EXECUTE, Buffer.from(`0100000000010000${rest}`.padStart(0), 'hex'));
    execute('00' + '00' + '01' + '0300' + 'fd00' + '05000000' + '03616263');
    expect((await client.packets(6))[4]).toBe('5 0000' + '05000000' + '03616263');
    execute('00' + '02' + '00' + 'ffffffff');
    expect((await client.packets(6))[4]).toBe('5 0008' + 'ffffffff');
    expect(seen).toEqual([
      [5, 'abc'],
      [-1, null],
    ]);
    client.command(Command.STMT_CLOSE, Buffer.from('01000000', 'hex'));
    execute('00' + '02' + '00' + 'ffffffff');
    expect(errorOf((await client.packet())?.payload)).toBe(
      '1243 #HY000Unknown prepared statement handler (1) given to mysqld_stmt_execute',
    );
  });

  it('encodes times and dates in binary rows', async () => {
    const columns = [
      column('d', dateType()),
      column('dt', datetimeType(6)),
      column('t', timeType(6)),
      column('z', datetimeType(0)),
      column('big', intType('big')),
      column('f', doubleType()),
    ];
    engine.prepared = () => ({
      paramCount: 0,
      columns,
      execute: () =>
        rowsResult(columns, [
          [
            [
              (2010 * 16 + 10) * 32 + 17,
              DateTime.of(2010, 10, 17, 19, 27, 30, 1),
              -((120 * 24 + 19) * 3600 + 27 * 60 + 30) * 1e6 - 1,
              DateTime.ZERO,
              -2,
              10.2,
            ],
          ],
        ]),
    });
    const client = await login();
    client.command(Command.STMT_PREPARE, 'select');
    await client.packets(8);
    client.command(Command.STMT_EXECUTE, Buffer.from('01000000' + '00' + '01000000', 'hex'));
    // The examples of the protocol's page on binary values.
    expect((await client.packets(10))[8]).toBe(
      '9 0000' +
        '04da070a11' +
        '0bda070a11131b1e01000000' +
        '0c0178000000131b1e01000000' +
        '00' +
        'feffffffffffffff' +
        '6666666666662440',
    );
  });

  it('takes long data in pieces', async () => {
    let got: unknown;
    engine.prepared = () => ({ paramCount: 1, columns: [], execute: (params) => ((got = params[0]), okResult(1)) });
    const client = await login();
    client.command(Command.STMT_PREPARE, 'insert ?');
    await client.packets(3);
    client.command(Command.STMT_SEND_LONG_DATA, Buffer.concat([Buffer.from('010000000000', 'hex'), Buffer.from('ab')]));
    client.command(Command.STMT_SEND_LONG_DATA, Buffer.concat([Buffer.from('010000000000', 'hex'), Buffer.from('cd')]));
    client.command(Command.STMT_EXECUTE, Buffer.from('01000000' + '00' + '01000000' + '00' + '01' + 'fc00', 'hex'));
    expect(await client.packets(1)).toEqual(['1 00010002000000']);
    expect(Buffer.from(got as Uint8Array).toString()).toBe('abcd');
  });

  it('fetches from a cursor, which survives other statements', async () => {
    const columns = [column('a', INT)];
    engine.prepared = () => ({ paramCount: 0, columns, execute: () => rowsResult(columns, [[[1], [2]], [[3]]], true) });
    const client = await login();
    client.command(Command.STMT_PREPARE, 'select');
    await client.packets(3);
    client.command(Command.STMT_EXECUTE, Buffer.from('01000000' + '01' + '01000000', 'hex'));
    expect((await client.packets(3))[2]).toBe('3 fe00004200');
    client.command(Command.STMT_FETCH, Buffer.from('01000000' + '02000000', 'hex'));
    expect(await client.packets(3)).toEqual(['1 000001000000', '2 000002000000', '3 fe00004200']);
    client.command(Command.QUERY, 'other');
    expect(await client.packets(1)).toEqual(['1 00000002000000']);
    client.command(Command.STMT_FETCH, Buffer.from('01000000' + '02000000', 'hex'));
    expect(await client.packets(2)).toEqual(['1 000003000000', '2 fe0000c200']);
    client.command(Command.STMT_FETCH, Buffer.from('01000000' + '02000000', 'hex'));
    expect(errorOf((await client.packet())?.payload)).toBe('1421 #HY000The statement (1) has no open cursor.');
  });

  it('limits the number of statements (1461)', async () => {
    await server.close();
    engine.variables['max_prepared_stmt_count'] = 1;
    server = new MysqlServer({ engine, host: '127.0.0.1', port: 0 });
    await server.listen();
    const client = await login();
    client.command(Command.STMT_PREPARE, 'a');
    await client.packets(1);
    client.command(Command.STMT_PREPARE, 'b');
    expect(errorOf((await client.packet())?.payload)).toContain('1461 #42000');
    client.end();
    await client.waitClosed();
    await expect.poll(() => engine.log.includes('close a')).toBe(true);
  });
});

describe('other commands', () => {
  it('uses a database, tells about it, resets, reads statistics', async () => {
    const client = await login(CLIENT_CAPABILITIES | Capability.SESSION_TRACK);
    client.command(Command.INIT_DB, 'shop');
    expect(await client.packets(1)).toEqual([
      '1 00000002400000' + '00' + '07' + '0105' + '04' + Buffer.from('shop').toString('hex'),
    ]);
    client.command(Command.INIT_DB, 'missing');
    expect(errorOf((await client.packet())?.payload)).toBe("1049 #42000Unknown database 'missing'");
    client.command(Command.RESET_CONNECTION);
    expect(await client.packets(1)).toEqual(['1 00000002000000']);
    expect(engine.log.at(-1)).toBe('reset');
    client.command(Command.STATISTICS);
    expect((await client.packet())?.payload.toString()).toMatch(/^Uptime: \d+ {2}Threads: 1 /);
    client.command(0x7f);
    expect(errorOf((await client.packet())?.payload)).toBe('1047 #08S01Unknown command');
    client.command(Command.QUIT);
    await client.waitClosed();
    await expect.poll(() => engine.sessions[0]?.closed).toBe(true);
  });

  it('changes the user, and ends the connection when that fails', async () => {
    engine.addAccount('other');
    const client = await login();
    const request = (user: string): Buffer =>
      Buffer.concat([Buffer.from(`${user}\0\0\0`), Buffer.from([255, 0]), Buffer.from('caching_sha2_password\0')]);
    client.command(Command.CHANGE_USER, request('other'));
    expect(await client.packets(1)).toEqual(['1 00000002000000']);
    expect(engine.sessions[0]?.options.user).toBe('other');
    client.command(Command.CHANGE_USER, request('nobody'));
    expect(errorOf((await client.packet())?.payload)).toContain('1045');
    await client.waitClosed();
  });
});

describe('bad and vanishing clients', () => {
  it('closes the session of a client that vanishes, also while its statement runs', async () => {
    let finish: () => void = () => undefined;
    engine.answer = (_, session) =>
      new Promise((resolve, reject) => {
        finish = () => resolve(okResult());
        session.onKill = () => reject(new SqlError('X', 1317, '70100', 'Query execution was interrupted'));
      });
    const client = await login();
    client.command(Command.QUERY, 'slow');
    await expect.poll(() => engine.log.includes('slow')).toBe(true);
    client.end();
    await expect.poll(() => engine.sessions[0]?.closed).toBe(true);
    expect(engine.sessions[0]?.killed).toBe('connection');
    finish();
    expect(server.connectionCount).toBe(0);
  });

  it('refuses packets out of order and packets above max_allowed_packet', async () => {
    const client = await login();
    client.send(5, [Command.PING]);
    expect(errorOf((await client.packet())?.payload)).toBe('1156 #08S01Got packets out of order');
    await client.waitClosed();
    engine.variables['max_allowed_packet'] = 1024;
    const second = await login();
    second.command(Command.QUERY, 'x'.repeat(2000));
    expect(errorOf((await second.packet())?.payload)).toBe(
      "1153 #08S01Got a packet bigger than 'max_allowed_packet' bytes",
    );
    await second.waitClosed();
    await expect.poll(() => engine.sessions.every((session) => session.closed)).toBe(true);
  });

  it('answers commands that a client sent ahead in their order', async () => {
    engine.answer = async (sql) => okResult(Number(sql));
    const client = await login();
    client.socket.write(Buffer.concat([1, 2, 3].map((n) => frame(0, Buffer.from(`\x03${n}`)))));
    expect(await client.packets(3)).toEqual([1, 2, 3].map((n) => `1 000${n}0002000000`));
  });

  it('stops producing rows for a client that does not read', async () => {
    let produced = 0;
    const row = ['x'.repeat(1000)];
    engine.answer = () => {
      const result = rowsResult([column('a', varcharType(1000))], []);
      return { ...result, next: () => (produced++ < 5000 ? Array.from({ length: 100 }, () => row) : undefined) };
    };
    const client = await login();
    client.socket.pause();
    client.command(Command.QUERY, 'select');
    let before = -1;
    await expect
      .poll(() => (before === produced && produced > 0 ? true : ((before = produced), false)), {
        timeout: 10_000,
        interval: 200,
      })
      .toBe(true);
    expect(produced).toBeLessThan(1000);
    client.end();
    await expect.poll(() => engine.sessions[0]?.closed, { timeout: 5000 }).toBe(true);
  });

  it('kills: an idle connection is cut, a running statement ends first', async () => {
    const idle = await login();
    engine.sessions[0]?.onTerminate?.('killed');
    await idle.waitClosed();
    let end: (() => void) | undefined;
    engine.answer = () =>
      new Promise(
        (_, reject) => (end = () => reject(new SqlError('X', 1317, '70100', 'Query execution was interrupted'))),
      );
    const busy = await login();
    busy.command(Command.QUERY, 'slow');
    await expect.poll(() => end).toBeDefined();
    engine.sessions[1]?.onTerminate?.('killed');
    end?.();
    expect(errorOf((await busy.packet())?.payload)).toContain('1317');
    await busy.waitClosed();
    await expect.poll(() => engine.sessions[1]?.closed).toBe(true);
  });

  it('sends local files in and drops the rest of one that fails', async () => {
    engine.answer = async (sql, session) => {
      let bytes = 0;
      for await (const chunk of session.options.hooks?.localInfile?.('data.csv') ?? []) {
        bytes += chunk.length;
        if (sql === 'fail') throw new SqlError('X', 1366, 'HY000', 'bad row');
      }
      return okResult(bytes);
    };
    const client = await login(CLIENT_CAPABILITIES | Capability.LOCAL_FILES);
    for (const [sql, answer] of [
      ['load', '5 00060002000000'],
      ['fail', /^5 ff5605/],
    ] as const) {
      client.command(Command.QUERY, sql);
      expect(await client.packets(1)).toEqual([`1 fb${Buffer.from('data.csv').toString('hex')}`]);
      client.send(2, Buffer.from('abc'));
      client.send(3, Buffer.from('def'));
      client.send(4, []);
      const [text] = await client.packets(1);
      expect(text).toEqual(typeof answer === 'string' ? answer : expect.stringMatching(answer));
    }
    client.command(Command.PING);
    expect(await client.packets(1)).toEqual(['1 00000002000000']);
  });
});
