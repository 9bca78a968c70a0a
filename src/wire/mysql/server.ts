/**
 * Listens on a TCP port and serves every client that connects.
 *
 * Limits: max_connections (1040), connect_timeout, wait_timeout (4031), a client that stops in the middle of a packet or
 * stops reading is dropped by a sweep once a second; so no timer is armed per command.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { sqlError, type SqlError } from '../../base/index.ts';
import { CACHING_SHA2_PASSWORD, Sha2Cache, type Engine } from '../../engine/index.ts';
import { Connection } from './connection.ts';
import { FlushQueue } from './flush-queue.ts';
import { Capability } from './protocol.ts';
import { PacketWriter } from './packet-writer.ts';
import { writeError } from './responses.ts';
import type { ServerContext, Tenants } from './server-context.ts';
import type { ServerKeys } from './server-keys.ts';

export interface MysqlServerOptions {
  readonly engine: Engine;
  /** Absent = one database. */
  readonly tenants?: Tenants;
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Absent = no TLS, and no password exchange for caching_sha2_password without it. */
  readonly keys?: ServerKeys;
  readonly log?: (message: string) => void;
}

const SWEEP_MS = 1000;
const BACKLOG = 511;
const DEFAULTS: Readonly<Record<string, number>> = {
  max_connections: 151,
  max_allowed_packet: 64 * 1024 * 1024,
  max_prepared_stmt_count: 16_382,
  connect_timeout: 10,
  wait_timeout: 28_800,
  net_read_timeout: 30,
  net_write_timeout: 60,
};

interface Watch {
  commandCount: number;
  /** Seconds in the same state: idle, in half a packet, not reading. */
  seconds: number;
  state: 'handshake' | 'idle' | 'partial' | 'congested' | 'busy';
}

export class MysqlServer {
  readonly #options: MysqlServerOptions;
  readonly #context: ServerContext;
  readonly #server: Server;
  readonly #connections = new Map<Connection, Watch>();
  readonly #startedAt = performance.now();
  #sweep: ReturnType<typeof setInterval> | undefined;
  #accepted = 0;

  constructor(options: MysqlServerOptions) {
    this.#options = options;
    this.#context = this.#makeContext();
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) =>
      this.#accept(socket),
    );
  }

  /** Resolves when clients may connect. Rejects with node's error (EADDRINUSE, …) otherwise. */
  async listen(): Promise<void> {
    const { host, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port, backlog: BACKLOG }, () => {
        this.#server.removeListener('error', reject);
        this.#server.on('error', (error) => this.#context.log(`accepting clients: ${error.message}`));
        resolve();
      });
    });
    this.#sweep = setInterval(() => this.#sweepConnections(), SWEEP_MS);
    this.#sweep.unref();
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** No new clients; running statements may end within `graceMs`, then every connection is cut. */
  async close(graceMs = 0): Promise<void> {
    clearInterval(this.#sweep);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const shutdown = sqlError('ER_SERVER_SHUTDOWN');
    for (const connection of this.#connections.keys()) if (!connection.transport.busy) connection.terminate(shutdown);
    if (graceMs > 0) await this.#quiet(graceMs);
    for (const connection of this.#connections.keys()) {
      connection.terminate(shutdown);
      connection.transport.destroy();
    }
    await closed;
  }

  /** Waits until no connection is left, at most `graceMs`. */
  async #quiet(graceMs: number): Promise<void> {
    const until = performance.now() + graceMs;
    while (this.#connections.size > 0 && performance.now() < until) {
      for (const connection of this.#connections.keys()) if (!connection.transport.busy) connection.terminate();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #accept(socket: Socket): void {
    this.#accepted++;
    if (this.#connections.size >= this.#variable('max_connections')) return this.#refuse(socket);
    const connection = new Connection(socket, this.#context, (ended) => this.#connections.delete(ended));
    this.#connections.set(connection, { commandCount: 0, seconds: 0, state: 'handshake' });
    void connection.start();
  }

  #refuse(socket: Socket): void {
    this.#options.engine.countConnection?.('refused');
    refuse(socket, sqlError('ER_CON_COUNT_ERROR'));
  }

  #sweepConnections(): void {
    for (const [connection, watch] of this.#connections) this.#check(connection, watch);
  }

  #check(connection: Connection, watch: Watch): void {
    const state = stateOf(connection);
    if (state !== watch.state || connection.commandCount !== watch.commandCount) {
      watch.state = state;
      watch.commandCount = connection.commandCount;
      watch.seconds = 0;
      return;
    }
    watch.seconds++;
    if (state === 'handshake' && watch.seconds >= this.#variable('connect_timeout')) connection.transport.destroy();
    else if (state === 'partial' && watch.seconds >= this.#variable('net_read_timeout')) {
      connection.terminate(sqlError('ER_NET_READ_INTERRUPTED'));
    } else if (state === 'congested' && watch.seconds >= this.#variable('net_write_timeout'))
      connection.transport.destroy();
    else if (state === 'idle' && watch.seconds >= idleSeconds(connection)) {
      connection.terminate(sqlError('ER_CLIENT_INTERACTION_TIMEOUT'));
    }
  }

  #variable(name: string): number {
    const value = Number(this.#options.engine.globalVariable(name) ?? Number.NaN);
    return Number.isFinite(value) ? value : (DEFAULTS[name] as number);
  }

  #makeContext(): ServerContext {
    const { engine, tenants, keys, log } = this.#options;
    const version = engine.globalVariable('version');
    const plugin = engine.globalVariable('default_authentication_plugin');
    const statements = { open: 0, max: this.#variable('max_prepared_stmt_count') };
    engine.openStatements = () => statements.open;
    return {
      engine,
      tenants,
      keys,
      statements,
      flushes: new FlushQueue(),
      serverVersion: typeof version === 'string' ? version : DEFAULT_VERSION,
      defaultPlugin: typeof plugin === 'string' && plugin !== '' ? plugin : CACHING_SHA2_PASSWORD,
      secureContext:
        keys === undefined ? undefined : createSecureContext({ key: keys.privateKeyPem, cert: keys.certificatePem }),
      sha2Cache: new Sha2Cache(),
      packetBytesMax: () => this.#variable('max_allowed_packet'),
      statistics: () => engine.statistics?.() ?? this.#statistics(),
      log: log ?? (() => undefined),
    };
  }

  #statistics(): string {
    const uptime = Math.floor((performance.now() - this.#startedAt) / 1000);
    let questions = 0;
    for (const connection of this.#connections.keys()) questions += connection.commandCount;
    const rate = (questions / Math.max(1, uptime)).toFixed(3);
    return `Uptime: ${uptime}  Threads: ${this.#connections.size}  Questions: ${questions}  Slow queries: 0  Opens: ${this.#accepted}  Flush tables: 0  Open tables: 0  Queries per second avg: ${rate}`;
  }
}

/** What clients take for MySQL 8.4. */
export const DEFAULT_VERSION = '8.4.6-Ebb-v0.1.0';

function stateOf(connection: Connection): Watch['state'] {
  const { transport } = connection;
  if (!connection.authenticated) return 'handshake';
  if (transport.congested) return 'congested';
  if (transport.busy) return 'busy';
  return transport.reader.partial ? 'partial' : 'idle';
}

function idleSeconds(connection: Connection): number {
  const value = Number(connection.session?.systemVariable('wait_timeout') ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : (DEFAULTS['wait_timeout'] as number);
}

/** Before the greeting an error carries no SQLSTATE. */
function refuse(socket: Socket, error: SqlError): void {
  const writer = new PacketWriter((bytes) => {
    socket.end(bytes, () => socket.destroy());
    return false;
  });
  socket.on('error', () => socket.destroy());
  writeError(writer, error, Capability.LONG_PASSWORD);
  writer.flush();
}
