/**
 * Throws random and mutated packets at a server, in every phase, from a seed that replays them.
 *
 * What must hold: every connection is answered or closed in time; no error is one of ours (the log stays empty); other
 * connections are served all the while.
 */
import { seededRandom, type Random } from '../../env/index.ts';
import { blobType, datetimeType, decimalType, intType, varcharType, type Value } from '../../sql/types/index.ts';
import { Capability, Command } from '../mysql/protocol.ts';
import { MysqlServer } from '../mysql/server.ts';
import { FakeEngine, column, okResult, rowsResult } from './fake-engine.ts';
import { CLIENT_CAPABILITIES, RawClient, frame, handshakeResponse } from './raw-client.ts';

const PACKETS_PER_CONNECTION = 12;
const ANSWER_MS = 3000;
const CAPABILITY_SETS = [
  CLIENT_CAPABILITIES,
  CLIENT_CAPABILITIES | Capability.DEPRECATE_EOF | Capability.SESSION_TRACK,
  CLIENT_CAPABILITIES | Capability.MULTI_STATEMENTS | Capability.QUERY_ATTRIBUTES,
  CLIENT_CAPABILITIES | Capability.LOCAL_FILES | Capability.OPTIONAL_RESULTSET_METADATA,
];

export interface FuzzOutcome {
  readonly connections: number;
  readonly packets: number;
  /** What went wrong, with the seed of the connection. */
  readonly failures: readonly string[];
}

/** Runs connections from `seed` on until `more` says no. */
export async function fuzzWire(seed: number, more: (connections: number) => boolean): Promise<FuzzOutcome> {
  const log: string[] = [];
  const failures: string[] = [];
  const server = new MysqlServer({ engine: fuzzEngine(), host: '127.0.0.1', port: 0, log: (line) => log.push(line) });
  await server.listen();
  let connections = 0;
  let packets = 0;
  try {
    const control = await RawClient.login(server.port, 'root');
    while (more(connections) && failures.length < 10) {
      const mine = seed + connections++;
      try {
        packets += await oneConnection(server.port, seededRandom(mine));
        control.command(Command.PING);
        if ((await control.packet(ANSWER_MS))?.payload[0] !== 0)
          failures.push(`seed ${mine}: another connection is not served`);
      } catch (error) {
        failures.push(`seed ${mine}: ${error instanceof Error ? error.message : String(error)}`);
      }
      if (log.length > 0) failures.push(`seed ${mine}: ${log.splice(0).join('; ')}`);
    }
    control.end();
  } finally {
    await server.close();
  }
  return { connections, packets, failures };
}

async function oneConnection(port: number, random: Random): Promise<number> {
  if (random.below(4) === 0) return greetingPhase(port, random);
  const capabilities = CAPABILITY_SETS[random.below(CAPABILITY_SETS.length)] as number;
  const client = await RawClient.login(port, 'root', capabilities);
  let sent = 0;
  for (; sent < PACKETS_PER_CONNECTION && !client.closed; sent++) {
    const payload = mutate(commandPacket(random), random);
    const sequence = random.below(40) === 0 ? random.below(256) : 0;
    client.socket.write(
      random.below(30) === 0 ? Buffer.from(random.bytes(random.below(30))) : frame(sequence, payload),
    );
    if (random.below(3) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await settle(client);
  return sent;
}

async function greetingPhase(port: number, random: Random): Promise<number> {
  const client = await RawClient.connect(port);
  await client.packet(ANSWER_MS);
  const capabilities =
    random.below(2) === 0 ? random.u32() : (CAPABILITY_SETS[random.below(CAPABILITY_SETS.length)] as number);
  const user = ['root', 'sha', 'nobody', ''][random.below(4)] as string;
  const packet = mutate(handshakeResponse(user, capabilities), random);
  client.socket.write(random.below(10) === 0 ? Buffer.from(random.bytes(random.below(80))) : frame(1, packet));
  for (let i = 0; i < 3; i++) client.socket.write(frame((i * 2 + 3) & 0xff, random.bytes(random.below(300))));
  await settle(client);
  return 4;
}

/** A last PING behind everything, then half-closed: the server answers what it can and must let go. */
async function settle(client: RawClient): Promise<void> {
  client.socket.end();
  const until = Date.now() + ANSWER_MS;
  while (!client.closed) {
    await client.packet(ANSWER_MS);
    if (Date.now() > until) throw new Error('the server does not let go of a connection');
  }
}

const STATEMENT_ID = Buffer.from([1, 0, 0, 0]);

function commandPacket(random: Random): Buffer {
  const choices: (() => Buffer)[] = [
    () =>
      Buffer.concat([
        Buffer.from([Command.QUERY]),
        Buffer.from(['select', 'rows', 'load', 'a; b', 'slow', 'error'][random.below(6)] as string),
      ]),
    () =>
      Buffer.concat([Buffer.from([Command.QUERY, random.below(3), random.below(3)]), random.bytes(random.below(20))]),
    () => Buffer.concat([Buffer.from([Command.STMT_PREPARE]), Buffer.from('select ?, ?, ?')]),
    () =>
      Buffer.concat([
        Buffer.from([Command.STMT_EXECUTE]),
        STATEMENT_ID,
        Buffer.from([random.below(10), 1, 0, 0, 0, random.below(8), 1]),
        types(random),
        random.bytes(random.below(60)),
      ]),
    () =>
      Buffer.concat([
        Buffer.from([Command.STMT_SEND_LONG_DATA]),
        STATEMENT_ID,
        Buffer.from([random.below(4), 0]),
        random.bytes(random.below(60)),
      ]),
    () => Buffer.concat([Buffer.from([Command.STMT_FETCH]), STATEMENT_ID, Buffer.from([random.below(5), 0, 0, 0])]),
    () => Buffer.concat([Buffer.from([Command.STMT_RESET + random.below(2)]), STATEMENT_ID]),
    () => Buffer.concat([Buffer.from([Command.STMT_CLOSE]), STATEMENT_ID]),
    () =>
      Buffer.concat([
        Buffer.from([Command.CHANGE_USER]),
        Buffer.from('root\0\0db\0'),
        Buffer.from([255, 0]),
        Buffer.from('caching_sha2_password\0'),
      ]),
    () => Buffer.concat([Buffer.from([Command.FIELD_LIST]), Buffer.from('t\0%(')]),
    () => Buffer.from([random.below(0x22)]),
    () => Buffer.from(random.bytes(random.below(100))),
  ];
  return (choices[random.below(choices.length)] as () => Buffer)();
}

function types(random: Random): Buffer {
  const codes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 16, 245, 246, 249, 252, 253, 254, 255];
  return Buffer.from(
    Array.from({ length: 6 }, (_, i) =>
      i % 2 === 0 ? (codes[random.below(codes.length)] as number) : random.below(2) * 0x80,
    ),
  );
}

function mutate(packet: Buffer, random: Random): Buffer {
  switch (random.below(6)) {
    case 0:
      return packet.subarray(0, random.below(packet.length + 1));
    case 1:
      return Buffer.concat([packet, random.bytes(random.below(40))]);
    case 2: {
      const copy = Buffer.from(packet);
      for (let i = random.below(4); i >= 0 && copy.length > 0; i--) copy[random.below(copy.length)] = random.below(256);
      return copy;
    }
    default:
      return packet;
  }
}

/** Answers everything with something: many types, many rows, promises, errors, a local file. */
function fuzzEngine(): FakeEngine {
  const engine = new FakeEngine();
  engine.variables['max_allowed_packet'] = 1024 * 1024;
  engine.addAccount('root');
  engine.addAccount('sha', {
    authenticationString: '$A$005$aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  });
  const columns = [
    column('a', intType('int')),
    column('b', varcharType(50)),
    column('c', decimalType()),
    column('d', datetimeType(6)),
    column('e', blobType()),
  ];
  const rows = Array.from({ length: 50 }, (_, i): Value[] => [i, `row ${i}`, null, null, new Uint8Array([i])]);
  engine.answer = (sql, session) => {
    if (sql.includes('select')) return rowsResult(columns, [rows]);
    if (sql.includes('rows')) return rowsResult(columns, [rows, rows], true);
    if (sql.includes('load')) return load(session.options.hooks?.localInfile?.('f'));
    if (sql.includes('slow')) return Promise.resolve(okResult());
    return okResult(1, 'info');
  };
  engine.prepared = () => ({ paramCount: 3, columns, execute: () => rowsResult(columns, [rows], true) });
  return engine;
}

async function load(file: AsyncIterable<Uint8Array> | undefined): Promise<ReturnType<typeof okResult>> {
  let bytes = 0;
  for await (const chunk of file ?? []) bytes += chunk.length;
  return okResult(bytes);
}
