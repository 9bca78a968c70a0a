/** A client that sends bytes as told and shows the bytes it gets: for tests of packets, good and bad. */
import { connect, type Socket } from 'node:net';
import { scrambleSha2 } from '../../engine/index.ts';
import { Capability } from '../mysql/protocol.ts';

export const CLIENT_CAPABILITIES =
  Capability.LONG_PASSWORD |
  Capability.LONG_FLAG |
  Capability.PROTOCOL_41 |
  Capability.TRANSACTIONS |
  Capability.SECURE_CONNECTION |
  Capability.MULTI_RESULTS |
  Capability.PS_MULTI_RESULTS |
  Capability.PLUGIN_AUTH;

export interface Packet {
  readonly sequence: number;
  readonly payload: Buffer;
}

export function frame(sequence: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence;
  return Buffer.concat([header, payload]);
}

export class RawClient {
  readonly socket: Socket;
  closed = false;
  #buffer: Buffer = Buffer.alloc(0);
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#wake?.();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#wake?.();
    });
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('error', reject));
    return new RawClient(socket);
  }

  /** Connected and authenticated without a password. */
  static async login(port: number, user: string, capabilities: number = CLIENT_CAPABILITIES): Promise<RawClient> {
    const client = await RawClient.connect(port);
    await client.packet();
    client.send(1, handshakeResponse(user, capabilities));
    const answer = await client.packet();
    if (answer?.payload[0] !== 0) throw new Error(`login failed: ${answer?.payload.toString('latin1')}`);
    return client;
  }

  send(sequence: number, payload: Uint8Array | readonly number[]): void {
    this.socket.write(frame(sequence, Buffer.from(payload)));
  }

  command(code: number, rest: string | Uint8Array = ''): void {
    this.send(0, Buffer.concat([Buffer.from([code]), Buffer.from(rest)]));
  }

  /** The next packet; undefined when the server closed first. */
  async packet(timeoutMs = 5000): Promise<Packet | undefined> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const packet = this.#cut();
      if (packet !== undefined || this.closed) return packet;
      if (Date.now() > until) throw new Error(`no packet within ${timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async packets(count: number): Promise<string[]> {
    const texts: string[] = [];
    for (let i = 0; i < count; i++) {
      const packet = await this.packet();
      texts.push(packet === undefined ? 'closed' : `${packet.sequence} ${packet.payload.toString('hex')}`);
    }
    return texts;
  }

  async waitClosed(): Promise<void> {
    while (!this.closed) await this.packet();
  }

  end(): void {
    this.socket.destroy();
  }

  #cut(): Packet | undefined {
    if (this.#buffer.length < 4) return undefined;
    const length = this.#buffer.readUIntLE(0, 3);
    if (this.#buffer.length < 4 + length) return undefined;
    const packet = { sequence: this.#buffer[3] as number, payload: Buffer.from(this.#buffer.subarray(4, 4 + length)) };
    this.#buffer = this.#buffer.subarray(4 + length);
    return packet;
  }
}

export function handshakeResponse(
  user: string,
  capabilities: number = CLIENT_CAPABILITIES,
  password?: { text: string; nonce: Buffer },
): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(capabilities >>> 0, 0);
  head.writeUInt32LE(0xffffff, 4);
  head[8] = 255;
  const auth = password === undefined ? Buffer.alloc(0) : Buffer.from(scrambleSha2(password.text, password.nonce));
  return Buffer.concat([
    head,
    Buffer.from(`${user}\0`),
    Buffer.from([auth.length]),
    auth,
    Buffer.from('caching_sha2_password\0'),
  ]);
}
