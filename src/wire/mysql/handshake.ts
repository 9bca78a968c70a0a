/**
 * The greeting and the client's answer to it.
 *
 * Greeting (protocol 10):  10 | version NUL | connection id 4 | nonce[0..8) | 0 | capabilities low 2 | collation 1 |
 *                          status 2 | capabilities high 2 | nonce length 1 | 10 zeros | nonce[8..20) NUL | plugin NUL
 * Answer:  capabilities 4 | largest packet 4 | collation 1 | 23 zeros | user NUL | auth response | [database NUL] |
 *          [plugin NUL] | [attributes]
 * A client that wants TLS first sends the answer's first 32 bytes alone, then shakes hands, then sends it whole.
 */
import { sqlError } from '../../base/index.ts';
import type { PacketWriter } from './packet-writer.ts';
import { PayloadReader } from './payload-reader.ts';
import { Capability, ServerStatus, UTF8MB4_0900_AI_CI } from './protocol.ts';

export const NONCE_BYTES = 20;
const SSL_REQUEST_BYTES = 32;
const ATTRIBUTES_MAX = 256;

export interface Greeting {
  readonly serverVersion: string;
  readonly connectionId: number;
  readonly nonce: Uint8Array;
  readonly capabilities: number;
  readonly plugin: string;
}

export function writeGreeting(writer: PacketWriter, greeting: Greeting): void {
  writer.begin();
  writer.u8(10);
  writer.nulText(greeting.serverVersion);
  writer.u32(greeting.connectionId);
  writer.bytes(greeting.nonce.subarray(0, 8));
  writer.u8(0);
  writer.u16(greeting.capabilities & 0xffff);
  writer.u8(UTF8MB4_0900_AI_CI);
  writer.u16(ServerStatus.AUTOCOMMIT);
  writer.u16(greeting.capabilities >>> 16);
  writer.u8(NONCE_BYTES + 1);
  writer.zeros(10);
  writer.bytes(greeting.nonce.subarray(8));
  writer.u8(0);
  writer.nulText(greeting.plugin);
  writer.end();
}

/** What a client says of itself, at connect and at COM_CHANGE_USER. */
export interface ClientIdentity {
  readonly capabilities: number;
  readonly collationId: number;
  readonly user: string;
  readonly authResponse: Buffer;
  readonly database: string | undefined;
  readonly plugin: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The capabilities of an SSL request; undefined when the packet is a whole answer. */
export function sslRequest(payload: Buffer): number | undefined {
  if (payload.length !== SSL_REQUEST_BYTES) return undefined;
  const capabilities = payload.readUInt32LE(0);
  return (capabilities & Capability.SSL) !== 0 ? capabilities : undefined;
}

export function readHandshakeResponse(payload: Buffer): ClientIdentity {
  const reader = new PayloadReader(payload);
  if (reader.remaining < SSL_REQUEST_BYTES) throw sqlError('ER_HANDSHAKE_ERROR');
  const capabilities = reader.u32();
  if ((capabilities & Capability.PROTOCOL_41) === 0) throw sqlError('ER_HANDSHAKE_ERROR');
  reader.skip(4);
  const collationId = reader.u8();
  reader.skip(23);
  const user = reader.nulText();
  const authResponse = readAuthResponse(reader, capabilities);
  const database =
    (capabilities & Capability.CONNECT_WITH_DB) !== 0 && reader.remaining > 0 ? reader.nulOrEndText() : undefined;
  return { capabilities, collationId, user, authResponse, ...readTail(reader, capabilities, database) };
}

/** COM_CHANGE_USER, behind its command byte; capabilities stay those of the connection. */
export function readChangeUser(payload: Buffer, capabilities: number): ClientIdentity {
  const reader = new PayloadReader(payload, 1);
  const user = reader.nulText();
  const authResponse = reader.take(reader.u8());
  const database = reader.nulOrEndText();
  const collationId = reader.remaining >= 2 ? reader.u16() : 0;
  return { capabilities, collationId, user, authResponse, ...readTail(reader, capabilities, database) };
}

function readAuthResponse(reader: PayloadReader, capabilities: number): Buffer {
  if ((capabilities & Capability.PLUGIN_AUTH_LENENC_CLIENT_DATA) !== 0) return reader.lenencBytes();
  if ((capabilities & Capability.SECURE_CONNECTION) !== 0) return reader.take(reader.u8());
  return reader.nulBytes();
}

function readTail(
  reader: PayloadReader,
  capabilities: number,
  database: string | undefined,
): Pick<ClientIdentity, 'database' | 'plugin' | 'attributes'> {
  const plugin =
    (capabilities & Capability.PLUGIN_AUTH) !== 0 && reader.remaining > 0 ? reader.nulOrEndText() : undefined;
  const attributes =
    (capabilities & Capability.CONNECT_ATTRS) !== 0 && reader.remaining > 0 ? readAttributes(reader) : {};
  return { database: database === '' ? undefined : database, plugin, attributes };
}

function readAttributes(reader: PayloadReader): Record<string, string> {
  const inner = new PayloadReader(reader.lenencBytes());
  const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let i = 0; i < ATTRIBUTES_MAX && inner.remaining > 0; i++) {
    const name = inner.lenencText();
    attributes[name] = inner.lenencText();
  }
  return attributes;
}
