/** What the connections of a server share. */
import type { SecureContext } from 'node:tls';
import type { Engine, Sha2Cache } from '../../engine/index.ts';
import type { FlushQueue } from './flush-queue.ts';
import type { StatementCount } from './prepared-statements.ts';
import type { ServerKeys } from './server-keys.ts';

/** Whose database a user name means. */
export interface Tenants {
  /** Undefined: the name is an account of the server's own database. */
  login(name: string): Promise<TenantLogin | undefined>;
}

export interface TenantLogin {
  readonly engine: Engine;
  /** The name inside the tenant. */
  readonly user: string;
  /** To be called once, when the connection has ended. */
  release(): void;
}

export interface ServerContext {
  readonly engine: Engine;
  /** Undefined = one database, whose accounts may have any name. */
  readonly tenants: Tenants | undefined;
  readonly serverVersion: string;
  /** The plugin in the greeting. */
  readonly defaultPlugin: string;
  readonly keys: ServerKeys | undefined;
  /** Undefined = no TLS offered. */
  readonly secureContext: SecureContext | undefined;
  readonly sha2Cache: Sha2Cache;
  readonly statements: StatementCount;
  readonly flushes: FlushQueue;
  packetBytesMax(): number;
  /** The line that COM_STATISTICS answers. */
  statistics(): string;
  log(message: string): void;
}
