/**
 * Proves who the client is: mysql_native_password and caching_sha2_password, with a switch between them.
 *
 * caching_sha2_password: an account that proved its password before is recognised by a short answer. Otherwise the
 * client sends the password itself, over TLS as it is, else encrypted with our RSA key that it asks for.
 *
 * Unknown users go through the same steps as wrong passwords and get the same error.
 */
import { constants, privateDecrypt } from 'node:crypto';
import { sqlError } from '../../base/index.ts';

import {
  CACHING_SHA2_PASSWORD,
  NATIVE_PASSWORD,
  checkCachingSha2Hash,
  checkNativePassword,
  type Sha2Cache,
  type AccountCredentials,
  type Engine,
} from '../../engine/index.ts';
import { Capability } from './protocol.ts';
import type { ClientIdentity } from './handshake.ts';
import type { ServerKeys } from './server-keys.ts';
import type { Transport } from './transport.ts';

const AUTH_SWITCH = 0xfe;
const AUTH_MORE_DATA = 0x01;
const FAST_AUTH_SUCCESS = 3;
const PERFORM_FULL_AUTH = 4;
const REQUEST_PUBLIC_KEY = 2;

export interface AuthContext {
  readonly engine: Engine;
  readonly transport: Transport;
  readonly keys: ServerKeys | undefined;
  readonly cache: Sha2Cache;
  readonly nonce: Buffer;
  /** Names the client's host may be known by, the one to show first. */
  readonly hosts: readonly string[];
  readonly identity: ClientIdentity;
  /** The plugin the client was greeted with. */
  readonly greetedPlugin: string;
}

/** The account, or 1045 (and its relatives for locked and expired accounts). */
export async function authenticate(context: AuthContext): Promise<AccountCredentials> {
  const { engine, identity, hosts, transport } = context;
  const account = engine.findAccount(identity.user, hosts);
  const plugin = account?.plugin ?? context.greetedPlugin;
  let response: Buffer = identity.authResponse;
  if ((identity.plugin ?? NATIVE_PASSWORD) !== plugin) response = await switchPlugin(context, plugin);
  const usedPassword = response.length > 0 && !(response.length === 1 && response[0] === 0);
  const proven =
    plugin === NATIVE_PASSWORD
      ? checkNativePassword(account?.authenticationString ?? UNKNOWN_NATIVE, context.nonce, response)
      : plugin === CACHING_SHA2_PASSWORD && (await proveSha2(context, account, usedPassword ? response : NO_PASSWORD));
  if (account === undefined || !proven || (account.requireTls && !transport.secure)) {
    throw sqlError('ER_ACCESS_DENIED_ERROR', identity.user, hosts[0] ?? '', usedPassword ? 'YES' : 'NO');
  }
  if (account.locked) throw sqlError('ER_ACCOUNT_HAS_BEEN_LOCKED', identity.user, hosts[0] ?? '');
  if (account.passwordExpired && (identity.capabilities & Capability.CAN_HANDLE_EXPIRED_PASSWORDS) === 0) {
    throw sqlError('ER_MUST_CHANGE_PASSWORD_LOGIN');
  }
  return account;
}

const NO_PASSWORD = Buffer.alloc(0);
/** A hash that no answer matches, so that an unknown user costs what a known one costs. */
const UNKNOWN_NATIVE = `*${'00'.repeat(20)}`;

async function switchPlugin(context: AuthContext, plugin: string): Promise<Buffer> {
  if ((context.identity.capabilities & Capability.PLUGIN_AUTH) === 0) throw sqlError('ER_NOT_SUPPORTED_AUTH_MODE');
  const { writer } = context.transport;
  writer.begin();
  writer.u8(AUTH_SWITCH);
  writer.nulText(plugin);
  writer.bytes(context.nonce);
  writer.u8(0);
  writer.end();
  writer.flush();
  return context.transport.readPacket();
}

async function proveSha2(
  context: AuthContext,
  account: AccountCredentials | undefined,
  response: Buffer,
): Promise<boolean> {
  const stored = account?.authenticationString;
  if (response.length === 0 || stored === '') return stored === '' && response.length === 0;
  const key = `${account?.user ?? ''}\0${account?.host ?? ''}\0${stored ?? ''}`;
  if (stored !== undefined && context.cache.check(key, context.nonce, response) === true) {
    sendMore(context.transport, Buffer.from([FAST_AUTH_SUCCESS]));
    return true;
  }
  sendMore(context.transport, Buffer.from([PERFORM_FULL_AUTH]));
  context.transport.flush();
  const password = await receivePassword(context);
  if (stored === undefined || password === undefined || !checkCachingSha2Hash(stored, password)) return false;
  context.cache.remember(key, password);
  return true;
}

async function receivePassword(context: AuthContext): Promise<string | undefined> {
  const { transport, keys, nonce } = context;
  const packet = await transport.readPacket();
  if (transport.secure) return withoutNul(packet);
  if (keys === undefined || packet.length !== 1 || packet[0] !== REQUEST_PUBLIC_KEY) return undefined;
  sendMore(transport, Buffer.from(keys.publicKeyPem));
  transport.flush();
  const encrypted = await transport.readPacket();
  try {
    const plain = privateDecrypt({ key: keys.privateKeyPem, padding: constants.RSA_PKCS1_OAEP_PADDING }, encrypted);
    return withoutNul(Buffer.from(plain.map((byte, i) => byte ^ (nonce[i % nonce.length] as number))));
  } catch {
    return undefined;
  }
}

function withoutNul(bytes: Buffer): string {
  return bytes.toString('utf8', 0, bytes.at(-1) === 0 ? bytes.length - 1 : bytes.length);
}

function sendMore(transport: Transport, data: Buffer): void {
  const { writer } = transport;
  writer.begin();
  writer.u8(AUTH_MORE_DATA);
  writer.bytes(data);
  writer.end();
}
