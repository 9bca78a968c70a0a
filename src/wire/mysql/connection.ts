/**
 * One client from greeting to goodbye.
 *
 * Phases: greeting and authentication (an async exchange), then commands (see commands.ts) one at a time until QUIT, a
 * broken stream, KILL or shutdown. Whatever ends the connection, the session is closed exactly once, which rolls back
 * and frees its locks.
 *
 * What may interleave: the socket may close, KILL or shutdown may come while a command awaits. `terminate` lets the
 * command end (it was killed in the session) and closes then; a closed socket closes the session at once, after the
 * killed command has returned.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { SqlError, isPromise, sqlError, type MaybePromise } from '../../base/index.ts';
import {
  type AccountCredentials,
  type ConnectOptions,
  type Engine,
  internalCause,
  type Session,
  toSqlError,
} from '../../engine/index.ts';
import { authenticate } from './authentication.ts';
import { Commands } from './commands.ts';
import { NONCE_BYTES, readHandshakeResponse, sslRequest, writeGreeting, type ClientIdentity } from './handshake.ts';
import { localInfile } from './local-infile.ts';
import { Capability, SERVER_CAPABILITIES } from './protocol.ts';
import { writeError } from './responses.ts';
import { ResultSender } from './result-sender.ts';
import type { ServerContext, TenantLogin } from './server-context.ts';
import { Transport } from './transport.ts';

/** Before authentication a client may not make us hold more than this. */
const HANDSHAKE_BYTES_MAX = 64 * 1024;

export class Connection {
  readonly id: number;
  readonly transport: Transport;
  readonly sender: ResultSender;
  readonly #context: ServerContext;
  readonly #hosts: readonly string[];
  readonly #onEnd: (connection: Connection) => void;
  readonly #nonce: Buffer = makeNonce();
  #commands: Commands | undefined;
  /** Of a project; undefined for the server's own database. */
  #login: TenantLogin | undefined;
  #capabilities = 0;
  #terminating: SqlError | undefined | 'silent';
  #ended = false;
  #inCommand = false;
  /** The client said goodbye, or never got in. */
  #saidGoodbye = false;
  /** Commands finished, for the idle sweep. */
  #commandCount = 0;

  constructor(socket: Socket, context: ServerContext, onEnd: (connection: Connection) => void) {
    this.#context = context;
    this.#onEnd = onEnd;
    this.id = context.engine.nextConnectionId();
    this.#hosts = hostNames(socket.remoteAddress);
    this.transport = new Transport(socket, HANDSHAKE_BYTES_MAX, context.flushes, {
      onPacket: (payload) => this.#onCommand(payload),
      onFailure: (error) => this.#failAndEnd(error),
      onClosed: () => this.#onClosed(),
    });
    this.sender = new ResultSender(this.transport);
  }

  get authenticated(): boolean {
    return this.#commands !== undefined;
  }

  get commandCount(): number {
    return this.#commandCount;
  }

  get session(): Session | undefined {
    return this.sender.session;
  }

  /** Runs the handshake; errors are answered and end the connection. */
  async start(): Promise<void> {
    try {
      await this.#handshake();
      this.transport.startCommands();
    } catch (error) {
      this.#failAndEnd(error);
    }
  }

  /** KILL, shutdown, time-outs. `error` is told to an idle client; a running statement was told its own. */
  terminate(error?: SqlError): void {
    const { session } = this;
    if (session !== undefined) {
      session.onTerminate = undefined;
      session.kill('connection');
    }
    this.#endSoon(error);
  }

  /** Now when idle, else behind the running command. A client that does not read is not waited for. */
  #endSoon(error?: SqlError): void {
    if (this.#terminating !== undefined) return;
    this.#terminating = error ?? 'silent';
    if (this.transport.congested) this.transport.destroy();
    else if (!this.transport.busy && !this.#inCommand) this.#failAndEnd(error);
  }

  async #handshake(): Promise<void> {
    const { transport } = this;
    const { serverVersion, defaultPlugin, secureContext, keys, sha2Cache } = this.#context;
    const capabilities = SERVER_CAPABILITIES | (secureContext === undefined ? 0 : Capability.SSL);
    writeGreeting(transport.writer, {
      serverVersion,
      connectionId: this.id,
      nonce: this.#nonce,
      capabilities,
      plugin: defaultPlugin,
    });
    transport.flush();
    let packet = await transport.readPacket();
    if (secureContext !== undefined && sslRequest(packet) !== undefined) {
      await transport.startTls(secureContext);
      packet = await transport.readPacket();
    }
    const said = readHandshakeResponse(packet);
    this.#capabilities = said.capabilities & capabilities;
    this.#login = await this.#context.tenants?.login(said.user);
    const identity = this.#login === undefined ? said : { ...said, user: this.#login.user };
    const engine = this.#engine();
    if (transport.closed) return this.#release();
    const account = await authenticate({
      engine,
      transport,
      keys,
      identity,
      cache: sha2Cache,
      nonce: this.#nonce,
      hosts: this.#hosts,
      greetedPlugin: defaultPlugin,
    });
    await this.#open(identity, account);
  }

  #engine(): Engine {
    return this.#login?.engine ?? this.#context.engine;
  }

  #release(): void {
    const login = this.#login;
    this.#login = undefined;
    login?.release();
  }

  async #open(identity: ClientIdentity, account: AccountCredentials): Promise<void> {
    const { sender, transport } = this;
    sender.capabilities = this.#capabilities;
    sender.collationId = identity.collationId;
    const session = await this.#engine().connect(this.#connectOptions(identity, account));
    if (transport.closed) {
      await session.close();
      return this.#release();
    }
    sender.session = session;
    session.onTerminate = () => this.#endSoon();
    transport.reader.maxBytes = this.#context.packetBytesMax();
    this.#commands = new Commands(session, sender, {
      transport,
      context: this.#context,
      capabilities: this.#capabilities,
      changeUser: (next) => this.#changeUser(next),
    });
    sender.ok();
    transport.flush();
    if ((this.#capabilities & Capability.COMPRESS) !== 0) transport.startCompression();
  }

  #connectOptions(identity: ClientIdentity, account: AccountCredentials): ConnectOptions {
    const on = (flag: number): boolean => (this.#capabilities & flag) !== 0;
    return {
      connectionId: this.id,
      user: identity.user,
      host: this.#hosts[0] ?? '',
      ...(identity.database === undefined ? {} : { database: identity.database }),
      account: { user: account.user, host: account.host },
      passwordExpired: account.passwordExpired,
      collationId: identity.collationId,
      attributes: identity.attributes,
      multiStatements: on(Capability.MULTI_STATEMENTS),
      foundRows: on(Capability.FOUND_ROWS),
      ignoreSpace: on(Capability.IGNORE_SPACE),
      interactive: on(Capability.INTERACTIVE),
      tls: this.transport.tls,
      hooks: {
        traffic: this.transport,
        onChange: (change) => this.sender.noteChange(change),
        ...(on(Capability.LOCAL_FILES) ? { localInfile: (name: string) => localInfile(this.transport, name) } : {}),
      },
    };
  }

  /** COM_CHANGE_USER. A failed one ends the connection, as in MySQL; so does one to a user of another project. */
  async #changeUser(said: ClientIdentity): Promise<void> {
    this.#terminating = 'silent';
    const login = await this.#context.tenants?.login(said.user);
    login?.release();
    const engine = login?.engine ?? this.#context.engine;
    if (engine !== this.#engine()) throw sqlError('ER_NOT_SUPPORTED_YET', 'COM_CHANGE_USER to another project');
    const identity = login === undefined ? said : { ...said, user: login.user };
    const { keys, sha2Cache, defaultPlugin } = this.#context;
    const account = await authenticate({
      engine,
      keys,
      identity,
      transport: this.transport,
      cache: sha2Cache,
      nonce: this.#nonce,
      hosts: this.#hosts,
      greetedPlugin: defaultPlugin,
    });
    if (identity.collationId !== 0) this.sender.collationId = identity.collationId;
    await this.session?.changeUser(this.#connectOptions(identity, account));
    this.sender.forgetSettings();
    this.#terminating = undefined;
  }

  #onCommand(payload: Buffer): MaybePromise<void> {
    this.#commandCount++;
    let outcome: MaybePromise<boolean>;
    this.#inCommand = true;
    try {
      outcome = (this.#commands as Commands).run(payload);
    } catch (error) {
      outcome = this.#commandFailed(error);
    }
    if (isPromise(outcome)) return this.#commandLater(outcome);
    this.#afterCommand(outcome);
  }

  async #commandLater(outcome: Promise<boolean>): Promise<void> {
    let goOn: boolean;
    try {
      goOn = await outcome;
    } catch (error) {
      goOn = this.#commandFailed(error);
    }
    this.#afterCommand(goOn);
  }

  #afterCommand(goOn: boolean): void {
    this.#inCommand = false;
    this.transport.flushSoon();
    if (!goOn) this.#saidGoodbye = true;
    if (this.transport.closed) this.#closeSession();
    else if (!goOn || this.#terminating !== undefined) this.transport.end();
  }

  /** Answers with the error; false when the connection cannot go on. */
  #commandFailed(error: unknown): boolean {
    if (this.transport.closed) return false;
    const cause = internalCause(error);
    if (cause !== undefined) this.#context.log(`connection ${this.id}: ${describe(cause)}`);
    const sql = toSqlError(error);
    writeError(this.transport.writer, sql, this.#capabilities, this.sender.settings().charset);
    return !FATAL_ERRNOS.has(sql.errno);
  }

  #failAndEnd(error: unknown): void {
    if (this.transport.closed) return;
    if (error !== undefined && error !== null) {
      this.#commandFailed(error);
    }
    this.transport.end();
  }

  #onClosed(): void {
    this.#onEnd(this);
    if (!this.#saidGoodbye)
      this.#context.engine.countConnection?.(this.authenticated ? 'aborted-client' : 'aborted-connect');
    if (this.transport.busy) this.session?.kill('connection');
    else this.#closeSession();
  }

  #closeSession(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#commands?.close();
    const session = this.session;
    this.sender.session = undefined;
    if (session === undefined) return this.#release();
    session.onTerminate = undefined;
    void (async () => {
      try {
        await session.close();
      } catch (error) {
        this.#context.log(`connection ${this.id}: closing failed: ${describe(error)}`);
      } finally {
        this.#release();
      }
    })();
  }
}

/** After these the stream is out of step. */
const FATAL_ERRNOS = new Set([1043, 1053, 1156, 1157, 1158, 1159]);

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Loopback is 'localhost' to MySQL's accounts; the address itself matches too. */
function hostNames(address: string | undefined): readonly string[] {
  const plain = (address ?? '127.0.0.1').replace(/^::ffff:/, '');
  return plain === '127.0.0.1' || plain === '::1' ? ['localhost', plain] : [plain];
}

/** No NUL bytes: clients read the nonce as a string. */
function makeNonce(): Buffer {
  return Buffer.from(randomBytes(NONCE_BYTES).map((byte) => byte & 0x7f || 1));
}
