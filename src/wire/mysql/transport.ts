/**
 * One client's byte stream: packets in, packets out, over plain TCP or TLS, compressed or not.
 *
 * Packets are delivered in one of two ways: pushed to `onPacket` as commands (one at a time: the next one waits until
 * the returned promise settles), or pulled by `readPacket` while an exchange is under way (authentication, LOCAL
 * INFILE). Answers collect in `writer` and leave in one socket write per `flush`.
 *
 * What may interleave: socket events run while a command awaits. They only add to the reader, settle a waiting
 * `readPacket` or `drained`, or close; a closed transport ignores writes and rejects both.
 */
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import { DbError, isPromise, type MaybePromise } from '../../base/index.ts';
import { CompressedStream } from './compressed-stream.ts';
import type { FlushQueue } from './flush-queue.ts';
import { PacketReader } from './packet-reader.ts';
import { PacketWriter } from './packet-writer.ts';
import { readStatically } from './static-reads.ts';

/** Unsent bytes above which rows are not produced any more. */
const CONGESTED_BYTES = 256 * 1024;
/** Bytes a client may send ahead while its command runs. */
const AHEAD_BYTES_MAX = 1024 * 1024;

export interface TransportEvents {
  /** A whole command. */
  onPacket(payload: Buffer): MaybePromise<void>;
  /** The stream broke the protocol's rules, or a handler failed: the transport is unusable. */
  onFailure(error: unknown): void;
  onClosed(): void;
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

export class Transport {
  readonly reader: PacketReader;
  readonly writer: PacketWriter;
  readonly #events: TransportEvents;
  readonly #flushes: FlushQueue;
  #socket: Socket;
  #compression: CompressedStream | undefined;
  /** As they went over the wire, for SHOW STATUS. */
  bytesReceived = 0;
  bytesSent = 0;
  #commands = false;
  #busy = false;
  #closed = false;
  #packetWaiter: Waiter<Buffer> | undefined;
  #drainWaiter: Waiter<void> | undefined;
  #pulling = false;
  #static = false;

  constructor(socket: Socket, packetBytesMax: number, flushes: FlushQueue, events: TransportEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#flushes = flushes;
    this.reader = new PacketReader(packetBytesMax);
    this.writer = new PacketWriter((bytes) => this.#send(bytes));
    this.#listen();
  }

  get secure(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  /** What the TLS handshake agreed on. */
  get tls(): { readonly version: string; readonly cipher: string } | undefined {
    const socket = this.#socket;
    if (!(socket instanceof TLSSocket)) return undefined;
    return { version: socket.getProtocol() ?? '', cipher: socket.getCipher().name };
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** A command is being worked on. */
  get busy(): boolean {
    return this.#busy;
  }

  /** The client does not read as fast as we write. */
  get congested(): boolean {
    return this.#socket.writableLength > CONGESTED_BYTES;
  }

  /** From now on packets are commands, pushed to `onPacket`. */
  startCommands(): void {
    this.#commands = true;
    this.#pulling = false;
    this.reader.expectSequence(0);
    if (!this.#static) this.#static = readStatically(this.#socket, (bytes, count) => this.#receiveStatic(bytes, count));
    this.#pump();
  }

  /** The next packet of the exchange under way; its sequence id follows our last packet's. */
  readPacket(): Promise<Buffer> {
    if (this.#closed) return Promise.reject(connectionClosed());
    this.reader.expectSequence(this.writer.sequence);
    return new Promise((resolve, reject) => {
      this.#packetWaiter = { resolve, reject };
      this.#pulling = true;
      this.#socket.resume();
      this.#deliver();
    });
  }

  flush(): void {
    this.writer.flush();
  }

  /** Sends at the end of the event loop's round, together with the other connections' answers. */
  flushSoon(): void {
    if (this.#compression !== undefined) this.flush();
    else if (this.writer.pending > 0) this.#flushes.add(this.writer);
  }

  /** Resolves when the client has taken enough; rejects when the connection closes. */
  drained(): Promise<void> {
    if (this.#closed) return Promise.reject(connectionClosed());
    if (!this.congested) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#drainWaiter = { resolve, reject };
    });
  }

  /** The client's next bytes are a TLS handshake. */
  startTls(secureContext: SecureContext): Promise<void> {
    const plain = this.#socket;
    // Only ours: without its own listeners node does not hand over bytes that came with the request.
    plain.removeAllListeners('data');
    plain.pause();
    const rest = this.reader.takeRest();
    if (rest.length > 0) plain.unshift(rest);
    const secure = new TLSSocket(plain, { isServer: true, secureContext });
    this.#socket = secure;
    return new Promise((resolve, reject) => {
      const fail = (error?: Error): void => reject(error ?? connectionClosed());
      secure.once('error', fail);
      secure.once('close', fail);
      secure.once('secure', () => {
        secure.removeListener('error', fail);
        secure.removeListener('close', fail);
        this.#listen();
        resolve();
      });
      plain.on('error', () => secure.destroy());
      plain.on('close', () => secure.destroy());
    });
  }

  startCompression(): void {
    this.#compression = new CompressedStream(this.reader.maxBytes);
    const rest = this.reader.takeRest();
    if (rest.length > 0) this.#receive(rest);
  }

  /** Sends what is pending, then closes. */
  end(): void {
    if (this.#closed) return;
    this.writer.flush();
    this.#socket.end(() => this.#socket.destroy());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('drain', () => {
      const waiter = this.#drainWaiter;
      this.#drainWaiter = undefined;
      waiter?.resolve();
    });
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#onClose());
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#packetWaiter?.reject(connectionClosed());
    this.#drainWaiter?.reject(connectionClosed());
    this.#packetWaiter = undefined;
    this.#drainWaiter = undefined;
    this.#events.onClosed();
  }

  #receive(chunk: Buffer): void {
    this.bytesReceived += chunk.length;
    try {
      if (this.#compression === undefined) this.reader.push(chunk);
      else this.#compression.receive(chunk, this.reader);
    } catch (error) {
      return this.#fail(error);
    }
    if (this.#pulling) this.#deliver();
    else this.#pump();
  }

  /** What arrives in a shared buffer: mostly one command, which is copied out once. */
  #receiveStatic(bytes: Buffer, count: number): void {
    if (this.#commands && !this.#busy && !this.#closed && this.#compression === undefined) {
      const payload = this.reader.takeWhole(bytes, count);
      if (payload !== undefined) {
        this.bytesReceived += count;
        if (this.#runCommand(payload)) this.#pump();
        return;
      }
    }
    const chunk = Buffer.allocUnsafe(count);
    bytes.copy(chunk, 0, 0, count);
    this.#receive(chunk);
  }

  #deliver(): void {
    const waiter = this.#packetWaiter;
    if (waiter === undefined) {
      if (this.reader.buffered > AHEAD_BYTES_MAX) this.#socket.pause();
      return;
    }
    try {
      const payload = this.reader.next();
      if (payload === undefined) return;
      this.#packetWaiter = undefined;
      this.writer.sequence = this.reader.sequence;
      waiter.resolve(payload);
    } catch (error) {
      this.#packetWaiter = undefined;
      waiter.reject(error);
    }
  }

  #pump(): void {
    while (this.#commands && !this.#closed) {
      if (this.#busy) {
        if (this.reader.buffered > AHEAD_BYTES_MAX) this.#socket.pause();
        return;
      }
      let payload: Buffer | undefined;
      try {
        payload = this.reader.next();
      } catch (error) {
        return this.#fail(error);
      }
      if (payload === undefined || !this.#runCommand(payload)) return;
    }
  }

  /** True when it is done and the next one may follow. */
  #runCommand(payload: Buffer): boolean {
    this.writer.sequence = this.reader.sequence;
    let outcome: MaybePromise<void>;
    try {
      this.#compression?.startResponse();
      outcome = this.#events.onPacket(payload);
    } catch (error) {
      this.#fail(error);
      return false;
    }
    if (isPromise(outcome)) {
      this.#wait(outcome);
      return false;
    }
    this.#ready();
    return true;
  }

  #wait(outcome: Promise<void>): void {
    this.#busy = true;
    outcome.then(
      () => {
        this.#busy = false;
        this.#ready();
        if (this.#socket.isPaused()) this.#socket.resume();
        this.#pump();
      },
      (error: unknown) => {
        this.#busy = false;
        this.#fail(error);
      },
    );
  }

  #ready(): void {
    this.#pulling = false;
    this.reader.expectSequence(0);
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.#commands = false;
    const waiter = this.#packetWaiter;
    this.#packetWaiter = undefined;
    if (waiter !== undefined) waiter.reject(error);
    else this.#events.onFailure(error);
  }

  /** True when the kernel has the bytes: then the writer may use their buffer again. */
  #send(bytes: Buffer): boolean {
    if (this.#closed || !this.#socket.writable) return true;
    if (this.#compression !== undefined) {
      const wrapped = this.#compression.wrap(bytes);
      this.bytesSent += wrapped.length;
      this.#socket.write(wrapped);
      return true;
    }
    this.bytesSent += bytes.length;
    this.#socket.write(bytes);
    return this.#socket.writableLength === 0 && !this.secure;
  }
}

export function connectionClosed(): DbError {
  return new DbError('closed', 'connection-closed', 'the client closed the connection');
}
